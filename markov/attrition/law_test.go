package attrition

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"pgregory.net/rapid"
)

// drawn is a customer of a model with arbitrary parameters.
func drawn(t *rapid.T, m Model) (p [most]float64, x, last, end float64) {
	for i := range p {
		p[i] = math.Exp(rapid.Float64Range(-3, 4).Draw(t, fmt.Sprint("log p", i)))
	}
	x = float64(rapid.IntRange(0, 60).Draw(t, "x"))
	end = rapid.Float64Range(0.5, 300).Draw(t, "T")
	if m == BGBB {
		end = float64(rapid.IntRange(1, 40).Draw(t, "n"))
		x = math.Min(x, end)
		if x > 0 {
			last = float64(rapid.IntRange(int(x), int(end)).Draw(t, "tx"))
		}
		return p, x, last, end
	}
	if x > 0 {
		last = end * rapid.Float64Range(0.01, 1).Draw(t, "tx")
	}
	return p, x, last, end
}

// Gradient and Hessian are those of the value, for base and odds and the whole.
func TestDerivatives(t *testing.T) {
	for _, m := range Models {
		t.Run(string(m), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p, x, last, end := drawn(t, m)
				l, err := m.law(rapid.IntRange(1, 4).Draw(t, "k"))
				if err != nil {
					t.Fatal(err)
				}
				eval := func(p [most]float64) *part {
					var w work
					var s split
					var one part
					l.split(&w, &p, x, last, end, true, &s)
					s.whole(&one)
					one.inLogs(&p)
					return &one
				}
				at0 := eval(p)
				const h = 1e-4
				for i := range most {
					up, down := p, p
					up[i], down[i] = up[i]*math.Exp(h), down[i]*math.Exp(-h)
					a, b := eval(up), eval(down)
					size := 1 + math.Abs(at0.v)
					if d := (a.v - b.v) / (2 * h); math.Abs(d-at0.g[i]) > 1e-6*size {
						t.Fatalf("gradient %d: %v, difference %v", i, at0.g[i], d)
					}
					for j := i; j < most; j++ {
						if d := (a.g[j] - b.g[j]) / (2 * h); math.Abs(d-at0.h[at(i, j)]) > 1e-5*size {
							t.Fatalf("Hessian %d %d: %v, difference %v", i, j, at0.h[at(i, j)], d)
						}
					}
				}
			})
		})
	}
}

// The likelihoods are the integrals over customers that they stand for, by quadrature over both rates.
func TestLikelihoodIsTheIntegral(t *testing.T) {
	const r, alpha, a, b = 1.3, 4.0, 1.7, 2.6
	lambdas, chances := make([]float64, 300), make([]float64, 200)
	lw, cw := make([]float64, len(lambdas)), make([]float64, len(chances))
	quad.Legendre{}.FixedLocations(lambdas, lw, 0, 12)
	quad.Legendre{}.FixedLocations(chances, cw, 0, 1)
	gamma := func(v, shape, rate float64) float64 {
		lg, _ := math.Lgamma(shape)
		return math.Exp(shape*math.Log(rate) + (shape-1)*math.Log(v) - rate*v - lg)
	}
	lb := func(a, b float64) float64 {
		x, _ := math.Lgamma(a)
		y, _ := math.Lgamma(b)
		z, _ := math.Lgamma(a + b)
		return x + y - z
	}
	for _, c := range []struct{ x, last, end float64 }{{0, 0, 5}, {1, 2, 5}, {3, 3.5, 9}, {6, 7, 7}} {
		for _, m := range []Model{BGNBD, MBGNBD, MBGCNBD, ParetoNBD} {
			k := 1
			if m == MBGCNBD {
				k = 3
			}
			sum := 0.0
			for i, l := range lambdas {
				buy := math.Pow(l, float64(k)*c.x) * math.Exp(-l*c.last) // without the powers of gaps
				quiet := 0.0
				for j, term := 0, 1.0; j < k; j++ {
					quiet += term
					term *= l * (c.end - c.last) / float64(j+1)
				}
				quiet *= math.Exp(-l * (c.end - c.last))
				for j, p := range chances {
					w := lw[i] * cw[j] * gamma(l, r, alpha)
					if m == ParetoNBD { // p stands for a rate of leaving on (0, 10)
						mu := 10 * p
						inside := l / (l + mu) * math.Exp(-(l+mu)*c.end) // Fader & Hardie, note 009, eq. 14
						inside += mu / (l + mu) * math.Exp(-(l+mu)*c.last)
						sum += w * 10 * gamma(mu, a, b) * math.Pow(l, c.x) * inside
						continue
					}
					w *= math.Exp((a-1)*math.Log(p) + (b-1)*math.Log1p(-p) - lb(a, b))
					n := c.x
					if m != BGNBD {
						n++
					}
					v := math.Pow(1-p, n) * quiet
					if n > 0 {
						v += p * math.Pow(1-p, n-1)
					}
					sum += w * buy * v
				}
			}
			law, _ := m.law(k)
			p := [most]float64{r, alpha, a, b}
			var w work
			var s split
			law.split(&w, &p, c.x, c.last, c.end, false, &s)
			near(t, fmt.Sprint(m, c), s.logLik(), math.Log(sum), 2e-5)
		}
	}
}

