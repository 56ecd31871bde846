package attrition

import (
	"math"
	"math/rand/v2"
	"testing"
)

// million are customers of a model, continuous in time.
func million(m Model) *Data {
	d, _, _, _ := simulated(rand.New(rand.NewPCG(9, 9)), m, 1, 1_000_000, [most]float64{.55, 10.5, .7, 9}, nil)
	d.LogGaps = nil
	return d
}

func BenchmarkFit(b *testing.B) {
	for _, m := range []Model{BGNBD, ParetoNBD} {
		d := million(m)
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
		d := million(m)
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

func BenchmarkScores(b *testing.B) {
	for _, m := range []Model{BGNBD, ParetoNBD} {
		d := million(m)
		f, err := FitModel(m, d, Options{Threads: 2})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(string(m), func(b *testing.B) {
			for range b.N {
				if _, err := f.Scores(d, Questions{Horizon: 52, Rate: map[Model]float64{ParetoNBD: .002}[m], Level: .95, Threads: 2}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
