package segment

import (
	"math"

	"mainstay/internal/num"
	"mainstay/markov"
	"mainstay/regress"
)

// What the what-if figures cut churn by: 5 % of itself, and 5 points. The two are often confused
// (Reichheld & Sasser 1990 against its critics) and stand apart.
const (
	fewerLosses = 0.05
	fewerPoints = 0.05
)

// bookTotals are the headline figures. The what-if figures move the expected 12-month value in a
// straight line between today's churn p and none at all, where it gains the value at risk:
//
//	ΔV = value at risk · (p − p′)/p,   p′ = 0.95·p,  and  p′ = max(0, p − 0.05).
func (a *analysis) bookTotals(past *Retention) Totals {
	t := Totals{Prospects: len(a.Prospects)}
	var expected, leavers, risk, keyRisk, percent, points num.Adder
	var all sums
	for m, relation := range a.scored.relation {
		value, stake, churn, key := a.scored.value[m], zeroIfUndefined(a.scored.risk[m]), a.scored.churn(m), a.keys[m]
		if key {
			t.KeyAccounts++
			keyRisk.Add(stake)
		}
		a.addValue(&all, m)
		if !a.isCustomer(m) {
			continue
		}
		net, realised := a.Profiles.Net12.At(m), a.Profiles.Value12(m, a.Basis)
		t.Customers++
		t.Net12 += net
		t.NetPrior12 += a.Profiles.NetPrior12.At(m)
		t.Value12 += realised
		if key {
			t.KeyNet12 += net
			t.KeyValue12 += realised
		}
		switch relation {
		case active:
			t.AtRisk++
		case lapsed:
			t.Lapsed++
		default:
			t.NeverBought++
		}
		expected.Add(zeroIfUndefined(value))
		risk.Add(stake)
		leavers.Add(zeroIfUndefined(churn))
		if churn > 0 {
			percent.Add(stake * fewerLosses)
			points.Add(stake * min(fewerPoints, churn) / churn)
		}
	}
	t.Expected, t.AtRiskValue, t.KeyAtRiskValue = expected.Sum(), risk.Sum(), keyRisk.Sum()
	t.ExpectedLow, t.ExpectedHigh = a.summed(&all)
	t.FivePercent, t.FivePoints = percent.Sum(), points.Sum()
	t.ExpectedLeavers = leavers.Sum()
	if a.scorer.churn == nil {
		t.ExpectedLeavers, t.FivePercent, t.FivePoints = math.NaN(), math.NaN(), math.NaN()
	}
	kept, low, high, _ := past.Overall(a.Config.Level)
	t.ObservedChurn, t.ObservedChurnLow, t.ObservedChurnHigh = 1-kept, 1-high, 1-low
	return t
}

// movesRows are what the transitions table has, and the fits behind it that no contest publishes.
type movesRows struct {
	rows []Transition
	fits []Model
}

// moves lists the chain of relationship states and, where units exist, of the ladder.
func (a *analysis) moves() (m movesRows) {
	add := func(scheme string, counts *markov.Counts) *chainFit {
		f := fitCounts(counts)
		m.rows = append(m.rows, transitionRows(scheme, a.Clock.Period.String(), f.counts, f.chain, a.Config.Level)...)
		return f
	}
	add(schemeStates, a.counts)
	if a.Ledger.Has.Units && len(a.Config.Ladder) > 0 {
		f := add(SchemeLadder, countLadder(a.Ledger, a.Clock, NewLadder(a.Config.Ladder), a.Threads))
		m.fits = append(m.fits, f.published(SchemeLadder))
	}
	return m
}

// publishedFit is a regression as it appears among the fits; intervals are at 95 %, robust where the
// covariance is.
func publishedFit(name string, f *regress.Fit) *Model {
	m := &Model{Name: name, Certificate: f.Certificate}
	z, errors := num.ZLevel(coefficientLevel), f.StandardErrors()
	for k, column := range f.Names {
		se := errors[k]
		m.Coefficients = append(m.Coefficients, Coefficient{Name: column, Estimate: f.Coef[k], SE: se, Low: f.Coef[k] - z*se, High: f.Coef[k] + z*se})
	}
	return m
}

// coefficientLevel is the level of the coefficients' intervals: the custom of regression tables.
const coefficientLevel = 0.95
