package reports

import "mainstay/segment"

// memberBatch is how many rows of the members are made at once.
const memberBatch = 4 * parquetBatch

// Members is one row per customer of a description: who belongs to which segment.
func Members(d *segment.Description) *Stream {
	table := func(room *Table, rows []segment.Member) *Table { return memberTable(room, rows, d) }
	return &Stream{Shape: table(&Table{}, nil), Rows: d.Counted(), Batches: batched(d.Members(memberBatch), table)}
}

// memberTable is some rows of the members, in the memory of a table of others.
func memberTable(room *Table, rows []segment.Member, d *segment.Description) *Table {
	b := newColumnsIn(room, "members", len(rows))
	b.key("customer_id", "key of the customer", func(i int) string { return rows[i].Key })
	b.text("name", "its name", func(i int) string { return rows[i].Name })
	b.boolean("at_risk", "bought within one churn horizon before the as-of date", func(i int) bool { return rows[i].AtRisk })
	b.integerOr("recency_days", "days since the last purchase day", func(i int) (int64, bool) {
		return int64(rows[i].RecencyDays), rows[i].RecencyDays >= 0
	})
	b.decimalOr("revenue_12m", "net revenue of the trailing 12 months", d.Scale, func(i int) (int64, bool) {
		return rows[i].Net12, !rows[i].Prospect
	})
	for k, scheme := range d.Schemes {
		b.text(scheme, "segment by "+scheme, func(i int) string { return rows[i].Segments[k] })
	}
	return &b.t
}
