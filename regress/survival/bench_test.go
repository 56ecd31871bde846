package survival

import "testing"

// A million rows with ten columns at times of their own; cmd/bench measures as many against lifelines.
func BenchmarkCox(b *testing.B) {
	d, t, _, _ := simulated(1_000_000, 10, 1, false, false)
	for b.Loop() {
		f, err := Cox(d, t, Efron, Options{Threads: 2})
		if err != nil || !f.Certificate.Certified() {
			b.Fatal(err, f)
		}
		b.ReportMetric(float64(f.Certificate.Iterations), "iterations")
	}
}
