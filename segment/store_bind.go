package segment

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"mainstay/markov/attrition"
	"mainstay/regress/evaluate"

	"gonum.org/v1/gonum/mat"
)

// bound is a stored model that looks at a book: bind checks what the file says, so that nothing it is asked later can fail, and fills in what follows from the book. A column
// that the book does not have is an *IncompatibleError.
type bound interface{ bind(b *study) error }

// bindAll binds what is there, and says of what is not that it is missing.
func bindAll(b *study, models ...any) error {
	for _, m := range models {
		one, ok := m.(bound)
		if !ok {
			return fmt.Errorf("a model is missing, or of a kind that cannot be scored with (%T)", m)
		}
		if err := one.bind(b); err != nil {
			return err
		}
	}
	return nil
}

// bind makes the stored models look at a book.
func (s *Stored) bind(b *study) error {
	if s.Churn.Model != nil {
		if err := bindAll(b, s.Churn.Model); err != nil {
			return fmt.Errorf("churn: %w", err)
		}
	}
	if s.Decline.Model != nil {
		if err := bindAll(b, s.Decline.Model); err != nil {
			return fmt.Errorf("decline: %w", err)
		}
	}
	if s.Value.Model != nil {
		if err := bindAll(b, s.Value.Model); err != nil {
			return fmt.Errorf("value: %w", err)
		}
	}
	if s.Chain != nil {
		if err := s.Chain.bind(b); err != nil {
			return err
		}
	}
	s.Returns.study = b
	return nil
}

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

func (m *banded) bind(b *study) error {
	if v := m.Bands; v != nil {
		if err := sameLength("intervals", len(v.UpTo), len(v.Low), len(v.High)); err != nil {
			return err
		}
	}
	return bindAll(b, m.Model)
}

func (m *mappedModel) bind(b *study) error {
	if !m.Correction.Changes() {
		return fmt.Errorf("a correction that corrects nothing")
	}
	text, err := json.Marshal(m.Correction.Mapping)
	if err == nil {
		_, err = evaluate.ParseMapping(text)
	}
	if err != nil {
		return err
	}
	return bindAll(b, m.Model)
}

func (m *underContract) bind(b *study) error {
	l := m.Lapses
	if l == nil {
		return fmt.Errorf("contracts: lapses are missing")
	}
	if l.Coef != nil {
		if l.Cov == nil {
			return fmt.Errorf("contracts: lapses without a covariance")
		}
		if err := sameLength("contracts: lapses", len(lapseColumns), len(l.Coef), l.Cov.SymmetricDim()); err != nil {
			return err
		}
	}
	if err := checkRates("contracts: lapses", []rate{l.Rate}); err != nil {
		return err
	}
	return bindAll(b, m.Model)
}

func (r *recencyRule) bind(b *study) error {
	if r.Horizon != b.Clock.Horizon {
		return incompatible("fit without --model", "the rule of recency was learnt with a churn horizon of %d days, the data has %d", r.Horizon, b.Clock.Horizon)
	}
	r.longest = b.Clock.Span()
	return checkRates("rule of recency", r.Bands[:])
}

func (r *trendRule) bind(*study) error { return checkRates("rule of trend", r.Bands[:]) }

func (m *pooled) bind(*study) error {
	if !(m.SE >= 0) || !(m.DF > 0) || !(m.P >= 0 && m.P <= 1) {
		return fmt.Errorf("pooled: a rate of %v, standard error %v, degrees of freedom %v", m.P, m.SE, m.DF)
	}
	return nil
}

func (m *linearModel) bind(b *study) error {
	if m.Columns == nil {
		return fmt.Errorf("a regression without columns")
	}
	if err := m.Columns.bind(b); err != nil {
		return err
	}
	if err := sameLength("regression", len(m.Columns.All), len(m.Coef), len(m.Mean)); err != nil {
		return err
	}
	m.codes = codesOf(m.Columns.All)
	return covers("regression", m.Cov, len(m.Coef))
}

// checkFeatures holds the reasons of columns to those that are known.
func checkFeatures(all []feature) error {
	if len(all) == 0 || all[0].Name != features[fIntercept].Name {
		return fmt.Errorf("columns must begin with the intercept")
	}
	for _, f := range all {
		if !slices.Contains(reasonCodes[:featureCodes], f.Reason) {
			return fmt.Errorf("column %q speaks for %q, which is no reason", f.Name, f.Reason)
		}
	}
	return nil
}

