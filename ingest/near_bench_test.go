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
	w, columns := waiting{columns: make([]waitingColumn, optionalColumns)}, make([][]int64, optionalColumns)
	for c := range columns {
		columns[c] = make([]int64, n)
	}
	for p.rows < benchShardRows {
		for i := range n {
			c := rng.Int64N(benchShardCustomers)
			columns[lowColumn][i] = c * 64
			if form == key.UUID {
				columns[lowColumn][i], columns[highColumn][i] = int64(mix64(uint64(c))), int64(mix64(uint64(c)+1))
			}
			columns[dayColumn][i] = int64(19000 + p.rows*730/benchShardRows)
			columns[amountColumn][i] = rng.Int64N(1_000_000)
			columns[flagsColumn][i] = int64(form)
		}
		w.place(make([]reason, n), make([]place, n))
		for c := range columns {
			w.set(c, columns[c])
		}
		p.add(w.columns, w.start[0], n)
	}
	return p
}

func BenchmarkAssemble(b *testing.B) {
	for name, form := range map[string]key.Form{"integer": key.Int, "uuid": key.UUID} {
		b.Run(name, func(b *testing.B) {
			whole := shardPartition(form)
			for i, slab := range whole.slabs {
				whole.slabs[i] = slab[: len(slab) : cap(slab)-1] // of no full size: they are not given away
			}
			a := newAssembler(&assembly{layout: newRecordLayout(Has{}, 0)})
			to := packer{ledger: &Ledger{}}
			b.SetBytes(int64(whole.rows))
			for b.Loop() {
				p := *whole
				if err := a.shard(0, []*partition{&p}, &to); err != nil {
					b.Fatal(err)
				}
				for i := range to.ledger.shelf.shards[0].parts {
					to.ledger.drop(&to.ledger.shelf.shards[0].parts[i].page)
				}
			}
			b.ReportMetric(float64(whole.size())/float64(whole.rows), "bytes/row")
		})
	}
}

func BenchmarkKeyTable(b *testing.B) {
	for _, form := range []key.Form{key.Int, key.UUID} {
		for _, customers := range []int{1_000, benchShardCustomers} {
			b.Run(fmt.Sprintf("%d/%d", form, customers), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, 1))
				highs, lows, ids := make([]int64, 1<<16), make([]int64, 1<<16), make([]uint32, 1<<16)
				for i := range lows {
					lows[i] = rng.Int64N(int64(customers)) * 64
					highs[i] = int64(mix64(uint64(lows[i])))
				}
				var t keyTable
				b.SetBytes(int64(len(lows)))
				for b.Loop() {
					if form == key.Int {
						t.number(form, 0, lows, ids)
					} else {
						t.numberWide(form, highs, lows, ids)
					}
				}
			})
		}
	}
}

// BenchmarkWaiting brings a column of a batch into the partitions, and a column of a shard back.
func BenchmarkWaiting(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	places := make([]place, batchRows)
	for i := range places {
		places[i] = place(rng.IntN(Shards))
	}
	for _, width := range []int{0, 1, 3, 8} {
		values := make([]int64, batchRows)
		for i := range values {
			if width > 0 {
				values[i] = int64(rng.Uint64() >> (65 - 8*width))
			}
		}
		w := waiting{columns: make([]waitingColumn, 1)}
		b.Run(fmt.Sprintf("put/width=%d", width), func(b *testing.B) {
			slab, reasons := make([]byte, 0, 1<<12), make([]reason, batchRows)
			b.SetBytes(batchRows)
			for b.Loop() {
				w.place(reasons, places)
				w.set(0, values)
				for shard := range Shards {
					p := partition{slabs: [][]byte{slab}}
					p.add(w.columns, w.start[shard], w.count[shard])
				}
			}
		})
		b.Run(fmt.Sprintf("unpack/width=%d", width), func(b *testing.B) {
			c := narrow{width: width, data: w.columns[0].packed}
			b.SetBytes(batchRows)
			for b.Loop() {
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
