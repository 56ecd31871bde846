package num

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestSumKeepsSmallParts(t *testing.T) {
	if got := Sum([]float64{1, 1e100, 1, -1e100}); got != 2 {
		t.Errorf("got %v, want 2 (Neumaier's example)", got)
	}
	if Sum(nil) != 0 || !math.IsNaN(Mean(nil)) {
		t.Error("empty sum must be 0 and empty mean undefined")
	}
}

func TestSumAgainstExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-1e12, 1e12), 0, 60).Draw(t, "x")
		y := rapid.SliceOfN(rapid.Float64Range(-1e-6, 1e6), len(x), len(x)).Draw(t, "y")
		exact := new(big.Float).SetPrec(2000)
		bound := 0.0
		var whole, left, right Adder
		for i := range x {
			p := new(big.Float).SetPrec(2000).Mul(big.NewFloat(x[i]), big.NewFloat(y[i]))
			exact.Add(exact, p)
			bound += math.Abs(x[i] * y[i])
			whole.AddProduct(x[i], y[i])
			if i%2 == 0 {
				left.AddProduct(x[i], y[i])
			} else {
				right.AddProduct(x[i], y[i])
			}
		}
		left.Merge(right)
		want, _ := exact.Float64()
		// Ogita, Rump & Oishi 2005, proposition 5.5: one rounding plus n²u² of the sum of moduli.
		tol := math.Abs(want)*0x1p-52 + bound*1e-28
		for _, got := range []float64{whole.Sum(), left.Sum()} {
			if math.Abs(got-want) > tol {
				t.Fatalf("got %v, want %v ± %g", got, want, tol)
			}
		}
	})
}
