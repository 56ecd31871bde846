package attrition

import (
	"math"
	"testing"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// given is a fit with known parameters, as published.
func given(m Model, p ...float64) *Fit {
	l, _ := m.law(1)
	if m == NBD {
		p = p[:2]
	}
	cov := mat.NewSymDense(len(p), nil)
	for i := range p {
		cov.SetSym(i, i, 0.01)
	}
	return &Fit{Model: m, K: 1, Names: l.names(), Params: p, LogCov: cov, law: l, Certificate: num.Certificate{Converged: true, InfoPosDef: true}}
}

// customers that a model with known parameters is asked about.
func asked(t *rapid.T, m Model) (*Fit, Customer, float64) {
	p, x, last, end := drawn(t, m)
	f := given(m, p[:]...)
	if m == MBGCNBD {
		f.K = rapid.IntRange(2, 4).Draw(t, "k")
		f.law = &bg{k: f.K, first: true}
	}
	horizon := rapid.Float64Range(0.1, 100).Draw(t, "t")
	if m == BGBB {
		horizon = math.Ceil(horizon / 5)
	}
	return f, Customer{X: x, Last: last, T: end}, horizon
}

// The mean is that of the distribution, the distribution sums to one, and gradients are those of the values.
func TestExpectations(t *testing.T) {
	for _, m := range Models {
		t.Run(string(m), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				f, c, horizon := asked(t, m)
				e := f.Expected(c, horizon, .95)
				d := f.Distribution(c, horizon, 300)
				sum, mean := 0.0, 0.0
				for j, p := range d {
					if !(p >= -1e-15 && p <= 1+1e-9) {
						t.Fatalf("P(Y = %d) = %v", j, p)
					}
					sum += p
					mean += float64(j) * p
				}
				if sum > 1+1e-8 || sum > 1-1e-12 && math.Abs(mean-e.Value) > 1e-6*(1+mean) || mean > e.Value*(1+1e-6)+1e-9 {
					t.Fatalf("sum %v, mean %v, expected %+v", sum, mean, e)
				}
				if !(e.Low <= e.Value && e.Value <= e.High && e.SE >= 0) {
					t.Fatalf("%+v", e)
				}
				tell := f.teller(.95)
				tell.see(c)
				value := func(p *[most]float64) float64 { return f.law.expected(&work{}, p, c.X, c.Last, c.T, horizon).v }
				p := tell.p
				got, want := f.law.expected(&tell.w, &p, c.X, c.Last, c.T, horizon), byDifferences(&p, value)
				for i := range f.Names {
					if math.Abs(got.g[i]-want.g[i])*p[i] > 1e-5*(1+math.Abs(want.g[i]*p[i])) {
						t.Fatalf("derivative %d: %v, difference %v", i, got.g[i], want.g[i])
					}
				}
			})
		})
	}
}

// The discounted number is the integral of what is expected, by the parts of ∫ e^(−δu) dE(u) = δ ∫ e^(−δu) E(u) du.
func TestResidual(t *testing.T) {
	for _, l := range []struct {
		m Model
		k int
	}{{BGNBD, 1}, {MBGNBD, 1}, {MBGCNBD, 3}, {ParetoNBD, 1}} {
		t.Run(string(l.m), func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { checkResidual(t, l.m, l.k) }) })
	}
	f := given(BGBB, 1.203522, .749714, .656712, 2.783419)
	c := Customer{X: 4, Last: 5, T: 6}
	sum, before := 0.0, 0.0
	for i := 1; i <= 400; i++ {
		e := f.Expected(c, float64(i), .95).Value
		sum += (e - before) / math.Pow(1.1, float64(i))
		before = e
	}
	near(t, "bg/bb", f.Residual(c, .1, .95).Value, sum, 1e-9)
}

func checkResidual(t *rapid.T, m Model, k int) {
	p, x, last, end := drawn(t, m)
	f := given(m, p[:]...)
	f.K, f.law = k, mustLaw(m, k)
	c := Customer{X: x, Last: last, T: end}
	rate := math.Exp(rapid.Float64Range(-9, 0).Draw(t, "log δ"))
	got := f.Residual(c, rate, .95)
	tell := f.teller(.95)
	tell.see(c)
	if l, is := f.law.(*bg); is {
		rate = math.Max(rate, .1*math.Max(1, (p[bgR]+float64(k)*x)/(p[bgAlpha]+end))) // sums are short
		p[bgR] = math.Max(p[bgR], .3)
		f.Params[bgR] = p[bgR]
		tell.see(c)
		got = f.Residual(c, rate, .95)
		if want := tell.alive().Value * l.residualBySums(&p, x, last, end, rate); !(math.Abs(got.Value-want) <= 1e-8*want) {
			t.Fatalf("%v, want %v by sums", got.Value, want)
		}
		if l.bySum(&p) || p[bgA]+p[bgB]+l.occasions(x) < 1.1 {
			return // means are long sums
		}
	}
	want := 0.0
	const panels = 8
	long := math.Log1p(40/rate/0.01) / panels
	for i := range panels {
		for j, node := range many.nodes {
			u := 0.01 * math.Expm1(long*(float64(i)+node))
			want += many.weights[j] * long * (0.01 + u) * rate * math.Exp(-rate*u) * tell.times(f.law.expected(&tell.w, &p, x, last, end, u)).Value
		}
	}
	if math.IsNaN(want) && !math.IsNaN(got.Value) {
		return // hundreds of α+T ahead, with an a of 50, means take more terms than meanSeries gives them
	}
	if !(math.Abs(got.Value-want) <= 1e-8*(1e-12+want)) {
		t.Fatalf("%v, want %v", got.Value, want)
	}
	byHand := byDifferences(&p, func(p *[most]float64) float64 { return f.law.residual(&work{}, p, x, last, end, rate).v })
	exact := f.law.residual(&work{}, &p, x, last, end, rate)
	for i := range most {
		if !(math.Abs(exact.g[i]-byHand.g[i])*p[i] <= 1e-6*(1+math.Abs(byHand.g[i]*p[i]))) {
			t.Fatalf("derivative %d: %v, difference %v", i, exact.g[i], byHand.g[i])
		}
	}
}

