package reports

import (
	"gonum.org/v1/gonum/mat"

	"mainstay/markov"
)

func oddsTable(c *Chain) *Table {
	d := c.Influence
	all := d.Odds()
	b := newColumns("odds", len(all))
	b.key("from_state", "state before the step", func(i int) string { return d.States[all[i].From] })
	b.key("to_state", "state after it", func(i int) string { return d.States[all[i].To] })
	b.key("base_state", "state that it is compared with: staying, where that was seen", func(i int) string { return d.States[all[i].Base] })
	b.key("term", "the covariate, named as R names it", func(i int) string { return d.Terms[all[i].Term] })
	b.estimateColumns("ratio", "by what one unit more multiplies the odds", func(i int) markov.Estimate { return all[i].Ratio })
	b.float("p", "of no influence, by Wald's test, of penalised fits by the likelihood ratio", func(i int) float64 { return all[i].P })
	b.key("errors", "what `ratio_se`, the interval and p rest on: `clustered` by id, or where a state has fewer than three ids a coefficient `model` (moves are independent), with --weight `robust` (HC1); `profile`: covariates separate where moves out of the state go, and it is fitted by Firth's penalised likelihood, of whose profile interval and p are, with moves taken as independent (ratio_se is Wald's)", func(i int) string { return d.errorsOf(all[i]) })
	return &b.t
}

// profilesTable are the matrices of segments and profiles, a row per pair of states.
func profilesTable(c *Chain) *Table {
	d := c.Influence
	all := append(append([]Profile{}, d.Segments...), d.Profiles...)
	k := len(d.States)
	cells := k * k
	b := newColumns("profiles", cells*len(all))
	b.key("kind", "segment: averaged over its moves as their covariates say; profile: over all moves, with the covariates of --at set", func(i int) string {
		if i/cells < len(d.Segments) {
			return "segment"
		}
		return "profile"
	})
	b.key("profile", "name of the segment, or the profile as it was asked for", func(i int) string { return all[i/cells].Name })
	b.key("from_state", "state before the step", func(i int) string { return d.States[i%cells/k] })
	b.key("to_state", "state after it", func(i int) string { return d.States[i%k] })
	entry := func(of func(p Profile) *mat.Dense) func(int) float64 {
		return func(i int) float64 { return of(all[i/cells]).RawMatrix().Data[i%cells] }
	}
	b.float("probability", "mean probability of the move", entry(func(p Profile) *mat.Dense { return p.P }))
	b.float("se", "its delta-method standard error", entry(func(p Profile) *mat.Dense { return p.SE }))
	b.float("low", "lower end of its interval", entry(func(p Profile) *mat.Dense { return p.Low }))
	b.float("high", "upper end of its interval", entry(func(p Profile) *mat.Dense { return p.High }))
	return &b.t
}
