package hidden

import "testing"

// BenchmarkFit is a book of 5,000 customers over 24 months, three states: starts, climbs, standard errors. passes is how many times all periods were gone over.
func BenchmarkFit(b *testing.B) {
	for name, depends := range map[string]bool{"plain": false, "covariates": true} {
		b.Run(name, func(b *testing.B) {
			m, q := truth(Poisson)
			m.Spend, q.SpendMean, q.SpendShape = false, nil, 0
			if depends {
				m, q = dependent()
			}
			d, _ := simulate(m, q, 5000, 24, 1)
			for b.Loop() {
				f := mustFit(b, m, d, 2)
				b.ReportMetric(float64(f.Certificate.Iterations), "iterations")
			}
		})
	}
}
