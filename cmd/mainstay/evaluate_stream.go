package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync/atomic"

	"mainstay/ingest/table"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
	"mainstay/reports"
)

// stream is an evaluation of rows that are read block by block and not held. The first pass finds what came and what kind of prediction this is, the second one
// evaluates, and of probabilities of clusters a third one learns the errors of ranks.
type stream struct {
	o       *evaluateOptions
	blocks  *table.Blocks
	columns []string          // that are read; nil = all
	names   map[string]string // by part, as the table spells them
	event   string            // of probabilities: the text that is the event
	plain   bool              // what came is 0 and 1 and nothing else
	other   string

	probability        bool
	rows, chosen, used atomic.Int64
	missing            [4]atomic.Int64 // by streamParts
}

// streamParts are the columns of a stream.
var streamParts = [4]string{"actual", "predicted", "weight", "cluster"}

func (s *stream) wants() [4]string {
	return [4]string{s.o.actual, s.o.predicted, s.o.weights, s.o.cluster}
}

func streamEvaluation(ctx context.Context, a *app, o *evaluateOptions, args []string) error {
	blocks, err := table.OpenBlocks(ctx, files, args)
	if err != nil {
		return err
	}
	s := &stream{o: o, blocks: blocks, names: map[string]string{}}
	if o.where == "" { // else the condition may name any column
		for _, name := range s.wants() {
			if name != "" {
				s.columns = append(s.columns, name)
			}
		}
	}
	a.progress.say("looking at what came")
	if err := s.survey(ctx); err != nil {
		return err
	}
	a.progress.say("evaluating")
	g, err := s.evaluate(ctx)
	switch {
	case errors.Is(err, evaluate.ErrNoRows):
		return &table.MappingError{Msg: fmt.Sprintf("%s: no rows to evaluate: of %d rows each lacks one of the columns named, or weighs 0, or --where keeps none", strings.Join(blocks.Files, ", "), s.rows.Load())}
	case err != nil:
		return err
	}
	e := &reports.Evaluation{Files: blocks.Files, Rows: int(s.rows.Load()), Chosen: int(s.chosen.Load()), Used: int(s.used.Load()),
		Actual: s.names["actual"], Predicted: s.names["predicted"], Weights: s.names["weight"], Cluster: s.names["cluster"], Level: o.level, Groups: []reports.EvaluationGroup{*g}}
	if s.probability {
		e.Event, e.NonEvent = s.event, s.other
	}
	for k, part := range streamParts {
		if n := s.missing[k].Load(); n > 0 {
			e.Missing = append(e.Missing, reports.MissingCells{Column: s.names[part], Rows: int(n)})
		}
	}
	if p := g.Probabilities; p != nil && p.AUCBound > 0 {
		e.Notes = append(e.Notes, fmt.Sprintf("predictions that differ by less than 1 part in 1,024 are put together: ROC AUC is right to %.2g, average precision to %.2g", p.AUCBound, p.AveragePrecisionBound))
	}
	if g.Values != nil {
		e.Notes = append(e.Notes, "rank correlations need all rows at once: leave --stream out")
	}
	return a.showEvaluation(o, e)
}

// read is a block's columns by part, nil where none was asked for, and its rows that --where keeps and none of them leaves out. count adds up what is left out.
func (s *stream) read(ctx context.Context, b int, count bool) (t *table.Table, columns [4]*table.Column, rows []int, err error) {
	if t, err = s.blocks.Read(ctx, b, s.columns); err != nil {
		return nil, columns, nil, err
	}
	for k, name := range s.wants() {
		if name == "" {
			continue
		}
		if columns[k], err = t.Column(name); err != nil {
			return nil, columns, nil, err
		}
	}
	if rows, err = chosenRows(t, s.o.where); err != nil {
		return nil, columns, nil, err
	}
	if rows == nil {
		for i := range t.Rows {
			rows = append(rows, i)
		}
	}
	chosen := len(rows)
	for k, c := range columns {
		if c == nil {
			continue
		}
		before := len(rows)
		rows = slices.DeleteFunc(rows, func(i int) bool { return empty(c, i) })
		if count {
			s.missing[k].Add(int64(before - len(rows)))
		}
	}
	if count {
		s.rows.Add(int64(t.Rows))
		s.chosen.Add(int64(chosen))
		s.used.Add(int64(len(rows)))
	}
	return t, columns, rows, nil
}

// found is what a block says about the kind of predictions.
type found struct {
	names         []string // of what came: the first three texts
	text, outside bool     // what came is text; a prediction is no probability
	spelt         [4]string
	err           error
}

