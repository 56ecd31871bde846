package segment

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// What is learnt of value at risk by every candidate is what scores would have: of a book of few, the total; and the range holds those of the candidates that predict as well.
func TestStakeRange(t *testing.T) {
	slow(t)
	l := manyBuyers().ledger(1200)
	c := contestedOn(t, l, nil, func(c *Config) { c.ValueBasis = Revenue })
	learnt := c.scoredWith(t, c.churn.champion, c.value.champion, c.decline.champion)
	of := learnt.Stored.Backtest.Stake
	if !(of.Low <= 1 && of.High >= 1) || learnt.Forecast.StakeLow != of.Low*learnt.Totals.AtRiskValue {
		t.Errorf("range %+v", of)
	}
	a := *c.analysis
	a.stored = learnt.Stored
	alike := a.value.arena.alike(a.value.trials, a.value.champion, 2)
	for k, f := range a.value.final {
		if !f.OK {
			continue
		}
		told := a.stakes(f.Model)
		if want := c.scoredWith(t, c.churn.champion, k, c.decline.champion).Totals.AtRiskValue; math.Abs(told-want) > 1e-9*want {
			t.Errorf("%s: %v at risk, scores say %v", a.value.trials[k].name, told, want)
		}
		if ratio := told / learnt.Totals.AtRiskValue; slices.Contains(alike, k) && (ratio < of.Low*(1-1e-9) || ratio > of.High*(1+1e-9)) {
			t.Errorf("%s: %v times the champion's, outside %+v", a.value.trials[k].name, ratio, of)
		}
	}
}

// Nothing at risk by the champion and something by another has no range; nothing by all has.
func TestStakeRangeOfNothing(t *testing.T) {
	for _, c := range []struct {
		own    float64
		others []float64
		want   string
	}{
		{0, nil, "{1 1}"}, {0, []float64{0, 0}, "{1 1}"}, {0, []float64{0, 5}, "{NaN NaN}"},
		{4, []float64{0, 2}, "{0 1}"}, {4, []float64{6, 5}, "{1 1.5}"},
	} {
		if got := fmt.Sprint(newStakeRange(c.own, c.others)); got != c.want {
			t.Errorf("%v beside %v: %s, want %s", c.own, c.others, got, c.want)
		}
	}
	s := stakeRange{math.NaN(), math.NaN()}
	file, err := encode(&struct {
		Stake stakeRange `store:"loose"`
	}{s})
	if err != nil || !strings.Contains(string(file), "null") {
		t.Errorf("stored as %s, %v", file, err)
	}
}
