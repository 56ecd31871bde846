package segment

import (
	"context"

	"mainstay/ingest"
	"mainstay/regress"
)

// SurvivalCurve is how long the customers of one segment stay. Scheme and Segment are empty for the whole
// book.
type SurvivalCurve struct {
	Scheme, Segment string
	Customers, Lost int
	Truncated       int     // customers of the first horizon, left out
	Last            float64 // longest follow-up in days; the curve says nothing beyond
	Steps           []regress.SurvivalStep
}

// Survivals estimate how long customers stay: of the whole book, then of every segment of by, over the
// customers for whom where holds. A customer's life begins on the first purchase day and ends on the day on
// which one churn horizon H has passed without another:
//
//	days = last purchase before the silence + H − first purchase
//
// A customer who has not been silent that long by the as-of date is censored there. Ending the life when it
// is noticed, not at the last purchase, keeps censoring independent of what the customer did. Who comes
// back later has been lost all the same: this is the first life. Only purchases count, not contracts in force.
// Customers whose first purchase
// lies within one horizon of the export's first day may be old ones, and are left out (left truncation).
// Segments and conditions are those of the as-of date, see Cohorts. Intervals are at 95 %. Errors are
// *ingest.ConfigError and the context's.
func (b *Book) Survivals(ctx context.Context, by []string, where string) ([]SurvivalCurve, error) {
	in, err := b.Where(where)
	if err != nil {
		return nil, err
	}
	days, lost := b.lives()
	curves := b.survivals(b.everyone(), in, days, lost)
	err = eachScheme(ctx, by, b.Group, func(_ string, g *Grouping) error {
		curves = append(curves, b.survivals(g, in, days, lost)...)
		return nil
	})
	return curves, err
}

// survivals fits the curve of every segment that has customers.
func (b *Book) survivals(g *Grouping, in []bool, days []float64, lost []bool) []SurvivalCurve {
	curves := make([]SurvivalCurve, len(g.Names))
	times, events := make([][]float64, len(g.Names)), make([][]bool, len(g.Names))
	for i := range b.Profiles.Len() {
		k := g.Of[i]
		switch {
		case k < 0 || !in[i] || b.Profiles.Frequency[i] == 0:
		case b.Profiles.LeftTruncated(i):
			curves[k].Truncated++
		default:
			times[k], events[k] = append(times[k], days[i]), append(events[k], lost[i])
		}
	}
	var out []SurvivalCurve
	for k := range curves {
		c := &curves[k]
		if len(times[k])+c.Truncated == 0 {
			continue
		}
		c.Scheme, c.Segment, c.Customers, c.Lost = g.Scheme, g.Names[k], len(times[k]), count(events[k])
		for _, t := range times[k] {
			c.Last = max(c.Last, t)
		}
		c.Steps = regress.KaplanMeier(times[k], events[k], retentionLevel)
		out = append(out, *c)
	}
	return out
}

// lives are, by profile, the days from the first purchase to the loss of the customer or to the as-of date,
// and which of the two it was.
func (b *Book) lives() (days []float64, lost []bool) {
	days, lost = make([]float64, b.Profiles.Len()), make([]bool, b.Profiles.Len())
	horizon := ingest.Day(b.Clock.Horizon)
	for i := range b.Profiles.Len() {
		p := b.Profiles.At(i)
		if p.Frequency == 0 {
			continue
		}
		s := b.Ledger.Shard(int(p.Shard))
		lo, hi := s.Cells(int(p.Row))
		end, last := b.Clock.AsOf, p.First
		for j := lo; j < hi && s.Day[j] <= b.Clock.AsOf && s.Day[j] <= last+horizon; j++ {
			if s.Day[j] > last && b.Ledger.Purchase(s, j) {
				last = s.Day[j]
			}
		}
		if lost[i] = last+horizon <= b.Clock.AsOf; lost[i] {
			end = last + horizon
		}
		days[i] = float64(end - p.First)
	}
	return days, lost
}
