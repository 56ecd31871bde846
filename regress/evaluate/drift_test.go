package evaluate

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func normals(n int, mean, sd float64, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, seed))
	out := make([]float64, n)
	for i := range out {
		out[i] = mean + sd*rng.NormFloat64()
	}
	return out
}

func mustCompare(t *testing.T, a, b Distribution) Shift {
	t.Helper()
	s, ok := a.Compare(&b)
	if !ok {
		t.Fatalf("%s does not compare", a.Name)
	}
	return s
}

// TestPSIOfAShift: two normals a mean apart have over exact tenths the PSI Σ(a−e)ln(a/e) of Φ, here by Φ to 1e-12.
func TestPSIOfAShift(t *testing.T) {
	phi := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	cuts := []float64{-1.2815515655446004, -0.8416212335729143, -0.5244005127080409, -0.2533471031357997, 0, 0.2533471031357997, 0.5244005127080409, 0.8416212335729143, 1.2815515655446004, math.Inf(1)}
	want, e0, a0 := 0.0, 0.0, 0.0
	for _, x := range cuts {
		e, a := phi(x), phi(x-0.5)
		want += ((a - a0) - (e - e0)) * math.Log((a-a0)/(e-e0))
		e0, a0 = e, a
	}
	s := mustCompare(t, NewDistribution("x", normals(400000, 0, 1, 1)), NewDistribution("x", normals(400000, 0.5, 1, 2)))
	near(t, "PSI", s.PSI, want, 0.01)
	if s.Band != Shifted || s.Chance > 1e-4 {
		t.Errorf("%+v", s)
	}
	if s := mustCompare(t, NewDistribution("x", normals(100000, 0, 1, 1)), NewDistribution("x", normals(100000, 1, 1, 2))); s.Band != Large {
		t.Errorf("%+v", s)
	}
}

// TestPSIByChance: where nothing moved PSI is on average what Chance says, in small books too, which are not called shifted.
func TestPSIByChance(t *testing.T) {
	sum, chance, bad := 0.0, 0.0, 0
	const runs = 300
	for k := range runs {
		s := mustCompare(t, NewDistribution("x", normals(300, 0, 1, uint64(2*k))), NewDistribution("x", normals(150, 0, 1, uint64(2*k+1))))
		sum, chance = sum+s.PSI/runs, chance+s.Chance/runs
		if s.Band != Stable {
			bad++
		}
	}
	near(t, "PSI ÷ chance", sum/chance, 1, 0.15)
	if bad > runs/20 {
		t.Errorf("%d of %d are called shifted", bad, runs)
	}
}

func TestPSIWhereValuesAreFew(t *testing.T) {
	repeat := func(n int, v float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = v
		}
		return out
	}
	nothing := repeat(200, 0)
	for _, now := range [][]float64{repeat(200, 1), repeat(200, -1), append(repeat(100, 0), repeat(100, 5)...), append(repeat(100, 0), repeat(100, math.NaN())...)} {
		if s := mustCompare(t, NewDistribution("flag", nothing), NewDistribution("flag", now)); s.Band != Large {
			t.Errorf("%v: %+v", now[199], s)
		}
	}
	if s := mustCompare(t, NewDistribution("flag", nothing), NewDistribution("flag", nothing)); s.PSI != 0 {
		t.Errorf("nothing moved: %+v", s)
	}
}

func TestPSIOfLevels(t *testing.T) {
	of := func(counts map[string]int) Distribution {
		var values []string
		for v, n := range counts {
			for range n {
				values = append(values, v)
			}
		}
		return NewCategories("region", values)
	}
	then := of(map[string]int{"north": 500, "south": 400, "west": 100})
	s := mustCompare(t, then, of(map[string]int{"north": 500, "south": 400, "islands": 100}))
	if s.Band != Large || math.Abs(s.New-0.1) > 1e-12 || len(s.Gone) != 1 || s.Gone[0] != "west" {
		t.Errorf("%+v", s)
	}
	if s := mustCompare(t, then, of(map[string]int{"north": 490, "south": 410, "west": 100})); s.Band != Stable || s.New > 1e-12 {
		t.Errorf("%+v", s)
	}
	if _, ok := then.Compare(&Distribution{Rows: 5, Points: []float64{1}, Upto: []float64{1}, Every: true}); ok {
		t.Error("levels compare with numbers")
	}
}

