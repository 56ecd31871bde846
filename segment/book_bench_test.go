package segment

import (
	"runtime"
	"testing"

	"mainstay/ingest"
)

// heapOf is how many bytes of heap make leaves behind in what it returns.
func heapOf[T any](make func() T) (T, float64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	made := make()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return made, float64(after.HeapAlloc) - float64(before.HeapAlloc)
}

// wide is bigLedger with every optional measure.
func wide(l *ingest.Ledger) *ingest.Ledger {
	out := &ingest.Ledger{Scale: l.Scale, First: l.First, AsOf: l.AsOf, Has: ingest.Has{Orders: true, Units: true, Cost: true, Discount: true}}
	for k := range ingest.Shards {
		s := l.Shard(k)
		c := ingest.Shard{KeyBytes: s.KeyBytes, KeyStart: s.KeyStart, CellStart: s.CellStart, Day: s.Day, Lines: s.Lines, Sales: s.Sales, Returns: s.Returns, Orders: s.Lines}
		for _, v := range s.Sales {
			c.Units, c.Cost, c.Costed, c.Discount = append(c.Units, v%100), append(c.Cost, v*7/10), append(c.Costed, v), append(c.Discount, v/50)
		}
		if err := out.Put(k, c); err != nil {
			panic(err)
		}
	}
	return out
}

// BenchmarkBook opens the book of 200,000 customers, and groups them; it reports what stays of each in bytes a
// customer, keys and cells apart.
func BenchmarkBook(b *testing.B) {
	const customers = 200_000
	for _, c := range []struct {
		name string
		l    *ingest.Ledger
	}{{"lean", bigLedger(customers)}, {"wide", wide(bigLedger(customers))}} {
		open := func() *Book {
			book, err := OpenBook(c.l, nil, DefaultConfig(), 2)
			if err != nil {
				b.Fatal(err)
			}
			return book
		}
		b.Run(c.name+"/open", func(b *testing.B) {
			book, bytes := open(), 0.0
			for b.Loop() {
				book, bytes = heapOf(open)
			}
			runtime.KeepAlive(book)
			b.ReportMetric(bytes/customers, "bytes/customer")
		})
		b.Run(c.name+"/classes", func(b *testing.B) {
			book, bytes := (*Book)(nil), 0.0
			for b.Loop() {
				b.StopTimer()
				book = open()
				b.StartTimer()
				_, bytes = heapOf(func() error {
					book.RFM()
					book.ABC()
					_, _, err := book.KeyAccounts()
					return err
				})
			}
			runtime.KeepAlive(book)
			b.ReportMetric(bytes/customers, "bytes/customer")
		})
		for _, scheme := range []string{SchemeABC, SchemeRFM, "recency_days:q4", "revenue_12m:0,1000,10000"} {
			b.Run(c.name+"/"+scheme, func(b *testing.B) {
				book := open()
				for b.Loop() {
					g, err := book.Group(scheme)
					if err == nil {
						_, err = book.Aggregate(scheme, g, "", nil, nil, nil)
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