// bind finds the columns in the panels of a book by their names.
func (c *columns) bind(b *study) error {
	if err := checkFeatures(c.All); err != nil {
		return err
	}
	attributes := b.Config.ModelAttributes
	if len(c.Values) == 0 && c.Fixed != len(c.All) || c.Fixed < 1 || c.Fixed > len(c.All) || len(c.Values) != len(c.Other) || len(c.Values) != len(c.Rare) || len(c.Values) > 0 && len(c.Values) != len(attributes) {
		return fmt.Errorf("regression: %d columns of which %d are fixed, levels of %d attributes of %d", len(c.All), c.Fixed, len(c.Values), len(attributes))
	}
	have := featureNames(b.allFeatures())
	c.from, c.clock = nil, nil
	for k, f := range c.All[:c.Fixed] {
		at := slices.Index(have, f.Name)
		if name, relative := strings.CutSuffix(f.Name, relativeSuffix); at < 0 && relative {
			at = slices.Index(have, name)
			c.clock = append(c.clock, [2]int{k, slices.Index(clocks[:], at)})
			if c.clock[len(c.clock)-1][1] < 0 {
				at = -1
			}
		}
		if at < 0 {
			return incompatible("give the table it comes from (contracts, activities, people, accounts), or fit without --model", "the model needs the column %s (%s), which the data does not have", f.Name, f.Doc)
		}
		c.from = append(c.from, at)
	}
	if c.from[c.Fixed-1] == c.Fixed-1 && slices.IsSorted(c.from) {
		c.from = nil
	}
	inside := func(j, least int) bool { return j >= least && j < len(c.All) }
	for k, of := range c.Values {
		ok := inside(c.Other[k], -1)
		for _, j := range of {
			ok = ok && inside(j, -1)
		}
		if !ok {
			return fmt.Errorf("regression: a level of %s has a column that is not there", attributes[k])
		}
	}
	for _, r := range c.Rates {
		if r == nil || r.Attribute < 0 || r.Attribute >= len(attributes) || !inside(r.Column, c.Fixed) {
			return fmt.Errorf("regression: rates of an attribute, or in a column, that is not there")
		}
	}
	return nil
}

func (m *chainModel) bind(b *study) error {
	k := len(m.States)
	if k == 0 || len(m.Silence) == 0 {
		return fmt.Errorf("a chain without states, or without a horizon")
	}
	if err := sameLength("chain", k, len(m.P), len(m.Active), len(m.Leave), len(m.SilentSE)); err != nil {
		return err
	}
	for _, row := range m.P {
		sum := 0.0
		for _, p := range row {
			sum += p
			if !(p >= 0 && p <= 1) {
				sum = math.NaN()
			}
		}
		if len(row) != k || !(math.Abs(sum-1) < 1e-9) {
			return fmt.Errorf("chain: a row of %d values that are not %d probabilities", len(row), k)
		}
	}
	for _, row := range m.Silence {
		if len(row) != k || !(slices.Min(row) >= 0 && slices.Max(row) <= 1) {
			return fmt.Errorf("chain: silences that are not probabilities of %d states", k)
		}
	}
	if !(slices.Min(m.SilentSE) >= 0) || slices.Min(m.Leave) < 0 {
		return fmt.Errorf("chain: a standard error, or a number of moves, below 0")
	}
	if len(m.Fold) != len(b.states.Names) || m.Lapsed < -1 || m.Lapsed >= k {
		return fmt.Errorf("chain: %d states of the book, which has %d", len(m.Fold), len(b.states.Names))
	}
	used := b.usedToday()
	for state, at := range m.Fold {
		switch {
		case at < -1 || at >= k:
			return fmt.Errorf("chain: a state that is not there")
		case at < 0 && used[state]:
			return incompatible("fit without --model", "customers of the data are in the state %s, which the model's chain has not seen", b.states.Names[state])
		}
	}
	m.timed(b)
	m.silent = m.Silence[len(m.Silence)-1]
	return nil
}

