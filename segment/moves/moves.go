// Package moves counts moves between states in any table: rows of id, time and state; a row per id with a
// column per step; or counts, from-state by to-state.
package moves

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/spelling"
	"mainstay/ingest/table"
	"mainstay/markov"
)

// Layout is how a table holds moves.
type Layout string

// The layouts.
const (
	Long   Layout = "long"   // rows of id, time, state
	Wide   Layout = "wide"   // a row per id, a column per step
	Matrix Layout = "counts" // a row per from-state, a column per to-state
)

// Config says what is what in a table.
type Config struct {
	Layout Layout
	ID     string   // column; "" in Wide: that named id, else rows have none
	Time   string   // column, Long
	State  string   // column, Long
	Period string   // Long: Auto, day, week, month, quarter, year, or the length of a step of a numeric time
	States []string // in this order; nil: those of the table, numbers by size, others by bytes, a matrix as it stands
	By     string   // column of segments; "" none. Not Matrix
	Weight string   // column of weights of moves, read where they begin; "" all 1. Not Matrix
	Skip   bool     // Long, Auto: moves go over times of which the state is not known
	Margin string   // column of what is earned in a state, Long; "" none

	AsOf      ingest.Day // Long with dates: later rows are set aside, and those of periods not over then
	AsOfGiven bool       // it was asked for: a time that is no date is an error
}

// Auto makes every distinct time of an id a step.
const Auto = "auto"

// Moves are the moves of a table. Start is, by state, how many are in it at the end; nil where a table of
// counts does not say.
type Moves struct {
	Counts *markov.Counts
	Start  []float64
	IDs    int64    // 0 in a table of counts
	Step   string   // for people: what a step is
	AsOf   string   // YYYY-MM-DD, the last day that counts; "" where times are no dates
	Notes  []string // for people: what was set aside, what was assumed

	Each    []markov.Move   // every move; nil in a table of counts
	Leaps   []markov.Leap   // gaps: two states of an id and the steps between them, of which none is known
	Segment []int           // by row of the table, of Segments; nil without By
	Weight  []float64       // by row of the table; nil without Weight
	Ends    []markov.Stay   // those that Start counts
	Margins *markov.Margins // nil without Margin
	Stays   []markov.Stay   // with Margin: every observed state,
	Earned  []float64       // and what was earned in it

	Segments []string
}

// ConfigError is a setting that does not fit.
type ConfigError struct{ Msg string }

func (e *ConfigError) Error() string { return e.Msg }

// Count counts the moves of a table. Errors: *table.MappingError for a column that is missing or does not fit,
// *column.Error for a cell, *ConfigError for a setting.
func Count(t *table.Table, c Config) (*Moves, error) {
	if t.Rows == 0 {
		return nil, misfit(t, "the table has no rows; give one with data")
	}
	if err := checkStates(c.States); err != nil {
		return nil, err
	}
	var m *Moves
	var err error
	switch c.Layout {
	case Wide:
		m, err = wide(t, c)
	case Matrix:
		m, err = matrix(t, c)
	default:
		m, err = long(t, c)
	}
	if err != nil {
		return nil, err
	}
	m.Notes = append(slices.Clone(t.Notes), m.Notes...)
	return m, nil
}

// misfit is an error of the table as a whole.
func misfit(t *table.Table, format string, args ...any) error {
	return &table.MappingError{Msg: strings.Join(t.Files, ", ") + ": " + fmt.Sprintf(format, args...)}
}

// order is the states in the order that was asked for, or as markov.States has those of columns, the first of which has the name.
func order(t *table.Table, asked []string, name string, texts ...[]string) ([]string, error) {
	if asked != nil {
		return asked, nil
	}
	states, err := markov.States(texts...)
	if err == nil && len(states) == 0 {
		err = errors.New("no state is known in any row")
	}
	if err != nil {
		return nil, misfit(t, "column %q: %v", name, err)
	}
	return states, nil
}

func checkStates(states []string) error {
	for i, s := range states {
		if s == "" || slices.Contains(states[:i], s) {
			return &ConfigError{fmt.Sprintf("the states name %q twice, or an empty one; name every state once", s)}
		}
	}
	if len(states) > markov.MostStates {
		return &ConfigError{fmt.Sprintf("%d states are named; a chain holds at most %d", len(states), markov.MostStates)}
	}
	return nil
}

// unknown says that a cell holds no state, and which one was meant.
func unknown(t *table.Table, row int, c *table.Column, states []string) error {
	name := c.At(row)
	hint := ""
	if near := spelling.Nearest(name, states); near != "" {
		hint = fmt.Sprintf(" (did you mean %q?)", near)
	}
	return t.Fail(row, c.Name, fmt.Errorf("%q is not among the states that were named%s: name it too, or correct it", name, hint))
}
