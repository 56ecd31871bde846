package segment

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"mainstay/regress/evaluate"
)

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
