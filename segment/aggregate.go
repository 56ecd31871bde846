package segment

import (
	"cmp"
	"math"
	"slices"

	"mainstay/internal/num"
)

// Estimates are what models say about every member, by member; NaN where undefined. nil = no models.
type Estimates struct {
	Churn       func(m int) float64 // of customers at risk
	Value12     []float64           // money units (not scaled)
	ValueAtRisk []float64           // money units (not scaled)
	Tier        []uint8             // of tierNames
	// Interval is the interval of the summed Value12 of some members (ascending); nil = none is given.
	Interval func(members []int32) (low, high float64)
}

// Aggregate sums up the segments of one grouping (g = b.Group(scheme)) over the members in (nil = all,
// else what b.Where(where) gave). Segments without a member are left out, except of
// rfm, abc and the ladder. Rows are ordered by net revenue, largest first, then by name; rfm, abc and the ladder,
// and crossings of only these, in their own order. Columns that need models are NaN, or nil, without est.
// Retention is that of the members of the same segment one horizon ago (see ObserveRetention); past may
// be nil. Errors are *ingest.ConfigError: a key-account rule, condition or scheme that makes no sense.
func (b *Book) Aggregate(scheme string, g *Grouping, where string, in []bool, past *Retention, est *Estimates) ([]SegmentRow, error) {
	keys, _, err := b.KeyAccounts()
	if err != nil {
		return nil, err
	}
	members := g.membersBySegment(b.Members(), in)
	all := make([]SegmentRow, len(g.Names))
	num.Blocks(len(all), 1, b.Threads, func(k, _, _ int) {
		if len(members[k]) > 0 || g.Natural {
			all[k] = b.aggregate(members[k], keys, est)
			all[k].Scheme, all[k].Segment = g.Scheme, g.Names[k]
		}
	})
	rows := make([]SegmentRow, 0, len(all))
	var net int64
	for k, row := range all {
		if len(members[k]) > 0 || g.Natural {
			rows = append(rows, row)
			net += row.Net12
		}
	}
	for i := range rows {
		rows[i].NetShare = math.NaN()
		if net > 0 {
			rows[i].NetShare = float64(rows[i].Net12) / float64(net)
		}
	}
	if !g.Natural {
		slices.SortStableFunc(rows, func(x, y SegmentRow) int {
			return cmp.Or(cmp.Compare(y.Net12, x.Net12), cmp.Compare(x.Segment, y.Segment))
		})
	}
	return rows, past.addTo(rows, scheme, where)
}

// aggregate sums up one segment.
func (b *Book) aggregate(members []int32, keys []bool, est *Estimates) SegmentRow {
	var row SegmentRow
	var days int64
	tenures := make([]int32, b.Clock.Span()) // customers by days since the first purchase
	bought := int32(0)
	for _, m := range members {
		if keys[m] {
			row.KeyAccounts++
		}
		if !b.isCustomer(int(m)) {
			row.Prospects++
			continue
		}
		row.Customers++
		p := b.Profiles
		row.Net12 += p.Net12.At(int(m))
		days += int64(p.Frequency12[m])
		switch {
		case b.atRisk(int(m)):
			row.AtRisk++
		case p.Frequency[m] > 0:
			row.Lapsed++
		}
		if p.Frequency[m] > 0 {
			tenures[b.Clock.AsOf-p.First[m]]++
			bought++
		}
	}
	row.Frequency12 = math.NaN()
	if row.Customers > 0 {
		row.Frequency12 = float64(days) / float64(row.Customers)
	}
	row.TenureDays = countedMedian(tenures, bought)
	row.Retention, row.RetentionLow, row.RetentionHigh, row.RetentionN = wilson(0, 0, retentionLevel)
	est.addTo(&row, members)
	return row
}

// addTo adds what models say; without models, or where no member has an estimate (prospects), the columns
// are NaN.
func (est *Estimates) addTo(row *SegmentRow, members []int32) {
	nan := math.NaN()
	row.Churn, row.Value12, row.Value12Low, row.Value12High, row.ValueAtRisk = nan, nan, nan, nan, nan
	if est == nil {
		return
	}
	var churn, value, atRisk num.Adder
	var churns, values, risks int
	var tiers [prospectTier + 1]int
	for _, m := range members {
		if v := est.Churn(int(m)); !math.IsNaN(v) {
			churn.Add(v)
			churns++
		}
		if v := est.Value12[m]; !math.IsNaN(v) {
			value.Add(v)
			values++
		}
		if v := est.ValueAtRisk[m]; !math.IsNaN(v) {
			atRisk.Add(v)
			risks++
		}
		tiers[est.Tier[m]]++
	}
	row.Tiers = make(map[string]int)
	for k, n := range tiers {
		if n > 0 {
			row.Tiers[tierNames[k]] = n
		}
	}
	if churns > 0 {
		row.Churn = churn.Sum() / float64(churns)
	}
	if risks > 0 {
		row.ValueAtRisk = atRisk.Sum()
	}
	if values > 0 {
		row.Value12 = value.Sum()
		if est.Interval != nil {
			row.Value12Low, row.Value12High = est.Interval(members)
		}
	}
}

// addTo adds the observed retention of each row's segment as it was one horizon ago.
func (r *Retention) addTo(rows []SegmentRow, scheme, where string) error {
	if r == nil || r.Then.Profiles.Len() == 0 {
		return nil
	}
	in, err := r.holds(where)
	if err != nil {
		return err
	}
	g, err := r.Then.Group(scheme)
	if err != nil {
		return err
	}
	exposed, retained := make([]int, len(g.Names)), make([]int, len(g.Names))
	for i := range r.Then.Profiles.Len() {
		if k := g.Of[i]; k >= 0 && in[i] && r.Exposed[i] {
			exposed[k]++
			if r.Retained[i] {
				retained[k]++
			}
		}
	}
	index := make(map[string]int, len(g.Names))
	for k, name := range g.Names {
		index[name] = k
	}
	for i := range rows {
		if k, ok := index[rows[i].Segment]; ok {
			row := &rows[i]
			row.Retention, row.RetentionLow, row.RetentionHigh, row.RetentionN = wilson(retained[k], exposed[k], retentionLevel)
		}
	}
	return nil
}
