package ingest

import (
	"context"
	"testing"

	"github.com/parquet-go/parquet-go"

	"mainstay/ingest/store"
)

// BenchmarkStored compares building a Ledger from an export (plan and build) with reading it from a folder,
// hashes included, and measures storing it and appending a night of a hundredth.
func BenchmarkStored(b *testing.B) {
	ctx, rows := context.Background(), manyNightRows(benchRows)
	st := store.Memory{
		"in/a.parquet":    parquetOf(b, rows, benchRows/8, parquet.Compression(&parquet.Snappy)),
		"night/a.parquet": parquetOf(b, rows[:benchRows/100], benchRows),
	}
	cfg, folder := nightConfig(), b.TempDir()
	o := StoreOptions{Threads: 2, Now: planNow, MaxChange: -1}
	plan := func(b *testing.B, st store.Store, source string, cfg Config) *Plan {
		p, err := NewPlan(ctx, st, []string{source}, cfg, 2, planNow)
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	build := func(b *testing.B, st store.Store, source string, cfg Config) {
		for b.Loop() {
			if _, err := Build(ctx, st, plan(b, st, source, cfg), 2, nil, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
	}
	b.Run("export", func(b *testing.B) { build(b, st, "in", cfg) })
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			if _, err := StoreLedger(ctx, st, plan(b, st, "in", cfg), folder, o); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("read", func(b *testing.B) {
		stored, err := StoredConfig(ctx, store.Dir{}, []string{folder})
		if err != nil {
			b.Fatal(err)
		}
		build(b, store.Dir{}, folder, *stored)
	})
	b.Run("append", func(b *testing.B) {
		for b.Loop() {
			stored, err := StoredConfig(ctx, store.Dir{}, []string{folder})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := AppendLedger(ctx, st, folder, []string{"night"}, *stored, AppendOptions{StoreOptions: o, Restate: RestateOrders}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
