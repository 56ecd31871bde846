package penalised

import (
	"fmt"
	"math"
)

// family is a distribution of the response with its canonical link.
type family struct {
	check func(y float64) error
	// rows is Σ wᵢ lᵢ at linear predictors eta. It sets resid to wᵢ (yᵢ − μᵢ) and variance to the weight of the row in the
	// information, wᵢ V(μᵢ).
	rows func(eta, y, w, resid, variance []float64) (loglik float64)
	// saturated is the log-likelihood of y at μ = y, of which a deviance is twice the distance.
	saturated func(y float64) float64
	link      func(mean float64) float64
}

var families = map[string]*family{
	"gaussian": {
		check: func(float64) error { return nil },
		rows: func(eta, y, w, resid, variance []float64) (loglik float64) {
			y, w, resid, variance = y[:len(eta)], w[:len(eta)], resid[:len(eta)], variance[:len(eta)]
			for i, e := range eta {
				r := y[i] - e
				loglik -= w[i] * r * r / 2
				resid[i], variance[i] = w[i]*r, w[i]
			}
			return loglik
		},
		saturated: func(float64) float64 { return 0 },
		link:      func(mean float64) float64 { return mean },
	},
	"binomial": {
		check: func(y float64) error {
			if y != 0 && y != 1 {
				return fmt.Errorf("response %v, expected 0 or 1", y)
			}
			return nil
		},
		rows:      bernoulli,
		saturated: func(float64) float64 { return 0 },
		link:      func(mean float64) float64 { return math.Log(mean / (1 - mean)) },
	},
	"poisson": {
		check: func(y float64) error {
			if y < 0 {
				return fmt.Errorf("response %v, expected a count of at least 0", y)
			}
			return nil
		},
		rows: func(eta, y, w, resid, variance []float64) (loglik float64) {
			y, w, resid, variance = y[:len(eta)], w[:len(eta)], resid[:len(eta)], variance[:len(eta)]
			for i, e := range eta {
				mu := math.Exp(e)
				loglik += w[i] * (y[i]*e - mu)
				resid[i], variance[i] = w[i]*(y[i]-mu), w[i]*mu
			}
			return loglik
		},
		saturated: func(y float64) float64 {
			if y == 0 {
				return 0
			}
			return y*math.Log(y) - y
		},
		link: math.Log,
	},
}

// bernoulli is rows of the binomial family. With e = e^−|η| nothing overflows; the sum of log(1+e) is the logarithm of
// products while weights are equal.
func bernoulli(eta, y, w, resid, variance []float64) (loglik float64) {
	y, w, resid, variance = y[:len(eta)], w[:len(eta)], resid[:len(eta)], variance[:len(eta)]
	product, weight := 1.0, w[0]
	for i, x := range eta {
		s := 1 - 2*y[i] // the row is on the wrong side where s·η ≥ 0
		x *= s
		e := math.Exp(-math.Abs(x))
		large := 1 / (1 + e)
		small := e * large
		right := float64(math.Float64bits(x) >> 63)
		loglik -= w[i] * max(x, 0)
		if w[i] != weight {
			loglik -= weight * math.Log(product)
			product, weight = 1, w[i]
		}
		product *= 1 + e
		resid[i], variance[i] = -s*w[i]*(small*right+large*(1-right)), w[i]*small*large
	}
	return loglik - weight*math.Log(product)
}
