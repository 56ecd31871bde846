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
