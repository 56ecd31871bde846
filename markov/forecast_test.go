package markov

import (
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// Land of Oz (Grinstead & Snell, Introduction to Probability, examples 11.1 and 11.19): rain, nice, snow;
// the sixth power agrees with the stationary distribution .4 .2 .4 to three places.
func TestForecastLandOfOz(t *testing.T) {
	oz := mat.NewDense(3, 3, []float64{.5, .25, .25, .5, 0, .5, .25, .25, .5})
	near(t, "two days after rain", Forecast(oz, []float64{1, 0, 0}, 2), []float64{.4375, .1875, .375}, 1e-15)
	for i := range 3 {
		start := make([]float64, 3)
		start[i] = 1
		near(t, "six days", Forecast(oz, start, 6), []float64{.4, .2, .4}, 5e-4)
		near(t, "stationary", Forecast(oz, start, 60), []float64{.4, .2, .4}, 1e-14)
	}
	near(t, "today", Forecast(oz, []float64{1, 2, 3}, 0), []float64{1, 2, 3}, 0)
}

// Chapman & Kolmogorov: m steps and then n are m + n; and nobody is lost on the way.
func TestForecastChapmanKolmogorov(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 6).Draw(t, "k")
		p := drawStochastic(t, k)
		start := rapid.SliceOfN(rapid.Float64Range(0, 1000), k, k).Draw(t, "start")
		m, n := rapid.IntRange(0, 12).Draw(t, "m"), rapid.IntRange(0, 12).Draw(t, "n")
		once := Forecast(p, start, m+n)
		near(t, "m then n", Forecast(p, Forecast(p, start, m), n), once, 1e-9)
		var before, after float64
		for i := range k {
			before += start[i]
			after += once[i]
		}
		near(t, "total", []float64{after}, []float64{before}, 1e-9)
	})
}

func TestForecastPanicsOnMistakes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a start of another length was taken")
		}
	}()
	Forecast(mat.NewDense(1, 1, []float64{1}), []float64{1, 2}, 1)
}
