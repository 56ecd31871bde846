package evaluate

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// bold are rows whose logit of p is sharp times the true one, and off too high.
func bold(n int, sharp, off float64, seed uint64) *Rows {
	rng := rand.New(rand.NewPCG(seed, 2))
	r := &Rows{}
	for i := range n {
		x := rng.NormFloat64() - 1
		y := 0.0
		if rng.Float64() < 1/(1+math.Exp(-x)) {
			y = 1
		}
		r.Y, r.P, r.Cluster = append(r.Y, y), append(r.P, 1/(1+math.Exp(-sharp*x-off))), append(r.Cluster, int32(seed)<<16+int32(i/2))
	}
	return r
}

// Figures: scikit-learn 1.9.1, IsotonicRegression(out_of_bounds="clip") on the rows of madeUp (testdata/ref/python/mapping.py).
func TestIsotonicAgainstPeer(t *testing.T) {
	r, _, _, _ := madeUp()
	for _, c := range []struct {
		weight []float64
		want   []float64
	}{{nil, isotonicPlain}, {r.Weight, isotonicWeighted}} {
		levels, _ := newSet(&Rows{Y: r.Y, P: r.P, Weight: c.weight}).levels()
		m := Mapping{Method: Isotonic}
		m.X, m.Y = isotonic(levels)
		for k := range c.want {
			near(t, "share", m.Apply(float64(k)/20), c.want[k], 1e-14)
		}
	}
}

// Figures: the same script, by Newton's method in 40 digits on Platt's targets.
func TestPlattAgainstPeer(t *testing.T) {
	r, _, _, _ := madeUp()
	levels, _ := newSet(&Rows{Y: r.Y, P: r.P}).levels()
	a, b, c, err := platt(levels)
	if err != nil || !c.Certified() {
		t.Fatal(err)
	}
	near(t, "intercept", a, plattPlain[0], 1e-10)
	near(t, "slope", b, plattPlain[1], 1e-10)
}

// TestPoolsNeverFall: isotonic shares ascend, keep the total, and no other ascending step function is nearer in squares
// than what pooling gives (checked against every single move of a pool by a little).
func TestPoolsNeverFall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSet(drawRows(t))
		levels, _ := s.levels()
		m := Mapping{Method: Isotonic}
		m.X, m.Y = isotonic(levels)
		total := s.mean(func(i int) float64 { return m.Apply(s.p[i]) - s.y[i] }).Value
		if math.Abs(total) > 1e-12 {
			t.Fatalf("the total moves by %g", total)
		}
		for k := 1; k < len(m.Y); k++ {
			if m.Y[k] < m.Y[k-1] || m.X[k] <= m.X[k-1] {
				t.Fatalf("%v, %v", m.X, m.Y)
			}
		}
	})
}

func TestMappingIsKeptOnlyWhereItHelps(t *testing.T) {
	m, err := LearnMapping(bold(6000, 2, 0.5, 1), bold(3000, 2, 0.5, 2), 0.95)
	if err != nil || m.Method != Platt || !m.Certificate.Certified() {
		t.Fatalf("%+v %v", m, err)
	}
	near(t, "slope", m.Slope, 0.5, 0.05)
	near(t, "intercept", m.Intercept, -0.25, 0.08)
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseMapping(b)
	if err != nil || back.Apply(0.3) != m.Apply(0.3) {
		t.Errorf("%v: %v comes back as %v", err, m, back)
	}
	kept := 0
	for seed := range uint64(60) { // calibrated already: a correction is noise
		m, err := LearnMapping(bold(600, 1, 0, 100+2*seed), bold(300, 1, 0, 101+2*seed), 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if m.Method != Unchanged {
			kept++
		} else if m.Apply(0.3) != 0.3 {
			t.Error("no mapping changes a probability")
		}
	}
	if kept > 6 {
		t.Errorf("%d of 60 needless corrections are kept", kept)
	}
	// Bent, as no straight line on the logit scale is: isotonic.
	bent := func(seed uint64) *Rows {
		r := bold(20000, 1, 0, seed)
		for i, p := range r.P {
			r.P[i] = p * p * p
			if p > 0.3 {
				r.P[i] = 0.9 + p/20
			}
		}
		return r
	}
	if m, err := LearnMapping(bent(5), bent(6), 0.95); err != nil || m.Method != Isotonic {
		t.Errorf("%v %v", m.Method, err)
	}
}

func TestMappingsThatCannotBe(t *testing.T) {
	r := bold(50, 1, 0, 1)
	turned := &Rows{Y: r.Y, P: make([]float64, 50)}
	for i, y := range r.Y {
		turned.P[i] = 0.5 - y/4 + float64(i)/1000
	}
	m, err := LearnMapping(turned, turned, 0.95)
	if err != nil || m.Method == Platt || m.Tried[0].Note == "" {
		t.Errorf("%+v %v", m, err)
	}
	if _, err := LearnMapping(r, &Rows{}, 0.95); err == nil {
		t.Error("nothing is held out")
	}
	if _, err := LearnMapping(r, r, 0.95); err == nil {
		t.Error("held out is what is learnt from")
	}
	for _, text := range []string{``, `{}`, `{"schema":"mainstay.mapping/1","method":"x"}`, `{"schema":"mainstay.mapping/1","method":"isotonic"}`,
		`{"schema":"mainstay.mapping/1","method":"isotonic","x":[0.1,0.2],"y":[0.3,0.2]}`, `{"schema":"mainstay.mapping/1","method":"platt"}`} {
		if _, err := ParseMapping([]byte(text)); err == nil {
			t.Errorf("%s is a mapping", text)
		}
	}
}

var (
	isotonicPlain    = []float64{0, 0, 0, 0, 0, 0.2307692307692308, 0.2975206611570248, 0.2975206611570248, 0.2975206611570248, 0.2975206611570248, 0.2975206611570248, 0.2975206611570248, 0.2975206611570248, 0.2975206611570248, 0.2975206611570248, 0.6000000000000003, 1, 1, 1, 1, 1}
	isotonicWeighted = []float64{0, 0, 0, 0, 0, 0.2727272727272727, 0.2755102040816326, 0.2755102040816326, 0.2755102040816326, 0.2774749221722587, 0.2779661016949153, 0.2779661016949153, 0.2779661016949153, 0.2779661016949153, 0.2779661016949153, 0.6000000000000003, 1, 1, 1, 1, 1}
	plattPlain       = []float64{-0.77663053550829285, 0.87223525912096775}
)
