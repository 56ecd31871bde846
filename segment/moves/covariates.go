package moves

import (
	"errors"
	"slices"
	"strings"

	"mainstay/ingest/table"
	"mainstay/regress"
	"mainstay/regress/formula"
)

// Covariates are the columns of a design, by row of the table.
type Covariates struct {
	Names []string
	X     map[int][]float64 // by row; rows that lack a column are not there
	Notes []string          // for people: what was left out

	names  []string // columns that they are made of
	coding *formula.Coding
	data   *formula.Data
	rows   []int // those of X, ascending
}

// ReadCovariates codes the right-hand side of a formula on the rows that moves begin in. Text is a factor whose levels are
// compared with the first; the constant is left out. Errors as for Count, and the formula's.
func ReadCovariates(t *table.Table, state, on string, m *Moves) (*Covariates, error) {
	rows := make([]int, len(m.Each))
	for i, v := range m.Each {
		rows[i] = int(v.Row)
	}
	slices.Sort(rows)
	out, frame, err := readCovariates(t, state, on, slices.Compact(rows))
	if err != nil {
		return nil, err
	}
	out.Notes = sentences(sentence{int64(frame.Dropped), "row lacks " + lacking(frame) + ": the move that begins there is left out of what depends on covariates",
		"rows lack " + lacking(frame) + ": moves that begin there are left out of what depends on covariates"})
	return out, nil
}

// lacking names the columns that rows lack.
func lacking(frame *formula.Frame) string {
	var names []string
	for _, missing := range frame.Missing {
		names = append(names, missing.Column)
	}
	return strings.Join(names, " or ")
}

// readCovariates codes them on rows, ascending.
func readCovariates(t *table.Table, state, on string, rows []int) (*Covariates, *formula.Frame, error) {
	f, err := formula.Parse("`"+state+"` ~ "+on, t.Names())
	if err != nil {
		return nil, nil, &ConfigError{err.Error()}
	}
	if f.IsSurvival() || !f.Intercept {
		return nil, nil, &ConfigError{"covariates are terms, as in industry + log(price); the constant stays in"}
	}
	data := &formula.Data{Rows: t.Rows}
	for _, name := range f.Columns() {
		col, err := t.Column(name)
		if err != nil {
			return nil, nil, err
		}
		c := formula.Column{Name: col.Name, Number: col.Number}
		if c.Number == nil {
			c.Text = col.All()
		}
		data.Columns = append(data.Columns, c)
	}
	d, coding, frame, err := design(f, data, rows)
	var cell *formula.RowError
	if errors.As(err, &cell) {
		return nil, nil, t.Fail(cell.Row, cell.Column, cell.Err)
	}
	if err != nil {
		return nil, nil, misfit(t, "%v", err)
	}
	out := &Covariates{Names: d.Names[1:], X: make(map[int][]float64, len(frame.Rows)), names: f.Predictors(), coding: coding, data: data, rows: frame.Rows}
	k := len(d.Names)
	for i, row := range frame.Rows {
		out.X[row] = d.X[i*k+1 : (i+1)*k]
	}
	if len(out.Names) == 0 {
		return nil, nil, &ConfigError{"--on names no covariate"}
	}
	return out, frame, nil
}

func design(f *formula.Formula, data *formula.Data, rows []int) (*regress.Design, *formula.Coding, *formula.Frame, error) {
	frame, err := formula.NewFrame(f, data, rows)
	if err != nil {
		return nil, nil, nil, err
	}
	coding, err := frame.Learn(nil)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := coding.Usable(); err != nil {
		return nil, nil, nil, err
	}
	d, _ := coding.Design(nil)
	return d, coding, frame, nil
}
