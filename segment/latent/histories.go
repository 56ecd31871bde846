package latent

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/spelling"
	"mainstay/ingest/table"
	"mainstay/markov/attrition"
	"mainstay/regress/formula"
)

// HistoryColumns are those of a table of purchase histories, a row per customer, as BTYD, CLVTools and lifetimes make them.
type HistoryColumns struct {
	X, Last, T string // repeat purchases, when the last was, how long observed; "" = found by name
	ID         string // who; "" = rows have numbers
	Mean       string // net amount by repeat purchase; "" = not known
	Gaps       string // Σ log of the times between purchases, of mbg/cnbd-k; "" = not known
	Count      string // how many such customers there are; "" = one
	Later      string // purchases in the horizon that followed, to hold the fit against; "" = not known
}

// historyNames are what the columns of x, t.x and T are called elsewhere.
var historyNames = [3][]string{
	{"x", "frequency", "repeats"},
	{"t.x", "recency"},
	{"T.cal", "T", "n.cal", "age"},
}

// Histories is Run for a table of purchase histories. Nothing is known of days: there is no curve, and times are in the unit of the table, which
// c.Unit names. Errors: those of Check as *ingest.ConfigError, *table.MappingError for a column, *column.Error for a cell.
func Histories(t *table.Table, h HistoryColumns, c Config, threads int) (*Study, error) {
	if err := c.Check(); err != nil {
		return nil, &ingest.ConfigError{Msg: err.Error()}
	}
	s := &Study{Config: c, Notes: t.Notes}
	var err error
	if s.Timing, err = attrition.Regularity(nil, nil, 0); err != nil { // gaps are known by their sum only, not by pairs
		return nil, err
	}
	s.UnitDays, _ = UnitDays(c.Unit)                                        // as checked
	if h.Gaps == "" && (c.Model == string(attrition.MBGCNBD) || c.K != 0) { // without them its likelihood lacks a factor, and is not to be compared
		return nil, &ingest.ConfigError{Msg: "mbg/cnbd-k is of the times between purchases: name the column of the sum of their logarithms with --gaps"}
	}
	if s.Customers, err = h.read(t, attrition.Model(c.Model)); err != nil {
		return nil, err
	}
	if n := s.Customers.repeated(); n > 0 { // row numbers never
		s.Notes = append(slices.Clone(s.Notes), fmt.Sprintf("%s: rows whose %s stands in one before: %d; every row counts as a customer of its own", strings.Join(t.Files, ", "), h.ID, n))
	}
	if h.Later != "" {
		s.holdout = s.Horizon()
	}
	if h.Gaps != "" && c.On == "" {
		s.Timing.Nearest = 2 // where the search for k begins
	}
	return s, s.study(func(names []string, _, rows []int32) ([]formula.Column, error) { return columnsOf(t, names, rows) }, threads)
}

// historyReader reads cells of a table.
type historyReader struct {
	t       *table.Table
	x       [3]*table.Column // x, t.x, T
	further [4]*table.Column // counts, gaps, means, later purchases; nil = not known
	id      *table.Column    // nil = rows have numbers
}

func (h *HistoryColumns) read(t *table.Table, m attrition.Model) (*Customers, error) {
	if t.Rows == 0 {
		return nil, &table.MappingError{Msg: strings.Join(t.Files, ", ") + ": the table has no rows; give one with data"}
	}
	r, err := h.columns(t)
	if err != nil {
		return nil, err
	}
	c := &Customers{Row: make([]int32, 0, t.Rows), Names: make([]string, 0, t.Rows)}
	for row := range t.Rows {
		if err := r.add(c, row, m); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// repeated is how many rows have the name of one before.
func (c *Customers) repeated() int {
	seen := make(map[string]bool, len(c.Names))
	for _, name := range c.Names {
		seen[name] = true
	}
	return len(c.Names) - len(seen)
}

// columns finds them.
func (h *HistoryColumns) columns(t *table.Table) (*historyReader, error) {
	r := &historyReader{t: t}
	for k, given := range []string{h.X, h.Last, h.T} {
		flag := []string{"x", "last", "observed"}[k]
		if given == "" {
			given = nameOf(t, historyNames[k])
		}
		if given == "" {
			return nil, &table.MappingError{Role: flag, Msg: fmt.Sprintf("%s: no column is called %s: name it with --%s; the columns are %s",
				strings.Join(t.Files, ", "), strings.Join(historyNames[k], " or "), flag, strings.Join(t.Names(), ", "))}
		}
		var err error
		if r.x[k], err = t.Column(given); err != nil {
			return nil, err
		}
	}
	for k, name := range []string{h.Count, h.Gaps, h.Mean, h.Later} {
		var err error
		if r.further[k], err = optional(t, name); err != nil {
			return nil, err
		}
	}
	var err error
	r.id, err = optional(t, h.ID)
	return r, err
}

// nameOf is the first column that has one of the names, exactly or else as names are compared; "" where there is none.
func nameOf(t *table.Table, names []string) string {
	for _, name := range names {
		if slices.Contains(t.Names(), name) {
			return name
		}
	}
	for _, name := range names {
		for _, col := range t.Names() {
			if spelling.Normal(col) == spelling.Normal(name) {
				return col
			}
		}
	}
	return ""
}

// add reads a row.
func (r *historyReader) add(c *Customers, row int, m attrition.Model) error {
	d := &c.Data
	var v [3]float64
	for k, col := range r.x {
		if v[k] = numberAt(col, row); math.IsNaN(v[k]) {
			return r.t.Fail(row, col.Name, fmt.Errorf("%q: expected a number", col.At(row)))
		}
	}
	if of, why := m.Problem(v[0], v[1], v[2]); why != "" {
		return r.t.Fail(row, r.x[of].Name, errors.New(why))
	}
	d.X, d.Last, d.T = append(d.X, v[0]), append(d.Last, v[1]), append(d.T, v[2])
	for k, to := range []*[]float64{&d.Weight, &d.LogGaps, &c.Mean, &c.Later} {
		col := r.further[k]
		if col == nil {
			continue
		}
		n := numberAt(col, row)
		if k == 2 && v[0] == 0 { // the mean of no repeat purchases
			n = 0
		}
		if e := furtherOf[k]; !(n >= e.least && n <= e.most) || e.whole && n != math.Trunc(n) {
			return r.t.Fail(row, col.Name, fmt.Errorf("%q: expected %s", col.At(row), e.want))
		}
		*to = append(*to, n)
	}
	c.Row = append(c.Row, int32(row))
	name := strconv.Itoa(row + 1)
	if r.id != nil {
		name = r.id.At(row)
	}
	c.Names = append(c.Names, name)
	return nil
}

// furtherOf says what the further columns hold.
var furtherOf = [4]struct {
	want        string
	least, most float64
	whole       bool
}{
	{"how many such customers there are, a whole number from 0 to 1e9", 0, 1e9, true},
	{"the sum of logarithms of the times between purchases, a number", -1e15, 1e15, false},
	{"the mean amount of repeat purchases, a number", -1e15, 1e15, false},
	{"purchases in the horizon that followed, a number from 0 to 1e9", 0, 1e9, false},
}

// columnsOf are columns of a table as formulas see them, of some rows.
func columnsOf(t *table.Table, names []string, rows []int32) ([]formula.Column, error) {
	var out []formula.Column
	for _, name := range names {
		col, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		c := formula.Column{Name: name}
		for _, row := range rows {
			if col.Number != nil {
				c.Number = append(c.Number, col.Number[row])
			} else {
				c.Text = append(c.Text, col.At(int(row)))
			}
		}
		out = append(out, c)
	}
	return out, nil
}
