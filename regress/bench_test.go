package regress

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mainstay/internal/num"
)

func simulated(n, k int) (*Design, []float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	d := &Design{Names: make([]string, k), X: make([]float64, n*k)}
	for j := range k {
		d.Names[j] = fmt.Sprint("x", j)
	}
	y := make([]float64, n)
	for i := range y {
		row := d.Row(i)
		row[0] = 1
		eta := -1.0
		for j := 1; j < k; j++ {
			row[j] = rng.NormFloat64()
			eta += row[j] * 0.1
		}
		if rng.Float64() < num.Expit(eta) {
			y[i] = 1
		}
	}
	return d, y
}

func BenchmarkLogistic(b *testing.B) {
	d, y := simulated(1_000_000, 20)
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprint("1Mx20/threads=", threads), func(b *testing.B) {
			for b.Loop() {
				f := mustLogistic(b, d, y, Options{Threads: threads})
				b.ReportMetric(float64(f.Certificate.Iterations), "iterations")
			}
		})
	}
}

func BenchmarkLeastSquares(b *testing.B) {
	d, y := simulated(100_000, 20)
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprint("100kx20/threads=", threads), func(b *testing.B) {
			for b.Loop() {
				mustLeastSquares(b, d, y, Options{Threads: threads})
			}
		})
	}
}
