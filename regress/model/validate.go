package model

import (
	"context"
	"fmt"
	"math"
	"slices"

	"mainstay/regress"
	"mainstay/regress/evaluate"
	"mainstay/regress/formula"

	"gonum.org/v1/gonum/floats"
)

// Validation is how the model predicts rows that it was not fitted on.
type Validation struct {
	Method string // "stratified", "random", "grouped", "rolling origin"
	By     string // the column of groups or of time, "" otherwise
	Seed   uint64
	Gap    int // rolling origin: days before a fold that did not teach
	Window int // likewise: how many days before that taught, 0 = all
	Folds  []FoldScore
	N      int // rows predicted
	Unseen int // of them, rows with a level that the training rows do not have
	Scores
	Calibration []evaluate.Bin // of two outcomes: tenths by predicted probability
}

// FoldScore is one fold.
type FoldScore struct {
	Train, Test, Events, Unseen int
	From, To                    int32 // rolling origin: days since 1970-01-01
	Scores
}

// tenths is how many bins the calibration table has.
const tenths = 10

// validate fits and predicts fold by fold. Levels, means and coefficients are learnt from the
// training rows alone. A fold that is refused is a *RefusedError: the mean of the others would be of
// another, easier problem.
func (s *study) validate(ctx context.Context, d *formula.Data) (*Validation, error) {
	folds, err := s.split(d)
	if err != nil {
		return nil, err
	}
	v := &Validation{Method: s.method(), Seed: s.o.Folds.Seed, By: s.o.Folds.Group + s.o.Folds.Time, Gap: s.o.Folds.Gap, Window: s.o.Folds.Window}
	var all []predictions
	dependent := s.dependence(d)
	for k, f := range folds {
		f.test = s.weighty(f.test)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, unseen, err := s.predict(f, fmt.Sprintf("fold %d of %d", k+1, len(folds)))
		if err != nil {
			return nil, err
		}
		score := FoldScore{Train: p.learnt, Test: len(f.test), From: f.from, To: f.to, Unseen: unseen}
		p.cluster = pick(dependent, f.test)
		if s.binary {
			score.Events = int(floats.Sum(p.actual))
		}
		score.Scores = s.score([]predictions{p})
		v.Folds = append(v.Folds, score)
		v.N += score.Test
		v.Unseen += unseen
		all = append(all, p)
	}
	v.Scores = s.score(all)
	if s.binary {
		joined := join(all)
		v.Calibration = evaluate.CalibrationOf(joined.rows(), tenths)
	}
	return v, nil
}

func (s *study) method() string {
	switch {
	case s.o.Folds.Time != "":
		return "rolling origin"
	case s.o.Folds.Group != "":
		return "grouped"
	case s.binary:
		return "stratified"
	}
	return "random"
}

// dependence numbers the rows that depend on each other: those of a group, else of a cluster; nil when
// rows are on their own.
func (s *study) dependence(d *formula.Data) []int32 {
	if s.o.Folds.Group != "" {
		return groupsOf(d.Column(s.o.Folds.Group), s.fr.Rows)
	}
	return s.cluster
}

// predict fits the training rows of f and predicts the others.
func (s *study) predict(f fold, what string) (p predictions, unseen int, err error) {
	rows := f.train()
	coding, err := s.fr.Learn(rows)
	if err != nil {
		return p, 0, err
	}
	train, _ := s.design(coding, rows)
	fit, err := s.family.fit(s, train, rows)
	if err != nil {
		return p, 0, fmt.Errorf("%s: %w", what, err)
	}
	if c := fit.certificate(); !c.Certified() {
		return p, 0, &RefusedError{what + " of the cross-validation", *c}
	}
	test, new := s.design(coding, f.test)
	p.actual, p.test = pick(s.y, f.test), f.test
	p.weight = pick(s.weights, f.test)
	p.base, _ = regress.WeightedMeanSE(pick(s.y, rows), pick(s.weights, rows), nil)
	p.learnt = len(rows)
	p.shares = s.shares(rows)
	if f, ok := fit.(deviant); ok {
		p.deviance = f.unitDeviance
	}
	p.predicted = fit.predict(test, pick(s.fr.Offset(), f.test))
	for _, n := range new {
		if n {
			unseen++
		}
	}
	for _, v := range p.predicted {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return p, 0, fmt.Errorf("%s: a prediction is not finite: rescale the columns, or use a log link where that of the fit is the inverse", what)
		}
	}
	return p, unseen, nil
}

// weighty are the rows that count for something.
func (s *study) weighty(rows []int) []int {
	if s.weights == nil {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), func(i int) bool { return s.weights[i] == 0 })
}

// linear is X·β + offset by row of d.
func linear(d *regress.Design, offset, beta []float64) []float64 {
	eta := make([]float64, d.Rows())
	for i := range eta {
		eta[i] = floats.Dot(d.Row(i), beta)
		if offset != nil {
			eta[i] += offset[i]
		}
	}
	return eta
}
