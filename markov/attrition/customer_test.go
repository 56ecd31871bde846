package attrition

import (
	"fmt"
	"math"
	"testing"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// given is a fit with known parameters, as published.
func given(m Model, p ...float64) *Fit {
	l, _ := m.law(1)
	cov := mat.NewSymDense(len(p), nil)
	for i := range p {
		cov.SetSym(i, i, 0.01)
	}
	return &Fit{Model: m, K: 1, Names: l.names(), Params: p, LogCov: cov, law: l, Certificate: num.Certificate{Converged: true, InfoPosDef: true}}
}

// The figures of the literature: lifetimes and BTYD, as in ../shared/reference/README.md, with the parameters that they were printed for.
func TestPublished(t *testing.T) {
	bg, pareto := given(BGNBD, .2425945, 4.4136019, .7929199, 2.4258881), given(ParetoNBD, .55315, 10.57633, .60625, 11.67150)
	heavy := Customer{X: 26, Last: 216.0 / 7, T: 31}
	near(t, "BG/NBD, x = 2", bg.Expected(Customer{X: 2, Last: 30.43, T: 38.86}, 39, .95).Value, 1.226, 5e-4)
	btyd := given(BGNBD, .2425967, 4.413659, .7929869, 2.426164)
	near(t, "BG/NBD, 1516", btyd.Expected(heavy, 52, .95).Value, 25.75659, 1e-5)
	near(t, "BG/NBD, 1516 alive", bg.Alive(heavy, .95).Value, .9688523, 1e-5)
	near(t, "Pareto/NBD, 1516", pareto.Expected(heavy, 52, .95).Value, 25.45647, 5e-4)
	near(t, "Pareto/NBD, 1516 alive", pareto.Alive(heavy, .95).Value, .99787, 5e-6)
	for at, want := range map[float64]float64{.1429: .0078, 1: .0532, 3: .1506, 31.8571: 1.0405, 32: 1.0437} {
		near(t, fmt.Sprint("BG/NBD E X of ", at), bg.Expected(Customer{}, at, .95).Value, want, 1e-4)
	}
	near(t, "BG/NBD E X(78)", bg.Expected(Customer{}, 78, .95).Value, 1.8576, 5e-4) // of a spreadsheet whose series is short
	near(t, "BG/NBD E X(52)", bg.Expected(Customer{}, 52, .95).Value, 1.444004, 1e-4)
	for i, want := range []float64{.3474606, .04283391, .004158973, .0003583685} {
		near(t, "BG/NBD paradox", bg.Expected(Customer{X: float64(10 + 5*i), Last: 20, T: 39}, 52, .95).Value, want, 1e-4*want+1e-6)
	}
	paper := given(BGNBD, .243, 4.414, .793, 2.426)
	near(t, "P(X(39) = 0)", paper.Distribution(Customer{}, 39, 0)[0], .5737864, 1e-7)
	near(t, "P(X(2) = 10)", paper.Distribution(Customer{}, 2, 10)[10], 1.07869e-07, 1e-12)
	for i, want := range []float64{.0019995214, .0015170236, .0011633150, .0009003148, .0007023638, .0005517902, .0004361913, .0003467171, .0002769613, .0002222260} {
		near(t, "P(X(30) = 11 …)", paper.Distribution(Customer{}, 30, 20)[11+i], want, 1e-9)
	}
	isovalue := given(ParetoNBD, .5629966, 12.5590370, .4081095, 10.5148048)
	near(t, "DERT", isovalue.Residual(Customer{X: 7, Last: 35, T: 77.86}, .0027, .95).Value, 1.864183, 1e-6)
	for i, want := range []float64{2.1992, 2.8435, 2.8671, 2.4454, 1.8405, 1.2624, .8096, .4948, .2920, .1679} {
		near(t, "DERT by x", isovalue.Residual(Customer{X: float64(1 + i), Last: 30, T: 77.86}, .0027, .95).Value, want, 5e-5)
	}
}

func TestPublishedPareto(t *testing.T) {
	f := given(ParetoNBD, .55, 10.56, .61, 11.64) // those of BTYD's help pages
	for i, want := range []float64{0, .05077821, .09916088, .14542507, .18979930, .23247466, .27361274, .31335159, .35181024, .38909211} {
		near(t, "E X", f.Expected(Customer{}, float64(i), .95).Value, want, 1e-4)
	}
	fitted := estimate(t, ParetoNBD, cdnow(t), Options{})
	near(t, "E X(52)", fitted.Expected(Customer{}, 52, .95).Value, 1.473434, 1e-4)
	for i, want := range []float64{.7062289, .1442396, .02250658, .00309267} { // with BTYD's own estimates, of which it prints four digits
		near(t, "paradox", fitted.Expected(Customer{X: float64(10 + 5*i), Last: 20, T: 39}, 52, .95).Value, want, 2e-3*want)
	}
}

func TestPublishedDonations(t *testing.T) {
	f := given(BGBB, 1.203528, .7497260, .6567808, 2.783796)
	near(t, "E X(10)", f.Expected(Customer{}, 10, .95).Value, 3.179805, 1e-4)
	near(t, "(0,0)", f.Expected(Customer{T: 6}, 10, .95).Value, .1302169, 1e-4)
	near(t, "(4,5)", f.Expected(Customer{X: 4, Last: 5, T: 6}, 10, .95).Value, 3.627858, 1e-4)
	for _, c := range []struct{ x, last, want float64 }{{0, 0, .11}, {2, 4, .59}, {6, 6, .93}} {
		one := f.Expected(Customer{X: c.x, Last: c.last, T: 6}, 1, .95).Value // buys in 2002: is alive in it, and p
		near(t, "alive 2002", one*(1.203528+.7497260+6)/(1.203528+c.x), c.want, .006)
	}
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
				for i := range most {
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
