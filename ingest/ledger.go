package ingest

import (
	"slices"
	"time"

	"mainstay/internal/num"
)

// Day is a calendar day: days since 1970-01-01.
type Day int32

// String is YYYY-MM-DD.
func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// Time is midnight UTC of the day.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// DayOf is the calendar day of t in t's own location.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Shards is the number of logical shards: a fixed hash of the key chooses one,
// whatever the threads or the memory.
const Shards = 64

// Ledger is the heart of Mainstay: customer × day cells in columns (compressed
// sparse rows), customers contiguous and sorted by key bytes within a shard, days
// ascending within a customer. Everything later is a scan over it (Scan).
type Ledger struct {
	shards     [Shards]Shard
	Scale      int    // money columns are integers of 10^-Scale
	UnitsScale int    // Units are integers of 10^-UnitsScale
	Currency   string // "" when the export names none
	First      Day    // earliest day of any used row
	AsOf       Day    // nothing later is in the Ledger
	ZeroDays   bool   // days of only zero amounts count as purchase days
	Has        Has
	Sides      []SideInfo // parallel to Shard.Sides
	Tally      Tally
}

// Has says which optional measures were mapped.
type Has struct {
	Orders   bool `json:"orders"`
	Units    bool `json:"units"`
	Cost     bool `json:"cost"`
	Discount bool `json:"discount"`
}

// Shard holds the customers of one hash bucket. n customers, m cells.
type Shard struct {
	KeyBytes  []byte
	KeyStart  []uint32 // n+1
	CellStart []uint32 // n+1: cells of customer i are CellStart[i]:CellStart[i+1]

	Day      []Day    // m, ascending within a customer
	Lines    []uint32 // m: rows
	Sales    []int64  // m: sum of positive amounts
	Returns  []int64  // m: sum of negative amounts (≤ 0)
	Orders   []uint32 // m or nil: orders whose earliest positive line is on this day
	Units    []int64  // m or nil: net units
	Cost     []int64  // m or nil: cost of the rows whose cost is known
	Costed   []int64  // m or nil: net amount of those rows, so that margin = Costed − Cost
	Discount []int64  // m or nil
	Sides    []Side   // one per Ledger.Sides
}

// Side is a side table customer × day × code: entries of cell j are
// Start[j]:Start[j+1], codes ascending.
type Side struct {
	Start []uint32 // m+1
	Code  []uint32 // index into SideInfo.Values
	Lines []uint32
	Net   []int64 // sum of amounts
}

// SideInfo describes a side table. Values are sorted by bytes; Values[0] is ""
// (null or empty).
type SideInfo struct {
	Role   string // category, channel, manager, region, name, industry, or the column's name for a free attribute
	Column string
	Values []string
}

// Customers is the number of customers of the shard.
func (s *Shard) Customers() int { return max(len(s.KeyStart)-1, 0) }

// Key is the key of customer i; the bytes belong to the shard.
func (s *Shard) Key(i int) []byte { return s.KeyBytes[s.KeyStart[i]:s.KeyStart[i+1]] }

// Cells gives the cell range of customer i.
func (s *Shard) Cells(i int) (lo, hi int) { return int(s.CellStart[i]), int(s.CellStart[i+1]) }

// Net is sales plus returns of cell j.
func (s *Shard) Net(j int) int64 { return s.Sales[j] + s.Returns[j] }

// clone is a copy in memory of its own, no more than it takes.
func (s *Shard) clone() Shard {
	c := Shard{
		KeyBytes: slices.Clone(s.KeyBytes), KeyStart: slices.Clone(s.KeyStart), CellStart: slices.Clone(s.CellStart),
		Day: slices.Clone(s.Day), Lines: slices.Clone(s.Lines), Sales: slices.Clone(s.Sales), Returns: slices.Clone(s.Returns),
		Orders: slices.Clone(s.Orders), Units: slices.Clone(s.Units), Cost: slices.Clone(s.Cost), Costed: slices.Clone(s.Costed),
		Discount: slices.Clone(s.Discount), Sides: make([]Side, len(s.Sides)),
	}
	for k, t := range s.Sides {
		c.Sides[k] = Side{slices.Clone(t.Start), slices.Clone(t.Code), slices.Clone(t.Lines), slices.Clone(t.Net)}
	}
	return c
}

// Purchase reports whether cell j of shard s is a purchase day: net > 0, or, when
// zero days count, a day on which nothing but zero amounts happened.
func (l *Ledger) Purchase(s *Shard, j int) bool {
	return s.Net(j) > 0 || l.ZeroDays && s.Sales[j] == 0 && s.Returns[j] == 0
}

// Customers is the number of customers in all shards.
func (l *Ledger) Customers() int {
	n := 0
	for k := range Shards {
		n += l.ShardCustomers(k)
	}
	return n
}

// Put makes s shard k. The Ledger owns it from then on.
func (l *Ledger) Put(k int, s Shard) { l.shards[k] = s }

// Scan calls visit once for every shard k, on up to threads goroutines: what visit gathers must not depend
// on who saw which shard, or in which order. A shard is valid only until visit returns. A panic in visit is
// raised again on the caller's goroutine. A shard that cannot be read ends the scan: see Err.
func (l *Ledger) Scan(threads int, visit func(k int, s *Shard)) { l.ScanFirst(Shards, threads, visit) }

// ScanFirst is Scan over the first n shards: a random sample of the customers, the same whatever the threads
// or the memory, for a shard is a fixed hash of the key.
func (l *Ledger) ScanFirst(n, threads int, visit func(k int, s *Shard)) {
	num.Blocks(n, 1, threads, func(k, _, _ int) { visit(k, &l.shards[k]) })
}

// Shard is shard k, to keep: for a look at one customer; loops over customers use Scan. It is empty where it
// cannot be read: see Err.
func (l *Ledger) Shard(k int) *Shard { return &l.shards[k] }

// Err is the first error of reading a shard, nil for none. As with a bufio.Scanner, whoever has scanned asks
// once at the end, before anything found is shown or written.
func (l *Ledger) Err() error { return nil }

// Key is the key of customer row of shard k; the bytes belong to the Ledger.
func (l *Ledger) Key(k, row int) []byte { return l.shards[k].Key(row) }

// ShardCustomers is the number of customers of shard k.
func (l *Ledger) ShardCustomers(k int) int { return l.shards[k].Customers() }
