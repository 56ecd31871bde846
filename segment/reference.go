package segment

import (
	"mainstay/regress/evaluate"
)

// mostReferred is how many customers at risk a reference looks at: every k-th of the sample, in the Ledger's order. At so
// many, chance moves a stability index by less than a thousandth.
const mostReferred = 50_000

// every is the step that leaves at most mostReferred of n.
func every(n int) int { return max(1, (n+mostReferred-1)/mostReferred) }

// referTo begins the reference that later runs are compared with: the features of the customers at risk on the as-of
// date, and how the champion's probabilities came true in the last fold.
func (a *analysis) referTo() *evaluate.Reference {
	r := &evaluate.Reference{Schema: evaluate.ReferenceSchema, AsOf: a.Clock.AsOf.String(), Model: a.stored.Churn.Name, HorizonDays: a.Clock.Horizon, Features: a.distributions(), Calibration: a.stored.Backtest.Record}
	return r
}

// distributions are of the features and model attributes of the customers at risk on the as-of date.
func (a *analysis) distributions() []evaluate.Distribution {
	if a.spread == nil {
		a.spread = a.distribute()
	}
	return a.spread
}

func (a *analysis) distribute() []evaluate.Distribution {
	out := []evaluate.Distribution{}
	rows, step := a.today.atRisk(), every(a.today.atRisk())
	for j, f := range a.allFeatures() {
		if j == fIntercept {
			continue
		}
		values := make([]float64, 0, mostReferred)
		for i := 0; i < rows; i += step {
			values = append(values, a.today.X[i*a.today.width+j])
		}
		out = append(out, evaluate.NewDistribution(f.Name, values))
	}
	for k, name := range a.Config.ModelAttributes {
		values := make([]string, 0, mostReferred)
		for i := 0; i < rows; i += step {
			values = append(values, a.today.Attributes[k][i])
		}
		out = append(out, evaluate.NewCategories(name, values))
	}
	return out
}

// thinned is every k-th value.
func thinned(values []float64) []float64 {
	out := make([]float64, 0, min(len(values), mostReferred))
	for i := 0; i < len(values); i += every(len(values)) {
		out = append(out, values[i])
	}
	return out
}

// chances are the churn probabilities of customers at risk.
func (s *scored) chances() []float64 {
	out := make([]float64, 0, mostReferred)
	step, n := every(s.atRisk()), 0
	for m, r := range s.relation {
		if r != active {
			continue
		}
		if n++; (n-1)%step == 0 {
			out = append(out, s.chance[m])
		}
	}
	return out
}
