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
	rows   []int
}

// ReadCovariates codes the right-hand side of a formula on the rows that moves begin in. Text is a factor whose levels are
// compared with the first; the constant is left out. Errors as for Count, and the formula's.
func ReadCovariates(t *table.Table, state, on string, m *Moves) (*Covariates, error) {
	f, err := formula.Parse("`"+state+"` ~ "+on, t.Names())
	if err != nil {
		return nil, &ConfigError{err.Error()}
	}
	if f.IsSurvival() || !f.Intercept {
		return nil, &ConfigError{"covariates are terms, as in industry + log(price); the constant stays in"}
	}
	data := &formula.Data{Rows: t.Rows}
	for _, name := range f.Columns() {
		col, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		c := formula.Column{Name: col.Name, Number: col.Number}
		if c.Number == nil {
			c.Text = col.All()
		}
		data.Columns = append(data.Columns, c)
	}
	rows := make([]int, len(m.Each))
	for i, v := range m.Each {
		rows[i] = int(v.Row)
	}
	slices.Sort(rows)
	d, frame, coding, err := design(f, data, slices.Compact(rows))
	var cell *formula.RowError
	if errors.As(err, &cell) {
		return nil, t.Fail(cell.Row, cell.Column, cell.Err)
	}
	if err != nil {
		return nil, misfit(t, "%v", err)
	}
	out := &Covariates{Names: d.Names[1:], X: make(map[int][]float64, len(frame.Rows)), names: f.Predictors(), coding: coding, data: data, rows: frame.Rows}
	k := len(d.Names)
	for i, row := range frame.Rows {
		out.X[row] = d.X[i*k+1 : (i+1)*k]
	}
	if len(out.Names) == 0 {
		return nil, &ConfigError{"--on names no covariate"}
	}
	var lacking []string
	for _, missing := range frame.Missing {
		lacking = append(lacking, missing.Column)
	}
	out.Notes = sentences(sentence{int64(frame.Dropped), "row lacks " + strings.Join(lacking, " or ") + ": the move that begins there is left out of what depends on covariates",
		"rows lack " + strings.Join(lacking, " or ") + ": moves that begin there are left out of what depends on covariates"})
	return out, nil
}

func design(f *formula.Formula, data *formula.Data, rows []int) (*regress.Design, *formula.Frame, *formula.Coding, error) {
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
	return d, frame, coding, nil
}
