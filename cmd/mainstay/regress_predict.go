package main

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/pflag"

	"mainstay/ingest/table"
	"mainstay/regress/formula"
	"mainstay/regress/model"
	"mainstay/reports"
)

// predictFlags ask for predictions of rows beside those of the fit.
type predictFlags struct {
	predict string
	keep    []string
	times   []float64
}

func (p *predictFlags) addFlags(f *pflag.FlagSet) {
	f.StringVar(&p.predict, "predict", "", "predict the rows of `FILE` (Parquet, CSV, XLSX), each with an interval; --out writes them")
	f.StringSliceVar(&p.keep, "keep", nil, "with --predict: `COLUMNS` of those rows to write beside the predictions, such as the customer")
	f.Float64SliceVar(&p.times, "times", nil, "with --predict, of survival: `TIMES` at which it is predicted, as 30,90,365 (default: when a quarter, half and three quarters of the events had come)")
}

// newRows reads the rows to predict into the options of s; nil without any.
func (s *study) newRows(ctx context.Context, o *regressOptions) (*reports.NewRows, error) {
	if o.predict == "" {
		return nil, nil
	}
	t, err := table.Read(ctx, files, []string{o.predict}, o.threads)
	if err != nil {
		return nil, err
	}
	if t.Rows == 0 {
		return nil, &table.MappingError{Msg: o.predict + ": the table has no rows; give one with data"}
	}
	names := s.formula.Predictors()
	if s.options.Family == model.GammaGamma {
		names = s.formula.Columns()
	}
	s.options.New = &formula.Data{Rows: t.Rows}
	for _, name := range names {
		c, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		now, before := dataColumn(name, c), s.data.Column(name)
		if now.Number == nil && !now.Logical && before.Number != nil {
			if err := firstText(t, c); err != nil {
				return nil, err
			}
			now.Number, now.Text = allMissing(t.Rows), nil
		}
		s.options.New.Columns = append(s.options.New.Columns, *now)
	}
	rows := &reports.NewRows{Files: t.Files, Notes: t.Notes, File: o.out}
	rows.Keep, err = keptColumns(t, o.keep, nil)
	return rows, err
}

// keptColumns are the columns that --keep names, in rows of the table; nil = all.
func keptColumns(t *table.Table, names []string, rows []int) (out []reports.Column, err error) {
	for _, name := range names {
		c, err := t.Column(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		kept := keptColumn(c)
		if rows != nil {
			kept.Str, kept.Int, kept.Flt, kept.Null = picked(kept.Str, rows), picked(kept.Int, rows), picked(kept.Flt, rows), picked(kept.Null, rows)
		}
		out = append(out, kept)
	}
	return out, nil
}

// picked are values of rows; nil of nil.
func picked[T any](values []T, rows []int) []T {
	if values == nil {
		return nil
	}
	return pick(values, rows)
}

// firstText is a column of text where the fit had numbers, with the first cell that is none; nil where all cells are empty.
func firstText(t *table.Table, c *table.Column) error {
	filled := false
	for i := range t.Rows {
		v := c.At(i)
		if filled = filled || v != ""; v != "" && !isNumber(v) {
			return t.Fail(i, c.Name, fmt.Errorf("%q is no number, and the column was one in the fit: correct it, or empty the cell to leave the row out", v))
		}
	}
	if !filled {
		return nil
	}
	return &table.MappingError{Msg: fmt.Sprintf("%s: column %q is text, and was a number in the fit", strings.Join(t.Files, ", "), c.Name)}
}

// allMissing is a column of numbers without any.
func allMissing(rows int) []float64 {
	out := make([]float64, rows)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}

// keptColumn is a column as it is written again: whole numbers, numbers, or text.
func keptColumn(c *table.Column) reports.Column {
	out := reports.Column{Name: c.Name, Doc: "as in the table"}
	if c.Number == nil {
		out.Type, out.Str, out.Null = reports.String, c.All(), make([]bool, c.Len())
		for i, v := range out.Str {
			out.Null[i] = v == ""
		}
		return out
	}
	const exact = 1 << 53
	out.Type, out.Int, out.Null = reports.Integer, make([]int64, len(c.Number)), make([]bool, len(c.Number))
	for i, v := range c.Number {
		switch out.Null[i] = math.IsNaN(v); {
		case out.Null[i]:
		case v == math.Trunc(v) && math.Abs(v) <= exact:
			out.Int[i] = int64(v)
		default:
			return reports.Column{Name: c.Name, Type: reports.Float, Doc: out.Doc, Flt: c.Number}
		}
	}
	return out
}
