package evaluate

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// part is rows lo to hi.
func (r *Rows) part(lo, hi int) *Rows {
	out := &Rows{Y: r.Y[lo:hi], P: r.P[lo:hi]}
	if r.Weight != nil {
		out.Weight = r.Weight[lo:hi]
	}
	if r.Cluster != nil {
		out.Cluster = r.Cluster[lo:hi]
	}
	return out
}

func valuesInBlocks(t testing.TB, r *Rows, size, threads int, o ValueOptions) *Values {
	t.Helper()
	a, err := AccumulateValues((len(r.Y)+size-1)/size, threads, o.Power, func(b int) (*Rows, error) { return r.part(b*size, min((b+1)*size, len(r.Y))), nil })
	if err != nil {
		t.Fatal(err)
	}
	v, err := a.Values(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func valueFigures(v *Values) []float64 {
	out := []float64{float64(v.Rows), float64(v.Weightless), float64(v.Clusters), v.Mean, v.Predicted, v.R2}
	for _, f := range []Figure{v.MSE, v.RMSE, v.MAE, v.Bias, v.BiasShare, v.Poisson, v.Gamma, v.Tweedie} {
		out = append(out, f.Value, f.SE, f.Low, f.High)
	}
	for _, c := range v.Top {
		out = append(out, c.Value.Value, c.Oracle)
	}
	return out
}

// Up to 65,536 different values blocks give what all rows give at once, but for ranks.
func TestValuesInBlocksAreTheWhole(t *testing.T) {
	o := ValueOptions{Level: 0.95, Power: 1.4, Shares: []float64{.1, .5}}
	rapid.Check(t, func(rt *rapid.T) {
		r := drawRows(rt)
		for i := range r.Y {
			r.Y[i], r.P[i] = float64(rapid.IntRange(-1, 6).Draw(rt, "y")), 16*r.P[i]-1
			if rapid.Bool().Draw(rt, "positive") {
				r.Y[i], r.P[i] = math.Abs(r.Y[i])+1, math.Abs(r.P[i])+1
			}
		}
		if rapid.Bool().Draw(rt, "alone") {
			r.Cluster = nil
		}
		whole, err := OfValues(r, o)
		if err != nil {
			rt.Fatal(err)
		}
		got, want := valueFigures(valuesInBlocks(t, r, rapid.IntRange(1, 20).Draw(rt, "size"), 2, o)), valueFigures(whole)
		for k := range want {
			if !(math.Abs(got[k]-want[k]) <= 1e-8*math.Max(1, math.Abs(want[k]))) && math.IsNaN(got[k]) == math.IsNaN(want[k]) && !math.IsNaN(want[k]) {
				rt.Fatalf("figure %d: %v in blocks, %v at once", k, got[k], want[k])
			}
			if k < 3 && got[k] != want[k] {
				rt.Fatalf("count %d: %v in blocks, %v at once", k, got[k], want[k])
			}
		}
	})
}

// Beyond, capture keeps near, threads change nothing, and memory is bounded by the cells.
func TestManyValuesInBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	r := &Rows{}
	for range 300_000 {
		p := math.Exp(3 + rng.NormFloat64())
		r.P, r.Y = append(r.P, p), append(r.Y, p*rng.ExpFloat64())
	}
	o := ValueOptions{Level: 0.95, Power: 1.5, Shares: []float64{.05, .2}}
	whole, err := OfValues(r, o)
	if err != nil {
		t.Fatal(err)
	}
	one, five := valuesInBlocks(t, r, 7000, 1, o), valuesInBlocks(t, r, 7000, 5, o)
	for k, v := range valueFigures(one) {
		if math.Float64bits(v) != math.Float64bits(valueFigures(five)[k]) {
			t.Errorf("figure %d depends on threads", k)
		}
	}
	for k, c := range one.Top {
		near(t, "capture", c.Value.Value, whole.Top[k].Value.Value, 1e-3)
		near(t, "oracle", c.Oracle, whole.Top[k].Oracle, 1e-3)
	}
	near(t, "RMSE", one.RMSE.Value, whole.RMSE.Value, 1e-9*whole.RMSE.Value)
	near(t, "its error", one.RMSE.SE, whole.RMSE.SE, 1e-9*whole.RMSE.SE)
	near(t, "R²", one.R2, whole.R2, 1e-9)
	a := NewValueAccumulator(1.5)
	if err := a.Add(r); err != nil || len(a.predicted.of) > mostScores || !a.predicted.coarse {
		t.Errorf("%v, %d cells", err, len(a.predicted.of))
	}
	if err := a.Add(&Rows{Y: []float64{1}, P: []float64{1}, Cluster: []int32{1}}); err == nil {
		t.Error("rows with and without clusters")
	}
	if _, err := NewValueAccumulator(1.5).Values(o); err == nil {
		t.Error("nothing is evaluated")
	}
}
