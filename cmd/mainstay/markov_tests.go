package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"mainstay/ingest/table"
	"mainstay/markov"
	"mainstay/reports"
	"mainstay/segment/moves"
)

// testFlags say which hypotheses are tested.
type testFlags struct {
	tests   bool
	eras    int
	against string
}

func (o *testFlags) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.tests, "tests", false, "test whether the state before matters, and the one before that, and whether moves change over time")
	f.IntVar(&o.eras, "eras", 4, "with --tests: so many `STRETCHES` of time, of about equally many moves")
	f.StringVar(&o.against, "against", "", "test whether moves follow the probabilities of `FILE`: first column from-states, every other a to-state")
}

// mostEras is as many stretches as anybody reads.
const (
	leastEras = 2
	mostEras  = 1000
)

func (o *testFlags) check(erasGiven bool) error {
	switch {
	case o.eras < leastEras || o.eras > mostEras:
		return usageError{fmt.Errorf("--eras is %d; expected 2 to %d stretches of time", o.eras, mostEras)}
	case erasGiven && !o.tests:
		return usageError{errors.New("--eras is for the test of change over time; add --tests")}
	}
	return nil
}

// run does the tests that were asked for; with segments, that of these too.
func (o *testFlags) run(ctx context.Context, m *moves.Moves, c *reports.Chain, threads int) error {
	add := func(t *markov.Test, err error) error {
		if err == nil {
			c.Tests = append(c.Tests, t)
		}
		return err
	}
	states := m.Counts.States
	var errs []error
	switch {
	case o.tests && m.Each == nil:
		errs = append(errs, add(markov.Order0Test(m.Counts)))
		c.Remarks = append(c.Remarks, "a table of counts does not say what came before a move, nor when it was: order 1 and change over time are not tested")
	case o.tests:
		tests, err := courseTests(states, m.Each, markov.Eras(m.Each, o.eras))
		c.Tests, errs = tests, append(errs, err)
	}
	if m.Segments != nil {
		errs = append(errs, add(markov.HomogeneityTest(segmentCounts(m))))
	}
	if o.against != "" {
		p, err := table.Read(ctx, files, []string{o.against}, threads)
		if err != nil {
			return err
		}
		matrix, err := moves.Probabilities(p, states)
		if err != nil {
			return err
		}
		err = add(markov.FitTest(m.Counts, matrix))
		var impossible *markov.ImpossibleError
		if errors.As(err, &impossible) {
			c.Remarks = append(c.Remarks, "fit: "+impossible.Error())
			err = nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// courseTests test order 0 and 1, and change between stretches that begin at these times.
func courseTests(states []string, all []markov.Move, begins []float64) (tests []*markov.Test, err error) {
	groups := markov.CountGroups(states, all, len(begins)+1, func(v markov.Move) int { return markov.EraOf(begins, v.Time) })
	order0, err0 := markov.Order0Test(markov.CountMoves(states, all, nil))
	order1, err1 := markov.Order1Test(markov.CountBefore(states, all))
	change, err2 := markov.StationarityTest(groups)
	return []*markov.Test{order0, order1, change}, errors.Join(err0, err1, err2)
}