// residualBySums adds, over purchases to come, their discount times the chance of still being there, and integrates that over log λ by Gauss and Legendre.
func (l *bg) residualBySums(p *[most]float64, x, last, end, rate float64) float64 {
	whole, a1, a, b := p[bgR]+float64(l.k)*x, p[bgAlpha]+end, p[bgA], p[bgB]+l.occasions(x)
	low, high := -40/whole-12/math.Sqrt(whole), math.Log1p((60+12*math.Sqrt(whole))/whole) // of v = log λα′/R
	panels := int((high-low)/.7) + 20
	var future, known float64
	for panel := range panels {
		for i, node := range more.nodes {
			v := low + (high-low)*(float64(panel)+node)/float64(panels)
			lambda := math.Exp(v) * whole / a1
			tick, density := lambda/(lambda+rate), more.weights[i]*math.Exp(-whole*(math.Expm1(v)-v))
			if density < 1e-18 {
				continue
			}
			round, sum, stay := math.Pow(tick, float64(l.k)), 0.0, 1.0
			for j, q := 0.0, 1.0; q*stay > 1e-17*sum*(1-round); j++ {
				sum += q * stay
				q *= round
				stay *= (b + j) / (a + b + j)
			}
			stage := 1.0
			for s := range l.k {
				known += density * stage
				future += density * stage * sum * math.Pow(tick, float64(l.k-s))
				stage *= lambda * (end - last) / float64(s+1)
			}
		}
	}
	return future / known
}

func mustLaw(m Model, k int) law {
	l, err := m.law(k)
	if err != nil {
		panic(err)
	}
	return l
}

// Corners in which residuals have a short form: nobody differs and nobody leaves (λ/δ), chances alike (λ/(δ+λp)), a clock.
func TestResidualCorners(t *testing.T) {
	const lambda, delta = .3, .002
	for _, m := range []Model{BGNBD, MBGNBD} {
		f := given(m, 1e7, 1e7/lambda, 1e-9, 1)
		near(t, string(m)+", nobody leaves", f.Residual(Customer{X: 3, Last: 9, T: 9}, delta, .95).Value*delta/lambda, 1, 1e-5)
		f = given(m, 1e7, 1e7/lambda, .2e8, .8e8)
		near(t, string(m)+", alike", f.Residual(Customer{X: 3, Last: 9, T: 9}, delta, .95).Value/f.Alive(Customer{X: 3, Last: 9, T: 9}, .95).Value, lambda/(delta+.2*lambda), 1e-5)
	}
	f := given(MBGCNBD, .5143, 2.8845, .2856, 14.1087)
	f.K, f.law = 3, mustLaw(MBGCNBD, 3)
	for _, x := range []float64{0, 1, 1e5, 1e9} {
		for _, rate := range []float64{1e-12, .0018, 1e3} {
			if e := f.Residual(Customer{X: x, Last: min(x, 103), T: 103.57}, rate, .95); !(e.Low <= e.Value && e.Value <= e.High && e.High < math.Inf(1)) {
				t.Errorf("%v purchases, rate %v: %+v", x, rate, e)
			}
		}
	}
}

// Sums of purchases that are surely made have a closed form, and those of a billion take no longer than others.
func TestSurely(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := math.Exp(rapid.Float64Range(-3, 3).Draw(t, "log a")), 1+math.Exp(rapid.Float64Range(-3, 6).Draw(t, "log b"))
		n := rapid.IntRange(0, 3000).Draw(t, "n")
		got, stay := surely(a, b, float64(n))
		sum, left := 0.0, 1.0
		for j := range n {
			sum += left
			left *= (b + float64(j)) / (a + b + float64(j))
		}
		if math.Abs(got-sum) > 1e-7*(1+sum) || math.Abs(stay-left) > 1e-10 {
			t.Fatalf("%v %v, want %v %v", got, stay, sum, left)
		}
	})
	f := given(MBGCNBD, .5143, 2.8845, .2856, 14.1087)
	f.K, f.law = 3, &bg{k: 3, first: true}
	for _, x := range []float64{1e5, 1e9} {
		if e := f.Expected(Customer{X: x, Last: 103.57, T: 103.57}, 52, .95); !(e.Value > x/10 && e.Low < e.Value && e.Value < e.High) {
			t.Errorf("%v purchases: %+v", x, e)
		}
	}
}
