package moves

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"mainstay/ingest/table"
	"mainstay/markov"
	"mainstay/markov/ctmc"
)

// Continuous says how the moves of a table are one of a chain in continuous time.
type Continuous struct {
	Rates    []string            // FROM>TO; nil: every pair of states that was seen one after the other
	Death    []string            // states whose times are those of entering them
	Exact    bool                // all times are those of moves
	Censored map[string][]string // labels that say only that it is one of some states
	Acts     []string            // FROM>TO, or COVARIATE:FROM>TO: rates that covariates act on, alike on those joined by a +; nil: all
	Common   bool                // one coefficient of a covariate for all of these
	Unit     float64             // so much time of the table is one of the rates
}

// Timed are a model and its data.
type Timed struct {
	Model *ctmc.Model
	Data  *ctmc.Data
	Moves []markov.Move // behind each interval
	Notes []string
}

// Timed makes a model and its data; covariates may be nil.
func (c *Continuous) Timed(m *Moves, x *Covariates) (*Timed, error) {
	out := &Timed{Model: &ctmc.Model{}, Data: &ctmc.Data{}}
	number, sets, err := c.states(m.Counts.States, out)
	if err != nil {
		return nil, err
	}
	dead, err := c.dead(out.Model.States)
	if err != nil {
		return nil, err
	}
	if x != nil {
		out.Model.Covariates = x.Names
	}
	rows := map[int32]int{}
	var past int64
	for _, v := range m.Each {
		from, to := number[v.From], number[v.To]
		interval := ctmc.Interval{From: from, To: to, Time: v.Took / c.Unit}
		switch {
		case from < 0 && to == from:
			past++ // still not known: of the last state that was, nothing more is learnt
			continue
		case from < 0:
			return nil, &ConfigError{fmt.Sprintf("state %q is followed by another: what is not known can only be the end of a history; leave such rows empty instead", m.Counts.States[v.From])}
		case to < 0:
			interval.Kind, interval.To = ctmc.Censored, sets[v.To]
		case dead[to] && from != to:
			interval.Kind = ctmc.Entered
		case c.Exact:
			interval.Kind = ctmc.Moved
		}
		if x != nil {
			values, known := x.X[int(v.Row)]
			if !known { // the covariates' notes say so
				continue
			}
			at, seen := rows[v.Row]
			if !seen {
				at = len(out.Data.X)
				rows[v.Row] = at
				out.Data.X = append(out.Data.X, values)
			}
			interval.X = at
		}
		out.Data.Intervals, out.Moves = append(out.Data.Intervals, interval), append(out.Moves, v)
	}
	if err := c.rates(m, number, out); err != nil {
		return nil, err
	}
	out.Notes = sentences(sentence{past, "further row of a history whose state was not known before tells nothing", "further rows of histories whose state was not known before tell nothing"})
	return out, c.effects(out.Model, x)
}

// states takes the censored labels out of the states: number is −1 of a label, sets its number among the sets.
func (c *Continuous) states(names []string, out *Timed) (number, sets []int, err error) {
	for _, label := range slices.Sorted(maps.Keys(c.Censored)) {
		if !slices.Contains(names, label) {
			return nil, nil, &ConfigError{fmt.Sprintf("no row has the label %q, which may stand for %q (the labels are %q)", label, c.Censored[label], names)}
		}
	}
	number, sets = make([]int, len(names)), make([]int, len(names))
	for i, name := range names {
		if number[i] = -1; c.Censored[name] == nil {
			number[i] = len(out.Model.States)
			out.Model.States = append(out.Model.States, name)
		}
	}
	for i, name := range names {
		if number[i] >= 0 {
			continue
		}
		var set []int
		for _, member := range c.Censored[name] {
			at := slices.Index(out.Model.States, member)
			if at < 0 {
				return nil, nil, &ConfigError{fmt.Sprintf("%q may stand for %q, which is no state (the states are %q)", name, member, out.Model.States)}
			}
			set = append(set, at)
		}
		sets[i] = len(out.Data.Sets)
		out.Data.Sets = append(out.Data.Sets, set)
	}
	return number, sets, nil
}

