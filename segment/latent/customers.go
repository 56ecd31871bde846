package latent

import (
	"fmt"
	"math"

	"mainstay/ingest"
	"mainstay/ingest/money"
	"mainstay/internal/num"
	"mainstay/markov/attrition"
)

// Customers are those of a Ledger who bought on or before a day, in its order.
type Customers struct {
	Shard, Row  []int32
	First, Last []ingest.Day // purchase days until the day
	Data        attrition.Data
	Mean        []float64 // net amount from the second purchase day on, returns on other days too, by repeat purchase day, of bg/bb by period with any
	Later       []float64 // purchase days after the day, until the as-of date
	Names       []string  // of a table of histories: who each is; nil of a Ledger's, which have places in it and days

	first, second []float64 // two consecutive gaps of customers with two
	repeats       []float64 // repeat purchase days, by day since the Ledger's first
}

// gather scans the Ledger once: purchase days until a day make x, t.x and T in units of so many days; those after it are held out. With
// periods, as bg/bb has it, x counts units with a purchase, and T whole units since the first purchase.
func gather(l *ingest.Ledger, until, asOf ingest.Day, unit float64, periods bool, threads int) *Customers {
	parts := make([]Customers, ingest.Shards)
	l.ScanParts(ingest.Shards, threads, func(k, first int, s *ingest.Shard) {
		p := &parts[k]
		var days []ingest.Day
		w := window{until, asOf, unit, periods}
		for i := range s.Customers() {
			lo, hi := s.Cells(i)
			days = days[:0]
			sum := int64(0)
			for j := lo; j < hi; j++ {
				if s.Day[j] > asOf {
					continue
				}
				if l.Purchase(s, j) {
					days = append(days, s.Day[j])
				}
				if len(days) > 1 && w.counts(days[0], s.Day[j]) { // returns on other days too; those before the second purchase are of the first
					sum += s.Net(j)
				}
			}
			if len(days) > 0 && days[0] <= until {
				p.add(k, first+i, days, money.Float64(sum, l.Scale), w)
				for _, day := range w.marks(days) {
					p.repeat(int(day - l.First))
				}
			}
		}
	})
	all := &Customers{}
	for k := range parts {
		p := &parts[k]
		all.Shard, all.Row = append(all.Shard, p.Shard...), append(all.Row, p.Row...)
		all.First, all.Last = append(all.First, p.First...), append(all.Last, p.Last...)
		for i, n := range p.repeats {
			all.repeat(i)
			all.repeats[i] += n - 1
		}
		all.Mean, all.Later = append(all.Mean, p.Mean...), append(all.Later, p.Later...)
		all.first, all.second = append(all.first, p.first...), append(all.second, p.second...)
		d := &all.Data
		d.X, d.Last, d.T, d.LogGaps = append(d.X, p.Data.X...), append(d.Last, p.Data.Last...), append(d.T, p.Data.T...), append(d.LogGaps, p.Data.LogGaps...)
	}
	return all
}

// weight is how many customers a row stands for.
func (c *Customers) weight(i int) float64 {
	if c.Data.Weight == nil {
		return 1
	}
	return c.Data.Weight[i]
}

// Count is how many customers there are.
func (c *Customers) Count() int64 {
	if c.Data.Weight == nil {
		return int64(len(c.Data.X))
	}
	return int64(num.Sum(c.Data.Weight))
}

// Repeaters is how many of them bought again.
func (c *Customers) Repeaters() int64 {
	n := 0.0
	for i, x := range c.Data.X {
		if x > 0 {
			n += c.weight(i)
		}
	}
	return int64(n)
}

// repeat counts a purchase day, or a period; whole numbers, so that their order is nothing.
func (c *Customers) repeat(day int) {
	for len(c.repeats) <= day {
		c.repeats = append(c.repeats, 0)
	}
	c.repeats[day]++
}

