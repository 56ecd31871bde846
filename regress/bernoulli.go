package regress

import "math"

// bernoulli is the log-likelihood of y at log-odds eta, the residual y − p and the variance
// p(1−p). With e = e^−|η| nothing overflows, and a residual close to 0 keeps its digits.
func bernoulli(eta, y float64) (loglik, resid, variance float64) {
	e := math.Exp(-math.Abs(eta))
	small, large := e/(1+e), 1/(1+e) // the probabilities of the unlikely and the likely class
	loglik, resid = -math.Log1p(e), small
	if (y == 1) != (eta >= 0) {
		loglik -= math.Abs(eta)
		resid = large
	}
	if y == 0 {
		resid = -resid
	}
	return loglik, resid, small * large
}

// bernoulliRows is the log-likelihood of rows at log-odds eta. It sets resid to w(y − p) and variance to w·p(1−p). Nothing
// branches on the data: half of such branches would be mispredicted.
func bernoulliRows(eta, y, weights, resid, variance []float64) (loglik float64) {
	y, resid, variance = y[:len(eta)], resid[:len(eta)], variance[:len(eta)]
	product := 1.0 // of 1 + e: one logarithm for a tile of rows of weight 1
	for i, x := range eta {
		s := 1 - 2*y[i] // the row is on the wrong side where s·η ≥ 0
		x *= s
		e := math.Exp(-math.Abs(x))
		large := 1 / (1 + e)
		small := e * large
		right := float64(math.Float64bits(x) >> 63)
		r := small*right + large*(1-right)
		w := 1.0
		if weights == nil {
			product *= 1 + e
			loglik -= max(x, 0)
		} else {
			w = weights[i]
			loglik -= w * (max(x, 0) + math.Log1p(e))
		}
		resid[i], variance[i] = -s*w*r, w*small*large
	}
	return loglik - math.Log(product)
}
