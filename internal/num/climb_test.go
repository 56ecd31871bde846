package num

import (
	"math"
	"math/big"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

// A bent ridge: −(1−x)² − 100(y−x²)², Rosenbrock's, has its top at (1, 1).
func TestClimb(t *testing.T) {
	f := func(v []float64) (float64, []float64, *mat.SymDense) {
		x, y := v[0], v[1]
		g := []float64{2*(1-x) + 400*x*(y-x*x), -200 * (y - x*x)}
		return -(1-x)*(1-x) - 100*(y-x*x)*(y-x*x), g, mat.NewSymDense(2, []float64{-2 + 400*(y-3*x*x), 400 * x, 400 * x, -200})
	}
	a := Climb(f, []float64{-1.2, 1})
	if !a.Converged || a.Away >= 0 || math.Abs(a.Theta[0]-1)+math.Abs(a.Theta[1]-1) > 1e-9 || a.Covariance(10) == nil {
		t.Errorf("%+v", a)
	}
	// 1 − e^−x has no top: the climb runs away and says where.
	endless := func(v []float64) (float64, []float64, *mat.SymDense) {
		e := math.Exp(-v[0])
		return 1 - e, []float64{e}, mat.NewSymDense(1, []float64{-e})
	}
	if a := Climb(endless, []float64{0}); a.Converged || a.Away != 0 || a.Theta[0] != ClimbAway || a.Iterations > 20 {
		t.Errorf("%+v", a)
	}
	if a := ClimbNear(f, []float64{0.9, 0.8}, 12, 5); !a.Converged || math.Abs(a.Theta[0]-1) > 1e-9 {
		t.Errorf("%+v", a)
	}
	if a := ClimbNear(f, []float64{-1.2, 1}, 3, 5); a.Converged || a.Iterations != 3 {
		t.Errorf("%+v", a)
	}
	if a := ClimbNear(endless, []float64{0}, 12, 5); a.Converged || a.Away != 0 || a.Iterations > 6 {
		t.Errorf("%+v", a)
	}
	outside := func([]float64) (float64, []float64, *mat.SymDense) { return math.NaN(), nil, nil }
	if a := Climb(outside, []float64{0}); a.Converged || a.Covariance(1) != nil {
		t.Errorf("%+v", a)
	}
	if ends := ClimbBest(f, [][]float64{{5, 5}, {-1.2, 1}, {0, 0}}, 2); len(ends) != 2 || !ends[0].Converged {
		t.Errorf("%+v", ends)
	}
}

// A flat top is found wherever it is inside; one at infinity is seen to be there after few steps, on a straight ridge beside coordinates that settle, and
// where rounding has eaten the curvature.
func TestClimbOnFlats(t *testing.T) {
	find := func(t rapid.TB, top, start, curve float64) {
		f := func(v []float64) (float64, []float64, *mat.SymDense) {
			x, y := v[0]-top, v[1]-v[0]/2
			return 1 - curve*x*x/2 - y*y, []float64{-curve*x + y, -2 * y}, mat.NewSymDense(2, []float64{-curve - 0.5, 1, 1, -2})
		}
		if a := Climb(f, []float64{start, 0}); !a.Converged || math.Abs(a.Theta[0]-top) > 1e-4 {
			t.Fatalf("top %g from %g: %+v", top, start, a)
		}
	}
	find(t, 20, 0, 5.8e-8) // seen from 8, steps ahead that double come to 16 and to the border at 23, which is higher
	rapid.Check(t, func(t *rapid.T) {
		// By definition a gradient within ClimbScore is flat and without end where the step is above climbFlat: no less curvature can be told from none.
		curve := max(2*ClimbScore/climbFlat, math.Exp(rapid.Float64Range(-18, 0).Draw(t, "log curvature")))
		find(t, rapid.Float64Range(-20, 20).Draw(t, "top"), rapid.Float64Range(-20, 20).Draw(t, "start"), curve)
	})
	rapid.Check(t, func(t *rapid.T) {
		// Rising to 0 along (1, 1), with z on its way to a place that depends on where one is.
		rate, noise := math.Exp(rapid.Float64Range(-1, 1).Draw(t, "log rate")), rapid.SampledFrom([]float64{0, 1e-9}).Draw(t, "noise")
		f := func(v []float64) (float64, []float64, *mat.SymDense) {
			e := math.Exp(-rate * (v[0] + v[1]) / 2)
			d, z := v[0]-v[1], v[2]-1-e
			ez := rate * e / 2 // minus the derivative of e
			g := []float64{ez - d - z*ez, ez + d - z*ez, -z}
			h := -rate * ez / 2
			hz := -ez*ez + z*rate*ez/2
			rough := noise * math.Sin(1e4*v[0])
			return -e - d*d/2 - z*z/2, g, mat.NewSymDense(3, []float64{h - 1 + hz + rough, h + 1 + hz + rough, -ez, h + 1 + hz + rough, h - 1 + hz + rough, -ez, -ez, -ez, -1})
		}
		a := Climb(f, []float64{rapid.Float64Range(-1, 1).Draw(t, "x"), 0, 0})
		if a.Converged || a.Away < 0 || a.Iterations > 60 || math.Abs(a.Theta[2]-1) > 1e-2 {
			t.Fatalf("%+v", a)
		}
	})
}

// Rises are sums; Stirling's forms agree with them, and with the gamma function where that keeps its digits.
func TestRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := math.Exp(rapid.Float64Range(-7, 9).Draw(t, "log a"))
		n := rapid.IntRange(0, 300).Draw(t, "n")
		var log, di, tri Adder
		for i := range n {
			v := a + float64(i)
			log.Add(math.Log(v))
			di.Add(1 / v)
			tri.Add(-1 / (v * v))
		}
		for _, c := range []struct {
			what      string
			got, want float64
		}{{"log", LogRising(a, float64(n)), log.Sum()}, {"ψ", DigammaRise(a, float64(n)), di.Sum()}, {"ψ′", TrigammaRise(a, float64(n)), tri.Sum()}} {
			if math.Abs(c.got-c.want) > 1e-12*(math.Abs(c.want)+math.Abs(math.Log(a))*1e-2) && math.Abs(c.got-c.want) > 1e-13*math.Abs(math.Log(a)) {
				t.Fatalf("%s(%v, %d): %v, want %v", c.what, a, n, c.got, c.want)
			}
		}
	})
	for _, x := range []float64{0.01, 0.5, 3, 19.9, 20, 1e6} {
		if got, want := Trigamma(x), mathext.Zeta(2, x); math.Abs(got/want-1) > 1e-14 {
			t.Errorf("ψ′(%v): %v, want %v", x, got, want)
		}
	}
	// mpmath, 40 digits.
	for x, want := range map[float64]float64{0.3: -3.502524222200133125, 7.25: 1.910453526883736028} {
		if got := Digamma(x); math.Abs(got/want-1) > 1e-14 {
			t.Errorf("ψ(%v): %v, want %v", x, got, want)
		}
	}
	// Γ(1e8+1e3)/Γ(1e8): mpmath, 40 digits.
	if got, want := LogRising(1e8, 1e3), 18420.685738935724; math.Abs(got/want-1) > 1e-14 {
		t.Errorf("%.17g", got)
	}
}

