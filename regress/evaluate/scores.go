package evaluate

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

// LogLosses is the log loss of each row, for paired comparison with regress.ClusterMeanSE; empty
// where LogLoss is NaN.
func LogLosses(y, p []float64) []float64 {
	if !binary(y, p) {
		return nil
	}
	losses := make([]float64, len(y))
	for i := range y {
		losses[i] = logLoss(y[i], p[i])
	}
	return losses
}

func logLoss(y, p float64) float64 {
	if y == 1 {
		return -math.Log(clip(p))
	}
	return -math.Log1p(-clip(p))
}

// binary reports whether y holds 0 and 1, and p one finite number for each.
func binary(y, p []float64) bool {
	if len(y) == 0 || len(y) != len(p) {
		return false
	}
	for i := range y {
		if (y[i] != 0 && y[i] != 1) || math.IsNaN(p[i]) || math.IsInf(p[i], 0) {
			return false
		}
	}
	return true
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
