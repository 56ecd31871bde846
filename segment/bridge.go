package segment

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Bridge leads from the value of the 12 months before to that of the trailing 12 months, customer by
// customer; the parts are changes, at the Ledger's scale, and add up exactly:
//
//	Prior + New + Returned + Grown + Shrunk + Lost = Now
//
// With n and p a customer's value in the trailing and in the prior 12 months:
//
//	new        no purchase day before the trailing 12 months
//	returned   none in the prior 12 months, but earlier, and again now
//	lost       purchase days in the prior 12 months, none now
//	grown      all others with n > p;   shrunk   all others with n < p
type Bridge struct {
	Prior, New, Returned, Grown, Shrunk, Lost, Now                   int64
	Before                                                           int // customers with a purchase day in the prior 12 months
	NewCustomers, ReturnedCustomers, GrownCustomers, ShrunkCustomers int
	LostCustomers                                                    int

	Base, Kept, Held int64 // Σp, Σn, Σmin(max(n, 0), p) over the customers with p > 0
	Whole            bool  // the export holds all of the prior 12 months
}

// BridgeRow is the bridge of one segment in one measure, Revenue or Margin. Scheme and Segment are empty
// for the whole book.
type BridgeRow struct {
	Scheme, Segment, Measure string
	Bridge
}

// NRR is net revenue retention: what those who brought value in the prior 12 months bring now, as a
// share of what they brought then; GRR, gross revenue retention, counts none of them for more than
// then, or for less than nothing:
//
//	NRR = Σ n ÷ Σ p,   GRR = Σ min(max(n, 0), p) ÷ Σ p,   both over the customers with p > 0
//
// (SaaS Metrics Standards Board, "Net Revenue Retention" and "Gross Revenue Retention", 2023, with the 12 months
// of purchases in the place of recurring revenue.) NaN where nobody brought value then, or where the
// export begins within the prior 12 months, which would flatter both.
func (b *Bridge) NRR() float64 { return b.share(b.Kept) }

// GRR is described with NRR.
func (b *Bridge) GRR() float64 { return b.share(b.Held) }

func (b *Bridge) share(part int64) float64 {
	if b.Base == 0 || !b.Whole {
		return math.NaN()
	}
	return float64(part) / float64(b.Base)
}

// add counts one customer: its value in the prior and in the trailing 12 months, and what the purchase
// days say.
func (b *Bridge) add(prior, now int64, kind bridgeKind) {
	b.Prior += prior
	b.Now += now
	change := now - prior
	switch {
	case kind == bridgeNew:
		b.New += change
		b.NewCustomers++
	case kind == bridgeReturned:
		b.Returned += change
		b.ReturnedCustomers++
	case kind == bridgeLost:
		b.Lost += change
		b.LostCustomers++
	case change > 0:
		b.Grown += change
		b.GrownCustomers++
	case change < 0:
		b.Shrunk += change
		b.ShrunkCustomers++
	}
	if kind == bridgeLost || kind == bridgeStayed {
		b.Before++
	}
	if prior > 0 {
		b.Base += prior
		b.Kept += now
		b.Held += min(max(now, 0), prior)
	}
}

// bridgeKind is what a customer's purchase days say.
type bridgeKind uint8

const (
	bridgeIdle     bridgeKind = iota // none in either 12 months, but earlier; what moves is returns
	bridgeNew                        // none before the trailing 12 months
	bridgeReturned                   // earlier, not in the prior 12 months, and now
	bridgeLost                       // in the prior 12 months, not now
	bridgeStayed                     // in both
)

// kindOf compares a customer's profile, i of now, with that of 12 months ago, j of then or −1.
func kindOf(now, then *Profiles, i, j int) bridgeKind {
	switch {
	case j < 0 || then.Frequency[j] == 0:
		return bridgeNew
	case then.Frequency12[j] > 0 && now.Frequency12[i] > 0:
		return bridgeStayed
	case then.Frequency12[j] > 0:
		return bridgeLost
	case now.Frequency12[i] > 0:
		return bridgeReturned
	}
	return bridgeIdle
}

// Bridges are the bridge of the whole book, then of every segment of by, over the customers for whom where
// holds, in revenue, and in margin too where that is the value basis. A customer's segment, and whether
// where holds, are those of 12 months ago; those of today for a customer who had no row then. Segments
// are in the order of Aggregate. Errors are *ingest.ConfigError and those of OpenBook.
func (b *Book) Bridges(ctx context.Context, by []string, where string) ([]BridgeRow, error) {
	p, err := b.pair(MonthsBefore(b.Clock.AsOf, 12), where)
	if err != nil {
		return nil, err
	}
	parts := make([][]BridgeRow, 1+len(by))
	parts[0] = p.bridges(&pairing{Names: []string{""}, Natural: true, Now: make([]int32, b.Profiles.Len()), Then: make([]int32, p.then.Profiles.Len())})
	err = each(ctx, len(by), b.Threads, func(k int) error {
		g, err := p.group(by[k])
		if err == nil {
			parts[1+k] = p.bridges(g)
		}
		return err
	})
	return slices.Concat(parts...), cmp.Or(err, b.Ledger.Err())
}

// bridges sums up the customers by segment.
func (p *pair) bridges(g *pairing) []BridgeRow {
	measures := []string{Revenue}
	if p.now.Basis == Margin {
		measures = append(measures, Margin)
	}
	whole := p.now.Clock.First <= MonthsBefore(p.now.Clock.AsOf, 24)+1
	var rows []BridgeRow
	for _, measure := range measures {
		sums := make([]BridgeRow, len(g.Names))
		for k, name := range g.Names {
			sums[k] = BridgeRow{Scheme: g.Scheme, Segment: name, Measure: measure, Bridge: Bridge{Whole: whole}}
		}
		now, then := p.now.Profiles, p.then.Profiles
		for i := range now.Len() {
			k, counted := g.Now[i], p.inNow[i]
			if j := p.before[i]; j >= 0 {
				k, counted = g.Then[j], p.inThen[j]
			}
			if k >= 0 && counted {
				sums[k].add(now.ValuePrior12(i, measure), now.Value12(i, measure), kindOf(now, then, i, int(p.before[i])))
			}
		}
		if !g.Natural {
			sums = slices.DeleteFunc(sums, func(r BridgeRow) bool { return r.empty() })
			slices.SortStableFunc(sums, func(x, y BridgeRow) int {
				return cmp.Or(cmp.Compare(y.Now, x.Now), cmp.Compare(x.Segment, y.Segment))
			})
		}
		rows = append(rows, sums...)
	}
	return rows
}

// empty reports a segment in which nothing was and nothing came.
func (b *Bridge) empty() bool {
	return b.Before+b.NewCustomers+b.ReturnedCustomers == 0 && b.Prior == 0 && b.Now == 0
}
