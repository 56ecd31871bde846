package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest/table"
	"mainstay/regress/formula"
	"mainstay/regress/model"
)

// study is a table and what to fit to it.
type study struct {
	table   *table.Table
	data    *formula.Data
	formula *formula.Formula
	options model.Options
}

// newStudy finds the columns that the formula and the flags name, and the rows that --where keeps.
func newStudy(t *table.Table, text string, o *regressOptions) (*study, error) {
	if t.Rows == 0 {
		return nil, &table.MappingError{Msg: strings.Join(t.Files, ", ") + ": the table has no rows; give one with data"}
	}
	s := &study{table: t, data: &formula.Data{Rows: t.Rows}, options: o.settings()}
	if o.folds > 0 {
		s.options.Folds = &model.Folds{K: o.folds, Seed: o.seed, Gap: o.gap, Window: o.window}
	}
	var err error
	if s.options.Rows, err = chosenRows(t, o.where); err != nil {
		return nil, err
	}
	special, err := s.special(o)
	if err != nil {
		return nil, err
	}
	all := []string{} // what . stands for
	for _, name := range t.Names() {
		if !slices.Contains(special, name) {
			all = append(all, name)
		}
	}
	if s.formula, err = formula.Parse(text, all); err != nil {
		return nil, usageError{err}
	}
	columns := s.formula.Columns()
	if o.against != "" {
		against, err := formula.Parse(o.against, all)
		if err != nil {
			return nil, usageError{fmt.Errorf("--against: %w", err)}
		}
		s.options.Against = against
		columns = append(columns, against.Columns()...)
	}
	for _, name := range columns {
		c, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		s.add(name, c)
	}
	return s, nil
}

// special finds the columns of the flags, and gives their names.
func (s *study) special(o *regressOptions) (names []string, err error) {
	find := func(name string) (string, error) {
		if name == "" {
			return "", nil
		}
		c, err := s.table.Column(name)
		if err != nil {
			return "", err
		}
		s.add(c.Name, c)
		names = append(names, c.Name)
		return c.Name, nil
	}
	group, time := "", ""
	var faults [4]error
	s.options.Weights, faults[0] = find(o.weights)
	s.options.Cluster, faults[1] = find(o.cluster)
	group, faults[2] = find(o.group)
	time, faults[3] = find(o.time)
	if err := errors.Join(faults[:]...); err != nil {
		return nil, err
	}
	f := s.options.Folds
	if f == nil {
		return names, nil
	}
	if f.Group, f.Time = group, time; group == "" && time == "" {
		f.Group = s.options.Cluster
	}
	if time != "" {
		c, _ := s.table.Column(time)
		if f.Days, err = s.table.Days(c); err != nil {
			return nil, usageError{fmt.Errorf("--cv-time: %w", err)}
		}
	}
	return names, nil
}

// add makes a column of the table one of the data, under the name by which the formula knows it.
func (s *study) add(name string, c *table.Column) {
	if s.data.Column(name) == nil {
		s.data.Columns = append(s.data.Columns, *dataColumn(name, c))
	}
}

// dataColumn is c as formulas see it. In CSV, which has no types, true and false are logical values.
func dataColumn(name string, c *table.Column) *formula.Column {
	out := &formula.Column{Name: name, Number: c.Number, Text: c.All()}
	if c.Number != nil || c.Type != "BOOLEAN" && c.Type != "CSV" {
		return out
	}
	lower := make([]string, c.Len())
	for i, v := range out.Text {
		if lower[i] = strings.ToLower(v); lower[i] != "" && lower[i] != "true" && lower[i] != "false" {
			return out
		}
	}
	out.Text, out.Logical = lower, true
	return out
}

// chosenRows are the rows of t that a condition keeps; nil, which is all, without one.
func chosenRows(t *table.Table, where string) ([]int, error) {
	if where == "" {
		return nil, nil
	}
	var missing error // of a column, which is an error of the input
	keep, err := formula.Condition(where, func(name string) (*formula.Column, error) {
		c, err := t.Column(name)
		if err != nil {
			missing = err
			return nil, err
		}
		return dataColumn(name, c), nil
	})
	switch {
	case missing != nil:
		return nil, missing
	case err != nil:
		return nil, usageError{fmt.Errorf("--where: %w", err)}
	}
	rows := []int{}
	for i := range t.Rows {
		if keep(i) {
			rows = append(rows, i)
		}
	}
	return rows, nil
}

// explain maps an error of the fit to its exit code.
func (s *study) explain(err error) error {
	var refused *model.RefusedError
	var row *formula.RowError
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &refused):
		return qualityError{err}
	case errors.As(err, &row):
		return s.table.Fail(row.Row, row.Column, row.Err)
	}
	for _, name := range s.formula.Columns() {
		if c, e := s.table.Column(name); e == nil && c.Number == nil {
			for _, note := range almostNumeric(c) {
				err = fmt.Errorf("%w; %s", err, note)
			}
		}
	}
	return usageError{err}
}

// acrossTime warns of folds at random where the table has days: they teach from the future. "" where it is not so.
func (s *study) acrossTime() string {
	if s.options.Folds == nil || s.options.Folds.Time != "" {
		return ""
	}
	for _, name := range s.table.Names() {
		c, err := s.table.Column(name)
		if err != nil || c.Number != nil || c.Len() == 0 {
			continue
		}
		if days, err := s.table.Days(c); err == nil && slices.Min(days) < slices.Max(days) {
			return fmt.Sprintf("folds are dealt across time, so that the future teaches about the past: if %s is when a row was known, --cv-time %s predicts only forward", name, name)
		}
	}
	return ""
}

// mostlyNumbers is the share of numbers from which a column of text was probably meant as one.
const mostlyNumbers = 0.9

// notes say how columns were read where that could surprise.
func (s *study) notes() (out []string) {
	var numeric []string
	for i := range s.data.Columns {
		name := s.data.Columns[i].Name
		c, err := s.table.Column(name)
		if err != nil {
			continue
		}
		if c.NumericText && c.Type != "CSV" { // of CSV, which has no types, nobody expects otherwise
			numeric = append(numeric, name+blanks(c))
		}
		if c.Number == nil && slices.Contains(s.formula.Columns(), name) {
			out = append(out, almostNumeric(c)...)
		}
	}
	if len(numeric) > 0 {
		out = append([]string{"numbers stored as text, read as numbers: " + strings.Join(numeric, ", ")}, out...)
	}
	if note := s.acrossTime(); note != "" {
		out = append(out, note)
	}
	return out
}

// blanks counts the cells of a numeric column that hold nothing.
func blanks(c *table.Column) string {
	n := 0
	for _, v := range c.Number {
		if math.IsNaN(v) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d blank = missing)", n)
}

// almostNumeric warns of a column that is text because of a few cells.
func almostNumeric(c *table.Column) []string {
	filled, numbers, example := 0, 0, ""
	for _, v := range c.All() {
		switch {
		case v == "":
			continue
		case isNumber(v):
			numbers++
		case example == "":
			example = v
		}
		filled++
	}
	if numbers == filled || float64(numbers) < mostlyNumbers*float64(filled) {
		return nil
	}
	return []string{fmt.Sprintf("%s is taken as text, one level for each value: %d of its %d values are no numbers, the first %q; empty those cells to have numbers", c.Name, filled-numbers, filled, example)}
}

// isNumber reports whether s is a finite number.
func isNumber(s string) bool {
	v, err := strconv.ParseFloat(s, 64)
	return err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}
