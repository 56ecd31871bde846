package evaluate

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// drawRows makes rows with ties, weights and clusters.
func drawRows(t *rapid.T) *Rows {
	r := &Rows{}
	for range rapid.IntRange(4, 60).Draw(t, "n") {
		r.Y = append(r.Y, float64(rapid.IntRange(0, 1).Draw(t, "y")))
		r.P = append(r.P, float64(rapid.IntRange(0, 16).Draw(t, "p"))/16)
		r.Weight = append(r.Weight, float64(rapid.IntRange(0, 3).Draw(t, "w")))
		r.Cluster = append(r.Cluster, int32(rapid.IntRange(0, 9).Draw(t, "c")))
	}
	r.Y[0], r.Y[1], r.Weight[0], r.Weight[1] = 0, 1, 1, 2
	return r
}

var policy = &Policy{Cost: 1, Success: 0.5, Saved: 6}

func TestOrderOfRowsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRows(t)
		order := rand.New(rand.NewPCG(1, 1)).Perm(len(r.Y))
		again := &Rows{}
		for _, i := range order {
			again.Y, again.P = append(again.Y, r.Y[i]), append(again.P, r.P[i])
			again.Weight, again.Cluster = append(again.Weight, r.Weight[i]), append(again.Cluster, r.Cluster[i])
		}
		o := usual
		o.Policy = policy
		a, errA := OfProbabilities(r, o)
		b, errB := OfProbabilities(again, o)
		if got, want := fmt.Sprintf("%+v %+v %v", b, b.Profit, errB), fmt.Sprintf("%+v %+v %v", a, a.Profit, errA); stripped(got) != stripped(want) {
			t.Fatalf("%s\n%s", got, want)
		}
	})
}

// stripped cuts addresses out of printed structs.
func stripped(s string) string {
	out := []byte{}
	for i := 0; i < len(s); i++ {
		if i+1 < len(s) && s[i] == '0' && s[i+1] == 'x' {
			for i < len(s) && s[i] != ' ' && s[i] != '}' {
				i++
			}
		}
		if i < len(s) {
			out = append(out, s[i])
		}
	}
	return string(out)
}

// TestWholeWeightsAreRepetitions: a row of weight 3 has the figures of three rows.
func TestWholeWeightsAreRepetitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRows(t)
		many := &Rows{}
		for i, w := range r.Weight {
			for range int(w) {
				many.Y, many.P, many.Cluster = append(many.Y, r.Y[i]), append(many.P, r.P[i]), append(many.Cluster, r.Cluster[i])
			}
		}
		a, err := OfProbabilities(r, usual)
		b, err2 := OfProbabilities(many, usual)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		va, err := OfValues(r, ValueOptions{Level: 0.95, Power: 1.5, Shares: []float64{0.1}})
		vb, err2 := OfValues(many, ValueOptions{Level: 0.95, Power: 1.5, Shares: []float64{0.1}})
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		one := []float64{a.AUC.Value, a.AUC.SE, a.AveragePrecision.Value, a.AveragePrecision.SE, a.InterpolatedPR, a.LogLoss.Value, a.Brier.SE, a.CalibrationError,
			a.Parts.Reliability, va.Kendall.Value, va.Kendall.SE, va.Spearman.Value, va.Spearman.SE, va.Top[0].Value.Value, va.Top[0].Value.SE}
		two := []float64{b.AUC.Value, b.AUC.SE, b.AveragePrecision.Value, b.AveragePrecision.SE, b.InterpolatedPR, b.LogLoss.Value, b.Brier.SE, b.CalibrationError,
			b.Parts.Reliability, vb.Kendall.Value, vb.Kendall.SE, vb.Spearman.Value, vb.Spearman.SE, vb.Top[0].Value.Value, vb.Top[0].Value.SE}
		for k := range one {
			if !(math.Abs(one[k]-two[k]) <= 1e-12) && !(math.IsNaN(one[k]) && math.IsNaN(two[k])) {
				t.Fatalf("figure %d: weighted %v, repeated %v", k, one, two)
			}
		}
	})
}

func TestKendallAgainstEveryPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRows(t)
		var s, u, v float64
		for i := range r.Y {
			for j := range r.Y {
				w := r.Weight[i] * r.Weight[j]
				a, b := sign(r.P[i]-r.P[j]), sign(r.Y[i]-r.Y[j])
				s, u, v = s+w*a*b, u+w*a*a, v+w*b*b
			}
		}
		set := newSet(r)
		got := set.kendall(set.ranked(set.p), set.ranked(set.y)).Value
		if want := s / math.Sqrt(u*v); !(math.Abs(got-want) < 1e-12) && !(math.IsNaN(got) && u*v == 0) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func TestBrierParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := OfProbabilities(drawRows(t), Options{Level: 0.95, Bins: 1000}) // every score a bin
		if err != nil {
			t.Fatal(err)
		}
		m := &p.Parts
		if math.Abs(m.Reliability-m.Resolution+m.Uncertainty+m.Within-p.Brier.Value) > 1e-14 || math.Abs(m.Within) > 1e-14 {
			t.Fatalf("%+v do not make %v", m, p.Brier.Value)
		}
		if c := m.Corrected; math.Abs(c.Reliability-c.Resolution+c.Uncertainty-(m.Reliability-m.Resolution+m.Uncertainty)) > 1e-14 {
			t.Fatalf("the correction changes the whole: %+v", m)
		}
	})
}

// TestCorrectedReliability: of calibrated predictions it is 0 on average, where the plain one is what chance makes.
func TestCorrectedReliability(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	plain, corrected, resolution := 0.0, 0.0, 0.0
	const runs = 400
	for range runs {
		r := &Rows{}
		for i := range 200 {
			p := float64(i%10)/20 + 0.1
			y := 0.0
			if rng.Float64() < p {
				y = 1
			}
			r.Y, r.P = append(r.Y, y), append(r.P, p)
		}
		m := mustProbabilities(t, r, usual).Parts
		plain += m.Reliability / runs
		corrected += m.Corrected.Reliability / runs
		resolution += m.Corrected.Resolution / runs
	}
	near(t, "chance", plain, 0.0101, 0.001)            // Σ p(1−p)/n_k over tenths
	near(t, "corrected", corrected, 0, 0.001)          //
	near(t, "resolution", resolution, 8.25/400, 0.001) // the variance of p
}

func TestProfit(t *testing.T) {
	r := &Rows{Y: []float64{0, 0, 0, 0, 1, 0, 1, 1}, P: []float64{.1, .1, .2, .3, .3, .5, .8, .9}}
	o := usual
	o.Policy = &Policy{Cost: 10, Success: 0.5, Saved: 60} // an event contacted earns 20, another row costs 10
	p := mustProbabilities(t, r, o).Profit
	nearAll(t, "profit", []float64{p.Best.Share, p.Best.Score, p.Best.Profit.Value, p.Best.Found, p.All.Value, p.Perfect, p.BreakEven, p.AtBreakEven.Profit.Value, p.EventsMissed},
		[]float64{0.25, 0.8, 40, 2.0 / 3, 10, 60, 1.0 / 3, 30, 1.0 / 3}, 1e-15)
	first, last := p.Curve[0], p.Curve[len(p.Curve)-1]
	if first.Share != 0 || first.Profit.Value != 0 || last.Share != 1 || last.Profit.Value != 10 || p.LeastShare > p.Best.Share || p.MostShare < p.Best.Share {
		t.Errorf("curve from %+v to %+v", first, last)
	}
	r.Saved = []float64{0, 0, 0, 0, 1000, 0, 0, 0}
	p = mustProbabilities(t, r, o).Profit
	nearAll(t, "own values", []float64{p.Best.Share, p.Best.Profit.Value}, []float64{5.0 / 8, 450}, 1e-15)
	if p.AtBreakEven != nil || !math.IsNaN(p.BreakEven) {
		t.Error("a break-even score of values of their own")
	}
}

func TestRowsThatCannotBeEvaluated(t *testing.T) {
	for _, c := range []struct {
		r    Rows
		part string
	}{
		{Rows{Y: []float64{0, 2}, P: []float64{.1, .2}}, "actual"},
		{Rows{Y: []float64{0, 1}, P: []float64{.1, 1.2}}, "predicted"},
		{Rows{Y: []float64{0, 1}, P: []float64{.1, math.NaN()}}, "predicted"},
		{Rows{Y: []float64{0, 1}, P: []float64{.1, .2}, Weight: []float64{1, -1}}, "weight"},
		{Rows{Y: []float64{0, 1}, P: []float64{.1, .2}, Saved: []float64{1, math.Inf(1)}}, "saved"},
	} {
		var row *RowError
		if _, err := OfProbabilities(&c.r, usual); !errors.As(err, &row) || row.Row != 1 || row.Part != c.part {
			t.Errorf("%+v: %v", c.r, err)
		}
	}
	for _, r := range []*Rows{{}, {Y: []float64{1}, P: []float64{.5}, Weight: []float64{0}}, {Y: []float64{1}, P: nil}} {
		if _, err := OfProbabilities(r, usual); err == nil {
			t.Errorf("%+v is evaluated", r)
		}
		if _, err := OfValues(r, ValueOptions{Level: .95}); err == nil {
			t.Errorf("%+v is evaluated", r)
		}
	}
}

