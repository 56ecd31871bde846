package regress

import (
	"math"

	"mainstay/internal/num"
)

// certain keeps log loss finite: a probability is taken to lie in [certain, 1−certain].
const certain = 1e-15

// LogLoss is the mean negative log-likelihood −(y log p + (1−y) log(1−p)), with p clipped to
// [1e-15, 1−1e-15] (Good 1952, J. Royal Statistical Society B 14:107–114). y is 0 or 1; NaN
// when there are no rows, the lengths differ, or a p is not finite.
func LogLoss(y, p []float64) float64 {
	return num.Mean(LogLosses(y, p))
}

// LogLosses is the log loss of each row, for paired comparison with ClusterMeanSE; empty
// where LogLoss is NaN.
func LogLosses(y, p []float64) []float64 {
	if !binary(y, p) {
		return nil
	}
	losses := make([]float64, len(y))
	for i := range y {
		q := clip(p[i])
		if y[i] == 1 {
			losses[i] = -math.Log(q)
		} else {
			losses[i] = -math.Log1p(-q)
		}
	}
	return losses
}

func clip(p float64) float64 { return min(max(p, certain), 1-certain) }

// Brier is the mean squared error of probabilities, mean (y − p)² (Brier 1950, Monthly Weather
// Review 78:1–3). NaN where LogLoss is.
func Brier(y, p []float64) float64 {
	if !binary(y, p) {
		return math.NaN()
	}
	var sum num.Adder
	for i := range y {
		sum.Add((y[i] - p[i]) * (y[i] - p[i]))
	}
	return sum.Sum() / float64(len(y))
}

// CalibrationSlope is the slope, with its standard error, of the logistic regression of y on
// logit p: 1 when predictions are as spread as the outcomes, below 1 when they are too
// extreme (overfitted), above 1 when too timid (Cox 1958, Biometrika 45:562–565). p is
// clipped as in LogLoss. ok is false when the regression is refused, for example because all
// p are equal or one class is absent.
func CalibrationSlope(y, p []float64) (slope, se float64, ok bool) {
	if !binary(y, p) {
		return 0, 0, false
	}
	d := &Design{Names: []string{"(intercept)", "logit"}, X: make([]float64, 0, 2*len(p))}
	for _, v := range p {
		d.X = append(d.X, 1, num.Logit(clip(v)))
	}
	f, err := Logistic(d, y, Options{})
	if err != nil || !f.Certificate.Certified() || len(f.Dropped) > 0 {
		return 0, 0, false
	}
	return f.Coef[1], f.SE[1], true
}
