package segment

import (
	"math"
)

// Forecast is what the champions expect of the whole book, published with the run and later held against
// what came (see Observe). Values are in money units. Intervals are at Config.Level; NaN without a
// tournament.
type Forecast struct {
	Level                                  float64 // of the intervals
	Leavers, LeaversLow, LeaversHigh       float64 // customers at risk without a purchase day within the churn horizon
	LabelDays                              int     // the length over which the backtest judges values
	Label, LabelLow, LabelHigh             float64 // value of the customers at risk over it
	Year, YearLow, YearHigh                float64 // value_12m of all customers
	Stake, StakeLow, StakeHigh             float64 // value at risk, and its range by the candidates for value that predict as well (see stakeRange); no interval at Level
	Decliners, DeclinersLow, DeclinersHigh float64 // customers at risk who decline over the decline label, see Config.DeclineShare
	DeclineDays                            int     // the length over which a decline is judged
	Declinable                             int     // of so many, who have a usual value to decline from
}

// forecast adds up what was scored. The leavers' interval is that of the totals (see totals) with each
// customer's own variance p(1−p); it does not leave [0, number at risk].
func (a *analysis) forecast(s *scored) Forecast {
	t := &a.result.Totals
	f := Forecast{Level: a.Config.Level, Leavers: t.ExpectedLeavers, LeaversLow: math.NaN(), LeaversHigh: math.NaN(),
		LabelDays: a.label, Label: math.NaN(), LabelLow: math.NaN(), LabelHigh: math.NaN(),
		Year: t.Expected, YearLow: t.ExpectedLow, YearHigh: t.ExpectedHigh,
		Stake: t.AtRiskValue, StakeLow: t.AtRiskValue * a.stored.Backtest.Stake.Low, StakeHigh: t.AtRiskValue * a.stored.Backtest.Stake.High}
	a.forecastDecline(&f)
	if a.scorer.churn != nil {
		var leave sums
		n := 0
		for m, r := range s.relation {
			if r == active {
				n++
				p := s.chance[m]
				leave.add(p, math.Sqrt(p*(1-p)))
			}
		}
		low, high := a.stored.Churn.Totals.interval(leave.of())
		f.LeaversLow, f.LeaversHigh = max(low, 0), min(high, float64(n))
	}
	if a.scorer.value != nil {
		var label sums
		for k := range a.scorer.labels {
			label.merge(&a.scorer.labels[k])
		}
		f.Label = label.values.Sum()
		f.LabelLow, f.LabelHigh = a.stored.Value.Totals.interval(label.of())
		f.LabelLow = a.floor(f.LabelLow)
	}
	return f
}
