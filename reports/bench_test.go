package reports

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"mainstay/ingest"
	"mainstay/segment"
)

// manyScores is a book as a run has it: keys and texts that differ, numbers of full length.
func manyScores(n int) []segment.Score {
	r := rand.New(rand.NewPCG(1, 2))
	scores := make([]segment.Score, n)
	asOf := day("2026-11-22")
	for i := range scores {
		money := func() int64 { return r.Int64N(1_000_000) }
		s := &scores[i]
		*s = segment.Score{Key: fmt.Sprintf("C%08d", i), Name: fmt.Sprintf("Customer %d", i), Parent: fmt.Sprintf("G%d", i/7),
			Manager: fmt.Sprintf("M%02d", r.IntN(60)), Industry: []string{"public", "logistics", "construction"}[r.IntN(3)], Region: []string{"North", "South"}[r.IntN(2)],
			Profile: &segment.Profile{First: asOf - ingest.Day(400+r.IntN(900)), Last: asOf - ingest.Day(r.IntN(400)), Frequency: int32(1 + r.IntN(40)), Orders: 1 + r.Int64N(50),
				Sales: money(), Returns: -money(), Net12: money(), NetPrior12: money(), Costed12: money(), Cost12: money(), GapMean: 40 * r.Float64(), GapSD: 10 * r.Float64()},
			State: "established/quiet-1", AtRisk: true, Relation: "active", Churn: r.Float64(), ChurnLow: r.Float64(), ChurnHigh: r.Float64(), Return: nan,
			Value12: 1e4 * r.Float64(), Value12Low: 1e4 * r.Float64(), Value12High: 1e4 * r.Float64(), Residual: 1e4 * r.Float64(), ValueAtRisk: 1e3 * r.Float64(),
			Realised12: money(), ValueScore: 100 * r.Float64(), Tier: "silver", TierReason: fmt.Sprintf("value rank %d of %d", i, n),
			Reasons:    [3]string{fmt.Sprintf("silence: silent %d d, usual %d (+)", r.IntN(400), r.IntN(90)), fmt.Sprintf("frequency: %d purchase days in 12 months, %d in all (−)", r.IntN(20), r.IntN(90)), fmt.Sprintf("value: 12-month revenue %d.%dk (−)", r.IntN(99), r.IntN(10))},
			ChurnModel: "logistic", ValueModel: "chain+spend", Certified: true}
	}
	return scores
}

// BenchmarkScores writes a book in every format; the work of one row is ns/row.
func BenchmarkScores(b *testing.B) {
	f := newFixture()
	f.res.Scores = manyScores(rowGroupRows)
	write := func(name string, write func(io.Writer, *Table) error) {
		b.Run(name, func(b *testing.B) {
			table := Scores(f.res, f.ledger.Has)
			b.ReportAllocs()
			for b.Loop() {
				if err := write(io.Discard, table); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(table.Rows), "ns/row")
		})
	}
	b.Run("table", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Scores(f.res, f.ledger.Has)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rowGroupRows, "ns/row")
	})
	write("parquet", WriteParquet)
	write("csv", WriteCSV)
	write("arrow", WriteArrow)
	write("json", WriteJSON)
}
