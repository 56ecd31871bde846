// Package segment finds what the customers are, are worth, and deserve: profiles as of a day,
// segmentations, states, the tournament of models, value, tiers.
package segment

import (
	"math"
	"slices"

	"mainstay/ingest"
)

// Profile is what one customer's own day cells say as of a day. Money and units are integers at the
// Ledger's scales. Windows "12" are the trailing 12 months; "Prior12" the 12 before.
type Profile struct {
	Shard, Row                 int32      // the Ledger's customer
	First, Last                ingest.Day // first and last purchase day; meaningful when Frequency > 0
	Frequency                  int32      // purchase days
	Frequency12                int32
	LeftTruncated              bool // first purchase within one horizon of the Ledger's first day: tenure is "at least"
	Lines, Orders              int64
	Sales, Returns             int64 // all history; Returns ≤ 0
	Units                      int64
	Cost, Costed               int64
	Discount                   int64
	Net12                      int64
	NetPrior12                 int64
	Cost12, Costed12           int64
	CostPrior12, CostedPrior12 int64
	Units12                    int64
	Returns12                  int64
	GapMean, GapSD             float64 // days between consecutive purchase days; NaN with fewer than 2 (3) purchase days
	GapMedian                  float64
	Contract                   bool // a contract is in force; filled by a Book
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

// Profiles computes one Profile for every customer with a cell on or before asOf, in Ledger order
// (shard, then key). Cells after asOf are never read. Results do not depend on threads. Sums cannot
// overflow on a Ledger that passes CheckRange.
func Profiles(l *ingest.Ledger, asOf ingest.Day, horizon, threads int) []Profile {
	var start [ingest.Shards + 1]int // of each shard's profiles
	l.Scan(threads, func(s int, shard *ingest.Shard) {
		for i := range shard.Customers() {
			if lo, hi := shard.Cells(i); lo < hi && shard.Day[lo] <= asOf {
				start[s+1]++
			}
		}
	})
	for s := range ingest.Shards {
		start[s+1] += start[s]
	}
	profiles := make([]Profile, start[ingest.Shards])
	b := profiler{
		l: l, asOf: asOf,
		from12:    MonthsBefore(asOf, 12),
		from24:    MonthsBefore(asOf, 24),
		truncated: l.First + ingest.Day(horizon),
	}
	l.Scan(threads, func(s int, shard *ingest.Shard) { b.shard(s, shard, profiles[start[s]:start[s+1]]) })
	return profiles
}

// profiler is what every customer's profile needs to know. Windows exclude their first day: 12 is
// from12 < d ≤ asOf, Prior12 is from24 < d ≤ from12.
type profiler struct {
	l                    *ingest.Ledger
	asOf, from12, from24 ingest.Day
	truncated            ingest.Day // a first purchase before this day may not be the first ever
}

func (b *profiler) shard(s int, shard *ingest.Shard, out []Profile) {
	var days, gaps []int32 // of one customer, reused
	n := 0
	for i := range shard.Customers() {
		lo, hi := shard.Cells(i)
		if lo == hi || shard.Day[lo] > b.asOf {
			continue
		}
		p := &out[n]
		n++
		p.Shard, p.Row = int32(s), int32(i)
		days = days[:0]
		for j := lo; j < hi && shard.Day[j] <= b.asOf; j++ {
			b.cell(p, shard, j)
			if b.l.Purchase(shard, j) {
				days = append(days, int32(shard.Day[j]))
			}
		}
		gaps = b.rhythm(p, days, gaps[:0])
	}
}

// cell adds cell j of the customer's shard to p.
func (b *profiler) cell(p *Profile, s *ingest.Shard, j int) {
	d := s.Day[j]
	in12 := d > b.from12
	inPrior := !in12 && d > b.from24
	p.Lines += int64(s.Lines[j])
	p.Sales += s.Sales[j]
	p.Returns += s.Returns[j]
	switch {
	case in12:
		p.Net12 += s.Net(j)
		p.Returns12 += s.Returns[j]
	case inPrior:
		p.NetPrior12 += s.Net(j)
	}
	if s.Orders != nil {
		p.Orders += int64(s.Orders[j])
	}
	if s.Units != nil {
		p.Units += s.Units[j]
		if in12 {
			p.Units12 += s.Units[j]
		}
	}
	if s.Cost != nil {
		p.Cost += s.Cost[j]
		p.Costed += s.Costed[j]
		switch {
		case in12:
			p.Cost12 += s.Cost[j]
			p.Costed12 += s.Costed[j]
		case inPrior:
			p.CostPrior12 += s.Cost[j]
			p.CostedPrior12 += s.Costed[j]
		}
	}
	if s.Discount != nil {
		p.Discount += s.Discount[j]
	}
}

// rhythm fills what follows from the purchase days (ascending): first, last, frequency and gaps. It
// returns the scratch slice gaps, grown.
func (b *profiler) rhythm(p *Profile, days, gaps []int32) []int32 {
	p.GapMean, p.GapSD, p.GapMedian = math.NaN(), math.NaN(), math.NaN()
	if len(days) == 0 {
		return gaps
	}
	p.First, p.Last = ingest.Day(days[0]), ingest.Day(days[len(days)-1])
	p.Frequency = int32(len(days))
	p.LeftTruncated = p.First < b.truncated
	var sum, squares int64
	for k, d := range days {
		if ingest.Day(d) > b.from12 {
			p.Frequency12++
		}
		if k > 0 {
			g := d - days[k-1]
			gaps = append(gaps, g)
			sum += int64(g)
			squares += int64(g) * int64(g)
		}
	}
	n := int64(len(gaps))
	if n == 0 {
		return gaps
	}
	p.GapMean = float64(sum) / float64(n)
	if n > 1 { // n·Σg² − (Σg)² is exact in integers, and never negative
		p.GapSD = math.Sqrt(float64(n*squares-sum*sum) / float64(n*(n-1)))
	}
	slices.Sort(gaps)
	p.GapMedian = float64(gaps[(n-1)/2]+gaps[n/2]) / 2
	return gaps
}
