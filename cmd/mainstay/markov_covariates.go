package main

import (
	"errors"
	"runtime"

	"mainstay/ingest/table"
	"mainstay/markov"
	"mainstay/reports"
	"mainstay/segment/moves"
)

// influence fits what moves owe to covariates, and what that means for segments, where there are any.
func (o *markovOptions) influence(t *table.Table, m *moves.Moves, c *reports.Chain) error {
	if o.on == "" {
		return nil
	}
	x, err := moves.ReadCovariates(t, o.config.State, o.on, m)
	if err != nil {
		return err
	}
	c.Remarks = append(c.Remarks, x.Notes...)
	of := func(v markov.Move) ([]float64, bool) { values, known := x.X[int(v.Row)]; return values, known }
	d, err := markov.FitDependent(m.Counts.States, m.Each, x.Names, of, c.Questions.Absorbing, runtime.GOMAXPROCS(0))
	if err != nil {
		return qualityError{err}
	}
	c.Influence = &reports.Influence{Dependent: d}
	bySegment := make([][][]float64, len(m.Segments))
	for _, v := range m.Each {
		if values, known := of(v); known && m.Segment != nil && m.Segment[v.Row] >= 0 {
			bySegment[m.Segment[v.Row]] = append(bySegment[m.Segment[v.Row]], values)
		}
	}
	for s, xs := range bySegment {
		if len(xs) == 0 {
			continue
		}
		p, se, err := d.Matrix(xs)
		if err != nil {
			return err
		}
		c.Influence.Segments = append(c.Influence.Segments, m.Segments[s])
		c.Influence.P, c.Influence.SE = append(c.Influence.P, p), append(c.Influence.SE, se)
	}
	return nil
}

// checkOn finds what is wrong with --on.
func (o *markovOptions) checkOn() error {
	if o.on != "" && (o.wide || o.counts) {
		return usageError{errors.New("--on is read beside each state: it needs a table of id, time, state")}
	}
	return nil
}
