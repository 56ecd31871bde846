// Package model fits a formula to a table and says everything about the fit that people ask: the
// coefficient table with intervals, tests, measures, and how the model predicts rows that it has
// not seen.
//
// Reading order: model.go (Fit), family.go (what a kind of regression is, and the table of them; a file
// family_NAME.go each), rows.go (an order of rows that does not depend on the file's), coefficients.go,
// measures.go, sections.go, predict.go and
// predict_lives.go (rows of another table); then folds.go, validate.go and score.go for --cv.
package model

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/formula"
)

// Options of Fit. Column names are those of the data.
type Options struct {
	Family  Family
	Weights string     // column of weights, "" = none
	Cluster string     // column whose equal values are one cluster, "" = none
	HC      regress.HC // excludes Cluster
	Level   float64    // of intervals, for example 0.95
	Rows    []int      // rows to use, nil = all
	Folds   *Folds     // nil = no cross-validation
	Threads int
	Penalty *Penalty // nil = none

	Link   string    // of the mean, "" = the family's usual one
	Mean   string    // firth: "none" (also ""), "flic", "flac"
	Tau    []float64 // quantile: ascending, nil = the median
	Errors string    // quantile: "iid", "nid", "kernel", "bootstrap"; "" = nid, with clusters bootstrap
	Seed   uint64    // quantile: of the bootstrap
	Ties   string    // cox: efron ("" as well) or breslow
	Theta  float64   // negative binomial: θ, 0 = by maximum likelihood
	Power  float64   // Tweedie: p, 0 = by maximum likelihood
	Ridge  float64   // gaussian: λ, 0 = least squares

	Tests    bool             // of every term that can be left out alone
	Against  *formula.Formula // a model nested in the fit to test it against; nil = none
	Diagnose bool             // fill in Rows

	New   *formula.Data // rows to predict; nil = none
	Times []float64     // survival: at which New is predicted, ascending; nil = quartiles of the events
}

// Result is a certified fit. Numbers that are undefined are NaN.
type Result struct {
	Formula  string
	Family   Family
	Method   string // in a few words: "least squares"
	Response string
	Outcomes [2]string // of two values: what counts as 0 and as 1 (the event); else ""
	Facts    []string  // what else people should know about what was fitted, a line each

	Chosen  int               // rows looked at
	Used    int               // rows of the fit
	Events  int               // of two outcomes: rows with the event
	Dropped int               // rows left out because a column is missing
	Missing []formula.Missing // by column

	Weights    string // column of weights, "" without
	WeightKind string // what they count: "precision", "frequency"
	Weightless int    // rows used that count for nothing, their weight being 0

	Factors    []formula.Levels // with their levels, the base first
	Covariance string           // "model", "HC3", "CR1"
	Cluster    string           // CR1: by which column
	Clusters   int
	Level      float64
	DF         float64 // degrees of freedom of t; 0 where statistics are z

	Ratio        string        // what e^coefficient is: OddsRatio, …; "" where nothing
	Coefficients []Coefficient // empty where there are Equations
	Equations    []Equation
	Parameters   []Parameter
	Measures     Measures
	Sections     []Section
	Certificate  num.Certificate
	Rows         *Rows        // nil unless asked for
	Predictions  *Predictions // nil unless asked for
	Validation   *Validation  // nil without folds
}

// RefusedError is a fit that is not certified: it has no numbers.
type RefusedError struct {
	What        string // which fit
	Certificate num.Certificate
}

func (e *RefusedError) Error() string {
	var why []string
	for _, w := range e.Certificate.Warnings {
		if w.Code != num.WarnCollinear {
			why = append(why, w.Code+": "+w.Message)
		}
	}
	return fmt.Sprintf("%s cannot be trusted and is not shown: %s", e.What, strings.Join(why, "; "))
}

// study is a formula on its rows.
type study struct {
	ctx        context.Context // of long fits: λ of a penalty
	o          Options
	family     *family
	f          *formula.Formula
	fr         *formula.Frame
	y          []float64
	binary     bool     // y is 0 or 1
	categories []string // multinomial: what y numbers, from 0
	weights    []float64
	cluster    []int32
	lives      *lives   // a response Surv(), nil else
	keys       []uint64 // by row of the frame: a hash of what it holds
}

