package reports

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"mainstay/ingest"
	"mainstay/segment"
)

// manyScores is a book as a run has it: keys and texts that differ, numbers of full length.
func manyScores(n int) segment.Rows {
	r := rand.New(rand.NewPCG(1, 2))
	scores := make(segment.Rows, n)
	asOf := day("2026-11-22")
	for i := range scores {
		money := func() int64 { return r.Int64N(1_000_000) }
		s := &scores[i]
		*s = segment.Score{Key: fmt.Sprintf("C%08d", i), Name: fmt.Sprintf("Customer %d", i), Parent: fmt.Sprintf("G%d", i/7),
			Manager: fmt.Sprintf("M%02d", r.IntN(60)), Industry: []string{"public", "logistics", "construction"}[r.IntN(3)], Region: []string{"North", "South"}[r.IntN(2)],
			Profile: &segment.Profile{First: asOf - ingest.Day(400+r.IntN(900)), Last: asOf - ingest.Day(r.IntN(400)), Frequency: int32(1 + r.IntN(40)), Orders: 1 + r.Int64N(50),
				Sales: money(), Returns: -money(), Net12: money(), NetPrior12: money(), Costed12: money(), Cost12: money(), GapMean: 40 * r.Float64(), GapSD: 10 * r.Float64()},
			State: "established/quiet-1", AtRisk: true, Relation: "active", Churn: r.Float64(), ChurnLow: r.Float64(), ChurnHigh: r.Float64(), Decline: r.Float64(), DeclineLow: r.Float64(), DeclineHigh: r.Float64(), DeclineBelow: r.Float64(), Return: nan,
			Value12: 1e4 * r.Float64(), Value12Low: 1e4 * r.Float64(), Value12High: 1e4 * r.Float64(), Residual: 1e4 * r.Float64(), ValueAtRisk: 1e3 * r.Float64(),
			Realised12: money(), ValueScore: 100 * r.Float64(), Tier: "silver", TierReason: fmt.Sprintf("value rank %d of %d", i, n),
			Reasons:    [3]string{fmt.Sprintf("silence: silent %d d, usual %d (+)", r.IntN(400), r.IntN(90)), fmt.Sprintf("frequency: %d purchase days in 12 months, %d in all (−)", r.IntN(20), r.IntN(90)), fmt.Sprintf("value: 12-month revenue %d.%dk (−)", r.IntN(99), r.IntN(10))},
			ChurnModel: "logistic", ValueModel: "chain+spend", Certified: true}
	}
	return scores
}

// BenchmarkScores makes and writes a book of two row groups: as a table alone, in every format, and as a run does, in three at
// the same time.
func BenchmarkScores(b *testing.B) {
	f := newFixture()
	f.res.Scores = manyScores(2 * rowGroupRows)
	scores := Scores(f.res, f.ledger.Has)
	arrow := func(w io.Writer) tableWriter {
		a, err := newArrowWriter(w, scores.Shape, memory.NewGoAllocator())
		if err != nil {
			b.Fatal(err)
		}
		return a
	}
	for _, format := range []struct {
		name string
		open func(w io.Writer) []tableWriter
	}{
		{"table", func(io.Writer) []tableWriter { return nil }},
		{"parquet", func(w io.Writer) []tableWriter { return []tableWriter{newParquetWriter(w, scores.Shape)} }},
		{"csv", func(w io.Writer) []tableWriter { return []tableWriter{newCSVWriter(w, scores.Shape)} }},
		{"arrow", func(w io.Writer) []tableWriter { return []tableWriter{arrow(w)} }},
		{"run", func(w io.Writer) []tableWriter {
			return []tableWriter{newParquetWriter(w, scores.Shape), newCSVWriter(w, scores.Shape), arrow(w)}
		}},
	} {
		b.Run(format.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := scores.write(format.open(io.Discard)...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(scores.Rows), "ns/row")
		})
	}
}
