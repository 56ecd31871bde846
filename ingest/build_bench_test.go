package ingest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/parquet-go/parquet-go"

	"mainstay/ingest/store"
)

// The benchmarks build a Ledger from 1 M rows of 100,000 customers over two years,
// in eight row groups, time-sorted like most exports.

const benchRows, benchCustomers = 1_000_000, 100_000

type benchInt struct {
	Customer int64   `parquet:"customer_id"`
	Date     int32   `parquet:"date,date"`
	Amount   float64 `parquet:"amount"`
}

type benchDecimal struct {
	Customer int64 `parquet:"customer_id"`
	Date     int32 `parquet:"date,date"`
	Amount   int64 `parquet:"amount,decimal(2:18)"`
}

type benchDict struct {
	Customer string `parquet:"customer_id,dict"`
	Date     int32  `parquet:"date,date"`
	Amount   int64  `parquet:"amount,decimal(2:18)"`
}

type benchPlain struct {
	Customer string `parquet:"customer_id,plain"`
	Date     int32  `parquet:"date,date"`
	Amount   int64  `parquet:"amount,decimal(2:18)"`
}

type benchWide struct {
	Customer string `parquet:"customer_id,dict"`
	Date     int32  `parquet:"date,date"`
	Amount   int64  `parquet:"amount,decimal(2:18)"`
	Order    string `parquet:"order_id"`
	Quantity int64  `parquet:"quantity"`
	Cost     int64  `parquet:"cost,decimal(2:18)"`
	Category string `parquet:"category,dict"`
	Manager  int64  `parquet:"manager"`
}

func benchmarkBuild[T any](b *testing.B, threads int, row func(rng *rand.Rand, customer, date int32) T) {
	rng := rand.New(rand.NewPCG(1, 1))
	rows := make([]T, benchRows)
	for i := range rows {
		rows[i] = row(rng, rng.Int32N(benchCustomers), 18000+int32(i*730/benchRows))
	}
	files := store.Memory{"in/a.parquet": parquetOf(b, rows, benchRows/8, parquet.Compression(&parquet.Snappy))}
	rows = nil
	cfg := DefaultConfig()
	p, err := NewPlan(context.Background(), files, []string{"in"}, cfg, threads, planNow)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		l, err := Build(context.Background(), files, p, threads, nil, nil)
		if err != nil || l.Tally.RowsUsed != benchRows {
			b.Fatal(err, l.Tally.RowsUsed)
		}
	}
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkBuild(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("int/%d", threads), func(b *testing.B) {
			benchmarkBuild(b, threads, func(rng *rand.Rand, c, d int32) benchInt {
				return benchInt{int64(c) * 7919, d, float64(rng.IntN(100000)) / 100}
			})
		})
		b.Run(fmt.Sprintf("decimal/%d", threads), func(b *testing.B) {
			benchmarkBuild(b, threads, func(rng *rand.Rand, c, d int32) benchDecimal {
				return benchDecimal{int64(c) * 7919, d, rng.Int64N(100000)}
			})
		})
		b.Run(fmt.Sprintf("dictionary/%d", threads), func(b *testing.B) {
			benchmarkBuild(b, threads, func(rng *rand.Rand, c, d int32) benchDict {
				return benchDict{fmt.Sprintf("C%08d", c), d, rng.Int64N(100000)}
			})
		})
		for name, format := range map[string]string{"plain": "C%08d", "uuid": "%08x-0000-4000-8000-00000000cafe", "long": "customer number %08d of the first shop"} {
			b.Run(fmt.Sprintf("%s/%d", name, threads), func(b *testing.B) {
				benchmarkBuild(b, threads, func(rng *rand.Rand, c, d int32) benchPlain {
					return benchPlain{fmt.Sprintf(format, c), d, rng.Int64N(100000)}
				})
			})
		}
	}
	b.Run("wide/2", func(b *testing.B) {
		benchmarkBuild(b, 2, func(rng *rand.Rand, c, d int32) benchWide {
			return benchWide{fmt.Sprintf("C%08d", c), d, rng.Int64N(100000), fmt.Sprintf("O%07d", rng.IntN(300000)),
				rng.Int64N(9), rng.Int64N(50000), fmt.Sprint("cat", rng.IntN(40)), rng.Int64N(100)}
		})
	})
}
