package ingest

import (
	"time"

	"mainstay/ingest/spill"
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
// ascending within a customer. Everything later is a scan over it (Scan): its shards are packed, and lie in a temporary
// file where Space does not hold them.
type Ledger struct {
	Scale      int    // money columns are integers of 10^-Scale
	UnitsScale int    // Units are integers of 10^-UnitsScale
	Currency   string // "" when the export names none
	First      Day    // earliest day of any used row
	AsOf       Day    // nothing later is in the Ledger
	ZeroDays   bool   // days of only zero amounts count as purchase days
	Has        Has
	Sides      []SideInfo // by number of the side table: see Shard.Side
	Tally      Tally
	Space      *spill.Space // what whoever works on the Ledger may take; nil = memory without end

	shelf shelf // the shards
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
	Sides    []Side   // to Put; of a Ledger's shard see Side

	open *openShard // where the Ledger unpacked it; nil of a shard made by hand
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

// Side is side table k, one of Ledger.Sides. It is unpacked when it is first asked for.
func (s *Shard) Side(k int) *Side {
	if s.open != nil {
		return s.open.side(k)
	}
	return &s.Sides[k]
}

// Net is sales plus returns of cell j.
func (s *Shard) Net(j int) int64 { return s.Sales[j] + s.Returns[j] }

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
