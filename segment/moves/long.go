package moves

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/markov"
)

// long counts rows of id, time, state.
func long(t *table.Table, c Config) (*Moves, error) {
	id, err := named(t, c.ID, "id")
	if err != nil {
		return nil, err
	}
	when, err := named(t, c.Time, "time")
	if err != nil {
		return nil, err
	}
	state, err := named(t, c.State, "state")
	if err != nil {
		return nil, err
	}
	states, err := order(t, c.States, state)
	if err != nil {
		return nil, err
	}
	o := &markov.Observations{ID: id.Text, State: make([]int, t.Rows)}
	index := markov.Index(states)
	for row, text := range state.Text {
		known := false
		if o.State[row], known = index[text]; !known {
			return nil, unknown(t, row, state, states)
		}
	}
	if o.Time, o.Step, err = times(t, when, c.Period); err != nil {
		return nil, err
	}
	p, err := o.Panel(states)
	if err != nil {
		return nil, conflict(t, state, err)
	}
	unit := "days"
	if when.Number != nil {
		unit = "units of " + when.Name
	}
	m := &Moves{Counts: p.Counts, IDs: p.IDs, Step: "a " + c.Period, Notes: panelNotes(p, c.Period, unit)}
	if c.Period == Auto {
		m.Step = "from one time of an id to its next"
	} else if _, err := strconv.ParseFloat(c.Period, 64); err == nil {
		m.Step = c.Period + " of " + when.Name
	}
	for _, n := range p.Last {
		m.Start = append(m.Start, float64(n))
	}
	return m, nil
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

// named finds a column, and names the flag where there is none.
func named(t *table.Table, name, flag string) (*table.Column, error) {
	col, err := t.Column(name)
	if missing, ok := err.(*table.MappingError); ok {
		return nil, &table.MappingError{Role: flag, Msg: missing.Msg + ": name it with --" + flag}
	}
	return col, err
}

// times are the times of the rows, and with a period the step that each lies in.
func times(t *table.Table, col *table.Column, period string) (at []float64, step []int64, err error) {
	if length, err := strconv.ParseFloat(period, 64); err == nil {
		return numericSteps(t, col, length)
	}
	if period == Auto && col.Number != nil {
		return col.Number, nil, nil
	}
	days, err := col.Days()
	if err != nil {
		if period == Auto {
			err = fmt.Errorf("%w, or numbers", err)
		}
		return nil, nil, misfit(t, "%v", err)
	}
	at = make([]float64, t.Rows)
	for row, d := range days {
		if d == table.NoDay {
			at[row] = math.NaN()
			continue
		}
		at[row] = float64(d) + clock(col.Text[row])
	}
	if period == Auto {
		return at, nil, nil
	}
	step = make([]int64, t.Rows)
	for row, d := range days {
		if d == table.NoDay {
			continue
		}
		if step[row], err = calendarStep(period, ingest.Day(d)); err != nil {
			return nil, nil, err
		}
	}
	return at, step, nil
}

// numericSteps cuts a numeric time into steps of a length, from 0 on.
func numericSteps(t *table.Table, col *table.Column, length float64) ([]float64, []int64, error) {
	if !(length > 0) || math.IsInf(length, 1) {
		return nil, nil, &ConfigError{fmt.Sprintf("a period of %v is no length of a step; use a number above 0", length)}
	}
	if col.Number == nil {
		return nil, nil, misfit(t, "column %q is not numeric throughout, so a period cannot be %v; use day, week, month, quarter or year for dates", col.Name, length)
	}
	step := make([]int64, len(col.Number))
	for row, v := range col.Number {
		if math.IsNaN(v) {
			continue
		}
		s := math.Floor(v / length)
		if math.Abs(s) > maxStep {
			return nil, nil, t.Fail(row, col.Name, fmt.Errorf("time %v is too many steps of %v from 0: use a longer period", v, length))
		}
		step[row] = int64(s)
	}
	return col.Number, step, nil
}

// maxStep: every integer up to it is a float64.
const maxStep = 1 << 53

// calendarStep numbers the calendar periods.
func calendarStep(period string, d ingest.Day) (int64, error) {
	const mondayBeforeEpoch = 3 // 1970-01-01 was a Thursday
	y, m, _ := d.Date()
	switch period {
	case "day":
		return int64(d), nil
	case "week":
		return int64(math.Floor(float64(d+mondayBeforeEpoch) / 7)), nil
	case "month":
		return int64(12*y + m), nil
	case "quarter":
		return int64(4*y + (m-1)/3), nil
	case "year":
		return int64(y), nil
	}
	return 0, &ConfigError{fmt.Sprintf("period is %q; expected auto, day, week, month, quarter, year or a number", period)}
}

// clock is the time of day of a text that Days can read, as a fraction of a day; zones are taken as they are
// written.
func clock(text string) float64 {
	i := strings.IndexAny(text, "T ")
	if i < 0 {
		return 0
	}
	text = strings.TrimSpace(text[i+1:])
	if j := strings.IndexAny(text, "Z+- "); j >= 0 {
		text = text[:j]
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.Sub(at.Truncate(24*time.Hour)).Hours() / 24
		}
	}
	return 0
}
