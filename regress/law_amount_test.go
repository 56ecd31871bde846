package regress

import (
	"math"
	"testing"

	"mainstay/internal/num"
)

// Near a perfect fit the unit deviance is (y − μ)²/μ² − ⅔(y − μ)³/μ³ …, to all its digits.
func TestGammaDevianceNearPerfect(t *testing.T) {
	for _, l := range []law{gammaLaw{}, inverseGammaLaw{}} {
		for _, e := range []float64{1e-3, -1e-5, 1e-6} {
			y := 1 + e
			e = y - 1 // as it is stored
			loglik, score, _ := l.row(l.link(1), y)
			want := e * e / 2 * (1 - 2*e/3 + e*e/2 - 2*e*e*e/5)
			if math.Abs(-loglik/want-1) > 1e-8 || math.Abs(math.Abs(score)-math.Abs(e)) > 1e-15 {
				t.Errorf("%T at 1 + %v: %v, want %v; score %v", l, e, -loglik, want, score)
			}
		}
	}
	for _, a := range []float64{9999, 1e4, 10001, 2e4} {
		lg, _ := math.Lgamma(a)
		near(t, "a log a − a − log Γ(a)", gammaScale(a), a*math.Log(a)-a-lg, 1e-9)
	}
}

// Columns that reproduce a gamma response leave no dispersion, and no numbers.
func TestPerfectGammaIsRefused(t *testing.T) {
	x, power, hyperbola := make([]float64, 30), make([]float64, 30), make([]float64, 30)
	for i := range x {
		x[i] = float64(i) / 10
		power[i], hyperbola[i] = 1e4*math.Exp(0.3*x[i]), 1e4/(1+0.1*x[i])
	}
	for link, y := range map[Link][]float64{Log: power, Inverse: hyperbola} {
		f, err := GLM(design(x), y, Model{Distribution: Gamma, Link: link}, Options{})
		if err != nil || f.Certificate.Certified() || !has(f, num.WarnBoundary) || f.Coef[1] != 0 {
			t.Errorf("%s: %v %+v", link, err, f)
		}
	}
}

// A ridge so small that rounding swallows it drops a copy of a column, where a larger one shares the coefficient out.
func TestRidgeOfCopies(t *testing.T) {
	x, y := make([]float64, 30), make([]float64, 30)
	for i := range x {
		x[i], y[i] = math.Sin(float64(i)), math.Sin(float64(i))+math.Cos(float64(7*i))
	}
	d := design(x, x)
	shared, err := Ridge(d, y, 1e-6, Options{})
	if err != nil || len(shared.Dropped) > 0 || math.Abs(shared.Coef[1]-shared.Coef[2]) > 1e-6 {
		t.Errorf("%v %+v", err, shared)
	}
	lost, err := Ridge(d, y, 1e-40, Options{})
	if err != nil || len(lost.Dropped) != 1 || math.Abs(lost.Coef[1]-2*shared.Coef[1]) > 1e-6 {
		t.Errorf("%v %+v", err, lost)
	}
}
