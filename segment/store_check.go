package segment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"mainstay/regress/evaluate"

	"gonum.org/v1/gonum/mat"
)

// check is what a file must hold whatever the book.
func (s *Stored) check() error {
	t := &s.Terms
	switch {
	case (s.Churn.Model == nil) != (s.Churn.Name == ""), (s.Decline.Model == nil) != (s.Decline.Name == ""), (s.Value.Model == nil) != (s.Value.Name == ""):
		return fmt.Errorf("a champion without a model, or a model without a name")
	case s.Returns == nil || !slices.Contains([]string{"", returnsName, chainName}, s.Returns.Name):
		return fmt.Errorf("model.returns is missing, or of a name that is not known")
	case t.HorizonDays < 1 || t.HorizonDays > maxHorizon || t.ValueLabelDays < 1 || t.ValueLabelDays > maxHorizon || t.DeclineLabelDays < 1 || t.DeclineLabelDays > maxHorizon:
		return fmt.Errorf("model.terms: horizons of %d, %d and %d days: expected 1 to %d", t.HorizonDays, t.ValueLabelDays, t.DeclineLabelDays, maxHorizon)
	case !(t.Level > 0 && t.Level < 1) || !(t.DeclineShare > 0 && t.DeclineShare < 1):
		return fmt.Errorf("model.terms: level %v, decline share %v: expected shares between 0 and 1", t.Level, t.DeclineShare)
	}
	for _, band := range s.Returns.Bands {
		if s.Returns.Name != "" && !(band.Rate >= 0 && band.Rate <= 1) {
			return fmt.Errorf("model.returns: a rate of %v", band.Rate)
		}
	}
	names := []string{s.Run, s.Churn.Name, s.Decline.Name, s.Value.Name, s.Churn.Why, s.Decline.Why, s.Value.Why}
	for i := range s.Backtest.Contests {
		names = append(names, s.Backtest.Contests[i].Candidate)
	}
	for _, name := range names { // they are printed
		if strings.ContainsFunc(name, unicode.IsControl) {
			return fmt.Errorf("model: %q is no name", name)
		}
	}
	if v := s.ValueBands; v != nil {
		if err := sameLength("model.value_bands", len(v.UpTo), len(v.Low), len(v.High), len(v.Spread), min(len(v.UpTo), maxBands)); err != nil {
			return err
		}
	}
	b, err := json.Marshal(evaluate.Reference{Schema: evaluate.ReferenceSchema, Features: s.Inputs, Calibration: s.Backtest.Record})
	if err == nil {
		_, err = evaluate.ParseReference(b)
	}
	if err != nil {
		return fmt.Errorf("model.inputs: %w", err)
	}
	return nil
}

// sameLength is for lists that go together.
func sameLength(what string, lengths ...int) error {
	for _, n := range lengths[1:] {
		if n != lengths[0] {
			return fmt.Errorf("%s: lists of %d and %d values that should be of one length", what, lengths[0], n)
		}
	}
	return nil
}

// covers checks that a covariance, where there is one, is of so many coefficients.
func covers(what string, cov *mat.SymDense, n int) error {
	if cov == nil {
		return nil
	}
	return sameLength(what+": covariance", n, cov.SymmetricDim())
}

func checkRates(what string, rates []rate) error {
	for _, r := range rates {
		if !(r.P >= 0 && r.P <= 1 && r.N >= 0) {
			return fmt.Errorf("%s: a rate of %v among %v", what, r.P, r.N)
		}
	}
	return nil
}
