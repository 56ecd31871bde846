package reports

import (
	"mainstay/ingest"
	"mainstay/segment"
)

// Members is one row per customer of a description: who belongs to which segment.
func Members(d *segment.Description) *Table {
	rows := d.Members
	b := newColumns("members", len(rows))
	b.key("customer_id", "key of the customer", func(i int) string { return rows[i].Key })
	b.text("name", "its name", func(i int) string { return rows[i].Name })
	b.boolean("at_risk", "bought within one churn horizon before the as-of date", func(i int) bool { return rows[i].AtRisk })
	b.integerOr("recency_days", "days since the last purchase day", func(i int) (int64, bool) {
		p := rows[i].Profile
		return int64(recencyOf(p, d.Clock.AsOf)), p != nil && p.Frequency > 0
	})
	b.decimalOr("revenue_12m", "net revenue of the trailing 12 months", d.Scale, func(i int) (int64, bool) {
		p := rows[i].Profile
		if p == nil {
			return 0, false
		}
		return p.Net12, true
	})
	for k, scheme := range d.Schemes {
		b.text(scheme, "segment by "+scheme, func(i int) string { return rows[i].Segments[k] })
	}
	return &b.t
}

func recencyOf(p *segment.Profile, asOf ingest.Day) int {
	if p == nil {
		return 0
	}
	return p.RecencyDays(asOf)
}