// The series in 300 bits; derivatives are those of the values.
func TestHypergeometric(t *testing.T) {
	exact := func(a, b, c, z float64) float64 {
		f := func(v float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(v) }
		sum, term := f(1), f(1)
		for n := range 20_000 {
			for _, up := range []float64{a, b} {
				term.Mul(term, f(up).Add(f(up), f(float64(n))))
			}
			term.Mul(term, f(z))
			term.Quo(term, f(c).Add(f(c), f(float64(n))))
			term.Quo(term, f(float64(n+1)))
			sum.Add(sum, term)
			if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-80 {
				break
			}
		}
		v, _ := sum.Float64()
		return v
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64Range(-3, 40).Draw(t, "a"), rapid.Float64Range(0.05, 40).Draw(t, "b")
		c, z := b+rapid.Float64Range(0.1, 50).Draw(t, "c"), rapid.Float64Range(0, 0.98).Draw(t, "z")
		got, by := Hypergeometric(a, b, c, z)
		if want := exact(a, b, c, z); math.Abs(got-want) > 1e-11*(1+math.Abs(want)) {
			t.Fatalf("%v, want %v", got, want)
		}
		at := [4]float64{a, b, c, z}
		for i := range 4 {
			h := 1e-6
			if i == 3 && z < h {
				continue
			}
			up, down := at, at
			up[i] += h
			down[i] -= h
			u, _ := Hypergeometric(up[0], up[1], up[2], up[3])
			d, _ := Hypergeometric(down[0], down[1], down[2], down[3])
			if want := (u - d) / (2 * h); math.Abs(by[i]-want) > 1e-5*(math.Abs(want)+math.Abs(got)) {
				t.Fatalf("derivative %d: %v, want %v", i, by[i], want)
			}
		}
	})
	for _, bad := range [][4]float64{{1, 1, 0, 0.5}, {1, 1, 2, 1}, {1, 1, 2, -0.1}, {math.NaN(), 1, 2, 0.1}} {
		if v, _ := Hypergeometric(bad[0], bad[1], bad[2], bad[3]); !math.IsNaN(v) {
			t.Errorf("%v: %v", bad, v)
		}
	}
}
