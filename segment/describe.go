package segment

import (
	"context"
	"errors"
	"slices"
	"sync"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// describe sums up: segments, concentration, bridge, transitions, tiers, totals, models, warnings.
func (a *analysis) describe(ctx context.Context, progress Progress) error {
	r := a.result
	past, err := ObserveRetention(a.Book)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var moves movesRows
	err = each(ctx, 3, a.Threads, func(k int) (err error) { // the longest first
		switch k {
		case 0:
			if err := a.segments(ctx, past, progress); err != nil {
				return err
			}
			r.Bridge, err = a.Bridges(ctx, a.grouped, "")
		case 1:
			a.wholeBook(past)
		case 2:
			moves = a.moves()
		}
		return err
	})
	if err != nil {
		return err
	}
	r.Accounts = a.accountMatch()
	r.Tables = a.tableMatches()
	r.Transitions, r.Fits = moves.rows, append(r.Fits, moves.fits...)
	a.models()
	a.warn()
	return nil
}

// wholeBook sums up all customers.
func (a *analysis) wholeBook(past *Retention) {
	r := a.result
	r.Concentration = Concentrate(Net12s(a.Profiles))
	r.Tiers = a.tierRows(a.scored, a.keys)
	r.Totals = a.bookTotals(past)
	r.Forecast = a.forecast(a.scored)
	r.Attention = a.teller.attentionList(a.scored, a.scorer.declining(&r.Forecast))
}

// schemeRows is what the segments table has of a scheme.
type schemeRows struct {
	rows    []SegmentRow
	cuts    []Cut
	leftOut string // why: clusters that cannot be certified
}

// segments aggregates every scheme of the book, then the states and tiers that only models give.
func (a *analysis) segments(ctx context.Context, past *Retention, progress Progress) error {
	r := a.result
	est := a.estimates()
	schemes := a.Schemes()
	parts, err := a.aggregateAll(ctx, schemes, past, est, progress)
	if err != nil {
		return err
	}
	everyone, err := a.Where("")
	if err != nil {
		return err
	}
	var found Description // of clusters
	for k, scheme := range schemes {
		s := &parts[k]
		if s.leftOut != "" {
			r.Warnings = append(r.Warnings, num.Warning{Code: warnNotCertified, Message: "segmentation left out: " + s.leftOut})
			continue
		}
		a.grouped = append(a.grouped, scheme)
		if err := found.addClusters(a.Book, scheme, everyone); err != nil {
			return err
		}
		r.Segments = append(r.Segments, s.rows...)
		r.Cuts = appendNewCuts(r.Cuts, s.cuts)
	}
	for _, c := range found.Clusters {
		r.Fits = append(r.Fits, Model{Name: c.Scheme, Use: "segments", Certificate: c.Certificate, Clusters: &c})
	}
	for _, g := range []*Grouping{a.groupStates(), a.groupTiers()} {
		// What somebody's state or tier was one horizon ago is not known: no retention.
		rows, err := a.Aggregate(g.Scheme, g, "", nil, nil, est)
		if err != nil {
			return err
		}
		r.Segments = append(r.Segments, slices.DeleteFunc(rows, func(s SegmentRow) bool { return s.Customers+s.Prospects == 0 })...)
	}
	return nil
}

// aggregateAll aggregates the schemes at the same time; parts are in their order.
func (a *analysis) aggregateAll(ctx context.Context, schemes []string, past *Retention, est *Estimates, progress Progress) ([]schemeRows, error) {
	if _, err := past.holds(""); err != nil { // remembered before many goroutines ask
		return nil, err
	}
	parts := make([]schemeRows, len(schemes))
	var mu sync.Mutex
	done := 0
	err := each(ctx, len(schemes), a.Threads, func(k int) error {
		s := &parts[k]
		g, err := a.Group(schemes[k])
		if quality := (*ingest.QualityError)(nil); errors.As(err, &quality) {
			s.leftOut = err.Error()
			return nil
		}
		if err == nil {
			s.cuts = g.Cuts
			s.rows, err = a.Aggregate(schemes[k], g, "", nil, past, est)
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		report(progress, phaseSegments, float64(done)/float64(len(schemes)))
		return err
	})
	return parts, err
}

// groupStates groups the members by their state.
func (a *analysis) groupStates() *Grouping {
	names := append(slices.Clone(a.states.Names), relationNeverBought, relationProspect)
	g := &Grouping{Scheme: "state", Names: names, Of: make([]int32, a.Members()), Natural: true}
	for m, r := range a.scored.relation {
		switch r {
		case neverBought:
			g.Of[m] = int32(len(names) - 2)
		case prospects:
			g.Of[m] = int32(len(names) - 1)
		default:
			g.Of[m] = int32(a.scored.state[m])
		}
	}
	return g
}

// groupTiers groups the members by their tier.
func (a *analysis) groupTiers() *Grouping {
	g := &Grouping{Scheme: "tier", Names: tierNames, Of: make([]int32, a.Members()), Natural: true}
	for m, tier := range a.scored.tier {
		g.Of[m] = int32(tier)
	}
	return g
}

// estimates hands the scores to the segmentations, by member.
func (a *analysis) estimates() *Estimates {
	s := a.scored
	return &Estimates{Churn: s.churn, Value12: s.value, ValueAtRisk: s.risk, Tier: s.tier, Interval: a.valueInterval}
}

// valueInterval is the interval of the summed 12-month value of some members; revenue is never below
// zero.
func (a *analysis) valueInterval(members []int32) (low, high float64) {
	var all sums
	for _, m := range members {
		a.addValue(&all, int(m))
	}
	return a.summed(&all)
}

// addValue adds a member's 12-month value with its standard deviation.
func (a *analysis) addValue(all *sums, m int) {
	if v := a.scored.value[m]; finite(v) {
		_, _, deviation := a.scorer.interval(a.scored, m)
		all.add(v, deviation)
	}
}

// summed is the interval of a sum of 12-month values.
func (a *analysis) summed(all *sums) (low, high float64) {
	low, high = a.stored.Value.Totals.interval(all.of())
	if a.Basis == Revenue && low < 0 {
		low = 0
	}
	return low, high
}

func (a *analysis) accountMatch() AccountMatch {
	if a.Accounts == nil {
		return AccountMatch{}
	}
	m := AccountMatch{Given: true, Prospects: len(a.Prospects)}
	for i := range a.Profiles.Len() {
		if a.accountRow(i) >= 0 {
			m.Matched++
		} else {
			m.CustomersWithout++
		}
	}
	m.Accounts = m.Matched + m.Prospects
	return m
}
