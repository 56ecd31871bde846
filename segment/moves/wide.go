package moves

import (
	"fmt"
	"slices"

	"mainstay/ingest/table"
	"mainstay/markov"
)

// wide counts a row per id with a column per step, columns as they stand in the table.
func wide(t *table.Table, c Config) (*Moves, error) {
	steps, err := stepColumns(t, c)
	if err != nil {
		return nil, err
	}
	var texts [][]string
	for _, s := range steps {
		texts = append(texts, s.All())
	}
	states, err := order(t, c.States, steps[0].Name, texts...)
	if missing, ok := err.(*table.MappingError); ok && c.ID == "" {
		missing.Msg += "; a column of ids is named with --id"
	}
	if err != nil {
		return nil, err
	}
	last := steps[len(steps)-1]
	m := &Moves{Counts: markov.NewCounts(states), Start: make([]float64, len(states)), IDs: int64(t.Rows),
		Step: fmt.Sprintf("a column, %s to %s", steps[0].Name, last.Name)}
	index := markov.Index(states)
	sequence := make([]int, len(steps))
	var unobserved, absent int64
	for row := range t.Rows {
		for k, s := range steps {
			known := false
			if sequence[k], known = index[s.At(row)]; !known {
				return nil, unknown(t, row, s, states)
			}
			if sequence[k] == markov.Unobserved {
				unobserved++
			}
		}
		m.follow(sequence, row)
		if end := sequence[len(sequence)-1]; end != markov.Unobserved {
			m.Start[end]++
			m.Ends = append(m.Ends, markov.Stay{Who: int32(row), Row: int32(row), State: int16(end)})
		} else {
			absent++
		}
	}
	m.Notes = sentences(
		sentence{unobserved, "cell is empty: the state is not known, and no move into it or out of it is counted", "cells are empty: the state is not known, and no move into them or out of them is counted"},
		sentence{absent, "row has no state in the last column and is in no forecast (--start names where else one begins)", "rows have no state in the last column and are in no forecast (--start names where else one begins)"})
	return m, m.describe(t, c)
}

// follow counts the moves of a row, one state per step.
func (m *Moves) follow(sequence []int, row int) {
	before, last := markov.Unobserved, -1
	for t, state := range sequence {
		if state == markov.Unobserved {
			continue
		}
		if last >= 0 && t > last+1 {
			m.Leaps = append(m.Leaps, markov.Leap{Who: int32(row), From: int16(sequence[last]), To: int16(state), Steps: int32(t - last)})
		}
		last = t
	}
	for t := 1; t < len(sequence); t++ {
		from, to := sequence[t-1], sequence[t]
		if from != markov.Unobserved && to != markov.Unobserved {
			m.Counts.Add(from, to)
			m.Each = append(m.Each, markov.Move{Who: int32(row), Row: int32(row), Before: int16(before), From: int16(from), To: int16(to), Time: float64(t)})
		}
		before = from
	}
}

// defaultID is the column of ids where none is named, and there is one.
const defaultID = "id"

// stepColumns are all columns but those of segments and weights and the id, of which no two rows may have the same.
func stepColumns(t *table.Table, c Config) (steps []*table.Column, err error) {
	var id *table.Column
	name := c.ID
	if name == "" && slices.Contains(t.Names(), defaultID) {
		name = defaultID
	}
	if name != "" {
		if id, err = named(t, name, "id"); err != nil {
			return nil, err
		}
		first := map[string]int{}
		for row, v := range id.All() {
			if before, twice := first[v]; twice && v != "" {
				return nil, t.Fail(row, id.Name, fmt.Errorf("id %q has a second row (%v): keep one", v, t.Fail(before, "", fmt.Errorf("the first"))))
			}
			first[v] = row
		}
	}
	for i := range t.Columns {
		if col := &t.Columns[i]; col != id && col.Name != c.By && col.Name != c.Weight {
			steps = append(steps, col)
		}
	}
	if len(steps) < 2 {
		return nil, misfit(t, "a move needs two columns of steps, and there are %d; is this a table of id, time, state?", len(steps))
	}
	return steps, nil
}
