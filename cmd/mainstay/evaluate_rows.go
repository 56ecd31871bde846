package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"mainstay/ingest/table"
	"mainstay/regress/evaluate"
	"mainstay/reports"
)

// predictions are the rows of a table that can be evaluated.
type predictions struct {
	table       *table.Table
	rows        []int // of the table
	all         evaluate.Rows
	against     []float64 // nil without another model
	names       map[string]string
	probability bool
	outcomes    [2]string // probabilities: what counts as 0 and as the event
	chosen      int       // rows looked at
	missing     []reports.MissingCells
	clusters    []string // the texts that cluster numbers stand for
	groups      []int32  // by row, its segment; nil without
	segments    []string
}

// newPredictions finds the columns that the flags name and the rows in which none of them is empty; of rows that no other flag keeps out, those that keep holds for (nil = all).
func newPredictions(t *table.Table, o *evaluateOptions, keep func(row int) bool) (*predictions, error) {
	p := &predictions{table: t, names: map[string]string{}}
	flags := []struct{ part, column string }{{"actual", o.actual}, {"predicted", o.predicted}, {"against", o.against},
		{"weight", o.weights}, {"cluster", o.cluster}, {"by", o.by}, {"saved", o.saved}}
	columns := map[string]*table.Column{}
	for _, f := range flags {
		if _, amount := o.amountSaved(); f.column == "" || f.part == "saved" && amount {
			continue
		}
		c, err := t.Column(f.column)
		if err != nil {
			return nil, err
		}
		columns[f.part], p.names[f.part] = c, c.Name
	}
	chosen, err := chosenRows(t, o.where)
	if err != nil {
		return nil, err
	}
	if chosen == nil {
		for i := range t.Rows {
			chosen = append(chosen, i)
		}
	}
	if keep != nil {
		chosen = slices.DeleteFunc(slices.Clone(chosen), func(i int) bool { return !keep(i) })
	}
	p.chosen = len(chosen)
	for _, f := range flags { // in their order, so that what is missing is told in it
		if c := columns[f.part]; c != nil && f.part != "by" {
			kept := slices.DeleteFunc(slices.Clone(chosen), func(i int) bool { return empty(c, i) })
			if gone := len(chosen) - len(kept); gone > 0 {
				p.missing = append(p.missing, reports.MissingCells{Column: c.Name, Rows: gone})
			}
			chosen = kept
		}
	}
	if p.rows = chosen; len(chosen) == 0 {
		conditions := ""
		if o.where != "" {
			conditions += ", or --where keeps none"
		}
		if keep != nil {
			conditions += ", or --learn-where has all rows on the other side"
		}
		return nil, &table.MappingError{Msg: fmt.Sprintf("%s: no rows to evaluate: of %d rows each lacks one of the columns named%s", strings.Join(t.Files, ", "), t.Rows, conditions)}
	}
	return p, p.fill(o, columns)
}

// empty reports whether a cell holds nothing.
func empty(c *table.Column, row int) bool {
	if c.Number != nil {
		return math.IsNaN(c.Number[row])
	}
	return c.At(row) == ""
}

// fill reads the columns in the rows chosen.
func (p *predictions) fill(o *evaluateOptions, columns map[string]*table.Column) error {
	var faults [4]error
	numbers := func(part string, fault *error) []float64 {
		c := columns[part]
		if c == nil {
			return nil
		}
		if c.Number == nil {
			*fault = p.noNumbers(c)
			return nil
		}
		return pick(c.Number, p.rows)
	}
	p.all.P = numbers("predicted", &faults[0])
	p.against = numbers("against", &faults[1])
	p.all.Weight = numbers("weight", &faults[2])
	p.all.Saved = numbers("saved", &faults[3])
	if err := errors.Join(faults[:]...); err != nil {
		return err
	}
	if c := columns["cluster"]; c != nil {
		p.all.Cluster, p.clusters = numberedCells(c, p.rows)
	}
	if c := columns["by"]; c != nil {
		if p.groups, p.segments = numberedCells(c, p.rows); len(p.segments) > mostSegments {
			return &table.MappingError{Msg: fmt.Sprintf("--by %s has %d different values; expected a column of at most %d segments", c.Name, len(p.segments), mostSegments)}
		}
	}
	return p.outcome(o, columns["actual"])
}

// noNumbers is a column of text where numbers are needed, with the first row that is none.
func (p *predictions) noNumbers(c *table.Column) error {
	for _, i := range p.rows {
		if v := c.At(i); !isNumber(v) {
			return p.table.Fail(i, c.Name, fmt.Errorf("%q is no number: correct it, or empty the cell to leave the row out", v))
		}
	}
	return &table.MappingError{Msg: fmt.Sprintf("column %q is text where it is not looked at: numbers are needed", c.Name)}
}

