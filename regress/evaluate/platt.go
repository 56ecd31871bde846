package evaluate

import (
	"fmt"

	"mainstay/internal/num"
	"mainstay/regress"
)

// platt fits logit P(y = 1) = a + b·logit p to targets that are no certainties,
//
//	t₊ = (N₊ + 1)/(N₊ + 2) of events,   t₋ = 1/(N₋ + 2) of others
//
// which keeps a fit to few rows from extremes (Platt 1999, Advances in Large Margin Classifiers, pp. 61–74, there on the
// margin of a classifier; Lin, Lin & Weng 2007, Machine Learning 68:267–276). A row with a target is two rows, weighted t and 1 − t. N
// are effective numbers where rows are weighted, so that the unit of weights does not matter.
func platt(levels []Level) (intercept, slope float64, certificate num.Certificate, err error) {
	_, w := totals(levels)
	var squares [2]float64
	for k := range levels {
		for c := range squares {
			squares[c] += levels[k].W2[c]
		}
	}
	size := [2]float64{}
	for c := range size {
		if squares[c] > 0 {
			size[c] = w[c] * w[c] / squares[c]
		}
	}
	target := [2]float64{1 / (size[0] + 2), (size[1] + 1) / (size[1] + 2)}
	d := &regress.Design{Names: []string{"intercept", "logit"}}
	var y, weight []float64
	for k := range levels {
		l := &levels[k]
		yes := l.W[0]*target[0] + l.W[1]*target[1]
		for c, v := range [2]float64{l.weight() - yes, yes} {
			d.X = append(d.X, 1, num.Logit(clip(l.P)))
			y, weight = append(y, float64(c)), append(weight, v)
		}
	}
	fit, err := regress.Logistic(d, y, regress.Options{Weights: weight})
	switch {
	case err != nil:
		return 0, 0, certificate, err
	case !fit.Certificate.Certified():
		return 0, 0, fit.Certificate, fmt.Errorf("the fit is not certified")
	case len(fit.Dropped) > 0:
		return 0, 0, fit.Certificate, fmt.Errorf("all probabilities are the same: there is no slope")
	}
	return fit.Coef[0], fit.Coef[1], fit.Certificate, nil
}
