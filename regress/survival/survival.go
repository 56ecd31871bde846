// Package survival is about the time until an event: how long customers stay, and on what that depends. Lives that had
// not ended when they were last seen are censored, not left out.
//
// Reading order: survival.go (what goes in), kaplanmeier.go, restricted.go and logrank.go (without covariates); Cox regression:
// walk.go (the order of rows and the sets at risk), gram.go, likelihood.go, cox.go (the fit), monotone.go, collinear.go, tests.go, then
// what follows from a fit: detail.go, baseline.go, residuals.go, robust.go, proportional.go, concordance.go; parametric models in aft.go with frame.go, aftsettle.go,
// aftlaw.go, aftpredict.go and aftworth.go; discrete.go for time in whole periods; worth.go values a life along its curve.
package survival

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
)

// Times are when rows were watched and how that ended. A row is at risk in (Start, Stop]: a row with a start entered late (left
// truncation), and a subject whose covariates change has a row for each stretch. Times may be negative in Cox regression.
type Times struct {
	Start []float64 // nil = everybody is watched from the origin
	Stop  []float64
	Event []bool // the event happened at Stop; false = censored there
}

// Rows is the number of rows.
func (t *Times) Rows() int { return len(t.Stop) }

// Options of a fit. A row of weight 0 is left out entirely.
type Options struct {
	Weights []float64 // nil = 1; case weights: a row of weight 2 is two rows
	Offset  []float64 // nil = 0; a term of the linear predictor with coefficient 1
	Stratum []int32   // nil = one; equal numbers share a baseline (cox only)
	Cluster []int32   // nil = none; equal numbers depend on each other: robust standard errors
	Robust  bool      // robust standard errors, every row its own cluster unless Cluster says otherwise
	Level   float64   // of intervals; 0 = 0.95
	Threads int       // 0 = 1; results do not depend on it
}

// block is the unit of work and of float reduction over rows; results depend on it, so it is fixed.
const block = 4096

// largest bounds the size of a value, so that squares and their sums stay finite.
const largest = 1e100

func (o *Options) weight(i int) float64 {
	if o.Weights == nil {
		return 1
	}
	return o.Weights[i]
}

func (o *Options) offset(i int) float64 {
	if o.Offset == nil {
		return 0
	}
	return o.Offset[i]
}

func (o *Options) level() float64 {
	if o.Level == 0 {
		return 0.95
	}
	return o.Level
}

// check finds the first thing that is wrong with times and options; least is the time that all rows must exceed (or reach, when
// touch is set).
func (t *Times) check(o *Options, least float64, touch bool) error {
	n := len(t.Stop)
	switch {
	case n == 0:
		return errors.New("survival: no rows to fit")
	case n > math.MaxInt32/2:
		return fmt.Errorf("survival: %d rows, at most %d can be fitted: sample or aggregate with weights", n, math.MaxInt32/2)
	case len(t.Event) != n:
		return fmt.Errorf("survival: %d events for %d times", len(t.Event), n)
	case t.Start != nil && len(t.Start) != n:
		return fmt.Errorf("survival: %d starts for %d times", len(t.Start), n)
	case o.Level != 0 && !(o.Level > 0 && o.Level < 1):
		return fmt.Errorf("survival: level %v, expected a number between 0 and 1", o.Level)
	}
	for _, l := range []struct {
		name string
		n    int
		none bool
	}{{"weights", len(o.Weights), o.Weights == nil}, {"offsets", len(o.Offset), o.Offset == nil},
		{"stratum numbers", len(o.Stratum), o.Stratum == nil}, {"cluster numbers", len(o.Cluster), o.Cluster == nil}} {
		if !l.none && l.n != n {
			return fmt.Errorf("survival: %d %s for %d rows", l.n, l.name, n)
		}
	}
	for i, s := range t.Stop {
		if err := t.checkRow(o, i, s, least, touch); err != nil {
			return fmt.Errorf("survival: row %d (the first is 0): %w", i, err)
		}
	}
	return nil
}

func (t *Times) checkRow(o *Options, i int, stop, least float64, touch bool) error {
	start := stop
	if t.Start != nil {
		start = t.Start[i]
	}
	switch w := o.weight(i); {
	case !(math.Abs(stop) <= largest):
		return fmt.Errorf("time %v, expected a finite number of at most %g in size; fill or leave out missing values first", stop, largest)
	case t.Start != nil && !(start < stop && start >= -largest):
		return fmt.Errorf("start %v, stop %v: a row is watched from its start to a later stop; leave out rows that were never watched", start, stop)
	case stop < least || stop == least && !touch || t.Start != nil && start < least:
		return fmt.Errorf("time %v is too early, expected times from %v on", min(start, stop), least)
	case !(w >= 0 && w <= largest):
		return fmt.Errorf("weight %v, expected a finite number of at least 0", w)
	case !(math.Abs(o.offset(i)) <= largest):
		return fmt.Errorf("offset %v, expected a finite number of at most %g in size", o.offset(i), largest)
	}
	return nil
}

// checkDesign finds the first value of the design that no fit can use.
func checkDesign(d *regress.Design, n, threads int) error {
	if d == nil || len(d.X) != n*len(d.Names) {
		return fmt.Errorf("survival: the design does not hold %d rows", n)
	}
	k := len(d.Names)
	bad := make([]error, (n-1)/block+1)
	num.Blocks(n, block, threads, func(b, lo, hi int) {
		for p, v := range d.X[lo*k : hi*k] {
			if !(math.Abs(v) <= largest) {
				bad[b] = fmt.Errorf("survival: row %d (the first is 0), column %q: value %v, expected a finite number of at most %g in size; fill or leave out missing values first", lo+p/k, d.Names[p%k], v, largest)
				return
			}
		}
	})
	for _, err := range bad {
		if err != nil {
			return err
		}
	}
	return nil
}
