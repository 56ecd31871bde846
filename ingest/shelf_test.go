package ingest

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"mainstay/ingest/spill"
	"mainstay/ingest/store"
)

// sidedExport is a plan of the example with side tables and every measure.
func sidedExport(t *testing.T) *Plan {
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
	return p
}

// heldLedger is the Ledger of the example, all in memory.
func heldLedger(t *testing.T) *Ledger {
	t.Helper()
	l, err := Build(context.Background(), store.Dir{}, sidedExport(t), 2, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// moved is a Ledger with its shards in another space.
func moved(l *Ledger, space *spill.Space) (*Ledger, error) {
	m := &Ledger{Scale: l.Scale, UnitsScale: l.UnitsScale, Currency: l.Currency, First: l.First, AsOf: l.AsOf, ZeroDays: l.ZeroDays, Has: l.Has, Sides: l.Sides, Space: space}
	var err error
	l.Scan(1, func(k int, s *Shard) {
		c := *s
		c.open, c.Sides = nil, nil
		for i := range l.Sides {
			c.Sides = append(c.Sides, *s.Side(i))
		}
		err = errors.Join(err, m.Put(k, c))
	})
	return m, err
}

// Wherever the shards lie, the Ledger is the same, for one scan after another and for looks at single shards.
func TestShardsMayLieAnywhere(t *testing.T) {
	held := heldLedger(t)
	want := held.Digest()
	for name, memory := range map[string]int64{"on disk": 1, "some on disk": 200 << 10, "in memory, not open": 4 << 20} {
		dir := t.TempDir()
		space := spill.New(memory, dir)
		l, err := moved(held, space)
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
				if other := l.Shard(k); !slices.Equal(s.Day, other.Day) || !slices.Equal(s.Sales, other.Sales) {
					t.Errorf("%s: shard %d differs from itself", name, k)
				}
				cells.Add(int64(len(s.Day)))
			})
			if got := cellsOfParts(t, l); got != cells.Load() {
				t.Errorf("%s: %d cells in parts, %d in shards", name, got, cells.Load())
			}
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

// cellsOfParts counts the cells that a scan by parts sees, and holds each customer to that of the whole shard.
func cellsOfParts(t *testing.T, l *Ledger) int64 {
	var cells [Shards]int64
	l.ScanParts(Shards, 2, func(k, first int, s *Shard) {
		whole := l.Shard(k)
		for i := range s.Customers() {
			lo, hi := s.Cells(i)
			at, end := whole.Cells(first + i)
			same := slices.Equal(s.Day[lo:hi], whole.Day[at:end]) && slices.Equal(s.Lines[lo:hi], whole.Lines[at:end]) &&
				slices.Equal(s.Sales[lo:hi], whole.Sales[at:end]) && slices.Equal(s.Returns[lo:hi], whole.Returns[at:end])
			for c, of := range s.optionalColumns() {
				same = same && (*of == nil) == (*whole.optionalColumns()[c] == nil) && (*of == nil || slices.Equal((*of)[lo:hi], (*whole.optionalColumns()[c])[at:end]))
			}
			if !same || string(s.Key(i)) != string(whole.Key(first+i)) {
				t.Errorf("customer %q of shard %d differs in its part", s.Key(i), k)
			}
			cells[k] += int64(hi - lo)
		}
	})
	total := int64(0)
	for _, n := range cells {
		total += n
	}
	return total
}

// Customers of any number of cells are cut into parts, none of them in two.
func TestPartsHoldWholeCustomers(t *testing.T) {
	l, s := &Ledger{}, Shard{KeyStart: make([]uint32, 1), CellStart: make([]uint32, 1)}
	for i, cells := range []int{1, partCells - 1, 1, 3 * partCells, 0, partCells, 2, 5} {
		for c := range cells {
			s.Day, s.Lines = append(s.Day, Day(c)), append(s.Lines, 1)
			s.Sales, s.Returns = append(s.Sales, int64(c*i)), append(s.Returns, 0)
		}
		s.KeyBytes = append(s.KeyBytes, byte('a'+i))
		s.KeyStart, s.CellStart = append(s.KeyStart, uint32(i+1)), append(s.CellStart, uint32(len(s.Day)))
	}
	if err := l.Put(3, s); err != nil {
		t.Fatal(err)
	}
	if got := cellsOfParts(t, l); got != int64(len(s.Day)) {
		t.Errorf("%d cells, want %d", got, len(s.Day))
	}
	if whole := l.Shard(3); !slices.Equal(whole.CellStart, s.CellStart) || !slices.Equal(whole.Sales, s.Sales) {
		t.Error("another shard came back")
	}
	if n := len(l.shelf.shards[3].parts); n != 5 {
		t.Errorf("%d parts", n)
	}
}

// What is held stays, whatever its size, and memory that was given back is used again.
func TestSlabs(t *testing.T) {
	var s slabs
	var want, got [][]uint64
	s.give([][]byte{make([]byte, 5, fullSlab), make([]byte, 1, 100)})
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		words := make([]uint64, rng.IntN(1+10*i))
		for j := range words {
			words[j] = rng.Uint64()
		}
		want, got = append(want, words), append(got, s.hold(words))
	}
	for i := range want {
		if !slices.Equal(want[i], got[i]) {
			t.Fatalf("words %d of %d differ", i, len(want))
		}
	}
	a, b := s.take(), s.take()
	s.give([][]byte{a, b})
	if c := s.take(); cap(c) != fullSlab || len(c) != 0 || &c[:1][0] != &b[:1][0] {
		t.Error("a slab that was given back is not handed out")
	}
}

// What is counted against the share of a Ledger is what its slabs take, the ends that no page fitted into included; what a
// shard left of the memory of its rows is not kept.
func TestSlabsAreAccountedFor(t *testing.T) {
	l := &Ledger{}
	p := packer{ledger: l}
	const pages, words = 10, fullSlab/16 + 100 // more than half a slab each
	for range pages {
		if _, err := l.keep(make([]uint64, words), &p.room); err != nil {
			t.Fatal(err)
		}
	}
	if rest := int64(8 * (cap(p.room.open) - len(p.room.open))); l.shelf.memory.Load()+rest != pages*fullSlab {
		t.Errorf("%d bytes are counted and %d still free, of %d slabs", l.shelf.memory.Load(), rest, pages)
	}
	p.room.give([][]byte{p.room.take(), p.room.take()})
	if err := p.finish(0, &Shard{}); err != nil || len(p.room.free) > 0 {
		t.Errorf("%d slabs lie idle (%v)", len(p.room.free), err)
	}
}

// A shard that cannot be read is no shard of other customers: scans end, looks find no cells, and Err says why.
func TestShardsThatCannotBeRead(t *testing.T) {
	l, err := moved(heldLedger(t), spill.New(1, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	six, customers := l.Shard(6), l.Shard(5).Customers()
	l.Shard(7) // takes the place of both
	if err := l.shelf.file.Load().Close(); err != nil {
		t.Fatal(err)
	}
	s := l.Shard(5)
	for i := range s.Customers() {
		if lo, hi := s.Cells(i); lo != hi {
			t.Errorf("customer %d has cells", i)
		}
	}
	if s.Customers() != customers || customers == 0 {
		t.Errorf("%d customers, before %d", s.Customers(), customers)
	}
	if side := six.Side(1); len(side.Start) != len(six.Day)+1 || side.Start[len(side.Start)-1] != 0 {
		t.Error("a side table that cannot be read has entries")
	}
	l.Scan(2, func(k int, _ *Shard) { t.Errorf("shard %d was visited", k) })
	l.ScanParts(Shards, 2, func(k, _ int, _ *Shard) { t.Errorf("a part of shard %d was visited", k) })
	if err := l.Err(); err == nil || !strings.Contains(err.Error(), "temporary file") {
		t.Errorf("error is %v", err)
	}
	if err := new(Inspection).note(l, 1); err != l.Err() {
		t.Errorf("inspect says %v", err)
	}
}

// BenchmarkScan is a scan over shards that are unpacked for it, whole or by parts, per cell.
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
	for name, scan := range map[string]func(){
		"shards": func() { l.Scan(1, func(int, *Shard) {}) },
		"parts":  func() { l.ScanParts(Shards, 1, func(int, int, *Shard) {}) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				scan()
			}
			b.ReportMetric(float64(l.shelf.memory.Load())/(Shards*customers*cells), "B/cell")
			b.ReportMetric(Shards*customers*cells*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mcells/s")
		})
	}
}
