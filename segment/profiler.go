package segment

import (
	"slices"
	"sync"

	"mainstay/ingest"
)

// ProfilesOn computes the profiles of a day. Cells after asOf are never read. Results do not depend on threads.
// Sums cannot overflow on a Ledger that passes rangeCheck.
func ProfilesOn(l *ingest.Ledger, asOf ingest.Day, horizon, threads int) *Profiles {
	return profilesOfFirst(l, ingest.Shards, asOf, horizon, threads)
}

// profilesOfFirst is ProfilesOn of the customers of the first shards.
func profilesOfFirst(l *ingest.Ledger, shards int, asOf ingest.Day, horizon, threads int) *Profiles {
	b := newProfiler(l, shards, asOf)
	l.ScanParts(shards, threads, b.part)
	return b.finish(horizon)
}

// profiler fills the columns of Profiles. Windows exclude their first day: 12 is from12 < d ≤ asOf, Prior12 is
// from24 < d ≤ from12. Until finish, the profiles of a shard begin where they would if every customer had one.
type profiler struct {
	l                    *ingest.Ledger
	asOf, from12, from24 ingest.Day
	gaps                 *gapCounts // nil = not wanted
	out                  Profiles
	rows                 [ingest.Shards][]int32 // of the profiles of a shard; nil while it is the number of the profile
	n                    [ingest.Shards]int     // profiles of a shard
	scratch              sync.Pool              // of *gapStats

	lines, sales, returns, gapSquares            *intsBuilder
	net12, netPrior12, returns12                 *intsBuilder
	orders, units, units12                       *intsBuilder
	cost12, costed12, costPrior12, costedPrior12 *intsBuilder
}

func newProfiler(l *ingest.Ledger, shards int, asOf ingest.Day) *profiler {
	b := &profiler{l: l, asOf: asOf, from12: MonthsBefore(asOf, 12), from24: MonthsBefore(asOf, 24)}
	for k := range ingest.Shards {
		b.out.room[k+1] = b.out.room[k]
		if k < shards {
			b.out.room[k+1] += l.ShardCustomers(k)
		}
	}
	n := b.out.room[ingest.Shards]
	b.out.First, b.out.Last = make([]ingest.Day, n), make([]ingest.Day, n)
	b.out.Frequency, b.out.Frequency12, b.out.gapMiddle = make([]int32, n), make([]uint16, n), make([]int32, n)
	columns := func(mapped bool, of ...**intsBuilder) {
		for _, c := range of {
			if mapped {
				*c = &intsBuilder{near: make([]int32, n)}
			}
		}
	}
	columns(true, &b.lines, &b.sales, &b.returns, &b.net12, &b.netPrior12, &b.returns12, &b.gapSquares)
	columns(l.Has.Orders, &b.orders)
	columns(l.Has.Units, &b.units, &b.units12)
	columns(l.Has.Cost, &b.cost12, &b.costed12, &b.costPrior12, &b.costedPrior12)
	return b
}

// part profiles customers of shard k, from the given one on; those before have been.
func (b *profiler) part(k, from int, s *ingest.Shard) {
	g, _ := b.scratch.Get().(*gapStats)
	if g == nil {
		g = &gapStats{}
	}
	defer b.scratch.Put(g)
	if b.gaps != nil {
		g.all = b.gaps.take()
		defer b.gaps.give(g.all)
	}
	n := b.n[k]
	for i := range s.Customers() {
		lo, hi := s.Cells(i)
		end := lo + daysUpTo(s.Day[lo:hi], b.asOf)
		if lo == end {
			if b.rows[k] == nil {
				b.rows[k] = make([]int32, n, b.l.ShardCustomers(k))
				for j := range b.rows[k] {
					b.rows[k][j] = int32(j)
				}
			}
			continue
		}
		if b.rows[k] != nil {
			b.rows[k] = append(b.rows[k], int32(from+i))
		}
		at24 := lo + daysUpTo(s.Day[lo:end], b.from24)
		at12 := at24 + daysUpTo(s.Day[at24:end], b.from12)
		b.purchases(k, n, s, [...]int{lo, at24, at12, end}, g)
		b.measures(k, n, s, [...]int{lo, at24, at12, end})
		n++
	}
	b.n[k] = n
}

