package segment

import (
	"cmp"
	"context"

	"mainstay/ingest"
	"mainstay/regress/survival"
)

// SurvivalCurve is how long the customers of one segment stay. Scheme and Segment are empty for the whole
// book.
type SurvivalCurve struct {
	Scheme, Segment string
	Customers, Lost int
	Truncated       int     // customers of the first horizon, left out
	Last            float64 // longest follow-up in days; the curve says nothing beyond
	Steps           []survival.Step
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
	lives := b.lives()
	curves := b.survivals(b.everyone(), in, lives)
	err = eachScheme(ctx, by, b.Group, func(_ string, g *Grouping) error {
		curves = append(curves, b.survivals(g, in, lives)...)
		return nil
	})
	return curves, cmp.Or(err, b.Ledger.Err())
}

// survivals fits the curve of every segment that has customers.
func (b *Book) survivals(g *Grouping, in []bool, lives []life) []SurvivalCurve {
	lost, censored := make([]int, b.Clock.Span()), make([]int, b.Clock.Span()) // by days
	var out []SurvivalCurve
	for k, members := range b.customersBySegment(g, in) {
		clear(lost)
		clear(censored)
		c := SurvivalCurve{Scheme: g.Scheme, Segment: g.Names[k]}
		for _, i := range members {
			switch days, gone := lives[i].end(); {
			case b.Profiles.Frequency[i] == 0:
			case b.Profiles.LeftTruncated(int(i)):
				c.Truncated++
			case gone:
				lost[days]++
				c.Lost++
			default:
				censored[days]++
				c.Customers++
			}
		}
		c.Customers += c.Lost
		if c.Customers+c.Truncated == 0 {
			continue
		}
		for days := range lost {
			if lost[days]+censored[days] > 0 {
				c.Last = float64(days)
			}
		}
		c.Steps = survival.KaplanMeierCounts(lost, censored, retentionLevel)
		out = append(out, c)
	}
	return out
}

// life is the days from the first purchase to the as-of date, or, turned over (^), to the loss of the customer.
type life int32

func (l life) end() (days int, lost bool) {
	if l < 0 {
		return int(^l), true
	}
	return int(l), false
}

// lives are, by profile, how long the customers stayed; 0 without a purchase day.
func (b *Book) lives() []life {
	p, asOf, horizon := b.Profiles, b.Clock.AsOf, ingest.Day(b.Clock.Horizon)
	lives := make([]life, p.Len())
	b.Ledger.Scan(b.Threads, func(k int, s *ingest.Shard) {
		from, to := p.OfShard(k)
		for i := from; i < to; i++ {
			if p.Frequency[i] == 0 {
				continue
			}
			lo, hi := s.Cells(p.Row(k, i))
			last := p.First[i]
			for j := lo; j < hi && s.Day[j] <= asOf && s.Day[j] <= last+horizon; j++ {
				if s.Day[j] > last && b.Ledger.Purchase(s, j) {
					last = s.Day[j]
				}
			}
			if lives[i] = life(asOf - p.First[i]); last+horizon <= asOf {
				lives[i] = ^life(last + horizon - p.First[i])
			}
		}
	})
	return lives
}
