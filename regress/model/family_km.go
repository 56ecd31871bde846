package model

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/survival"
)

// km is survival curves of groups, without a model: Kaplan-Meier and the log-rank test.
var km = &family{
	name: KaplanMeier, about: "survival curves of groups, log-rank test", flags: []string{"weights", "times"}, weights: "frequency", bare: true, strata: true, groups: true,
	respond: func(s *study, r *Result) error {
		if err := s.survive(r); err != nil {
			return err
		}
		return s.above(true)
	},
	fit:   func(s *study, _ *regress.Design, _ []int) (estimated, error) { return s.curves() },
	score: (*study).concordance,
}

// mostGroups is more curves than anybody compares.
const mostGroups = 100

// curves are survival curves by group.
type curves struct {
	names []string // of groups; a single "" without
	n     []float64
	steps [][]survival.Step
	last  []float64 // longest follow-up
	tests []Test
	done  num.Certificate
}

func (c *curves) certificate() *num.Certificate { return &c.done }

func (c *curves) predict(d *regress.Design, _ []float64) []float64 { return make([]float64, d.Rows()) }

// curves estimates a curve for every group of the formula, and compares them.
func (s *study) curves() (*curves, error) {
	numbers, names, err := s.fr.Groups(mostGroups)
	if err != nil {
		return nil, err
	}
	if numbers == nil {
		numbers, names = make([]int32, len(s.y)), []string{""}
	}
	c := &curves{names: names, done: num.Certificate{Model: string(KaplanMeier), Converged: true, InfoPosDef: true, Criteria: []string{"closed form"}, Observations: int64(len(s.y))}}
	for g := range names {
		var rows []int
		for i, k := range numbers {
			if int(k) == g && (s.weights == nil || s.weights[i] > 0) {
				rows = append(rows, i)
			}
		}
		if len(rows) == 0 { // of weight 0
			c.n, c.steps, c.last = append(c.n, 0), append(c.steps, nil), append(c.last, 0)
			continue
		}
		o := s.survivalOptions(rows)
		o.Cluster, o.Offset, o.Robust = nil, nil, false
		steps, err := survival.KaplanMeier(s.times(rows), o)
		if err != nil {
			return nil, err
		}
		n := float64(len(rows))
		if s.weights != nil {
			n = num.Sum(pick(s.weights, rows))
		}
		c.n, c.steps, c.last = append(c.n, n), append(c.steps, steps), append(c.last, slices.Max(pick(s.lives.Stop, rows)))
	}
	if slices.Max(c.n) == 0 {
		return nil, errors.New("every row has weight 0")
	}
	return c, c.compare(s, numbers)
}

// compare tests whether the curves differ.
func (c *curves) compare(s *study, groups []int32) error {
	if len(c.names) < 2 {
		return nil
	}
	o := s.survivalOptions(nil)
	for _, kind := range []struct {
		name string
		rho  float64
	}{{"log-rank", 0}, {"Peto & Peto", 1}} {
		t, err := survival.CompareGroups(s.times(nil), groups, kind.rho, o)
		if err != nil {
			return err
		}
		c.tests = append(c.tests, Test{Of: "equal curves", Name: kind.name, Statistic: t.Statistic, DF: float64(t.DF), P: t.P})
	}
	return nil
}

func (c *curves) describe(s *study, r *Result) {
	r.Method = "Kaplan-Meier, intervals on the scale of log(−log S)"
	m := noMeasures()
	m.More = append(m.More, Measure{"events", float64(s.lives.events), Whole})
	if len(c.tests) > 0 {
		m.Test = c.tests[0]
		m.Test.Of = ""
		m.Tests = c.tests
	}
	r.Measures = m
	first := ""
	var names []string
	var steps []survival.Step
	for g, name := range c.names {
		steps = append(steps, c.steps[g]...)
		for range c.steps[g] {
			names = append(names, name)
		}
	}
	if len(c.names) > 1 || c.names[0] != "" {
		first = "group"
	}
	r.Sections = append(r.Sections, c.summary(first), Section{Name: "curves", Title: "survival curves", Columns: stepColumns(first, names, steps), Most: 40})
}

// summary is a line per group: how many, events, median with interval, and the mean up to the shortest of the longest follow-ups.
func (c *curves) summary(first string) Section {
	tau := math.Inf(1)
	for g, last := range c.last {
		if c.n[g] > 0 {
			tau = min(tau, last)
		}
	}
	col := func(name string, kind Kind) Values { return Values{Name: name, Kind: kind} }
	out := []Values{col("weight", Significant), col("events", Significant), col("median", Significant), col("median_low", Significant), col("median_high", Significant), col("mean", Significant), col("mean_se", Significant)}
	for g, steps := range c.steps {
		events := 0.0
		for i := range steps {
			events += steps[i].Events
		}
		low, high := survival.QuantileInterval(steps, 0.5)
		mean, se := survival.RestrictedMean(steps, tau)
		for k, v := range []float64{c.n[g], events, survival.Median(steps), low, high, mean, se} {
			out[k].Number = append(out[k].Number, v)
		}
	}
	for k := range 5 {
		out[k].Kind = wholeOr(out[k].Number)
	}
	if first != "" {
		out = append([]Values{{Name: first, Text: c.names}}, out...)
	}
	return Section{Name: "groups", Title: fmt.Sprintf("median time until the event, and mean up to %.6g", tau), Columns: out}
}
