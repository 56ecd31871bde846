// Package segment finds what the customers are, are worth, and deserve: profiles as of a day,
// segmentations, states, the tournament of models, value, tiers.
package segment

import (
	"math"

	"mainstay/ingest"
)

// Profile is what one customer's own day cells say as of a day. Money and units are integers at the
// Ledger's scales. Windows "12" are the trailing 12 months; "Prior12" the 12 before.
type Profile struct {
	Shard, Row                 int32      // the Ledger's customer
	First, Last                ingest.Day // first and last purchase day; meaningful when Frequency > 0
	Frequency                  int32      // purchase days
	Frequency12                int32
	LeftTruncated              bool  // first purchase within one horizon of the Ledger's first day: tenure is "at least"
	Contract                   bool  // a contract is in force; known to a Book
	Sales, Returns             int64 // all history; Returns ≤ 0
	Lines, Orders, Units       int64
	Net12, NetPrior12          int64
	Returns12                  int64
	Cost12, Costed12           int64
	CostPrior12, CostedPrior12 int64
	Units12                    int64
	GapMean, GapSD             float64 // days between consecutive purchase days; NaN with fewer than 2 (3) purchase days
	GapMedian                  float64
}

// Net is sales plus returns of all history.
func (p *Profile) Net() int64 { return p.Sales + p.Returns }

// RecencyDays is the days since the last purchase day, -1 without one.
func (p *Profile) RecencyDays(asOf ingest.Day) int {
	if p.Frequency == 0 {
		return -1
	}
	return int(asOf - p.Last)
}

// AtRisk reports whether the customer has bought and could be lost: a purchase day within one churn
// horizon before asOf, asOf − horizon < last ≤ asOf, or a contract in force on asOf.
func (p *Profile) AtRisk(asOf ingest.Day, horizon int) bool {
	return p.Frequency > 0 && (p.Contract || int(asOf-p.Last) < horizon)
}

// Profiles are the profiles of all customers with a cell on or before a day, in Ledger order (shard, then key):
// in columns, because a large company has millions. At assembles one; loops that need a few columns read these.
// What follows from other columns is not kept, nor are measures that are not mapped (they read as zero).
type Profiles struct {
	First, Last       []ingest.Day
	Frequency         []int32
	Frequency12       []uint16
	Sales, Returns    Ints
	Lines             Ints
	Orders, Units     Ints
	Net12, NetPrior12 Ints
	Returns12         Ints
	Cost12, Costed12  Ints

	CostPrior12, CostedPrior12 Ints
	Units12                    Ints

	gapSquares Ints    // Σ gap²
	gapMiddle  []int32 // twice the median gap

	contract  []bool // nil without contracts
	truncated ingest.Day
	places
}

// places are where the profiles of each shard lie: those of shard k are start[k] to start[k+1].
type places struct {
	start [ingest.Shards + 1]int
	room  [ingest.Shards + 1]int // the same, were there a profile of every customer
	row   []int32                // by profile: row in its shard; nil where every customer has one
}

// Len is the number of profiles.
func (p *Profiles) Len() int { return len(p.Frequency) }

// OfShard is the range of the profiles of shard k.
func (p *places) OfShard(k int) (lo, hi int) { return p.start[k], p.start[k+1] }

// Row is the row in shard k of profile i, which is one of its customers.
func (p *places) Row(k, i int) int {
	if p.row == nil {
		return i - p.start[k]
	}
	return int(p.row[i])
}

// Place is the Ledger's customer of profile i.
func (p *places) Place(i int) (shard, row int) {
	lo, hi := 0, ingest.Shards
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; i < p.start[mid] {
			hi = mid
		} else {
			lo = mid
		}
	}
	return lo, p.Row(lo, i)
}

// At is profile i.
func (p *Profiles) At(i int) Profile {
	shard, row := p.Place(i)
	out := Profile{
		Shard: int32(shard), Row: int32(row),
		First: p.First[i], Last: p.Last[i], Frequency: p.Frequency[i], Frequency12: int32(p.Frequency12[i]),
		LeftTruncated: p.LeftTruncated(i), Contract: p.Contract(i),
		Sales: p.Sales.At(i), Returns: p.Returns.At(i), Lines: p.Lines.At(i), Orders: p.Orders.At(i), Units: p.Units.At(i),
		Net12: p.Net12.At(i), NetPrior12: p.NetPrior12.At(i), Returns12: p.Returns12.At(i),
		Cost12: p.Cost12.At(i), Costed12: p.Costed12.At(i), CostPrior12: p.CostPrior12.At(i), CostedPrior12: p.CostedPrior12.At(i),
		Units12: p.Units12.At(i),
	}
	out.GapMean, out.GapSD, out.GapMedian = p.GapMean(i), p.GapSD(i), p.GapMedian(i)
	return out
}

// LeftTruncated reports a first purchase within one horizon of the Ledger's first day.
func (p *Profiles) LeftTruncated(i int) bool { return p.Frequency[i] > 0 && p.First[i] < p.truncated }

// Contract reports a contract in force.
func (p *Profiles) Contract(i int) bool { return p.contract != nil && p.contract[i] }

// AtRisk is Profile.AtRisk of profile i.
func (p *Profiles) AtRisk(i int, asOf ingest.Day, horizon int) bool {
	return p.Frequency[i] > 0 && (p.Contract(i) || int(asOf-p.Last[i]) < horizon)
}

// GapMean is that of profile i: the days from the first to the last purchase, shared among the gaps.
func (p *Profiles) GapMean(i int) float64 {
	n := int64(p.Frequency[i]) - 1
	if n < 1 {
		return math.NaN()
	}
	return float64(p.Last[i]-p.First[i]) / float64(n)
}

// GapSD is that of profile i. n·Σg² − (Σg)² is exact in integers, and never negative.
func (p *Profiles) GapSD(i int) float64 {
	n, sum := int64(p.Frequency[i])-1, int64(p.Last[i]-p.First[i])
	if n < 2 {
		return math.NaN()
	}
	return math.Sqrt(float64(n*p.gapSquares.At(i)-sum*sum) / float64(n*(n-1)))
}

// GapMedian is that of profile i.
func (p *Profiles) GapMedian(i int) float64 {
	if p.Frequency[i] < 2 {
		return math.NaN()
	}
	return float64(p.gapMiddle[i]) / 2
}
