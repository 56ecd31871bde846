package segment

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"mainstay/ingest"
)

// bigLedger is a book of the given number of customers over three years, about eight purchase days
// each, built straight into shards.
func bigLedger(customers int) *ingest.Ledger {
	const days = 1095
	first := date("2021-01-01")
	l := &ingest.Ledger{Scale: 2, First: first, AsOf: first + days - 1}
	r := rand.New(rand.NewPCG(3, 5))
	next := 0
	for k := range ingest.Shards {
		var s ingest.Shard
		s.KeyStart, s.CellStart = []uint32{0}, []uint32{0}
		for ; next < customers*(k+1)/ingest.Shards; next++ {
			s.KeyBytes = fmt.Appendf(s.KeyBytes, "C%08d", next)
			s.KeyStart = append(s.KeyStart, uint32(len(s.KeyBytes)))
			gap, mean := 60*math.Exp(0.7*r.NormFloat64()), 20_000*math.Exp(r.NormFloat64())
			left := r.ExpFloat64() * 600
			joined := r.Float64() * days
			for at := joined; at < days && (at == joined || at < joined+left); at += 1 + gap*r.ExpFloat64() {
				s.Day = append(s.Day, first+ingest.Day(at))
				s.Lines = append(s.Lines, 1)
				s.Sales = append(s.Sales, 1+int64(mean*math.Exp(0.4*r.NormFloat64())))
				s.Returns = append(s.Returns, 0)
			}
			s.CellStart = append(s.CellStart, uint32(len(s.Day)))
		}
		l.Put(k, s)
	}
	return l
}

// BenchmarkAnalyseLarge has as many customers as MAINSTAY_CUSTOMERS says (default 200,000), and reports
// the largest heap beyond the Ledger's, sampled while it runs.
func BenchmarkAnalyseLarge(b *testing.B) {
	customers := 200_000
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_CUSTOMERS")); err == nil {
		customers = n
	}
	l := bigLedger(customers)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	base := m.HeapAlloc
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("customers=%d/threads=%d", customers, threads), func(b *testing.B) {
			var peak uint64
			stop, done := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				for {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapAlloc)
					select {
					case <-stop:
						return
					case <-time.After(50 * time.Millisecond):
					}
				}
			}()
			var phases []string
			for b.Loop() {
				phase, since := "", time.Now()
				phases = phases[:0]
				_, err := Analyse(context.Background(), l, nil, DefaultConfig(), threads, func(p string, _ float64) {
					if p != phase {
						phases = append(phases, fmt.Sprintf("%s %.2f s", phase, time.Since(since).Seconds()))
						phase, since = p, time.Now()
					}
				})
				if err != nil {
					b.Fatal(err)
				}
				phases = append(phases, fmt.Sprintf("%s %.2f s", phase, time.Since(since).Seconds()))
			}
			close(stop)
			<-done
			b.ReportMetric(float64(peak-base)/1e6, "MB-above-ledger")
			b.ReportMetric(float64(base)/1e6, "MB-ledger")
			b.Log(slices.Clone(phases))
		})
	}
}
