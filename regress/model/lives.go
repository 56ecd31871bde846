package model

import (
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/formula"
	"mainstay/regress/survival"
)

// What the families of survival have in common.

// lives is a response Surv() by row of the frame.
type lives struct {
	*formula.Lives
	strata []int32 // nil without strata()
	names  []string
	events int
}

// survive reads the response, and says what the event is.
func (s *study) survive(r *Result) error {
	found, err := s.fr.Lives()
	if err != nil {
		return err
	}
	l := &lives{Lives: found}
	l.strata, l.names = s.fr.Strata()
	s.y = make([]float64, len(l.Event))
	for i, e := range l.Event {
		if e {
			l.events++
			s.y[i] = 1
		}
	}
	s.lives = l
	r.Facts = append(r.Facts, fmt.Sprintf("the event is %s: %d of %d rows", l.Happen, l.events, len(l.Event)))
	if l.strata != nil {
		r.Facts = append(r.Facts, fmt.Sprintf("%d strata", len(l.names)))
	}
	if f := s.o.Folds; f != nil {
		r.Facts = append(r.Facts, f.livesFacts(l, s.o.Cluster)...)
	}
	return s.checkLives()
}

// livesFacts say how what is held out may be known all the same.
func (f *Folds) livesFacts(l *lives, cluster string) (out []string) {
	if l.Start != nil && cluster == "" && f.Group == "" && f.Time == "" {
		out = append(out, "a life of several rows may be in several folds and teach about itself: name its column with --cluster or --cv-group")
	}
	if f.Time != "" {
		out = append(out, "lives that teach are known to their end, also after a fold begins: give --cv-gap the longest life, or end lives before")
	}
	return out
}

// firstLife is the error of the first row of the table that has one; start is 0 without late entry.
func (s *study) firstLife(fault func(start, stop float64) error) error {
	var first *formula.RowError
	for i, row := range s.fr.Rows {
		if first != nil && row > first.Row {
			continue
		}
		start := 0.0
		if s.lives.Start != nil {
			start = s.lives.Start[i]
		}
		if err := fault(start, s.lives.Stop[i]); err != nil {
			first = &formula.RowError{Row: row, Column: s.f.Response(), Err: err}
		}
	}
	if first == nil {
		return nil
	}
	return first
}

// checkLives finds the first row of the table that is not watched from its start to a later stop.
func (s *study) checkLives() error {
	if s.lives.Start == nil {
		return nil
	}
	return s.firstLife(func(start, stop float64) error {
		if start < stop {
			return nil
		}
		return fmt.Errorf("it starts at %g and stops at %g: a row is watched from its start to a later stop; correct it, or keep only others with --where", start, stop)
	})
}

// above is an error at the first row of the table whose stop is not above 0 (or below it, where zero is allowed), or whose start is below.
func (s *study) above(zero bool) error {
	return s.firstLife(func(start, stop float64) error {
		if start >= 0 && (stop > 0 || stop == 0 && zero) {
			return nil
		}
		return fmt.Errorf("a time of %g is too early for --family %s: times are counted from 0; correct it, or keep only others with --where", min(start, stop), s.o.Family)
	})
}

// times are those of rows of the frame, nil = all.
func (s *study) times(rows []int) *survival.Times {
	return &survival.Times{Start: pick(s.lives.Start, rows), Stop: pick(s.lives.Stop, rows), Event: pick(s.lives.Event, rows)}
}

// survivalOptions are those of a fit to rows of the frame, nil = all; folds need no robust errors.
func (s *study) survivalOptions(rows []int) survival.Options {
	o := survival.Options{Weights: pick(s.weights, rows), Offset: pick(s.fr.Offset(), rows), Stratum: pick(s.lives.strata, rows), Level: s.o.Level, Threads: s.o.Threads}
	if rows == nil {
		o.Cluster, o.Robust = s.cluster, s.o.HC != regress.NoHC
	}
	return o
}

// checkSandwich is an error for the HC covariances that survival does not have.
func (o *Options) checkSandwich() error {
	if o.HC == regress.NoHC || o.HC == regress.HC0 {
		return nil
	}
	return fmt.Errorf("--robust is %q; --family %s has hc0, the sandwich of the scores", o.HC, o.Family)
}

// survivalCoefficients fills in the coefficient table; robust errors have no factor for few clusters, as in R's survival.
func (r *Result) survivalCoefficients(s *study, f *regress.Fit) {
	r.coefficients(s, f)
	if s.cluster != nil {
		r.Covariance = "CR0"
	}
}

// concordance scores predictions that are larger the sooner the event is expected: the mean of the folds' concordance, for fits are not on one scale; its
// standard error takes folds for independent. Undefined where a fold has no pair to compare.
func (s *study) concordance(out *Scores, parts []predictions) {
	sum, variance := 0.0, 0.0
	for _, p := range parts {
		o := survival.Options{Stratum: pick(s.lives.strata, p.test), Cluster: p.cluster, Weights: p.weight}
		c, err := survival.Concord(s.times(p.test), p.predicted, o)
		if err != nil {
			sum = math.NaN()
			break
		}
		sum += c.Value
		variance += c.SE * c.SE
	}
	n := float64(len(parts))
	out.More = append(out.More, Score{Name: "concordance", Estimate: Estimate{Value: sum / n, SE: math.Sqrt(variance) / n}, Kind: Share})
}

// stepColumns are the columns of survival curves, one behind the other; of names the curve each step is of.
func stepColumns(first string, names []string, steps []survival.Step) []Values {
	number := func(name string, kind Kind, of func(*survival.Step) float64) Values {
		v := Values{Name: name, Kind: kind, Number: make([]float64, len(steps))}
		for i := range steps {
			v.Number[i] = of(&steps[i])
		}
		if kind == Significant {
			v.Kind = wholeOr(v.Number)
		}
		return v
	}
	var out []Values
	if first != "" {
		out = append(out, Values{Name: first, Text: names})
	}
	return append(out,
		number("time", Significant, func(s *survival.Step) float64 { return s.Time }),
		number("at_risk", Significant, func(s *survival.Step) float64 { return s.AtRisk }),
		number("events", Significant, func(s *survival.Step) float64 { return s.Events }),
		number("survival", Share, func(s *survival.Step) float64 { return s.Survival }),
		number("se", Share, func(s *survival.Step) float64 { return s.SE }),
		number("low", Share, func(s *survival.Step) float64 { return s.Low }),
		number("high", Share, func(s *survival.Step) float64 { return s.High }),
		number("cumulative_hazard", Share, func(s *survival.Step) float64 { return s.Hazard }),
		number("hazard_se", Share, func(s *survival.Step) float64 { return s.HazardSE }))
}

// wholeOr is the kind of values that are mostly counts: Whole where all of them are.
func wholeOr(values []float64) Kind {
	for _, v := range values {
		if v != math.Trunc(v) && !math.IsNaN(v) {
			return Significant
		}
	}
	return Whole
}

// chiSquared is a test of survival.
func chiSquared(of, name string, t survival.Test) Test {
	return Test{Of: of, Name: name, Statistic: t.Statistic, DF: float64(t.DF), P: t.P}
}

// meanRow is the weighted mean of the columns of d.
func meanRow(d *regress.Design, weights []float64) []float64 {
	out := make([]float64, len(d.Names))
	sums := make([]num.Adder, len(d.Names))
	var total num.Adder
	for i := range d.Rows() {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		total.Add(w)
		for j, v := range d.Row(i) {
			sums[j].AddProduct(w, v)
		}
	}
	for j := range out {
		out[j] = sums[j].Sum() / total.Sum()
	}
	return out
}