// daysUpTo is how many of the ascending days are on or before a day.
func daysUpTo(days []ingest.Day, day ingest.Day) int {
	lo, hi := 0, len(days)
	if hi > 0 && days[hi-1] <= day {
		return hi
	}
	for lo < hi {
		if mid := int(uint(lo+hi) / 2); days[mid] <= day {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// purchases fills what every export has of profile n of shard k: money and rhythm. The customer's cells are
// at[0] to at[3]; those of Prior12 begin at at[1], those of 12 at at[2].
func (b *profiler) purchases(k, n int, s *ingest.Shard, at [4]int, g *gapStats) {
	gaps := g.room(at[3] - at[0])
	zeroDays := b.l.ZeroDays
	var sales, returns, squares int64
	var before [3]struct {
		sales, returns int64
		frequency      int32
	}
	var first, last ingest.Day
	frequency := int32(0)
	for w := range before {
		before[w].sales, before[w].returns, before[w].frequency = sales, returns, frequency
		for j := at[w]; j < at[w+1]; j++ {
			plus, minus := s.Sales[j], s.Returns[j]
			sales += plus
			returns += minus
			if plus+minus <= 0 && !(zeroDays && plus == 0 && minus == 0) {
				continue
			}
			d := s.Day[j]
			if frequency == 0 {
				first = d
			} else {
				gap := int32(d - last)
				gaps[frequency-1] = gap
				squares += int64(gap) * int64(gap)
			}
			last = d
			frequency++
		}
	}
	base := b.out.room[k]
	b.out.First[base+n], b.out.Last[base+n], b.out.Frequency[base+n] = first, last, frequency
	b.out.Frequency12[base+n] = uint16(frequency - before[2].frequency)
	if frequency > 1 {
		g.pool(gaps[:frequency-1])
		b.out.gapMiddle[base+n] = g.middle(gaps[:frequency-1])
	}
	b.gapSquares.set(k, base, n, squares)
	b.lines.set(k, base, n, totalCount(s.Lines[at[0]:at[3]]))
	b.sales.set(k, base, n, sales)
	b.returns.set(k, base, n, returns)
	b.returns12.set(k, base, n, returns-before[2].returns)
	b.net12.set(k, base, n, sales+returns-before[2].sales-before[2].returns)
	b.netPrior12.set(k, base, n, before[2].sales+before[2].returns-before[1].sales-before[1].returns)
}

// measures fills what only some exports have.
func (b *profiler) measures(k, n int, s *ingest.Shard, at [4]int) {
	base := b.out.room[k]
	if s.Orders != nil && b.orders != nil {
		b.orders.set(k, base, n, totalCount(s.Orders[at[0]:at[3]]))
	}
	if s.Units != nil && b.units != nil {
		in12 := total(s.Units[at[2]:at[3]])
		b.units12.set(k, base, n, in12)
		b.units.set(k, base, n, in12+total(s.Units[at[0]:at[2]]))
	}
	if s.Cost != nil && b.cost12 != nil {
		b.cost12.set(k, base, n, total(s.Cost[at[2]:at[3]]))
		b.costed12.set(k, base, n, total(s.Costed[at[2]:at[3]]))
		b.costPrior12.set(k, base, n, total(s.Cost[at[1]:at[2]]))
		b.costedPrior12.set(k, base, n, total(s.Costed[at[1]:at[2]]))
	}
}

func total(values []int64) (sum int64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

func totalCount(counts []uint32) (sum int64) {
	for _, n := range counts {
		sum += int64(n)
	}
	return sum
}

// finish closes the profiles up.
func (b *profiler) finish(horizon int) *Profiles {
	p := &b.out
	p.truncated = b.l.First + ingest.Day(horizon)
	for k, n := range b.n {
		p.start[k+1] = p.start[k] + n
	}
	if p.start != p.room {
		p.row = make([]int32, p.start[ingest.Shards])
		for k := range ingest.Shards {
			for i := p.start[k]; i < p.start[k+1]; i++ {
				p.row[i] = int32(i - p.start[k])
			}
			copy(p.row[p.start[k]:], b.rows[k])
		}
	}
	pl := &p.places
	p.First, p.Last = closeUp(p.First, pl), closeUp(p.Last, pl)
	p.Frequency, p.Frequency12, p.gapMiddle = closeUp(p.Frequency, pl), closeUp(p.Frequency12, pl), closeUp(p.gapMiddle, pl)
	p.Lines = b.lines.finish(pl)
	p.Sales, p.Returns, p.gapSquares = b.sales.finish(pl), b.returns.finish(pl), b.gapSquares.finish(pl)
	p.Net12, p.NetPrior12, p.Returns12 = b.net12.finish(pl), b.netPrior12.finish(pl), b.returns12.finish(pl)
	p.Orders, p.Units, p.Units12 = b.orders.finish(pl), b.units.finish(pl), b.units12.finish(pl)
	p.Cost12, p.Costed12 = b.cost12.finish(pl), b.costed12.finish(pl)
	p.CostPrior12, p.CostedPrior12 = b.costPrior12.finish(pl), b.costedPrior12.finish(pl)
	return p
}

// closeUp moves the profiles of each shard from where there was room for them to where they are.
func closeUp[T any](column []T, p *places) []T {
	if p.start == p.room {
		return column
	}
	for k := range ingest.Shards {
		copy(column[p.start[k]:p.start[k+1]], column[p.room[k]:])
	}
	n := p.start[ingest.Shards]
	if n < len(column)*3/4 {
		return slices.Clone(column[:n])
	}
	return column[:n]
}

// gapStats finds medians of gaps, in scratch space that it keeps.
type gapStats struct {
	gaps  []int32
	count []int32 // by gap; zero between calls
	all   []int64 // those of many customers by gap; nil = not wanted
}

// pool counts gaps among those of all.
func (g *gapStats) pool(gaps []int32) {
	if g.all != nil {
		for _, d := range gaps {
			g.all[d]++
		}
	}
}

// room is space for n gaps.
func (g *gapStats) room(n int) []int32 {
	if n > len(g.gaps) {
		g.gaps = make([]int32, 2*n)
	}
	return g.gaps
}

// fewGaps are sorted faster than counted.
const fewGaps = 8

// middle is twice the median of gaps: the sum of the two in the middle, or of the one with itself. Gaps are whole
// days, half of them at most 2 ÷ len(gaps) of the span: counting finds the middle in a few steps, and does not
// guess branches as sorting does.
func (g *gapStats) middle(gaps []int32) int32 {
	n := len(gaps)
	if n <= fewGaps {
		for i := 1; i < n; i++ {
			for j := i; j > 0 && gaps[j] < gaps[j-1]; j-- {
				gaps[j], gaps[j-1] = gaps[j-1], gaps[j]
			}
		}
		return gaps[(n-1)/2] + gaps[n/2]
	}
	least, most := gaps[0], gaps[0]
	for _, d := range gaps {
		least, most = min(least, d), max(most, d)
	}
	if int(most) >= len(g.count) {
		g.count = make([]int32, 2*most+1)
	}
	for _, d := range gaps {
		g.count[d]++
	}
	at, seen := least, int(g.count[least])
	for seen <= (n-1)/2 {
		at++
		seen += int(g.count[at])
	}
	sum := at
	for seen <= n/2 {
		at++
		seen += int(g.count[at])
	}
	for _, d := range gaps {
		g.count[d] = 0
	}
	return sum + at
}
