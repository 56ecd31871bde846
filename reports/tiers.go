package reports

import "mainstay/segment"

// Tiers is one row per recommended service tier, best first.
func Tiers(res *segment.Result) *Table {
	rows := res.Tiers
	b := newColumns("tiers", len(rows))
	b.key("tier", "the recommended service tier", func(i int) string { return rows[i].Tier })
	b.integer("customers", "accounts in the tier", func(i int) int64 { return int64(rows[i].Customers) })
	b.integer("key_accounts", "key accounts among them", func(i int) int64 { return int64(rows[i].KeyAccounts) })
	b.decimal("revenue_12m", "their net revenue of the trailing 12 months", res.Scale, func(i int) int64 { return rows[i].Net12 })
	b.estimate("value_12m", "their expected value of the next 12 months, in the value basis; null for prospects", res.Scale, func(i int) float64 { return rows[i].Value12 })
	b.estimate("value_at_risk", "their value at risk, in the value basis; null for prospects", res.Scale, func(i int) float64 { return rows[i].ValueAtRisk })
	return &b.t
}
