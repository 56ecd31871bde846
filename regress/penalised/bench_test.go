package penalised

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"mainstay/regress"
)

// simulated are rows with k columns, neighbours correlated by ½, of which ten count.
func simulated(n, k int, family string) (*regress.Design, []float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	d := &regress.Design{Names: []string{"(intercept)"}, X: make([]float64, n*(k+1))}
	for j := range k {
		d.Names = append(d.Names, fmt.Sprint("x", j))
	}
	y := make([]float64, n)
	for i := range y {
		row := d.Row(i)
		row[0] = 1
		eta, last := -1.0, rng.NormFloat64()
		for j := 1; j <= k; j++ {
			last = last/2 + math.Sqrt(0.75)*rng.NormFloat64()
			row[j] = last
			if j%max(k/10, 1) == 1 {
				eta += 0.3 * last
			}
		}
		switch family {
		case "gaussian":
			y[i] = eta + rng.NormFloat64()
		case "binomial":
			if rng.Float64() < 1/(1+math.Exp(-eta)) {
				y[i] = 1
			}
		case "poisson":
			y[i] = math.Floor(math.Exp(eta) + rng.Float64())
		}
	}
	return d, y
}

func BenchmarkPath(b *testing.B) {
	for _, family := range []string{"gaussian", "binomial", "poisson"} {
		d, y := simulated(100_000, 50, family)
		b.Run("100kx50/"+family, func(b *testing.B) {
			for b.Loop() {
				p, err := Fit(d, y, Options{Family: family, Alpha: 1, Threads: 2})
				if err != nil || !p.Certificate.Certified() {
					b.Fatal(err, p)
				}
				b.ReportMetric(float64(len(p.Lambda)), "lambdas")
				b.ReportMetric(float64(p.Certificate.Iterations), "passes")
			}
		})
	}
}