// TestOneClass: without events or with one row what cannot be said is NaN, and the rest is said.
func TestOneClass(t *testing.T) {
	p := mustProbabilities(t, &Rows{Y: []float64{0, 0, 0}, P: []float64{.1, .2, .3}}, usual)
	if !math.IsNaN(p.AUC.Value) || !math.IsNaN(p.AveragePrecision.Value) || !math.IsNaN(p.InterpolatedPR) || math.IsNaN(p.Brier.Value) || p.Ratio.Value != 0 {
		t.Errorf("%+v", p)
	}
	perfect := mustProbabilities(t, &Rows{Y: []float64{0, 0, 1, 1}, P: []float64{.1, .2, .8, .9}}, usual)
	if perfect.AUC.Value != 1 || !math.IsNaN(perfect.AUC.Low) || perfect.AveragePrecision.Value != 1 {
		t.Errorf("a perfect order has an interval: %+v", perfect.AUC)
	}
	v := mustValues(t, &Rows{Y: []float64{0, 0}, P: []float64{1, 1}})
	if !math.IsNaN(v.Spearman.Value) || !math.IsNaN(v.Kendall.Value) || !math.IsNaN(v.BiasShare.Value) || !math.IsNaN(v.Top[0].Value.Value) || v.MSE.Value != 1 {
		t.Errorf("%+v", v)
	}
}

// TestWeightsOfAnySize: the unit of weights changes no figure, and weights far apart give no infinite ones.
func TestWeightsOfAnySize(t *testing.T) {
	r, _, v, f := madeUp()
	far := &Rows{Y: r.Y, P: r.P, Weight: make([]float64, len(r.Y))}
	for _, unit := range []float64{1e-69, 1e69} {
		scaled := &Rows{Y: r.Y, P: r.P, Weight: make([]float64, len(r.Y))}
		for i, w := range r.Weight {
			scaled.Weight[i] = w * unit
			far.Weight[i] = w
		}
		a, b := mustProbabilities(t, &Rows{Y: r.Y, P: r.P, Weight: r.Weight}, usual), mustProbabilities(t, scaled, usual)
		nearAll(t, "figures", []float64{b.AUC.SE, b.LogLoss.SE, b.Brier.Value, b.CalibrationError, b.ChanceError, b.Parts.Corrected.Resolution, b.Calibration[3].Low},
			[]float64{a.AUC.SE, a.LogLoss.SE, a.Brier.Value, a.CalibrationError, a.ChanceError, a.Parts.Corrected.Resolution, a.Calibration[3].Low}, 1e-12)
	}
	far.Weight[0], far.Weight[1] = 1e70, 1e-70
	if p := mustProbabilities(t, far, usual); len(p.Calibration) > usual.Bins || math.IsInf(p.LogLoss.High, 0) || math.IsInf(p.Ratio.High, 0) {
		t.Errorf("%+v", p)
	}
	if w := mustValues(t, &Rows{Y: v, P: f, Weight: far.Weight}); !(math.Abs(w.Kendall.Value) <= 1) || !(math.Abs(w.Spearman.Value) <= 1) || math.IsInf(w.MSE.High, 0) {
		t.Errorf("%+v", w)
	}
	far.Weight[0] = 1e71
	if _, err := OfProbabilities(far, usual); err == nil {
		t.Error("a weight whose square may overflow")
	}
}

// TestTheOtherModelIsNamed: what is wrong with the second predictions is said of them.
func TestTheOtherModelIsNamed(t *testing.T) {
	r := &Rows{Y: []float64{0, 1}, P: []float64{.1, .2}}
	var row *RowError
	if _, err := Compare(r, []float64{.5, 2}, usual); !errors.As(err, &row) || row.Row != 1 || row.Part != "against" {
		t.Error(err)
	}
	if _, err := CompareValues(r, []float64{.5, math.NaN()}, ValueOptions{Level: .95}); !errors.As(err, &row) || row.Part != "against" {
		t.Error(err)
	}
}
