package regress

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Whole weights are rows written out, of which those of one row depend on each other.
func TestWeightedMeanSE(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		v := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), n, n).Draw(t, "values")
		var w, out []float64
		var copies []int32
		for i := range v {
			many := rapid.IntRange(1, 4).Draw(t, "weight")
			w = append(w, float64(many))
			for range many {
				out, copies = append(out, v[i]), append(copies, int32(i))
			}
		}
		mean, se := WeightedMeanSE(v, w, nil)
		want, wantSE := ClusterMeanSE(out, copies)
		if math.Abs(mean-want) > 1e-9*(1+math.Abs(want)) || math.Abs(se-wantSE) > 1e-9*(1+wantSE) {
			t.Fatalf("%v ± %v, expected %v ± %v", mean, se, want, wantSE)
		}
	})
}

func TestClusterMeanSE(t *testing.T) {
	v := []float64{1, 2, 4, 9, 3}
	mean, se := ClusterMeanSE(v, nil)
	near(t, "mean", mean, 3.8, 1e-15)
	near(t, "s/√n", se, math.Sqrt(9.7/5), 1e-15) // variance 38.8/4
	// A regression on a constant gives the same clustered error, up to its factor (N−1)/(N−K) = 1.
	cluster := []int32{7, 7, 1, 1, 3}
	f := mustLeastSquares(t, &Design{Names: []string{"one"}, X: []float64{1, 1, 1, 1, 1}}, v, Options{Cluster: cluster})
	mean, se = ClusterMeanSE(v, cluster)
	near(t, "clustered mean", mean, f.Coef[0], 1e-15)
	near(t, "clustered error", se, math.Sqrt(f.Robust.At(0, 0)), 1e-14)
	if _, se := ClusterMeanSE(v, make([]int32, 5)); !math.IsNaN(se) {
		t.Error("one cluster has no error")
	}
	if mean, _ := ClusterMeanSE(nil, nil); !math.IsNaN(mean) {
		t.Error("no values have no mean")
	}
}

func TestPredictionsOutsideTheirDomain(t *testing.T) {
	f := mustLeastSquares(t, design([]float64{1, 2, 3, 4}), []float64{1, 3, 2, 5}, Options{})
	for _, x := range [][]float64{nil, {1}, {1, math.NaN()}, {1, math.Inf(1)}, {1, 2, 3}} {
		if eta, se := f.Linear(x); !math.IsNaN(eta) || !math.IsNaN(se) {
			t.Errorf("Linear(%v) = %v, %v", x, eta, se)
		}
	}
	if p := f.Predict([]float64{1, 2}, 0, math.NaN()); !math.IsNaN(p.Value) {
		t.Error("an interval of no width")
	}
}

// The probability of a probit is by its own link.
func TestProbabilityByLink(t *testing.T) {
	x, y := make([]float64, 40), make([]float64, 40)
	for i := range x {
		x[i], y[i] = math.Sin(float64(i)), float64(i%2)
	}
	f, err := GLM(design(x), y, Model{Distribution: Binomial, Link: Probit}, Options{})
	if err != nil || !f.Certificate.Certified() {
		t.Fatal(err, f)
	}
	at := []float64{1, 0.4}
	eta, se := f.Linear(at)
	p := f.Predict(at, 0, 1.959963984540054)
	for _, c := range [][2]float64{{p.Value, eta}, {p.Low, eta - 1.959963984540054*se}, {p.High, eta + 1.959963984540054*se}} {
		near(t, "Φ", c[0], math.Erfc(-c[1]/math.Sqrt2)/2, 1e-12)
	}
	if in := (&FirthFit{Fit: *newFit("firth", f.Names, 40)}).Influence(); in != nil {
		t.Error("influence of a fit that has none")
	}
}
