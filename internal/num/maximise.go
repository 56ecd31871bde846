package num

import "math"

// Maximise is where f is largest on [low, high], to tol, and its value there: Brent's method, golden sections
// and parabolas through the last points (Brent 1973, Algorithms for Minimization without Derivatives, ch. 5). f
// should have one maximum; −Inf is allowed where it is undefined.
func Maximise(f func(x float64) float64, low, high, tol float64) (x, value float64) {
	golden := (3 - math.Sqrt(5)) / 2
	x = low + golden*(high-low)
	w, v := x, x
	fx := -f(x)
	fw, fv := fx, fx
	step, before := 0.0, 0.0 // the last, and the one before it
	for range 200 {
		middle := (low + high) / 2
		limit := tol + 1e-10*math.Abs(x)
		if math.Abs(x-middle) <= 2*limit-(high-low)/2 {
			break
		}
		p, q := 0.0, 0.0
		if math.Abs(before) > limit && !math.IsInf(fv, 0) && !math.IsInf(fw, 0) {
			r := (x - w) * (fx - fv)
			q = (x - v) * (fx - fw)
			p = (x-v)*q - (x-w)*r
			if q = 2 * (q - r); q > 0 {
				p = -p
			}
			q = math.Abs(q)
		}
		if q > 0 && math.Abs(p) < math.Abs(q*before/2) && p > q*(low-x) && p < q*(high-x) {
			before, step = step, p/q
			if u := x + step; u-low < 2*limit || high-u < 2*limit {
				step = math.Copysign(limit, middle-x)
			}
		} else {
			if before = high - x; x >= middle {
				before = low - x
			}
			step = golden * before
		}
		u := x + step
		if math.Abs(step) < limit {
			u = x + math.Copysign(limit, step)
		}
		fu := -f(u)
		switch {
		case fu <= fx:
			if u >= x {
				low = x
			} else {
				high = x
			}
			v, fv, w, fw, x, fx = w, fw, x, fx, u, fu
		default:
			if u < x {
				low = u
			} else {
				high = u
			}
			if fu <= fw || w == x {
				v, fv, w, fw = w, fw, u, fu
			} else if fu <= fv || v == x || v == w {
				v, fv = u, fu
			}
		}
	}
	return x, -fx
}
