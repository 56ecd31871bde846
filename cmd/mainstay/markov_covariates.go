package main

import (
	"slices"

	"mainstay/ingest/table"
	"mainstay/markov"
	"mainstay/reports"
	"mainstay/segment/moves"
)

// influence fits what moves owe to covariates, and what that means for segments and profiles, where there are any.
func (o *markovOptions) influence(t *table.Table, m *moves.Moves, c *reports.Chain) error {
	if o.on == "" {
		return nil
	}
	x, err := moves.ReadCovariates(t, o.config.State, o.on, m)
	if err != nil {
		return err
	}
	c.Remarks = append(c.Remarks, x.Notes...)
	cov := markov.Covariates{Terms: x.Names, X: func(v markov.Move) ([]float64, bool) { values, known := x.X[int(v.Row)]; return values, known }}
	if m.Weight != nil {
		cov.Weight = func(v markov.Move) float64 { return m.Weight[v.Row] }
	}
	d, err := markov.FitDependent(m.Counts.States, m.Each, cov, c.Questions.Absorbing, o.level, o.threads)
	if err != nil {
		return qualityError{err}
	}
	c.Influence = &reports.Influence{Dependent: d}
	for s, name := range m.Segments {
		samples := samplesOf(m, func(row int) ([]float64, bool) {
			values, known := x.X[row]
			return values, known && m.Segment[row] == s
		})
		if !slices.ContainsFunc(samples, func(s markov.Sample) bool { return len(s.X) > 0 }) {
			continue
		}
		if err := add(&c.Influence.Segments, d, name, samples, o.level); err != nil {
			return err
		}
	}
	for _, profile := range o.at {
		at, err := x.At(profile)
		if err != nil {
			return err
		}
		samples := samplesOf(m, func(row int) ([]float64, bool) { values, known := at[row]; return values, known })
		if err := add(&c.Influence.Profiles, d, profile, samples, o.level); err != nil {
			return err
		}
	}
	return nil
}

// samplesOf are the covariates of moves by the state that they leave.
func samplesOf(m *moves.Moves, of func(row int) ([]float64, bool)) []markov.Sample {
	samples := make([]markov.Sample, len(m.Counts.States))
	for _, v := range m.Each {
		values, known := of(int(v.Row))
		if !known {
			continue
		}
		s := &samples[v.From]
		s.X = append(s.X, values)
		if m.Weight != nil {
			s.Weight = append(s.Weight, m.Weight[v.Row])
		}
	}
	return samples
}

func add(to *[]reports.Profile, d *markov.Dependent, name string, samples []markov.Sample, level float64) error {
	p, se, err := d.Matrix(samples...)
	if err == nil {
		*to = append(*to, reports.NewProfile(name, p, se, level))
	}
	return err
}
