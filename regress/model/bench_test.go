package model

import "testing"

// BenchmarkFit is a logistic of eleven columns on 100,000 rows.
func BenchmarkFit(b *testing.B) {
	d := book(100_000, 1)
	for b.Loop() {
		mustFit(b, d, "won ~ x*region + noise + I(x^2)", Options{Family: Binomial, Level: 0.95, Threads: 1})
	}
}