// outcome reads what came, as an event or a value.
func (p *predictions) outcome(o *evaluateOptions, c *table.Column) error {
	number, names := numberedCells(c, p.rows)
	inside := !slices.ContainsFunc(p.all.P, func(v float64) bool { return !(v >= 0 && v <= 1) })
	two := len(names) == 2 || plainEvents(c, p.rows)
	p.probability = o.kind == kindProbability || o.kind == kindAuto && (o.event != "" || two && (inside || c.Number == nil))
	if !p.probability {
		if c.Number == nil {
			return p.noNumbers(c)
		}
		if o.policy {
			return usageError{fmt.Errorf("--contact-cost, --success and --saved are of probabilities; %s by %s is a value (--kind probability takes it for an event)", c.Name, p.names["predicted"])}
		}
		p.all.Y = pick(c.Number, p.rows)
		return nil
	}
	if o.event == "" && plainEvents(c, p.rows) {
		p.outcomes, p.all.Y = [2]string{"0", "1"}, pick(c.Number, p.rows)
		return nil
	}
	if len(names) > 2 || len(names) == 1 && o.event == "" {
		return &table.MappingError{Msg: fmt.Sprintf("%q has %d different values: an event needs two, one of which --event names; --kind value evaluates numbers", c.Name, len(names))}
	}
	event := slices.Index(names, o.event)
	switch {
	case o.event == "":
		event = 1
	case event < 0:
		return usageError{fmt.Errorf("--event is %q, and %q has %s", o.event, c.Name, strings.Join(names, " and "))}
	}
	p.outcomes[1] = names[event]
	if len(names) == 2 {
		p.outcomes[0] = names[1-event]
	}
	p.all.Y = make([]float64, len(p.rows))
	for k, v := range number {
		if int(v) == event {
			p.all.Y[k] = 1
		}
	}
	return nil
}

// plainEvents reports whether a column holds but 0 and 1.
func plainEvents(c *table.Column, rows []int) bool {
	return c.Number != nil && !slices.ContainsFunc(rows, func(i int) bool { return c.Number[i] != 0 && c.Number[i] != 1 })
}

// numberedCells numbers the texts of a column in rows by their order; names are the texts.
func numberedCells(c *table.Column, rows []int) (number []int32, names []string) {
	texts := make([]string, len(rows))
	for k, i := range rows {
		texts[k] = c.At(i)
	}
	names = slices.Compact(slices.Sorted(slices.Values(texts)))
	number = make([]int32, len(rows))
	for k, v := range texts {
		at, _ := slices.BinarySearch(names, v)
		number[k] = int32(at)
	}
	return number, names
}

func pick[T any](values []T, rows []int) []T {
	out := make([]T, len(rows))
	for k, i := range rows {
		out[k] = values[i]
	}
	return out
}

// evaluate judges all rows, and each segment on its own.
func (p *predictions) evaluate(ctx context.Context, o *evaluateOptions) (*reports.Evaluation, error) {
	e := &reports.Evaluation{Files: p.table.Files, Rows: p.table.Rows, Chosen: p.chosen, Used: len(p.rows), Missing: p.missing, Notes: p.table.Notes,
		Actual: p.names["actual"], Predicted: p.names["predicted"], Against: p.names["against"], Weights: p.names["weight"], Cluster: p.names["cluster"],
		By: p.names["by"], Saved: p.names["saved"], Event: p.outcomes[1], NonEvent: p.outcomes[0], Level: o.level}
	groups := [][]int{nil} // places in p.rows; nil = all
	for range p.segments {
		groups = append(groups, nil)
	}
	for k, g := range p.groups {
		groups[g+1] = append(groups[g+1], k)
	}
	for g, rows := range groups {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		segment := ""
		if g > 0 {
			segment = cmp.Or(p.segments[g-1], "(none)")
		}
		group, err := p.group(rows, o)
		switch {
		case g > 0 && errors.Is(err, evaluate.ErrNoRows):
			e.Notes = append(e.Notes, fmt.Sprintf("%s %s is left out: all of its rows weigh 0", p.names["by"], segment))
			continue
		case err != nil:
			return nil, p.place(rows, err)
		}
		group.Segment = segment
		e.Groups = append(e.Groups, *group)
	}
	return e, nil
}

// group judges the rows at the places given; nil = all.
func (p *predictions) group(rows []int, o *evaluateOptions) (g *reports.EvaluationGroup, err error) {
	part, against := p.all, p.against
	if rows != nil {
		part = evaluate.Rows{Y: pick(p.all.Y, rows), P: pick(p.all.P, rows)}
		if p.all.Weight != nil {
			part.Weight = pick(p.all.Weight, rows)
		}
		if p.all.Cluster != nil {
			part.Cluster = pick(p.all.Cluster, rows)
		}
		if p.all.Saved != nil {
			part.Saved = pick(p.all.Saved, rows)
		}
		if against != nil {
			against = pick(p.against, rows)
		}
	}
	g = &reports.EvaluationGroup{}
	probability, value := o.settings()
	if !p.probability {
		if g.Values, err = evaluate.OfValues(&part, value); err == nil && against != nil {
			g.ValueComparison, err = evaluate.CompareValues(&part, against, value)
		}
		return g, err
	}
	if g.Probabilities, err = evaluate.OfProbabilities(&part, probability); err == nil && against != nil {
		g.Comparison, err = evaluate.Compare(&part, against, probability)
	}
	return g, err
}

// place names the row of the table that an evaluation stumbled over.
func (p *predictions) place(rows []int, err error) error {
	var row *evaluate.RowError
	if !errors.As(err, &row) {
		return &table.MappingError{Msg: strings.Join(p.table.Files, ", ") + ": " + err.Error()}
	}
	k := row.Row
	if rows != nil {
		k = rows[k]
	}
	return p.table.Fail(p.rows[k], cmp.Or(p.names[row.Part], row.Part), errors.New(row.What))
}
