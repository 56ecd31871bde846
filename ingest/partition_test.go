package ingest

import (
	"bufio"
	"bytes"
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// number draws integers of every size, the extremes among them.
func drawNumber(t *rapid.T) int64 {
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64}).Draw(t, "extreme")
	case 1:
		return rapid.Int64Range(-3, 3).Draw(t, "near")
	case 2:
		return int64(1)<<rapid.IntRange(0, 63).Draw(t, "bits") + rapid.Int64Range(-1, 1).Draw(t, "beside")
	}
	return rapid.Int64().Draw(t, "any")
}

// What is added to a partition comes back, from memory and from a file.
func TestPartitionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 5).Draw(t, "columns")
		worker := rapid.IntRange(0, 300).Draw(t, "worker")
		parts, want := make([]*partition, 4), make([][][]int64, 4)
		for shard := range parts {
			parts[shard], want[shard] = &partition{worker: worker}, make([][]int64, columns)
		}
		w := waiting{columns: make([]waitingColumn, columns)}
		for range rapid.IntRange(0, 8).Draw(t, "blocks") {
			n := rapid.IntRange(1, 300).Draw(t, "rows of the batch")
			reasons := make([]reason, n)
			for _, i := range rapid.SliceOf(rapid.IntRange(0, n-1)).Draw(t, "rows set aside") {
				reasons[i] = badTime
			}
			places := rapid.SliceOfN(rapid.Map(rapid.Uint8Range(0, 3), func(x uint8) place { return place(x) }), n, n).Draw(t, "shards")
			w.place(reasons, places)
			if len(w.rows) == 0 {
				continue
			}
			near := drawNumber(t)
			for c := range columns {
				values := rapid.SliceOfN(rapid.Custom(drawNumber), 1, 5).Draw(t, "values")
				batch := make([]int64, n)
				for i := range batch {
					batch[i] = near + values[i%len(values)]
				}
				w.set(c, batch)
				for shard := range parts {
					for _, r := range w.rows {
						if places[r].shard() == uint8(shard) {
							want[shard][c] = append(want[shard][c], batch[r])
						}
					}
				}
			}
			for shard, p := range parts {
				if w.count[shard] > 0 {
					p.add(w.columns, w.start[shard], w.count[shard])
				}
			}
		}
		for _, k := range rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 40)).Draw(t, "keys") {
			parts[0].keys.id(k)
		}
		for shard, p := range parts {
			checkPartition(t, p, p, want[shard])
			checkPartition(t, reread(t, p), p, want[shard])
		}
	})
}

// checkPartition holds a partition against what was added to p.
func checkPartition(t *rapid.T, got, p *partition, want [][]int64) {
	if got.worker != p.worker || got.rows != len(want[0]) || !bytes.Equal(got.keys.bytes, p.keys.bytes) || !slices.Equal(got.keys.end, p.keys.end) {
		t.Fatal("the partition is another")
	}
	for c := range want {
		var all []int64
		for r := newBlockReader(got, len(want)); r.next(); {
			values := make([]int64, r.rows)
			r.columns[c].unpack(values)
			all = append(all, values...)
		}
		if !slices.Equal(all, want[c]) {
			t.Fatalf("column %d is %v, want %v", c, all, want[c])
		}
	}
}

// reread is a partition that was in a file. A file that is cut off is an error.
func reread(t *rapid.T, p *partition) *partition {
	var file bytes.Buffer
	w := bufio.NewWriter(&file)
	if err := p.writeTo(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	whole := file.Bytes()
	if _, err := readPartition(bufio.NewReader(bytes.NewReader(whole[:len(whole)-1]))); err == nil {
		t.Fatal("a file that is cut off was read")
	}
	q, err := readPartition(bufio.NewReader(bytes.NewReader(whole)))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// A Ledger does not depend on whether its rows waited in memory or in a file.
func TestPartitionsThroughFiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 1, 120).Draw(t, "rows")
		if !usable(rows) {
			t.Skip("no usable row")
		}
		p := &Plan{Config: testConfig, AsOf: testAsOf, Sides: testSides, Scale: 2}
		ws := make([]*scatterer, rapid.IntRange(1, 3).Draw(t, "workers"))
		for i := range ws {
			ws[i] = newScatterer(newRules(p), newRecordLayout(testHas, len(testSides)))
		}
		for unit := 0; unit*20 < len(rows); unit++ {
			if err := feed(ws[unit%len(ws)], unit, rows[unit*20:min(unit*20+20, len(rows))], 7, unit, nil); err != nil {
				t.Fatal(err)
			}
		}
		for _, w := range ws {
			for shard := range w.part {
				w.part[shard] = *reread(t, &w.part[shard])
			}
		}
		l := &Ledger{Scale: 2, AsOf: testAsOf, Has: testHas}
		if err := finish(context.Background(), l, p, ws); err != nil {
			t.Fatal(err)
		}
		if err := sameAsReference(l, rows); err != nil {
			t.Fatal(err)
		}
	})
}
