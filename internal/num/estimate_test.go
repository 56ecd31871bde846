package num

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// An interval by way of another scale holds its figure for any error, however small: whatever is less than rounding on the way there and back counts as known.
func TestIntervalHoldsItsFigure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Expit(rapid.Float64Range(-36, 36).Draw(t, "logit"))
		v := math.Exp(rapid.Float64Range(-300, 300).Draw(t, "log"))
		se := math.Exp(rapid.Float64Range(-40, 3).Draw(t, "log error"))
		for _, e := range []Estimate{OnLogit(p, p*(1-p)*se, .95), OnLogit(p, se, .95), OnLog(v, v*se, .95)} {
			if e.SE > 0 && !(e.Low <= e.Value && e.Value <= e.High) {
				t.Fatalf("%+v", e)
			}
		}
	})
}
