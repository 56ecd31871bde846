package moves

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// timing is when the rows are: NaN for a row that is set aside, and with a period the step that each lies in.
type timing struct {
	time []float64
	step []int64
	name string // of a step, for people
	unit string // of time, for people

	auto, dated             bool
	asOf                    ingest.Day
	later, open, impossible int64 // rows set aside: after the as-of date, in a period not over then, no possible date
}

// times reads the column of times: dates where every value is one, else numbers. Rows without id are set
// aside for that alone.
func times(t *table.Table, col *table.Column, c Config, id []string) (*timing, error) {
	at := &timing{asOf: c.AsOf, auto: c.Period == Auto, unit: "days", name: "a " + c.Period}
	if at.auto {
		at.name = "from one time of an id to its next"
	}
	length, notNumber := strconv.ParseFloat(c.Period, 64)
	days, err := t.PeriodDays(col, monthsOf(c.Period))
	if at.auto && err == nil && col.Number != nil { // 2024 and 202401 are numbers, unless a calendar period is asked for
		days, err = t.Days(col)
	}
	switch {
	case notNumber == nil || at.auto && err != nil && col.Number != nil:
		if c.AsOfGiven {
			return nil, &ConfigError{fmt.Sprintf("an as-of date is for dates, and column %q is read as numbers", col.Name)}
		}
		at.unit = "units of " + col.Name
		if at.auto {
			at.time = col.Number
			return at, nil
		}
		at.name = c.Period + " of " + col.Name
		return at, at.numericSteps(t, col, length)
	case err != nil && at.auto:
		return nil, neither(t, col, err)
	case err != nil:
		return nil, err
	}
	at.dated = true
	return at, at.calendarSteps(col, days, c.Period, id)
}

// monthsOf is how long, in months, a period may be that stands for a date in a column of times cut into these steps.
func monthsOf(period string) int {
	switch period {
	case "month":
		return 1
	case "quarter", Auto:
		return 3
	case "year":
		return 12
	}
	return 0
}

// neither is the error of a column of neither dates nor numbers: where the first value is a number, that of the
// first that is none; else notDate.
func neither(t *table.Table, col *table.Column, notDate error) error {
	numbers := false
	for row, s := range col.All() {
		v, err := strconv.ParseFloat(s, 64)
		switch number := err == nil && !math.IsNaN(v) && !math.IsInf(v, 0); {
		case s == "":
		case number:
			numbers = true
		case numbers:
			return t.Fail(row, col.Name, fmt.Errorf("%q is no number, as those above it are: correct it, or empty the cell", s))
		default:
			return fmt.Errorf("%w, or numbers", notDate)
		}
	}
	return notDate
}

// calendarSteps keeps the rows of possible dates up to the as-of date, and with a period those of periods that
// were over then.
func (at *timing) calendarSteps(col *table.Column, days []int32, period string, id []string) error {
	earliest, latest := ingest.Date(1900, 1, 1), ingest.Date(2200, 12, 31) // as in the transactions
	at.time = make([]float64, len(days))
	var open int64
	if !at.auto {
		var err error
		if open, err = calendarStep(period, at.asOf+1); err != nil {
			return err
		}
		at.step = make([]int64, len(days))
	}
	for row, number := range days {
		at.time[row] = math.NaN()
		d := ingest.Day(number)
		switch {
		case number == table.NoDay || id[row] == "":
			continue
		case d < earliest || d > latest:
			at.impossible++
			continue
		case d > at.asOf:
			at.later++
			continue
		}
		if !at.auto {
			at.step[row], _ = calendarStep(period, d) // the period is known by now
			if at.step[row] >= open {
				at.open++
				continue
			}
		}
		at.time[row] = float64(d) + clock(col.At(row))
	}
	return nil
}

// numericSteps cuts a numeric time into steps of a length, from 0 on.
func (at *timing) numericSteps(t *table.Table, col *table.Column, length float64) error {
	if !(length > 0) || math.IsInf(length, 1) {
		return &ConfigError{fmt.Sprintf("a period of %v is no length of a step; use a number above 0", length)}
	}
	if col.Number == nil {
		return misfit(t, "column %q is not numeric throughout, so a period cannot be %v; use day, week, month, quarter or year for dates", col.Name, length)
	}
	at.time, at.step = col.Number, make([]int64, len(col.Number))
	for row, v := range col.Number {
		if math.IsNaN(v) {
			continue
		}
		s := math.Floor(v / length)
		if math.Abs(s) > maxStep {
			return t.Fail(row, col.Name, fmt.Errorf("time %v is too many steps of %v from 0: use a longer period", v, length))
		}
		at.step[row] = int64(s)
	}
	return nil
}

// notes says which of the rows without a usable time were set aside for what.
func (at *timing) notes(noTime int64) []string {
	return sentences(
		sentence{noTime - at.later - at.open - at.impossible, "row without time was set aside", "rows without time were set aside"},
		sentence{at.impossible, "row before 1900 or after 2200 was set aside", "rows before 1900 or after 2200 were set aside"},
		sentence{at.later, fmt.Sprintf("row after the as-of date, %s, was set aside", at.asOf), fmt.Sprintf("rows after the as-of date, %s, were set aside", at.asOf)},
		sentence{at.open, fmt.Sprintf("row of a period that was not over on %s was set aside", at.asOf), fmt.Sprintf("rows of a period that was not over on %s were set aside", at.asOf)})
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
