package attrition

import (
	"math"
	"math/rand/v2"
	"testing"

	"mainstay/internal/num"
)

// The likelihood at the edge is that of exponential lives, by quadrature,
//
//	L = Γ(r+x)/Γ(r) · α^r { (α+T)^−(r+x) e^(−μT) + μ ∫_tx^T (α+t)^−(r+x) e^(−μt) dt },
//
// and what is said of customers follows from it: P(alive) is its first part, who is alive buys (r+x)/(α+T) · (1 − e^(−μt))/μ times in t, and (r+x)/(α+T)/(μ+δ) discounted.
func TestOneRateIsExponential(t *testing.T) {
	const r, alpha, mu = 0.8, 5.0, 0.01
	f, err := Known(ParetoNBD, 1, r, alpha, oneRate, oneRate/mu)
	if err != nil {
		t.Fatal(err)
	}
	nodes, weights := num.Legendre(200)
	for _, c := range []Customer{{X: 0, T: 40}, {X: 3, Last: 10, T: 50}, {X: 12, Last: 90, T: 100}, {X: 200, Last: 95, T: 100}, {X: 7, Last: 30, T: 30}} {
		rest := c.T - c.Last
		over := func(u float64) float64 { // relative to the first part
			return math.Exp((r+c.X)*math.Log((alpha+c.T)/(alpha+u)) + mu*(c.T-u))
		}
		dead := 0.0
		for i, node := range nodes {
			dead += weights[i] * rest * mu * over(c.Last+rest*node)
		}
		alive := 1 / (1 + dead)
		near(t, "alive", f.Alive(c, .9).Value, alive, 2e-4*alive)
		one := (r + c.X) / (alpha + c.T)
		near(t, "expected", f.Expected(c, 52, .9).Value, alive*one*-math.Expm1(-mu*52)/mu, 4e-4*alive*one*52)
		read := f.Reader(200, 52, .002)
		near(t, "alive, read", read.Alive(c), alive, 2e-4*alive)
		near(t, "expected, read", read.Given(c), one*-math.Expm1(-mu*52)/mu, 4e-4*one*52)
		near(t, "residual, read", read.Residual(c), one/(mu+.002), 4e-4*one/(mu+.002))
		near(t, "residual", f.Residual(c, .002, .9).Value, alive*one/(mu+.002), 4e-4*alive*one/(mu+.002))
	}
}

// Customers who leave at one rate are fitted at the edge or, where chance makes them differ, inside; the rate is found, its interval holds it as often as it says, and the law is a better one than MBG/NBD.
func TestParetoNearFindsOneRate(t *testing.T) {
	const r, alpha, mu, books = 1.2, 4.0, 0.012, 40
	edges, held, better := 0, 0, 0
	for book := range books {
		d, _, _, _ := simulated(rand.New(rand.NewPCG(uint64(book), 11)), ParetoNBD, 1, 300, [most]float64{r, alpha, oneRate, oneRate / mu}, nil)
		near := []float64{r * 1.3, alpha, 1, .7 / mu}
		f, err := ParetoNear(d, near, 2)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Certificate.Certified() {
			t.Logf("book %d: %v", book, f.Certificate.Warnings)
			continue
		}
		if m, err := FitModel(MBGNBD, d, Options{}); err == nil && !(m.BIC() <= f.BIC()) {
			better++
		}
		if !f.OneRate {
			continue
		}
		edges++
		if size := f.Size(); size != 3 || f.SE[parS] != 0 {
			t.Errorf("%d parameters, s ± %v", size, f.SE[parS])
		}
		if off := math.Log(f.Params[parS]/f.Params[parBeta]/mu) / (f.SE[parBeta] / f.Params[parBeta]); math.Abs(off) <= 1.96 {
			held++
		}
		again, err := Stored(f.Model, f.K, f.Params, f.LogCov)
		if err != nil || !again.OneRate {
			t.Errorf("stored as %+v, %v", again, err)
		}
	}
	t.Logf("%d of %d at the edge, %d hold the rate; better than MBG/NBD in %d", edges, books, held, better)
	if edges < books/4 || float64(held) < 0.85*float64(edges) || better < books*9/10 {
		t.Errorf("%d of %d at the edge, %d hold the rate; better than MBG/NBD in %d", edges, books, held, better)
	}
}

// Where hazards differ the edge is not taken.
func TestParetoNearDiffers(t *testing.T) {
	d := cdnow(t)
	f, err := ParetoNear(d, []float64{.5, 10, 1000, 1000 * 20}, 2)
	if err != nil || !f.Certificate.Certified() || f.OneRate {
		t.Fatalf("%v %+v", err, f)
	}
	near(t, "log L", f.Certificate.LogLik, -9594.976, .01)
}
