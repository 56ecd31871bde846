package markov

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// leastPart is the weight below which a value of A has no say in a quantile.
const leastPart = 1e-6

// tails are the quantiles that leave (1 − level)/2 on either side of the posterior of p_gij, a mixture of Betas.
func (p *Pool) tails(c *Counts, i, j int, level float64) (low, high float64) {
	if m := p.Mean.P.At(i, j); m == 0 || m == 1 {
		return m, m
	}
	var mixture []part
	total := 0.0
	for _, s := range p.strengths[i] {
		if s.weight >= leastPart {
			mixture = append(mixture, p.entry(c, i, j, s))
			total += s.weight
		}
	}
	below := func(x float64) (sum float64) {
		for _, b := range mixture {
			sum += b.weight / total * mathext.RegIncBeta(b.mean*b.size, (1-b.mean)*b.size, x)
		}
		return sum
	}
	tail := (1 - level) / 2
	return crossing(below, tail), crossing(below, 1-tail)
}

// crossing is where a distribution on (0, 1) reaches a share, to 1e-10: regula falsi with halved ends (Dowell & Jarratt 1971,
// BIT 11:168–174).
func crossing(below func(x float64) float64, share float64) float64 {
	low, high := 0.0, 1.0
	atLow, atHigh := -share, 1-share
	for last := 0; high-low > 1e-10; {
		x := (low*atHigh - high*atLow) / (atHigh - atLow)
		if mid := (low + high) / 2; !(x > low && x < high) || last > 40 || last < -40 {
			x = mid
		}
		v := below(x) - share
		switch {
		case math.Abs(v) < 1e-12:
			return x
		case v < 0:
			if low, atLow = x, v; last < 0 {
				atHigh /= 2
			}
			last = min(last, 0) - 1
		default:
			if high, atHigh = x, v; last > 0 {
				atLow /= 2
			}
			last = max(last, 0) + 1
		}
	}
	return (low + high) / 2
}
