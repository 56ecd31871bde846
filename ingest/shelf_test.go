package ingest

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"mainstay/ingest/spill"
	"mainstay/ingest/store"
)

// sidedLedger is the Ledger of the example with side tables, every measure and the given space.
func sidedLedger(t *testing.T, space *spill.Space) (*Ledger, error) {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Columns.Attributes = []string{"order_id"}
	p, err := NewPlan(context.Background(), store.Dir{}, []string{"../testdata/orders.parquet"}, cfg, 2, planNow)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Sides) < 2 {
		t.Fatalf("the example has %d side tables", len(p.Sides))
	}
	p.Space = space
	return Build(context.Background(), store.Dir{}, p, 2, nil, nil)
}

// Wherever the shards lie, the Ledger is the same, for one scan after another and for looks at single shards.
func TestShardsMayLieAnywhere(t *testing.T) {
	held, err := sidedLedger(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := held.Digest()
	for name, memory := range map[string]int64{"on disk": 1, "some on disk": 200 << 10, "in memory, not open": 4 << 20} {
		dir := t.TempDir()
		space := spill.New(memory, dir)
		l, err := sidedLedger(t, space)
		if err != nil {
			t.Fatal(err)
		}
		if onDisk := l.shelf.file.Load() != nil; onDisk != strings.Contains(name, "disk") {
			t.Errorf("%s: a file is %v", name, onDisk)
		}
		if l.small() {
			t.Errorf("%s: all shards stay open", name)
		}
		for range 2 {
			if got := l.Digest(); got != want || l.Err() != nil {
				t.Errorf("%s: digest is %s (%v), want %s", name, got, l.Err(), want)
			}
			var cells atomic.Int64
			l.Scan(3, func(k int, s *Shard) {
				other := l.Shard(k)
				for i := range s.Day {
					if s.Day[i] != other.Day[i] || s.Sales[i] != other.Sales[i] {
						t.Errorf("%s: shard %d differs from itself", name, k)
						return
					}
				}
				cells.Add(int64(len(s.Day)))
			})
			if cells.Load() == 0 {
				t.Errorf("%s: no cells", name)
			}
		}
		if err := space.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
}

// A shard that cannot be read is no shard of other customers: scans end, looks find no cells, and Err says why.
func TestShardsThatCannotBeRead(t *testing.T) {
	space := spill.New(1, t.TempDir())
	l, err := sidedLedger(t, space)
	if err != nil {
		t.Fatal(err)
	}
	_, before := l.Shard(5), l.Shard(5).Customers()
	l.Shard(6) // takes the place of 5
	if err := l.shelf.file.Load().Close(); err != nil {
		t.Fatal(err)
	}
	s := l.Shard(5)
	for i := range s.Customers() {
		if lo, hi := s.Cells(i); lo != hi {
			t.Errorf("customer %d has cells", i)
		}
	}
	if s.Customers() != before || before == 0 {
		t.Errorf("%d customers, before %d", s.Customers(), before)
	}
	if side := l.Shard(6).Side(1); len(side.Start) != len(l.Shard(6).Day)+1 || side.Start[len(side.Start)-1] != 0 {
		t.Error("a side table that cannot be read has entries")
	}
	l.Scan(2, func(k int, _ *Shard) { t.Errorf("shard %d was visited", k) })
	if err := l.Err(); err == nil || !strings.Contains(err.Error(), "temporary file") {
		t.Errorf("error is %v", err)
	}
}

// A full disk ends the build with words that say how much is needed.
func TestNoRoomForShards(t *testing.T) {
	dir := t.TempDir()
	space := spill.New(1, dir)
	space.Quota = 100 << 10
	_, err := sidedLedger(t, space)
	var full *spill.FullError
	if !errors.As(err, &full) || full.Folder != dir || full.Need <= full.Held {
		t.Errorf("error is %v", err)
	}
	if err := space.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// BenchmarkScan is a scan over shards that are unpacked for it, per cell.
func BenchmarkScan(b *testing.B) {
	const customers, cells = 20_000, 20
	l := &Ledger{Space: spill.New(1<<30, b.TempDir())}
	for k := range Shards {
		s := Shard{KeyStart: make([]uint32, 1), CellStart: make([]uint32, 1)}
		for range customers {
			day := Day(18000)
			for range cells {
				day += 1 + rand.N[Day](60)
				s.Day, s.Lines = append(s.Day, day), append(s.Lines, 1)
				s.Sales, s.Returns = append(s.Sales, rand.Int64N(1e6)), append(s.Returns, 0)
			}
			s.KeyStart, s.CellStart = append(s.KeyStart, 0), append(s.CellStart, uint32(len(s.Day)))
		}
		if err := l.Put(k, s); err != nil {
			b.Fatal(err)
		}
	}
	if l.small() {
		b.Fatal("nothing would be unpacked")
	}
	for b.Loop() {
		l.Scan(1, func(int, *Shard) {})
	}
	b.ReportMetric(float64(l.shelf.memory.Load())/(Shards*customers*cells), "B/cell")
	b.ReportMetric(Shards*customers*cells*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mcells/s")
}
