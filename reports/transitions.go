package reports

import "mainstay/segment"

// Transitions is every entry of every transition matrix.
func Transitions(rows []segment.Transition) *Table {
	b := newColumns("transitions", len(rows))
	b.key("scheme", "which chain", func(i int) string { return rows[i].Scheme })
	b.key("period", "the step: week, month, quarter, year", func(i int) string { return rows[i].Period })
	b.key("from_state", "state at the start of a period", func(i int) string { return rows[i].From })
	b.key("to_state", "state at the start of the next", func(i int) string { return rows[i].To })
	b.integer("count", "moves seen on closed periods", func(i int) int64 { return rows[i].Count })
	b.float("probability", "maximum-likelihood probability of the move; null where nobody was seen to leave the state", func(i int) float64 { return rows[i].P })
	b.float("se", "its multinomial standard error √(p(1−p)/nᵢ)", func(i int) float64 { return rows[i].SE })
	b.float("low", "lower end of its interval", func(i int) float64 { return rows[i].Low })
	b.float("high", "upper end of its interval", func(i int) float64 { return rows[i].High })
	b.boolean("certified", "the chain holds its certificate", func(i int) bool { return rows[i].Certified })
	return &b.t
}
