package moves

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"mainstay/ingest/table"
	"mainstay/markov"
)

// long counts rows of id, time, state.
func long(t *table.Table, c Config) (*Moves, error) {
	id, when, state, err := columns(t, c)
	if err != nil {
		return nil, err
	}
	ids := id.All()
	at, err := times(t, when, c, ids)
	if err != nil {
		return nil, err
	}
	used := make([]string, t.Rows) // what is set aside has no state to learn of
	known, noTime := false, int64(0)
	for row, text := range state.All() {
		switch {
		case ids[row] == "":
		case math.IsNaN(at.time[row]):
			noTime++
		default:
			used[row] = text
			known = known || text != ""
		}
	}
	if !known {
		return nil, misfit(t, "%s", strings.Join(append([]string{"no state is known in any row that counts"}, at.notes(noTime)...), ": "))
	}
	states, err := order(t, c.States, state.Name, used)
	if err != nil {
		return nil, err
	}
	o := &markov.Observations{ID: ids, Time: at.time, Step: at.step, State: make([]int, t.Rows), Skip: c.Skip && at.auto}
	index := markov.Index(states)
	for row, text := range used {
		known := false
		if o.State[row], known = index[text]; !known {
			return nil, unknown(t, row, state, states)
		}
	}
	p, err := o.Panel(states)
	if err != nil {
		return nil, conflict(t, state, err)
	}
	m := &Moves{Counts: p.Counts, Each: p.Moves, Leaps: p.Leaps, Ends: p.Ends, IDs: p.IDs, Step: at.name, Notes: append(at.notes(p.NoTime), panelNotes(p, at)...)}
	if at.dated {
		m.AsOf = at.asOf.String()
	}
	for _, n := range p.Last {
		m.Start = append(m.Start, float64(n))
	}
	if err := m.earn(t, c.Margin, p.Stays); err != nil {
		return nil, err
	}
	return m, m.describe(t, c)
}

// conflict names the rows that disagree.
func conflict(t *table.Table, state *table.Column, err error) error {
	var e *markov.ConflictError
	if !errors.As(err, &e) {
		return err
	}
	first := t.Fail(e.FirstRow, "", fmt.Errorf("%q", e.FirstState))
	return t.Fail(e.Row, state.Name, fmt.Errorf("id %q is in state %q here, and at the same time in another (%v): keep one of the rows, or give a finer time", e.ID, e.Got, first))
}

// columns are those of id, time and state.
func columns(t *table.Table, c Config) (id, when, state *table.Column, err error) {
	if id, err = named(t, c.ID, "id"); err != nil {
		return nil, nil, nil, err
	}
	if when, err = named(t, c.Time, "time"); err != nil {
		return nil, nil, nil, err
	}
	state, err = named(t, c.State, "state")
	return id, when, state, err
}

// named finds a column, and names the flag where there is none.
func named(t *table.Table, name, flag string) (*table.Column, error) {
	col, err := t.Column(name)
	if missing, ok := err.(*table.MappingError); ok {
		return nil, &table.MappingError{Role: flag, Msg: missing.Msg + ": name it with --" + flag}
	}
	return col, err
}
