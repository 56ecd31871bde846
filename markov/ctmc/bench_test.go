package ctmc

import (
	"fmt"
	"testing"
)

// BenchmarkSums is one evaluation of likelihood, score and outer products of R msm's cav: 2,224 intervals, 7 rates.
func BenchmarkSums(b *testing.B) {
	m, d, _ := cav(b)
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			l := newLikelihood(m, d, threads)
			theta, _ := l.start()
			for b.Loop() {
				l.sums(theta)
			}
		})
	}
}