// TestDistribution: shares add up, a distribution has not moved from itself, and what is stored comes back.
func TestDistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 600).Draw(t, "values")
		d := NewDistribution("x", values)
		if err := d.check(); err != nil || len(d.Points) > 2*mostPoints || d.Upto[len(d.Upto)-1] != 1 {
			t.Fatalf("%v: %+v", err, d)
		}
		if s, ok := d.Compare(&d); !ok || s.PSI != 0 || s.Band != Stable {
			t.Fatalf("%+v", s)
		}
		for k, x := range d.Points {
			n := 0
			for _, v := range values {
				if v <= x {
					n++
				}
			}
			if math.Abs(d.Upto[k]-float64(n)/float64(len(values))) > 1e-12 {
				t.Fatalf("%v of the values are at most %v, told %v", n, x, d.Upto[k])
			}
		}
	})
}

func made(mean float64, seed uint64) *Reference {
	rng := rand.New(rand.NewPCG(seed, 1))
	var y, p []float64
	for range 4000 {
		q := rng.Float64() / 2
		event := 0.0
		if rng.Float64() < q*(1+mean) {
			event = 1
		}
		y, p = append(y, event), append(p, q)
	}
	return &Reference{Schema: ReferenceSchema, AsOf: "2025-01-01", Model: "logistic", HorizonDays: 90, Features: []Distribution{NewDistribution("recency", normals(3000, mean, 1, seed))},
		Score: NewDistribution("churn_probability", p), Calibration: NewCalibrationRecord(y, p, nil)}
}

func TestReference(t *testing.T) {
	then, now := made(0, 3), made(0.5, 4)
	b, err := json.Marshal(then)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseReference(b)
	if err != nil {
		t.Fatal(err)
	}
	d := back.Compare(now)
	if len(d.Notable()) != 1 || !d.Scored || d.Score.Band != Stable || d.Calibration == nil || d.Calibration.Band == Stable || d.Calibration.Factor < 1.3 {
		t.Errorf("%+v %+v", d, d.Calibration)
	}
	if d := back.Compare(made(0, 9)); len(d.Notable()) != 0 || d.Calibration.Band != Stable {
		t.Errorf("nothing moved: %+v %+v", d, d.Calibration)
	}
	now.HorizonDays, now.Features[0].Name = 30, "silence"
	if d := back.Compare(now); d.Scored || d.Calibration != nil || len(d.Added) != 1 || len(d.Gone) != 1 {
		t.Errorf("other horizons: %+v", d)
	}
}

// FuzzReference: what is read from a file is an error or compares, without panic or NaN.
func FuzzReference(f *testing.F) {
	b, err := json.Marshal(made(0, 3))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"schema":"mainstay.reference/1","features":[{"name":"x","rows":5,"missing":1}]}`))
	f.Add([]byte(`{"schema":"mainstay.reference/1","features":[{"name":"x","rows":5,"levels":["a"],"shares":[0.5]}],"calibration":{"rows":1,"observed_to_predicted":1e-320}}`))
	now := made(0.5, 4)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseReference(b)
		if err != nil {
			return
		}
		for _, d := range []*Drift{r.Compare(now), now.Compare(r), r.Compare(r)} {
			for _, s := range append(d.Features, d.Score) {
				if math.IsNaN(s.PSI) || math.IsInf(s.PSI, 0) {
					t.Fatalf("%+v", s)
				}
			}
		}
	})
}

// TestPSIOfManyLevels: of 200 levels alike, of which a distribution names 50, chance picks others on another day: nothing has moved. A
// level that many had and nobody has now is told, though now's rarer levels are not named.
func TestPSIOfManyLevels(t *testing.T) {
	draw := func(seed uint64, common string) Distribution {
		rng := rand.New(rand.NewPCG(seed, 5))
		values := make([]string, 10000)
		for i := range values {
			if values[i] = common; rng.IntN(4) > 0 {
				values[i] = fmt.Sprintf("city %d", rng.IntN(200))
			}
		}
		return NewCategories("city", values)
	}
	if s := mustCompare(t, draw(1, "capital"), draw(2, "capital")); s.Band != Stable || len(s.Gone) > 0 {
		t.Errorf("nothing moved: %+v", s)
	}
	if s := mustCompare(t, draw(1, "capital"), draw(2, "port")); s.Band != Large {
		t.Errorf("the commonest level is another: %+v", s)
	}
}

// TestLumpBelowAPoint: a third of the values that now lie on one number just above a cut are above it, not spread up to it.
func TestLumpBelowAPoint(t *testing.T) {
	now := normals(3000, 0, 1, 7)
	for i := range 1000 {
		now[3*i] = 1
	}
	d := NewDistribution("x", now)
	below := 0
	for _, v := range now {
		if v <= 0.999 {
			below++
		}
	}
	near(t, "share below the lump", d.upto(0.999), float64(below)/3000, 0.011)
	if d.check() != nil || d.upto(1) < d.upto(0.999)+0.3 {
		t.Errorf("the lump is spread: %v, %v", d.upto(0.999), d.upto(1))
	}
}