func (m *hazardModel) bind(b *study) error {
	c := m.Columns
	if c == nil {
		return fmt.Errorf("hazard: no columns")
	}
	if err := checkFeatures(c.All); err != nil {
		return err
	}
	if m.Cov == nil {
		return fmt.Errorf("hazard: no covariance")
	}
	n := len(c.All)
	if err := sameLength("hazard", n, len(m.Coef), len(m.Mean), m.Cov.SymmetricDim()); err != nil {
		return err
	}
	c.period = b.Clock.Period
	last := n - len(c.Series)
	if !(c.Gap > 0) || c.Silences < 0 || hSilence+c.Silences > last || c.Contract < 0 || c.Contract >= last || c.Season < 0 || c.Season > 0 && c.Season+c.seasons()-1 > last {
		return fmt.Errorf("hazard: columns that are not there")
	}
	m.codes, m.before, m.open = codesOf(c.All), nil, 0
	if b.held != nil {
		m.open = b.column(contractFeature.Name)
	}
	for k := range c.Series {
		s := &c.Series[k]
		if b.Inputs.Series == nil || !slices.Contains(b.Inputs.Series.Keys(), s.Name) {
			return incompatible("give it with --series, or fit without --model", "the model needs the series %q, which the data does not have", s.Name)
		}
		now := newKnownSeries(b.Inputs.Series, s.Name, b.Clock.AsOf)
		if s.Logs && !now.Logs {
			return incompatible("fit without --model", "the model knows the series %q with values above 0, the data has others", s.Name)
		}
		s.points = now.points
	}
	growth, ok := c.growths(b.Clock.AsOf)
	if !ok {
		return incompatible("give newer ones with --series, or fit without --model", "the model needs series whose growth of 12 months is known as of %s", b.Clock.AsOf)
	}
	m.now = c.ahead(b.Clock.AsOf, b.Clock.Horizon, growth)
	return nil
}

func (m *lastYear) bind(b *study) error {
	m.study = b
	return nil
}

func (m *chainSpend) bind(b *study) error {
	if m.study = b; m.Chain == nil || m.Spend == nil {
		return fmt.Errorf("chain-value: no chain, or no value of a period")
	}
	k := len(m.Chain.States)
	if err := sameLength("chain-value", k, len(m.Label), len(m.Year)); err != nil {
		return err
	}
	if m.Stayed != nil {
		if err := sameLength("chain-value", k, len(m.Stayed)); err != nil {
			return err
		}
	}
	return m.Chain.bind(b)
}

func (m *hurdle) bind(b *study) error {
	m.study = b
	if err := sameLength("two-part-regression", len(hurdleColumns), len(m.Spend)); err != nil {
		return err
	}
	if m.Buy == nil {
		return fmt.Errorf("two-part-regression: no first part")
	}
	return m.Buy.bind(b)
}

func (m *survivalValue) bind(b *study) error {
	m.study = b
	if err := sameLength("survival-value", len(marginNames), len(m.Margin)); err != nil {
		return err
	}
	l := m.Life
	if l == nil || l.Columns == nil || !(l.Scale > 0) || !(l.Low < l.High) {
		return fmt.Errorf("survival-value: no lives")
	}
	if err := l.Columns.bind(b); err != nil {
		return err
	}
	if err := sameLength("survival-value", len(l.Columns.All), len(l.Coef)); err != nil {
		return err
	}
	return m.tabulate(true)
}

func (m *latentChurn) bind(b *study) error {
	if err := m.Law.known(); err != nil {
		return err
	}
	if m.Bound != nil {
		if err := bindAll(b, m.Bound); err != nil {
			return err
		}
	}
	return m.open(b)
}

func (m *latentValue) bind(b *study) error {
	if m.Spend == nil {
		return fmt.Errorf("attrition-value: no value of a purchase day")
	}
	if err := m.Law.known(); err != nil {
		return err
	}
	if k := m.Kept; k != nil {
		if !(k.Ending >= 0 && k.Ending < 1 && k.Open >= 0 && k.Open < 1 && k.Horizon > 0 && slices.Min(k.Buys[:]) >= 0 && slices.Max(k.Buys[:]) <= 1) {
			return fmt.Errorf("attrition-value: under contract %+v: expected shares", *k)
		}
	}
	return m.open(b)
}

// mostAlike bounds r: rates that differ by a thousandth of their mean. Fits on the way there are refused, and sums by more take for ever.
const mostAlike = 1e6

// known says what is wrong with a law that no run would use.
func (l *law) known() error {
	if l.Model != attrition.MBGNBD && l.Model != attrition.MBGCNBD {
		return fmt.Errorf("attrition: no law %q", l.Model)
	}
	if len(l.Params) > 0 && !(l.Params[0] <= mostAlike) {
		return fmt.Errorf("attrition: r is %v; expected at most %g", l.Params[0], mostAlike)
	}
	return nil
}
