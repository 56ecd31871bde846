package evaluate

import "math"

// averagePrecision is the area under the precision-recall curve by steps,
//
//	AP = Σ_k (W₁(k)/W₁) · T_k/(T_k + F_k),
//
// T_k and F_k the weight of events and of non-events with at least the score of level k (Salton & McGill 1983; as
// scikit-learn's average_precision_score). Its influence function, by differentiating AP in the weight of a row at
// level k, with sums over levels j ≤ k:
//
//	event:      (T_k/(T_k+F_k) + Σ W₁(j)/(T_j+F_j) − Σ W₁(j)T_j/(T_j+F_j)² − AP) / W₁
//	non-event:                                     − Σ W₁(j)T_j/(T_j+F_j)²       / W₁
func averagePrecision(levels []Level) *curve {
	n, w := totals(levels)
	c := &curve{ok: n[0] > 0 && n[1] > 0, influence: make([][2]float64, len(levels))}
	if !c.ok {
		c.value = math.NaN()
		return c
	}
	precision, flagged := make([]float64, len(levels)), make([]float64, len(levels))
	var t, f, sum float64
	for k := len(levels) - 1; k >= 0; k-- {
		t, f = t+levels[k].W[1], f+levels[k].W[0]
		precision[k], flagged[k] = t/(t+f), t+f
		sum += levels[k].W[1] * precision[k]
	}
	c.value = sum / w[1]
	var gain, loss float64 // of an event and of any row at this level, to the events not above it
	for k := range levels {
		share := levels[k].W[1] / flagged[k]
		gain += share
		loss += share * precision[k]
		c.influence[k] = [2]float64{-loss / w[1], (precision[k] + gain - loss - c.value) / w[1]}
	}
	return c
}

// interpolatedPR is the area under the precision-recall curve with the points between two thresholds as Davis & Goadrich
// 2006 (ICML 23:233–240) interpolate them: false positives in proportion to true ones, not a straight line. Within a
// level of Δ events and Φ others under a weight of T events and F others the integral is closed (Keilwagen, Grosse &
// Grau 2014, PLoS ONE 9:e92209, eq. 6):
//
//	Δ/W₁ · ∫₀¹ (T + tΔ)/(T + F + t(Δ+Φ)) dt
//
// It equals averagePrecision but for what ties and steps leave. NaN when a class is absent.
func interpolatedPR(levels []Level) float64 {
	n, w := totals(levels)
	if n[0] == 0 || n[1] == 0 {
		return math.NaN()
	}
	var t, f, area float64
	for k := len(levels) - 1; k >= 0; k-- {
		l := &levels[k]
		switch flagged := t + f; {
		case l.W[1] == 0:
		case flagged == 0:
			area += l.W[1] * l.W[1] / l.weight()
		default:
			a, b := logMoments(l.weight() / flagged)
			area += l.W[1] * (t*a + l.W[1]*b) / flagged
		}
		t, f = t+l.W[1], f+l.W[0]
	}
	return area / w[1]
}

// logMoments are ∫₀¹ dt/(1+xt) = ln(1+x)/x and ∫₀¹ t dt/(1+xt) = (1 − ln(1+x)/x)/x, by their series where x is small.
func logMoments(x float64) (zeroth, first float64) {
	const small = 1e-2 // the ninth power is below rounding
	if x > small {
		zeroth = math.Log1p(x) / x
		return zeroth, (1 - zeroth) / x
	}
	for j, power := 1, 1.0; j < 10; j, power = j+1, -power*x {
		zeroth += power / float64(j)
		first += power / float64(j+1)
	}
	return zeroth, first
}
