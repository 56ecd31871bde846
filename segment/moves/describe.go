package moves

import (
	"fmt"
	"math"

	"mainstay/ingest/table"
	"mainstay/markov"
)

// describe reads what is known of every row beside its state: its segment, its weight.
func (m *Moves) describe(t *table.Table, c Config) error {
	if c.By != "" {
		col, err := named(t, c.By, "by")
		if err != nil {
			return err
		}
		if err := m.divide(t, col); err != nil {
			return err
		}
	}
	if c.Weight == "" {
		return nil
	}
	col, err := named(t, c.Weight, "weight")
	if err != nil {
		return err
	}
	m.Weight = make([]float64, t.Rows)
	for i := range m.Weight {
		m.Weight[i] = math.NaN()
	}
	for _, move := range m.Each {
		w, err := amount(t, col, int(move.Row))
		if err != nil {
			return err
		}
		if !(w >= 0) || w > mostWeight {
			return t.Fail(int(move.Row), col.Name, fmt.Errorf("%q is no weight; expected a number from 0 to %.0e", col.At(int(move.Row)), mostWeight))
		}
		m.Weight[move.Row] = w
	}
	return nil
}

// mostWeight keeps sums of squared weights finite.
const mostWeight = 1e12

// amount is the finite number of a cell.
func amount(t *table.Table, col *table.Column, row int) (float64, error) {
	if col.Number == nil {
		return 0, misfit(t, "column %q is not numeric throughout; correct it, or name another", col.Name)
	}
	v := col.Number[row]
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, t.Fail(row, col.Name, fmt.Errorf("%q is no number: fill it in, or take the row out", col.At(row)))
	}
	return v, nil
}

// divide numbers the segments of rows; an empty cell is a segment of none.
func (m *Moves) divide(t *table.Table, col *table.Column) error {
	texts := col.All()
	segments, err := markov.States(texts)
	if err != nil || len(segments) == 0 {
		return misfit(t, "column %q: %d segments, expected 1 to %d: name a column of few different values", col.Name, len(segments), markov.MostStates)
	}
	index := markov.Index(segments)
	m.Segments, m.Segment = segments, make([]int, t.Rows)
	var none int64
	for row, text := range texts {
		m.Segment[row] = index[text]
		if text == "" {
			none++
		}
	}
	m.Notes = append(m.Notes, sentences(sentence{none, "row is of no segment", "rows are of no segment"})...)
	return nil
}

// earn takes from a column what is earned in every state.
func (m *Moves) earn(t *table.Table, name string, stays []markov.Stay) error {
	if name == "" {
		return nil
	}
	col, err := named(t, name, "margin")
	if err != nil {
		return err
	}
	value := make([]float64, len(stays))
	for i, s := range stays {
		if value[i], err = amount(t, col, int(s.Row)); err != nil {
			return err
		}
		if math.Abs(value[i]) > mostWeight {
			return t.Fail(int(s.Row), col.Name, fmt.Errorf("%v is too large; expected at most %.0e either way", value[i], mostWeight))
		}
	}
	m.Margins, m.Stays, m.Earned = markov.NewMargins(m.Counts.States, stays, value), stays, value
	return nil
}
