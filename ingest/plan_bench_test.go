package ingest

import (
	"context"
	"os"
	"testing"
	"time"

	"mainstay/ingest/store"
)

// BenchmarkPlan reads what the plan needs of $MAINSTAY_BENCH, a file or folder.
func BenchmarkPlan(b *testing.B) {
	source := os.Getenv("MAINSTAY_BENCH")
	if source == "" {
		b.Skip("MAINSTAY_BENCH names no export")
	}
	for _, all := range []bool{false, true} {
		name := map[bool]string{false: "footers", true: "all"}[all]
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				cfg := DefaultConfig()
				cfg.readAll = all
				if _, err := NewPlan(context.Background(), store.Dir{}, []string{source}, cfg, 2, time.Now()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkParts builds the Ledger of $MAINSTAY_BENCH with row groups read whole and in parts.
func BenchmarkParts(b *testing.B) {
	source := os.Getenv("MAINSTAY_BENCH")
	if source == "" {
		b.Skip("MAINSTAY_BENCH names no export")
	}
	p, err := NewPlan(context.Background(), store.Dir{}, []string{source}, DefaultConfig(), 2, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	defer func(rows int64) { leastPart = rows }(leastPart)
	for name, least := range map[string]int64{"whole": 1 << 40, "parts": leastPart} {
		b.Run(name, func(b *testing.B) {
			leastPart = least
			for b.Loop() {
				if _, err := Build(context.Background(), store.Dir{}, p, 2, nil, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
