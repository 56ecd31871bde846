package hidden

import (
	"fmt"
	"math"
)

// Candidate is a number of states, and how good it is.
type Candidate struct {
	States   int
	Fit      *Fit    // on all data
	Holdout  float64 // mean log-likelihood of a period held out, given the customer's periods before it; NaN where a fit was refused
	HeldOut  float64 // periods in it
	Training string  // why there is no Holdout; "" where there is one, or none was asked for
}

// Choice are candidates and the best of the certified: −1 where there is none.
type Choice struct {
	Candidates       []Candidate
	ByBIC, ByHoldout int // places in Candidates
}

// Choose fits the model with from to to states, on all data and without the last periods of every customer; these are then predicted one by one:
// log f(last | before) = log L(all) − log L(before). Customers with no more than last periods are left out of both sides of the holdout; last
// of 0 is no holdout. Errors are those of Fit.
//
// BIC (Schwarz 1978) counts periods as observations; with more states than the truth its regularity conditions do not hold (Celeux & Durand
// 2008, Computational Statistics 23:541–564), so look at both.
func (m *Model) Choose(d *Data, from, to, last, threads int) (*Choice, error) {
	if from < 1 || to < from || last < 0 {
		return nil, fmt.Errorf("hidden: %d to %d states, the last %d periods held out: expected 1 ≤ from ≤ to, and 0 or more", from, to, last)
	}
	whole, before, err := m.hold(d, last)
	if err != nil {
		return nil, err
	}
	out := &Choice{ByBIC: -1, ByHoldout: -1}
	for k := from; k <= to; k++ {
		model := *m
		model.States = k
		c := Candidate{States: k, Holdout: math.NaN()}
		if c.Fit, err = model.Fit(d, threads); err != nil {
			return nil, err
		}
		switch {
		case last == 0:
		case before == nil:
			c.Training = fmt.Sprintf("nobody has more than %d periods", last)
		default:
			if err := c.holdOut(&model, whole, before, threads); err != nil {
				return nil, err
			}
		}
		out.Candidates = append(out.Candidates, c)
		at := len(out.Candidates) - 1
		if c.Fit.Certificate.Certified() && (out.ByBIC < 0 || c.Fit.BIC < out.Candidates[out.ByBIC].Fit.BIC) {
			out.ByBIC = at
		}
		if c.Fit.Certificate.Certified() && !math.IsNaN(c.Holdout) && (out.ByHoldout < 0 || c.Holdout > out.Candidates[out.ByHoldout].Holdout) {
			out.ByHoldout = at
		}
	}
	return out, nil
}

// hold cuts the last periods off; nil for both where nothing is left.
func (m *Model) hold(d *Data, last int) (whole, before *Data, err error) {
	if err := d.check(m); err != nil {
		return nil, nil, err
	}
	whole, before = &Data{Begins: []int{0}}, &Data{Begins: []int{0}}
	q := len(m.Covariates)
	add := func(to *Data, lo, hi int) {
		if q > 0 {
			to.X = append(to.X, d.X[lo*q:hi*q]...)
		}
		to.Activity = append(to.Activity, d.Activity[lo:hi]...)
		if m.Spend {
			to.Spend = append(to.Spend, d.Spend[lo:hi]...)
		}
		to.Begins = append(to.Begins, len(to.Activity))
	}
	for c := range len(d.Begins) - 1 {
		if lo, hi := d.Begins[c], d.Begins[c+1]; last > 0 && hi-lo > last {
			add(whole, lo, hi)
			add(before, lo, hi-last)
		}
	}
	if len(before.Activity) == 0 {
		return nil, nil, nil
	}
	return whole, before, nil
}

func (c *Candidate) holdOut(m *Model, whole, before *Data, threads int) error {
	fit, err := m.Fit(before, threads)
	if err != nil {
		return err
	}
	if !fit.Certificate.Certified() {
		c.Training = "the fit without them is refused"
		return nil
	}
	all, err := newPanel(m, whole, threads)
	if err != nil {
		return err
	}
	part, err := newPanel(m, before, threads)
	if err != nil {
		return err
	}
	c.HeldOut = all.seen - part.seen
	if v := (all.logLik(fit.Params) - part.logLik(fit.Params)) / c.HeldOut; c.HeldOut > 0 && !math.IsInf(v, 0) {
		c.Holdout = v
	} else {
		c.Training = "nothing was seen in them, or what was cannot be under the fit without them"
	}
	return nil
}
