package reports

import "mainstay/markov/hidden"

// HiddenTableNames are the names of all tables that hidden states may have.
var HiddenTableNames = []string{"hidden_states", "hidden_declines", "hidden_odds"}

// HiddenTables are the states of periods, who declined, and with covariates what moves owe to them.
func HiddenTables(c *HiddenChain) []*Table {
	out := []*Table{hiddenStatesTable(c), declinesTable(c)}
	if c.Fit.Covariates != nil {
		out = append(out, hiddenOddsTable(c))
	}
	return out
}

// hiddenStatesTable is the state of every period.
func hiddenStatesTable(c *HiddenChain) *Table {
	p, s := c.Panel, c.States
	customer := make([]string, 0, len(s.Path))
	for i, id := range p.IDs {
		for range p.Data.Begins[i+1] - p.Data.Begins[i] {
			customer = append(customer, id)
		}
	}
	b := newColumns("hidden_states", len(s.Path))
	b.key("id", "who it is", func(i int) string { return customer[i] })
	b.integer("period", "number of the period in the id, from 1", func(i int) int64 { return p.Number[i] })
	b.text("time", "time of the first row of the period; null without a row", func(i int) string { return p.Times[i] })
	b.integer("state", "state on the id's likeliest path, from 1, the weakest", func(i int) int64 { return int64(s.Path[i]) + 1 })
	b.float("probability", "that it is in that state, given all periods of the id", func(i int) float64 { return s.Smoothed[i][s.Path[i]] })
	b.float("probability_then", "the same, given only the periods up to this one", func(i int) float64 { return s.Filtered[i][s.Path[i]] })
	return &b.t
}

// declinesTable is a row for every id that has a row in the last period of the table, those who lost most first.
func declinesTable(c *HiddenChain) *Table {
	order := c.byLoss(0)
	b := newColumns("hidden_declines", len(order))
	b.key("id", "who it is", func(i int) string { return c.Panel.IDs[order[i]] })
	b.integer("state_then", "state on its likeliest path, `--back` periods before the last (or in its first), from 1, the weakest", func(i int) int64 { return int64(c.Declines[order[i]].Then) + 1 })
	b.integer("state", "state on it in the last period", func(i int) int64 { return int64(c.Declines[order[i]].Now) + 1 })
	b.float("weaker", "probability that it is in a weaker state now than then", func(i int) float64 { return c.Declines[order[i]].Weaker })
	b.float("expected_then", "spend (without `--spend` activity) expected of a period in the state that it was in", func(i int) float64 { return c.Declines[order[i]].Before })
	b.float("expected_next", "the same of the period to come", func(i int) float64 { return c.Declines[order[i]].Next })
	return &b.t
}

func hiddenOddsTable(c *HiddenChain) *Table {
	all := c.Fit.Odds(c.Level)
	b := newColumns("hidden_odds", len(all))
	b.integer("from_state", "state before the step, from 1, the weakest", func(i int) int64 { return int64(all[i].From) + 1 })
	b.integer("to_state", "state after it", func(i int) int64 { return int64(all[i].To) + 1 })
	b.integer("base_state", "state that it is compared with: staying, where that can be", func(i int) int64 { return int64(all[i].Base) + 1 })
	b.key("term", "the covariate, named as R names it", func(i int) string { return c.Fit.Covariates[all[i].Covariate] })
	b.estimateColumns("ratio", "by what one unit more multiplies the odds", func(i int) hidden.Estimate { return all[i].Ratio })
	b.float("p", "of no influence, by Wald's test", func(i int) float64 { return all[i].P })
	return &b.t
}