func (c *Continuous) dead(states []string) ([]bool, error) {
	dead := make([]bool, len(states))
	for _, name := range c.Death {
		at := slices.Index(states, name)
		if at < 0 {
			return nil, &ConfigError{fmt.Sprintf("there is no state %q to be entered at a known time (the states are %q)", name, states)}
		}
		dead[at] = true
	}
	return dead, nil
}

// rates are those named, or those seen.
func (c *Continuous) rates(m *Moves, number []int, out *Timed) error {
	for _, pair := range c.Rates {
		from, to, found := cut(pair, out.Model.States)
		if !found {
			return &ConfigError{fmt.Sprintf("%q is no move FROM>TO between the states %q", pair, out.Model.States)}
		}
		out.Model.Rates = append(out.Model.Rates, ctmc.Rate{From: from, To: to})
	}
	if c.Rates != nil {
		return nil
	}
	for i := range m.Counts.States {
		for j := range m.Counts.States {
			if from, to := number[i], number[j]; from >= 0 && to >= 0 && from != to && m.Counts.At(i, j) > 0 {
				out.Model.Rates = append(out.Model.Rates, ctmc.Rate{From: from, To: to})
			}
		}
	}
	if out.Model.Rates == nil {
		return &ConfigError{"nobody was seen to change his state: there is no rate to estimate"}
	}
	return nil
}

// cut finds the two states of FROM>TO, whose names may hold a > themselves.
func cut(pair string, states []string) (from, to int, found bool) {
	for i, r := range pair {
		if r != '>' {
			continue
		}
		from, to = slices.Index(states, pair[:i]), slices.Index(states, pair[i+1:])
		if from >= 0 && to >= 0 {
			return from, to, true
		}
	}
	return 0, 0, false
}

// Histories are the intervals of each id from its first look on, as far as they follow one another. Where times are dates an id is counted in a
// state that nobody leaves until the last of all.
func (t *Timed) Histories(dates bool, unit float64) (out []ctmc.History) {
	const rounding = 1e-9
	last := math.Inf(-1)
	for _, v := range t.Moves {
		last = max(last, v.Time+v.Took)
	}
	for lo := 0; lo < len(t.Moves); {
		who, hi, next := t.Moves[lo].Who, lo, t.Moves[lo].Time
		for hi < len(t.Moves) && t.Moves[hi].Who == who && math.Abs(t.Moves[hi].Time-next) <= rounding*max(1, math.Abs(next)) {
			next = t.Moves[hi].Time + t.Moves[hi].Took
			hi++
		}
		h := ctmc.History{Lo: lo, Hi: hi, End: math.Inf(1)}
		if dates {
			h.End = (last - t.Moves[lo].Time) / unit
		}
		out = append(out, h)
		for lo = hi; lo < len(t.Moves) && t.Moves[lo].Who == who; {
			lo++
		}
	}
	return out
}

// Plain are the data without covariates, so that intervals of one length share their work.
func (t *Timed) Plain() *ctmc.Data {
	d := &ctmc.Data{Intervals: slices.Clone(t.Data.Intervals), X: [][]float64{{}}, Sets: t.Data.Sets}
	for i := range d.Intervals {
		d.Intervals[i].X = 0
	}
	return d
}

// Fit fits the model, and names the row of an interval that it cannot hold.
func (d *Timed) Fit(t *table.Table, state string, threads int) (*ctmc.Fit, error) {
	f, err := d.Model.Fit(d.Data, threads)
	var fault *ctmc.DataError
	if errors.As(err, &fault) {
		return nil, t.Fail(int(d.Moves[fault.Interval].Row), state, errors.New(fault.Reason))
	}
	return f, err
}
