package main

import (
	"errors"

	"mainstay/markov"
	"mainstay/reports"
	"mainstay/segment/moves"
)

// segmentCounts are the moves by segment.
func segmentCounts(m *moves.Moves) []*markov.Counts {
	return markov.CountGroups(m.Counts.States, m.Each, len(m.Segments), func(v markov.Move) int { return m.Segment[v.Row] })
}

// pool pools the segments, where there are any, and asks of each what is asked of all.
func (o *markovOptions) pool(m *moves.Moves, c *reports.Chain) error {
	if m.Segments == nil {
		return nil
	}
	p, err := markov.NewPool(segmentCounts(m), c.Questions.Absorbing...)
	var refused *markov.RefusedError
	if errors.As(err, &refused) {
		c.Remarks = append(c.Remarks, "segments: "+refused.Reason)
		return nil
	}
	if err != nil {
		return err
	}
	c.Pool = p
	begins := markov.Eras(m.Each, o.eras)
	for s, chain := range p.Chains {
		one, err := o.segment(m, c, s, chain)
		if err != nil {
			return err
		}
		if o.tests {
			if one.Tests, err = courseTests(m.Counts.States, o.movesOf(m, s), begins); err != nil {
				return err
			}
		}
		c.Segments = append(c.Segments, one)
	}
	if c.Questions.RewardCov != nil {
		c.Remarks = append(c.Remarks, "what a state earns is that of all segments, in the value of each too")
	}
	return nil
}

// segment answers the questions for one segment: a forecast starts where its ids are last, unless a start was given.
func (o *markovOptions) segment(m *moves.Moves, c *reports.Chain, s int, chain *markov.Chain) (*reports.ChainSegment, error) {
	q := c.Questions
	q.Assumptions, q.Bootstrap = markov.Assumptions{Absorbing: q.Absorbing}, nil
	if len(o.start) == 0 {
		q.Start = make([]float64, len(chain.States))
		total := 0
		for _, end := range m.Ends {
			if m.Segment[end.Row] == s {
				q.Start[end.State]++
				total++
			}
		}
		if total == 0 {
			q.Forecast, q.Start = 0, nil
		}
	}
	one := &reports.ChainSegment{Name: m.Segments[s], Questions: q}
	var err error
	if one.Analysis, err = markov.Answer(chain, q); err != nil && !errors.As(err, &one.Refusal) {
		return nil, err
	}
	return one, nil
}

// movesOf are the moves of a segment.
func (o *markovOptions) movesOf(m *moves.Moves, s int) (out []markov.Move) {
	for _, v := range m.Each {
		if m.Segment[v.Row] == s {
			out = append(out, v)
		}
	}
	return out
}
