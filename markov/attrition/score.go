package attrition

import (
	"fmt"
	"math"
	"sort"

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

// Scores are those of all customers, in the order of Data: as Alive, Expected and Residual of each, which of BG/NBD and its kin are read from curves where
// customers are many, to 1e-10. Errors: a refused fit, values that the
// model does not know, covariates other than those of the fit.
func (f *Fit) Scores(d *Data, q Questions) ([]Score, error) {
	out, _, err := f.score(d, &q, nil, false)
	return out, err
}

// score is Scores with the sums over customers of P(alive), expected, residual, expected × money and residual × money, each with its gradient in coordinates; none unless summed.
func (f *Fit) score(d *Data, q *Questions, money []float64, summed bool) ([]Score, []float64, error) {
	switch {
	case !f.Certificate.Certified():
		return nil, nil, fmt.Errorf("attrition: a refused fit says nothing about customers")
	case !(q.Level > 0 && q.Level < 1):
		return nil, nil, fmt.Errorf("attrition: level %v, expected a number between 0 and 1", q.Level)
	case !(q.Horizon >= 0 && q.Horizon <= longestTime):
		return nil, nil, fmt.Errorf("attrition: horizon %v, expected a time of at least 0", q.Horizon)
	case !(q.Rate >= 0 && q.Rate <= 1e3):
		return nil, nil, fmt.Errorf("attrition: discount rate %v, expected a number of at least 0", q.Rate)
	}
	if err := f.fits(d); err != nil {
		return nil, nil, err
	}
	order, runs := f.order(d, q)
	out := make([]Score, len(d.X))
	size := 1 + len(f.Names) + len(f.effects)
	sums := num.BlockSums(len(d.X), rowBlock, q.Threads, sumsOf*size, func(lo, hi int, sum []float64) {
		t := f.teller(q.Level)
		if summed {
			t.kept = make([]float64, 3*size)
		}
		at := sort.Search(len(runs), func(i int) bool { return runs[i].hi > lo })
		for place := lo; place < hi; place++ {
			i := place
			if order != nil {
				i = int(order[place])
			}
			var c *curve
			if runs != nil {
				for runs[at].hi <= place {
					at++
				}
				c = runs[at].curve
			}
			t.turn(f.row(d, i))
			out[i] = t.score(q, c)
			if summed {
				t.addTo(sum, d.weight(i), money, i)
			}
		}
	})
	return out, sums, nil
}

// score is what is said of the customer at hand, read from curves where there are any.
func (t *teller) score(q *Questions, along *curve) Score {
	s := Score{Alive: t.alive(), Residual: nothingKnown}
	t.keep(0, &s.Alive, s.Alive.Value-1) // of p by minus the log odds p(1−p)
	c := &t.c
	if along != nil {
		l := t.f.law.(*bg)
		if len(t.values) < 2*along.width {
			t.values = make([]float64, 2*along.width)
		}
		along.at(math.Log(t.p[bgAlpha]+c.T), t.values)
		given := func(which int) Estimate {
			return t.times(l.mixed(&t.p, c.X, c.Last, c.T, func(s int) slope { return along.slope(t.values, s, which) }))
		}
		if q.Rate > 0 {
			s.Residual = given(1)
			t.keep(2, &s.Residual, 1)
		}
		if q.Horizon > 0 {
			s.Expected = given(0)
			t.keep(1, &s.Expected, 1)
			return s
		}
	} else if q.Rate > 0 {
		s.Residual = t.times(t.residual(q.Rate))
		t.keep(2, &s.Residual, 1)
	}
	s.Expected = t.times(t.f.law.expected(&t.w, &t.p, c.X, c.Last, c.T, q.Horizon))
	t.keep(1, &s.Expected, 1)
	return s
}

// residual is that of the law for many customers, quick where they are sorted by x.
func (t *teller) residual(rate float64) slope {
	c := &t.c
	switch l := t.f.law.(type) {
	case *bg:
		if l.k == 1 {
			return l.residualOf(&t.w, &t.p, c.X, c.T, rate)
		}
	case pareto:
		return l.residualOf(&t.w, &t.p, c.X, c.T, rate)
	}
	return t.f.law.residual(&t.w, &t.p, c.X, c.Last, c.T, rate)
}

// order is one of customers in which those follow each other who share long sums, nil for the one they are in; with curves, of BG/NBD and its kin.
func (f *Fit) order(d *Data, q *Questions) ([]int32, []run) {
	if l, is := f.law.(*bg); is && (q.Rate > 0 || q.Horizon > 0) {
		return f.runs(d, l, q)
	}
	switch {
	case f.Model == ParetoNBD && len(f.effects) == 0:
		return sortedBy([][]float64{d.X}), nil
	case f.Model == BGBB:
		return sortedBy([][]float64{d.X, d.T}), nil
	}
	return nil, nil
}