// survey finds the names of columns, the outcomes and the kind.
func (s *stream) survey(ctx context.Context) error {
	n := s.blocks.Len()
	if n == 0 {
		return &table.MappingError{Msg: strings.Join(s.blocks.Files, ", ") + ": the table has no rows; give one with data"}
	}
	parts := make([]found, n)
	num.Blocks(n, 1, s.o.threads, func(b, _, _ int) { parts[b] = s.look(ctx, b) })
	var names []string
	text, outside := false, false
	for _, p := range parts {
		if p.err != nil {
			return p.err
		}
		for k, part := range streamParts {
			s.names[part] = cmp.Or(s.names[part], p.spelt[k])
		}
		names = append(names, p.names...)
		text, outside = text || p.text, outside || p.outside
	}
	slices.Sort(names)
	names = slices.Compact(names)
	s.plain = !text && !slices.ContainsFunc(names, func(v string) bool { return v != "0" && v != "1" })
	s.probability = s.o.kind == kindProbability || s.o.kind == kindAuto && (s.o.event != "" || (len(names) == 2 || s.plain && len(names) > 0) && (!outside || text))
	switch {
	case !s.probability || len(names) == 0: // nothing came: told as no rows
		return nil
	case s.o.event == "" && s.plain:
		s.event, s.other = "1", "0"
		return nil
	case len(names) > 2 || len(names) == 1 && s.o.event == "":
		return &table.MappingError{Msg: fmt.Sprintf("%q has %d different values or more: an event needs two, one of which --event names; --kind value evaluates numbers", s.names["actual"], len(names))}
	}
	s.event = cmp.Or(s.o.event, names[len(names)-1])
	if !slices.Contains(names, s.event) {
		return usageError{fmt.Errorf("--event is %q, and %q has %s", s.event, s.names["actual"], strings.Join(names, " and "))}
	}
	for _, name := range names {
		if name != s.event {
			s.other = name
		}
	}
	return nil
}

func (s *stream) look(ctx context.Context, b int) (f found) {
	t, columns, rows, err := s.read(ctx, b, true)
	if err != nil {
		return found{err: cmp.Or(ctx.Err(), err)}
	}
	for k, c := range columns {
		if c == nil {
			continue
		}
		if f.spelt[k] = c.Name; k == 1 || k == 2 {
			if f.err = s.numeric(t, c, rows); f.err != nil {
				return f
			}
		}
	}
	f.text = len(rows) > 0 && columns[0].Number == nil
	for _, i := range rows {
		if v := columns[1].Number[i]; !(v >= 0 && v <= 1) {
			f.outside = true
		}
		if name := columns[0].At(i); len(f.names) < 3 && !slices.Contains(f.names, name) {
			f.names = append(f.names, name)
		}
	}
	return f
}

// numeric finds the first cell of rows that is no number, where some is none.
func (s *stream) numeric(t *table.Table, c *table.Column, rows []int) error {
	if c.Number != nil || len(rows) == 0 {
		return nil
	}
	p := &predictions{table: t, rows: rows}
	return p.noNumbers(c)
}

// block is the rows of a block for an evaluation. The error names the row of the table.
func (s *stream) block(ctx context.Context, b int) (*evaluate.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t, columns, rows, err := s.read(ctx, b, false)
	if err != nil {
		return nil, err
	}
	out := &evaluate.Rows{Y: make([]float64, len(rows)), P: make([]float64, len(rows))}
	if columns[2] != nil {
		out.Weight = make([]float64, len(rows))
	}
	if columns[3] != nil {
		out.Cluster = make([]int32, len(rows))
	}
	if !s.probability {
		if err := s.numeric(t, columns[0], rows); err != nil {
			return nil, err
		}
	}
	for k, i := range rows {
		out.P[k] = columns[1].Number[i]
		switch {
		case !s.probability:
			out.Y[k] = columns[0].Number[i]
		case columns[0].At(i) == s.event:
			out.Y[k] = 1
		}
		if out.Weight != nil {
			out.Weight[k] = columns[2].Number[i]
		}
		if out.Cluster != nil { // a hash, which puts few of many together
			h := fnv.New32a()
			h.Write([]byte(columns[3].At(i)))
			out.Cluster[k] = int32(h.Sum32())
		}
	}
	if err := out.Check(s.probability); err != nil {
		return nil, (&predictions{table: t, rows: rows, names: s.names}).place(nil, err)
	}
	return out, nil
}

// evaluate goes through the blocks.
func (s *stream) evaluate(ctx context.Context) (*reports.EvaluationGroup, error) {
	n, threads := s.blocks.Len(), s.o.threads
	read := func(b int) (*evaluate.Rows, error) { return s.block(ctx, b) }
	g := &reports.EvaluationGroup{}
	probability, value := s.o.settings()
	if !s.probability {
		all, err := evaluate.AccumulateValues(n, threads, s.o.power, read)
		if err == nil {
			g.Values, err = all.Values(value)
		}
		return g, err
	}
	all, err := evaluate.Accumulate(n, threads, read)
	if err != nil {
		return nil, err
	}
	var second *evaluate.Second
	if s.o.cluster != "" {
		second = all.Second()
		for b := range n {
			rows, err := read(b)
			if err == nil {
				err = second.Add(rows)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	g.Probabilities, err = all.Probabilities(probability, second)
	return g, err
}
