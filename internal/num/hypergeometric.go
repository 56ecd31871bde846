package num

import "math"

// Hypergeometric is ₂F₁(a, b; c; z) by its power series, with its derivatives by a, b, c and z. The domain is 0 ≤ z < 1, c > 0; terms that
// alternate (a or b far below 0 beside c) cost digits. NaN outside the domain and where a million terms are not enough, as with
// z within 1e-5 of 1. (Abramowitz & Stegun 1964, 15.1.1.)
func Hypergeometric(a, b, c, z float64) (value float64, by [4]float64) {
	nan := math.NaN()
	if !(z >= 0 && z < 1 && c > 0) || math.IsInf(a, 0) || math.IsInf(b, 0) || math.IsNaN(a+b+c) {
		return nan, [4]float64{nan, nan, nan, nan}
	}
	const (
		most  = 1_000_000
		small = 1e-17
	)
	value = 1
	term, da, db, dc := 1.0, 0.0, 0.0, 0.0
	for n := 0.0; n < most; n++ {
		up, down := z/((c+n)*(n+1)), 1/(c+n)
		ratio := (a + n) * (b + n) * up
		da, db, dc = ratio*da+term*(b+n)*up, ratio*db+term*(a+n)*up, ratio*(dc-term*down)
		term *= ratio
		value += term
		by[0] += da
		by[1] += db
		by[2] += dc
		by[3] += (n + 1) * term
		// Beyond the turn of the ratio what is left is at most term/(1−ratio).
		if size := math.Abs(term) + math.Abs(da) + math.Abs(db) + math.Abs(dc); math.Abs(ratio) < 1 && (n+2)*size <= small*(1-math.Abs(ratio))*(math.Abs(value)+1e-300) {
			if z > 0 {
				by[3] /= z
			} else {
				by[3] = a * b / c
			}
			return value, by
		}
	}
	return nan, [4]float64{nan, nan, nan, nan}
}
