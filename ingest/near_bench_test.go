package ingest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
)

// The steps between a decoded batch and a finished shard, one by one. A shard of the benchmarks has as many rows as one
// of 100 M: 1.5 M rows of 80,000 customers.

const benchShardRows, benchShardCustomers = 1_500_000, 80_000

// shardPartition is rows of one shard by time, in blocks of the size that batches leave for a shard.
func shardPartition(form key.Form) *partition {
	rng := rand.New(rand.NewPCG(1, 1))
	p, n := &partition{}, batchRows/Shards
	columns, rows := make([]waitingColumn, optionalColumns), make([]uint16, n)
	for c := range columns {
		columns[c].values = make([]int64, n)
	}
	columns[flagsColumn] = waitingColumn{equal: int64(form)}
	for i := range rows {
		rows[i] = uint16(i)
	}
	scratch := make([]int64, n)
	for p.rows < benchShardRows {
		for i := range n {
			c := rng.Int64N(benchShardCustomers)
			columns[lowColumn].values[i] = c * 64
			columns[highColumn].values[i] = 0
			if form == key.UUID {
				columns[lowColumn].values[i], columns[highColumn].values[i] = int64(mix64(uint64(c))), int64(mix64(uint64(c)+1))
			}
			columns[dayColumn].values[i] = int64(19000 + p.rows*730/benchShardRows)
			columns[amountColumn].values[i] = rng.Int64N(1_000_000)
		}
		p.add(columns, rows, scratch)
	}
	return p
}

func BenchmarkAssemble(b *testing.B) {
	for name, form := range map[string]key.Form{"integer": key.Int, "uuid": key.UUID} {
		b.Run(name, func(b *testing.B) {
			whole := shardPartition(form)
			a := newAssembler(&assembly{layout: newRecordLayout(Has{}, 0)})
			b.SetBytes(int64(whole.rows))
			for b.Loop() {
				p := *whole
				if _, err := a.shard([]*partition{&p}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(whole.size())/float64(whole.rows), "bytes/row")
		})
	}
}

func BenchmarkKeyTable(b *testing.B) {
	for _, customers := range []int{1_000, benchShardCustomers} {
		b.Run(fmt.Sprint(customers), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			xs, ids := make([]int64, 1<<16), make([]uint32, 1<<16)
			for i := range xs {
				xs[i] = rng.Int64N(int64(customers)) * 64
			}
			var t keyTable
			b.SetBytes(int64(len(xs)))
			for b.Loop() {
				t.number(0, xs, ids)
			}
		})
	}
}

func BenchmarkNarrow(b *testing.B) {
	for _, width := range []int{0, 1, 3, 8} {
		b.Run(fmt.Sprintf("width=%d", width), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			values := make([]int64, batchRows/Shards)
			var hi int64
			for i := range values {
				if width > 0 {
					values[i] = int64(rng.Uint64() >> (65 - 8*width))
				}
				hi = max(hi, values[i])
			}
			room := make([]byte, narrowRoom(len(values)))
			b.SetBytes(int64(len(values)))
			for b.Loop() {
				putNarrow(room, values, 0, hi)
				c, _ := getNarrow(room, len(values))
				c.unpack(values)
			}
		})
	}
}

// BenchmarkResolvePlain finds the keys of a batch of text without a dictionary.
func BenchmarkResolvePlain(b *testing.B) {
	for _, form := range []key.Form{key.Int, key.Tight, key.UUID} {
		b.Run(fmt.Sprint(form), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			d := &column.Dict{Start: []uint32{0}}
			code := make([]uint32, batchRows)
			for i := range code {
				c, high := rng.Int64N(1_000_000), int64(0)
				switch form {
				case key.Tight:
					high = 8<<56 | 1<<48 | 'C'
				case key.UUID:
					c, high = int64(mix64(uint64(c))), int64(mix64(uint64(c)+1))
				}
				d.Bytes = key.AppendShort(d.Bytes, form, high, c)
				d.Start, code[i] = append(d.Start, uint32(len(d.Bytes))), uint32(i)
			}
			v := &column.Vector{N: batchRows, Dict: d, Code: code}
			batch := &batch{n: batchRows, customer: field{v: v, t: column.Type{Kind: column.Text}}}
			s := newScatterer(&rules{exclude: &exclusions{}}, newRecordLayout(Has{}, 0))
			s.reason, s.place = make([]reason, batchRows), make([]place, batchRows)
			s.high, s.low = make([]int64, batchRows), make([]int64, batchRows)
			b.SetBytes(batchRows)
			for b.Loop() {
				s.resolveCustomers(batch)
			}
		})
	}
}
