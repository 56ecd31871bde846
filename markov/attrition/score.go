package attrition

import (
	"cmp"
	"fmt"
	"slices"

	"mainstay/internal/num"
)

// Questions are what is asked of every customer.
type Questions struct {
	Horizon float64 // of expected purchases, in units of time
	Rate    float64 // of the residual, as of Residual; 0 = not asked for
	Level   float64 // of the intervals
	Threads int     // 0 = 1; results do not depend on it
}

// Score is what a model says of a customer.
type Score struct{ Alive, Expected, Residual Estimate }

// Scores are those of all customers, in the order of Data: as Alive, Expected and Residual of each. Errors: a refused fit, values that the
// model does not know, covariates other than those of the fit.
func (f *Fit) Scores(d *Data, q Questions) ([]Score, error) {
	switch {
	case !f.Certificate.Certified():
		return nil, fmt.Errorf("attrition: a refused fit says nothing about customers")
	case !(q.Level > 0 && q.Level < 1):
		return nil, fmt.Errorf("attrition: level %v, expected a number between 0 and 1", q.Level)
	case !(q.Horizon >= 0 && q.Horizon <= longestTime):
		return nil, fmt.Errorf("attrition: horizon %v, expected a time of at least 0", q.Horizon)
	case !(q.Rate >= 0 && q.Rate <= 1e3):
		return nil, fmt.Errorf("attrition: discount rate %v, expected a number of at least 0", q.Rate)
	}
	if err := f.fits(d); err != nil {
		return nil, err
	}
	order := d.order(f.Model, q.Rate > 0)
	out := make([]Score, len(d.X))
	num.Blocks(len(d.X), rowBlock, q.Threads, func(_, lo, hi int) {
		t := f.teller(q.Level)
		for at := lo; at < hi; at++ {
			i := at
			if order != nil {
				i = int(order[at])
			}
			c := Customer{X: d.X[i], Last: d.Last[i], T: d.T[i]}
			if len(f.effects) > 0 {
				c = d.Row(i)
			}
			out[i] = t.score(c, &q)
		}
	})
	return out, nil
}

func (t *teller) score(c Customer, q *Questions) Score {
	t.turn(c)
	s := Score{Alive: t.alive(), Residual: nothingKnown}
	s.Expected = t.times(t.f.law.expected(&t.w, &t.p, c.X, c.Last, c.T, q.Horizon))
	if q.Rate > 0 {
		s.Residual = t.times(t.f.law.residual(&t.w, &t.p, c.X, c.Last, c.T, q.Rate))
	}
	return s
}

// order is one of customers in which those follow each other whose residuals share long sums: of the same count, of Pareto/NBD the same time too; nil for
// the order they are in.
func (d *Data) order(m Model, residual bool) []int32 {
	if !residual || m == BGBB || len(d.Purchase)+len(d.Dropout)+len(d.Stay) > 0 {
		return nil
	}
	order := make([]int32, len(d.X))
	for i := range order {
		order[i] = int32(i)
	}
	first, second := d.X, d.T
	if m == ParetoNBD {
		first, second = d.T, d.X
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(first[a], first[b]), cmp.Compare(second[a], second[b]), cmp.Compare(a, b))
	})
	return order
}