// window is the days that are fitted and held out, and how time is counted.
type window struct {
	until, asOf ingest.Day
	unit        float64
	periods     bool
}

// counts says whether a purchase day after the first is one that the fit knows.
func (w *window) counts(first, day ingest.Day) bool {
	return day <= w.until && (!w.periods || w.period(first, day) <= w.whole(first))
}

// period is that of a purchase day, from 1 on; whole is how many are over when the fit ends.
func (w *window) period(first, day ingest.Day) float64 { return math.Ceil(float64(day-first) / w.unit) }
func (w *window) whole(first ingest.Day) float64       { return math.Floor(float64(w.until-first) / w.unit) }

// marks are the days of the curve on which repeat purchases count: purchase days; of bg/bb the end of every period with any, so many whole periods before or after the day that the fit knows last.
func (w *window) marks(days []ingest.Day) (out []ingest.Day) {
	if !w.periods {
		return days[1:]
	}
	n, before := w.whole(days[0]), 0.0
	for _, day := range days[1:] {
		p := w.period(days[0], day)
		if p != before && p <= n+w.after() {
			out = append(out, w.until+ingest.Day(math.Floor((p-n)*w.unit)))
		}
		before = p
	}
	return out
}

// after is how many periods of the holdout are over.
func (w *window) after() float64 { return math.Floor(float64(w.asOf-w.until) / w.unit) }

// add adds a customer with purchase days, the first of them until the day.
func (c *Customers) add(shard, row int, days []ingest.Day, sum float64, w window) {
	until, unit := w.until, w.unit
	seen := 1
	for seen < len(days) && days[seen] <= until {
		seen++
	}
	c.Shard, c.Row = append(c.Shard, int32(shard)), append(c.Row, int32(row))
	c.First, c.Last = append(c.First, days[0]), append(c.Last, days[seen-1])
	d := &c.Data
	if w.periods {
		x, last, later, n := inPeriods(days, w)
		c.Mean = append(c.Mean, sum/max(x, 1))
		d.X, d.Last, d.T, d.LogGaps = append(d.X, x), append(d.Last, last), append(d.T, n), append(d.LogGaps, 0)
		c.Later = append(c.Later, later)
		return
	}
	c.Mean = append(c.Mean, sum/float64(max(seen-1, 1)))
	log := 0.0
	for i := 1; i < seen; i++ {
		log += math.Log(float64(days[i]-days[i-1]) / unit)
	}
	d.X, d.LogGaps = append(d.X, float64(seen-1)), append(d.LogGaps, log)
	d.Last, d.T = append(d.Last, float64(days[seen-1]-days[0])/unit), append(d.T, float64(until-days[0])/unit)
	c.Later = append(c.Later, float64(len(days)-seen))
	if seen > 2 {
		c.first, c.second = append(c.first, float64(days[1]-days[0])), append(c.second, float64(days[2]-days[1]))
	}
}

// inPeriods counts periods of so many days, the first beginning the day after the first purchase; one that is not over when the fit, or the
// holdout, ends is left out.
func inPeriods(days []ingest.Day, w window) (x, last, later, n float64) {
	n = w.whole(days[0])
	end := n + w.after()
	before := 0.0
	for _, day := range days[1:] {
		period := w.period(days[0], day)
		switch {
		case period == before:
		case period <= n:
			x, last = x+1, period
		case period <= end:
			later++
		}
		before = period
	}
	return x, last, later, n
}

// Units are the words for a unit of time, with its length in days.
var Units = []struct {
	Name string
	Days float64
}{{"day", 1}, {"week", 7}, {"month", 365.25 / 12}, {"quarter", 365.25 / 4}, {"year", 365.25}}

// UnitDays is the length of a unit. An error for what is none.
func UnitDays(name string) (float64, error) {
	for _, u := range Units {
		if u.Name == name {
			return u.Days, nil
		}
	}
	return 0, fmt.Errorf("the unit of time is %q; expected day, week, month, quarter or year", name)
}
