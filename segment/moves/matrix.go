package moves

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"mainstay/ingest/table"
	"mainstay/markov"
)

// matrix reads counts: the first column (or the id) names the from-states, every other column is a to-state.
func matrix(t *table.Table, c Config) (*Moves, error) {
	if t.Numbered {
		return nil, misfit(t, "the first column of a table of counts, of the states moved from, has no name: name it")
	}
	from := &t.Columns[0]
	if c.ID != "" {
		var err error
		if from, err = named(t, c.ID, "id"); err != nil {
			return nil, err
		}
	}
	var columns []*table.Column
	var states []string
	for i := range t.Columns {
		if col := &t.Columns[i]; col != from {
			columns, states = append(columns, col), append(states, col.Name)
		}
	}
	if len(states) == 0 || len(states) > markov.MostStates {
		return nil, misfit(t, "a table of counts has a column per to-state, 1 to %d, and there are %d", markov.MostStates, len(states))
	}
	if c.States != nil {
		if !sameSet(c.States, states) {
			return nil, misfit(t, "the columns name the states %q, and %q were named; name the same", states, c.States)
		}
		states = c.States
	}
	m := &Moves{Counts: markov.NewCounts(states), Step: "one move of the counts"}
	index := markov.Index(states)
	rowOf := make([]int, len(states))
	for i := range rowOf {
		rowOf[i] = -1
	}
	for row, name := range from.All() {
		i, known := index[name]
		if !known || name == "" {
			return nil, unknown(t, row, from, states)
		}
		if rowOf[i] >= 0 {
			return nil, t.Fail(row, from.Name, fmt.Errorf("state %q has a second row: add them up, or correct the name", name))
		}
		rowOf[i] = row
		for _, col := range columns {
			n, err := whole(t, row, col)
			if err != nil {
				return nil, err
			}
			m.Counts.N[i*len(states)+index[col.Name]] = n
		}
	}
	var without int64
	for _, row := range rowOf {
		if row < 0 {
			without++
		}
	}
	m.Notes = sentences(sentence{without, "state has no row of its own: nobody was seen to leave it", "states have no row of their own: nobody was seen to leave them"})
	return m, nil
}

// maxCount keeps the sum over a whole matrix within an int64.
const maxCount = 1 << 45

// whole is a count.
func whole(t *table.Table, row int, col *table.Column) (int64, error) {
	v, err := strconv.ParseFloat(col.At(row), 64) // a word elsewhere in the column has no say here
	if err == nil && v > maxCount && !math.IsInf(v, 1) {
		return 0, t.Fail(row, col.Name, fmt.Errorf("%q moves are too many to be added up; expected at most %d: count in thousands, say", col.At(row), int64(maxCount)))
	}
	if err != nil || !(v >= 0 && v <= maxCount && v == math.Trunc(v)) {
		return 0, t.Fail(row, col.Name, fmt.Errorf("%q is no number of moves; expected a whole number, 0 or more", col.At(row)))
	}
	return int64(v), nil
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
