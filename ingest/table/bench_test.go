package table

import (
	"context"
	"math"
	"os"
	"runtime"
	"testing"

	"mainstay/ingest/store"
)

// BenchmarkAccounts reads $MAINSTAY_ACCOUNTS, and says how many bytes of memory the table takes for a row.
func BenchmarkAccounts(b *testing.B) {
	source := os.Getenv("MAINSTAY_ACCOUNTS")
	if source == "" {
		b.Skip("MAINSTAY_ACCOUNTS names no table")
	}
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for _, threads := range []int{1, 2} {
		b.Run(map[int]string{1: "1", 2: "2"}[threads], func(b *testing.B) {
			before := inUse()
			var a *Accounts
			for b.Loop() {
				var err error
				if a, err = ReadAccounts(context.Background(), store.Dir{}, []string{source}, AccountsConfig{}, "customer_id", math.MaxInt32, threads); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(inUse()-before)/float64(len(a.Keys)), "B/row")
		})
	}
}
