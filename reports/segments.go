package reports

import "mainstay/segment"

// serviceTiers are the tiers that get a column of their own in the segments file, best first.
var serviceTiers = [...]string{"platinum", "gold", "silver", "standard"}

// Segments is one row per segment of every segmentation. scale is that of the Ledger's money.
func Segments(rows []segment.SegmentRow, scale int) *Table {
	b := newColumns("segments", len(rows))
	count := func(name, doc string, f func(r *segment.SegmentRow) int) {
		b.integer(name, doc, func(i int) int64 { return int64(f(&rows[i])) })
	}
	float := func(name, doc string, f func(r *segment.SegmentRow) float64) {
		b.float(name, doc, func(i int) float64 { return f(&rows[i]) })
	}
	money := func(name, doc string, f func(r *segment.SegmentRow) float64) {
		b.estimate(name, doc, scale, func(i int) float64 { return f(&rows[i]) })
	}
	b.key("scheme", "the segmentation: abc, rfm, ladder, bands, an attribute, or several crossed", func(i int) string { return rows[i].Scheme })
	b.key("segment", "the segment's name within the scheme", func(i int) string { return rows[i].Segment })
	count("customers", "customers in the segment, prospects not counted", func(r *segment.SegmentRow) int { return r.Customers })
	count("at_risk", "customers at risk", func(r *segment.SegmentRow) int { return r.AtRisk })
	count("lapsed", "lapsed customers", func(r *segment.SegmentRow) int { return r.Lapsed })
	count("prospects", "accounts that have not bought yet", func(r *segment.SegmentRow) int { return r.Prospects })
	count("key_accounts", "key accounts", func(r *segment.SegmentRow) int { return r.KeyAccounts })
	b.decimal("revenue_12m", "net revenue of the trailing 12 months", scale, func(i int) int64 { return rows[i].Net12 })
	float("revenue_share", "its share of the book's", func(r *segment.SegmentRow) float64 { return r.NetShare })
	float("frequency_12m", "mean purchase days per customer in the trailing 12 months", func(r *segment.SegmentRow) float64 { return r.Frequency12 })
	float("tenure_days", "median tenure", func(r *segment.SegmentRow) float64 { return r.TenureDays })
	float("retention", "of the customers at risk one churn horizon ago, the share that has bought since", func(r *segment.SegmentRow) float64 { return r.Retention })
	float("retention_low", "lower end of its 95 % Wilson interval", func(r *segment.SegmentRow) float64 { return r.RetentionLow })
	float("retention_high", "upper end of its 95 % Wilson interval", func(r *segment.SegmentRow) float64 { return r.RetentionHigh })
	count("retention_n", "how many customers the retention rests on", func(r *segment.SegmentRow) int { return r.RetentionN })
	float("churn_probability", "mean churn probability of the customers at risk", func(r *segment.SegmentRow) float64 { return r.Churn })
	money("value_12m", "expected value of the next 12 months, summed; null where no member has an estimate", func(r *segment.SegmentRow) float64 { return r.Value12 })
	money("value_12m_low", "lower end of its interval", func(r *segment.SegmentRow) float64 { return r.Value12Low })
	money("value_12m_high", "upper end of its interval", func(r *segment.SegmentRow) float64 { return r.Value12High })
	money("value_at_risk", "value at risk, summed; null where no member has an estimate", func(r *segment.SegmentRow) float64 { return r.ValueAtRisk })
	for _, tier := range serviceTiers {
		b.integerOr("tier_"+tier, "customers recommended for "+tier+"; null where no tiers were recommended", func(i int) (int64, bool) {
			return int64(rows[i].Tiers[tier]), rows[i].Tiers != nil
		})
	}
	return &b.t
}

// Cuts is the published cut points of RFM, ABC, the ladder and bands.
func Cuts(cuts []segment.Cut) *Table {
	b := newColumns("cuts", len(cuts))
	b.key("scheme", "the segmentation: rfm, abc, ladder, bands", func(i int) string { return cuts[i].Scheme })
	b.key("measure", "what is cut: recency_days, frequency, monetary, revenue_12m, units_12m …", func(i int) string { return cuts[i].Measure })
	b.key("group", "the group", func(i int) string { return cuts[i].Group })
	b.float("low", "its closed lower bound; null = nobody is in the group", func(i int) float64 { return cuts[i].Low })
	b.float("high", "its closed upper bound; null = nobody is in the group", func(i int) float64 { return cuts[i].High })
	b.integer("customers", "customers in the group", func(i int) int64 { return int64(cuts[i].Customers) })
	return &b.t
}
