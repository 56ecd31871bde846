package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/formula"
)

// nestable is a fit that can be tested against a model nested in it.
type nestable interface {
	estimated
	// reduced fits the rows of s with another design, without robust errors.
	reduced(s *study, d *regress.Design) (estimated, error)
	// against tests the fit, whose design is d, against a reduced one that has q coefficients fewer.
	against(s *study, d *regress.Design, reduced estimated, q float64) []Test
	// wald tests that coefficients of some columns are 0.
	wald(r *Result, columns []int) []Test
	rank() int
}

// compare fills in the tests that were asked for: of every term that can be left out alone, and against another
// formula.
func (s *study) compare(d *formula.Data, design *regress.Design, fit estimated, r *Result) error {
	full, ok := fit.(nestable)
	if !ok {
		return nil
	}
	if s.o.Tests {
		for _, t := range s.f.Droppable() {
			fr := s.fr.Without(t)
			if fr == nil {
				continue
			}
			if err := s.compareFrame(fr, design, full, s.f.Label(s.f.Terms[t]), r); err != nil {
				return err
			}
		}
	}
	if s.o.Against == nil {
		return nil
	}
	fr, err := s.nestedFrame(d, s.o.Against)
	if err != nil {
		return err
	}
	return s.compareFrame(fr, design, full, "against "+s.o.Against.String(), r)
}

// nestedFrame is that of a formula of the same response, rows and offset.
func (s *study) nestedFrame(d *formula.Data, f *formula.Formula) (*formula.Frame, error) {
	if f.Response() != s.f.Response() {
		return nil, fmt.Errorf("the formula to test against has the response %s, not %s: the models must be of the same response", f.Response(), s.f.Response())
	}
	for _, n := range f.Columns() {
		if d.Column(n) == nil {
			return nil, fmt.Errorf("there is no column %q", n)
		}
	}
	fr, err := formula.NewFrame(f, d, s.fr.Rows)
	if err != nil {
		return nil, err
	}
	if len(fr.Rows) != len(s.fr.Rows) {
		return nil, errors.New("the formula to test against uses a column that is missing in rows of the fit: the models must be of the same rows")
	}
	if !slices.Equal(fr.Offset(), s.fr.Offset()) {
		return nil, errors.New("the formula to test against has another offset: both formulas need the same")
	}
	return fr, nil
}

// compareFrame tests the full fit against the model of fr.
func (s *study) compareFrame(fr *formula.Frame, design *regress.Design, full nestable, of string, r *Result) error {
	coding, err := fr.Learn(nil)
	if err != nil {
		return err
	}
	d, _ := coding.Design(nil)
	if err := s.nestedIn(d, design, of); err != nil {
		return err
	}
	fit, err := full.reduced(s, d)
	if err != nil {
		return err
	}
	if c := fit.certificate(); !c.Certified() {
		r.Certificate.Warn(num.WarnNotConverged, fmt.Sprintf("%s cannot be tested, for the smaller model is refused: %s", of, c.Warnings[len(c.Warnings)-1].Message))
		return nil
	}
	q := full.rank() - fit.(nestable).rank()
	if q <= 0 {
		r.Certificate.Warn(num.WarnCollinear, of+" cannot be tested: the smaller model has as many independent columns")
		return nil
	}
	tests := full.against(s, design, fit, float64(q))
	var columns []int
	for j := range r.Coefficients {
		if c := &r.Coefficients[j]; !c.Dropped && !slices.Contains(d.Names, c.Name) {
			columns = append(columns, j)
		}
	}
	if len(columns) == q { // the smaller model is the larger one with these at 0
		tests = append(tests, full.wald(r, columns)...)
	}
	for _, t := range tests {
		t.Of = of
		r.Measures.Tests = append(r.Measures.Tests, t)
	}
	return nil
}

// nestedIn is an error unless every column of small is a combination of those of large.
func (s *study) nestedIn(small, large *regress.Design, of string) error {
	both := &regress.Design{Names: append(slices.Clone(large.Names), small.Names...)}
	for i := range large.Rows() {
		both.X = append(append(both.X, large.Row(i)...), small.Row(i)...)
	}
	o := regress.Options{Weights: s.weights, Threads: s.o.Threads}
	have, err := regress.Rank(large, o)
	if err != nil {
		return err
	}
	need, err := regress.Rank(both, o)
	if err == nil && need > have {
		err = fmt.Errorf("%s: that model is not nested in %s, for it has columns that the larger one has not: %s", of, s.f.String(), strings.Join(without(small.Names, large.Names), ", "))
	}
	return err
}

// without is the names that others do not hold.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(others, n) })
}