// Fit fits f to d. Rows are taken in an order of their own (rows.go), so the result does not depend
// on that of the table. ctx is looked at between folds, and between those by which λ is chosen.
//
// Errors: *formula.SyntaxError, *formula.RowError, *RefusedError; others say what is wrong with a
// column.
func Fit(ctx context.Context, d *formula.Data, f *formula.Formula, o Options) (*Result, error) {
	s, r, err := prepare(d, f, o)
	if err != nil {
		return nil, err
	}
	s.ctx = ctx
	coding, err := s.fr.Learn(nil)
	if err == nil {
		err = coding.Usable()
	}
	if err != nil {
		return nil, err
	}
	design, _ := s.design(coding, nil)
	if err := s.checkDesign(design); err != nil {
		return nil, err
	}
	fit, err := s.family.fit(s, design, nil)
	if err != nil {
		return nil, err
	}
	if c := fit.certificate(); !c.Certified() {
		return nil, &RefusedError{"the fit", *c}
	}
	r.Factors = coding.Factors()
	r.Certificate = *fit.certificate()
	fit.describe(s, r)
	if err := s.compare(d, design, fit, r); err != nil {
		return nil, err
	}
	s.diagnose(fit, r)
	if err := s.predictNew(ctx, coding, design, fit, r); err != nil {
		return nil, err
	}
	if o.Folds != nil {
		if r.Validation, err = s.validate(ctx, d); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// prepare chooses the rows and reads response, weights and clusters.
func prepare(d *formula.Data, f *formula.Formula, o Options) (*study, *Result, error) {
	family, err := lookup(o.Family)
	if err == nil {
		err = o.Check(nil)
	}
	if err != nil {
		return nil, nil, err
	}
	if f.HasStrata() && !family.strata {
		return nil, nil, fmt.Errorf("strata() is for --family cox or km: in other families write the column itself")
	}
	names := o.columns()
	for _, n := range append(f.Columns(), names...) {
		if d.Column(n) == nil {
			return nil, nil, fmt.Errorf("there is no column %q", n)
		}
	}
	order, hashes := arrange(d, o.Rows, append(f.Columns(), names...))
	fr, err := formula.NewFrame(f, d, order, names...)
	if err != nil {
		return nil, nil, err
	}
	s := &study{ctx: context.Background(), o: o, family: family, f: f, fr: fr}
	r := &Result{Formula: f.String(), Family: o.Family, Response: f.Response(), Level: o.Level,
		Chosen: len(order), Used: len(fr.Rows), Dropped: fr.Dropped, Missing: fr.Missing}
	for _, row := range fr.Rows {
		s.keys = append(s.keys, hashes[row])
	}
	s.penalise()
	s.group(d)
	if err := family.respond(s, r); err != nil {
		return nil, nil, err
	}
	if o.Weights != "" {
		if s.weights, err = weightsOf(d.Column(o.Weights), fr.Rows); err != nil {
			return nil, nil, err
		}
		r.Weights, r.WeightKind = o.Weights, family.weights
		for _, w := range s.weights {
			if w == 0 {
				r.Weightless++
			}
		}
	}
	if o.Cluster != "" {
		s.cluster = groupsOf(d.Column(o.Cluster), fr.Rows)
		r.Cluster, r.Clusters = o.Cluster, int(slices.Max(s.cluster))+1
	}
	return s, r, nil
}

// columns are those that the options name.
func (o *Options) columns() []string {
	names := []string{o.Weights, o.Cluster}
	if o.Folds != nil {
		names = append(names, o.Folds.Group, o.Folds.Time)
	}
	return slices.DeleteFunc(names, func(n string) bool { return n == "" })
}

// weightsOf reads weights.
func weightsOf(c *formula.Column, rows []int) ([]float64, error) {
	if c.Number == nil {
		return nil, fmt.Errorf("the weights %s are text: numbers of at least 0 are needed", c.Name)
	}
	out := pick(c.Number, rows)
	for i, w := range out {
		if !(w >= 0 && w <= 1e100) {
			return nil, &formula.RowError{Row: rows[i], Column: c.Name, Err: fmt.Errorf("a weight of %g: correct it; weights are numbers of at least 0, and 0 leaves the row out", w)}
		}
	}
	return out, nil
}

// checkDesign finds a product of columns that no fit can use, by its row of the table.
func (s *study) checkDesign(d *regress.Design) error {
	for i, row := range s.fr.Rows {
		for j, v := range d.Row(i) {
			if !(math.Abs(v) <= 1e100) {
				return &formula.RowError{Row: row, Column: d.Names[j], Err: fmt.Errorf("the value is %g: divide the columns first, as I(x / 1000)", v)}
			}
		}
	}
	return nil
}

// design is that of the rows of the frame that are listed, nil = all, and by row whether it has a level that the
// coding did not learn.
func (s *study) design(c *formula.Coding, rows []int) (*regress.Design, []bool) {
	d, unseen := c.Design(rows)
	if s.family.bare && s.f.Intercept {
		d = withoutFirst(d)
	}
	return d, unseen
}

// withoutFirst is d without its first column.
func withoutFirst(d *regress.Design) *regress.Design {
	k := len(d.Names)
	out := &regress.Design{Names: d.Names[1:], X: d.X[:0]} // in place: what is read lies behind what is written
	for i := 0; i < len(d.X); i += k {
		out.X = append(out.X, d.X[i+1:i+k]...)
	}
	return out
}

// fitOptions are those of a fit to the rows of the frame that are listed, nil = all; folds need no robust errors.
func (s *study) fitOptions(rows []int) regress.Options {
	o := regress.Options{Weights: pick(s.weights, rows), Offset: pick(s.fr.Offset(), rows), Threads: s.o.Threads}
	if rows == nil {
		o.Cluster, o.HC = s.cluster, s.o.HC
	}
	return o
}

// pick is the values of rows; all of them where rows is nil, nil where there are none.
func pick[T any](values []T, rows []int) []T {
	if rows == nil || values == nil {
		return values
	}
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = values[r]
	}
	return out
}