// Key accounts buy more than formulas with powers of numbers can bear (CLVTools#100), and up to 10⁵ times.
func TestHeavyBuyers(t *testing.T) {
	p := [most]float64{.5143, 2.8845, .2856, 14.1087}
	for _, c := range [][3]float64{{221, 103.43, 103.57}, {254, 97.14, 97.29}, {161, 94.71, 98}, {204, 98.57, 99.43}, {1e5, 103, 103.57}, {1e5, 2, 103.57}, {1e5, 103.57, 103.57}, {1, 1e-9, 1e6}, {0, 0, 1e8}, {1e5, 1e-3, 1e8}} {
		for _, m := range []Model{BGNBD, MBGNBD, MBGCNBD, ParetoNBD} {
			law, _ := m.law(3)
			var w work
			var s split
			var one part
			law.split(&w, &p, c[0], c[1], c[2], true, &s)
			s.whole(&one)
			all := append(append([]float64{one.v}, one.g[:]...), one.h[:]...)
			for _, v := range all {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s %v: %v", m, c, all)
					break
				}
			}
			if alive := 1 - s.gone(); !(alive >= 0 && alive <= 1) {
				t.Errorf("%s %v: P(alive) %v", m, c, alive)
			}
		}
	}
}

// The integral of Pareto/NBD agrees with one of 200 panels, whichever rule is chosen.
func TestParetoIntegral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := func(lo, hi float64, what string) float64 { return math.Exp(rapid.Float64Range(lo, hi).Draw(t, what)) }
		alpha, beta, drop := e(-5, 8, "α"), e(-5, 8, "β"), e(-5, 5, "s")
		x := math.Floor(e(0, 11, "x"))
		whole := e(-3, 3, "r") + x - 1
		end := e(-1, 7, "T")
		last := end * rapid.Float64Range(0, 1).Draw(t, "tx")
		if last == end {
			return
		}
		var m moments
		m.find(alpha, whole, beta, drop, last, end, true)
		c := min(alpha, beta)
		length := math.Log1p((end - last) / (c + last))
		const panels = 200
		bounds := []float64{0}
		for i := range panels { // geometric: the integrand may fall off at once
			bounds = append(bounds, length*math.Pow(1e-8, 1-float64(i+1)/panels))
		}
		sum, mean := 0.0, 0.0
		for i := range panels {
			for j, node := range many.nodes {
				u := bounds[i] + (bounds[i+1]-bounds[i])*node
				since := (c + last) * math.Expm1(u)
				la, lb := math.Log1p(since/(alpha+last)), math.Log1p(since/(beta+last))
				f := many.weights[j] * (bounds[i+1] - bounds[i]) * math.Exp(-whole*la-drop*lb) * (c + last + since) / (beta + last + since)
				sum += f
				mean += f * la
			}
		}
		want := whole*math.Log1p((end-last)/(alpha+last)) + drop*math.Log1p((end-last)/(beta+last)) + math.Log(sum)
		if math.Abs(m.log-want) > 1e-11*(1+math.Abs(want)) {
			t.Fatalf("log ∫ %v, want %v", m.log, want)
		}
		if la := math.Log1p((end-last)/(alpha+last)) - mean/sum; math.Abs(m.la-la) > 1e-10*(1+math.Abs(la)) {
			t.Fatalf("mean la %v, want %v", m.la, la)
		}
	})
}
