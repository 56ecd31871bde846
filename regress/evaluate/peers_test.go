package evaluate

import (
	"math"
	"testing"
)

// madeUp is the data of testdata/ref: two models' probabilities, weights, values.
func madeUp() (r *Rows, other, v, f []float64) {
	r = &Rows{}
	for i := 1; i <= 200; i++ {
		y := 0.0
		if i*7919%101 < 30 {
			y = 1
		}
		k := float64(i * 31 % 13)
		value := k * k / 3
		r.Y, r.P = append(r.Y, y), append(r.P, (float64(i*37%89)+25*y)/120+0.01)
		r.Weight, r.Cluster = append(r.Weight, 1+float64(i%5)/2), append(r.Cluster, int32(i%23))
		other = append(other, (float64(i*53%97)+15*y)/130+0.02)
		v, f = append(v, value), append(f, (float64(i*17%29)+value/2)/2+0.1)
	}
	return r, other, v, f
}

var usual = Options{Level: 0.95, Bins: 10}

func mustProbabilities(t *testing.T, r *Rows, o Options) *Probabilities {
	t.Helper()
	out, err := OfProbabilities(r, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustValues(t *testing.T, r *Rows) *Values {
	t.Helper()
	out, err := OfValues(r, ValueOptions{Level: 0.95, Power: 1.5, Shares: []float64{0.1, 0.2}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Figures: scikit-learn 1.9.1 (testdata/ref/python/figures.py), pROC 1.18.0 (testdata/ref/r/compare.R), quadrature of 40 digits.
func TestProbabilitiesAgainstPeers(t *testing.T) {
	r, other, _, _ := madeUp()
	plain := mustProbabilities(t, &Rows{Y: r.Y, P: r.P}, usual)
	nearAll(t, "scikit-learn", []float64{plain.AUC.Value, plain.AveragePrecision.Value, plain.LogLoss.Value, plain.Brier.Value},
		[]float64{0.7298353167448011, 0.6083663161762306, 0.5750426799134039, 0.2023509722222222}, 1e-15)
	weighted := mustProbabilities(t, &Rows{Y: r.Y, P: r.P, Weight: r.Weight}, usual)
	nearAll(t, "scikit-learn, weighted", []float64{weighted.AUC.Value, weighted.AveragePrecision.Value, weighted.LogLoss.Value, weighted.Brier.Value},
		[]float64{0.7247195762314429, 0.5971766126306356, 0.5767978780046494, 0.2029569618055555}, 1e-15)
	near(t, "interpolated", plain.InterpolatedPR, 0.612297646875683347, 1e-15)
	nearAll(t, "pROC", []float64{plain.AUC.Low, plain.AUC.High, plain.AUC.SE}, []float64{0.655068536003747, 0.804602097485855, 0.0381470176650209}, 1e-14)
	c, err := Compare(&Rows{Y: r.Y, P: r.P}, other, usual)
	if err != nil {
		t.Fatal(err)
	}
	nearAll(t, "pROC, paired", []float64{c.AUC.Value, c.AUC.SE}, []float64{0.0756701526625797, 0.0563399737662919}, 1e-14)
}

// Figures: scikit-learn 1.9.1, scipy 1.17.1.
func TestValuesAgainstPeers(t *testing.T) {
	r, _, v, f := madeUp()
	above := make([]float64, len(v))
	for i := range v {
		above[i] = v[i] + 1
	}
	figures := func(weight []float64) []float64 {
		a := mustValues(t, &Rows{Y: v, P: f, Weight: weight})
		b := mustValues(t, &Rows{Y: above, P: f, Weight: weight})
		if !math.IsNaN(a.Gamma.Value) {
			t.Error("a Gamma deviance of outcomes of 0")
		}
		return []float64{a.MSE.Value, a.MAE.Value, a.R2, a.Poisson.Value, a.Tweedie.Value, b.Gamma.Value}
	}
	nearAll(t, "scikit-learn", figures(nil), []float64{183.59, 10.404, 0.2441435777249735, 11.51706842384615, 3.760943225816209, 1.027048738057981}, 1e-12)
	nearAll(t, "scikit-learn, weighted", figures(r.Weight),
		[]float64{176.999578125, 10.3268125, 0.2645131053790472, 11.19260477318282, 3.688517386546104, 1.039296970605017}, 1e-12)
	a := mustValues(t, &Rows{Y: v, P: f})
	nearAll(t, "scipy", []float64{a.Spearman.Value, a.Kendall.Value}, []float64{0.6442983299142911, 0.4708280495854129}, 1e-14)
}
