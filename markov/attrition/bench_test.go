package attrition

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// million are customers of a model, continuous in time, with a covariate of buying and leaving or without.
func million(m Model, with bool) *Data {
	const n = 1_000_000
	rng := rand.New(rand.NewPCG(9, 9))
	var z []float64
	if with {
		for range n {
			z = append(z, rng.NormFloat64())
		}
	}
	d, _, _, _ := simulated(rng, m, 1, n, [most]float64{.55, 10.5, .7, 9}, z)
	d.LogGaps = nil
	if with {
		d.Purchase, d.Dropout = [][]float64{z}, [][]float64{z}
	}
	return d
}

// periods are customers of BG/BB, observed for 10 to 60 periods.
func periods(n int) *Data {
	rng, d := rand.New(rand.NewPCG(9, 9)), &Data{}
	for range n {
		p, q, end := betaOf(rng, 1.2, .75), betaOf(rng, .66, 2.8*8), float64(10+rng.IntN(51))
		x, last := 0.0, 0.0
		for i := 1.0; i <= end && rng.Float64() >= q; i++ {
			if rng.Float64() < p {
				x, last = x+1, i
			}
		}
		d.X, d.Last, d.T = append(d.X, x), append(d.Last, last), append(d.T, end)
	}
	return d
}

func BenchmarkFit(b *testing.B) {
	for _, m := range []Model{BGNBD, ParetoNBD} {
		d := million(m, false)
		b.Run(string(m), func(b *testing.B) {
			for range b.N {
				f, err := FitModel(m, d, Options{Threads: 2})
				if err != nil || !f.Certificate.Certified() {
					b.Fatal(err, f)
				}
			}
		})
	}
}

func BenchmarkPass(b *testing.B) {
	for _, m := range []Model{BGNBD, ParetoNBD} {
		d := million(m, false)
		law, _ := m.law(1)
		l := newLikelihood(law, d.book(1), 2)
		theta := []float64{math.Log(.55), math.Log(10.5), math.Log(.7), math.Log(9)}
		b.Run(string(m), func(b *testing.B) {
			for range b.N {
				l.surface(theta)
			}
		})
	}
}

// BenchmarkScores scores a million with intervals, the residual included; passes is how often the likelihood of all could be evaluated in that time.
func BenchmarkScores(b *testing.B) {
	for _, c := range []struct {
		m      Model
		k      int
		weekly bool
		with   bool // a continuous covariate of buying and leaving
	}{
		{BGNBD, 1, false, false}, {BGNBD, 1, true, false}, {MBGNBD, 1, false, false}, {MBGCNBD, 3, false, false}, {MBGCNBD, 3, true, false}, {ParetoNBD, 1, false, false}, {ParetoNBD, 1, true, false}, {BGBB, 1, true, false},
		{BGNBD, 1, false, true}, {MBGNBD, 1, false, true}, {ParetoNBD, 1, false, true},
	} {
		d := million(c.m, c.with)
		if c.m == BGBB {
			d = periods(1_000_000)
		} else if c.weekly {
			for i := range d.X {
				d.Last[i] = math.Ceil(d.Last[i])
			}
		}
		some := &Data{X: d.X[:20_000], Last: d.Last[:20_000], T: d.T[:20_000]}
		if c.with {
			some.Purchase, some.Dropout = [][]float64{d.Purchase[0][:20_000]}, [][]float64{d.Dropout[0][:20_000]}
		}
		f, err := FitModel(c.m, some, Options{Threads: 2, K: c.k})
		if err != nil || !f.Certificate.Certified() {
			b.Fatal(err, f.Certificate)
		}
		b.Run(fmt.Sprint(c.m, "-", c.k, map[bool]string{true: "-weekly"}[c.weekly], map[bool]string{true: "-covariate"}[c.with]), func(b *testing.B) {
			for range b.N {
				start := time.Now()
				if _, err := f.LogLik(d, 2); err != nil {
					b.Fatal(err)
				}
				one := time.Since(start)
				start = time.Now()
				if _, err := f.Scores(d, Questions{Horizon: 52, Rate: .002, Level: .95, Threads: 2}); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(start).Seconds()/one.Seconds(), "passes")
				b.ReportMetric(time.Since(start).Seconds(), "score_s")
			}
		})
	}
}
