package markov

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// ExpectedVisits is, from every state, the expected number of the next n periods that are spent in a
// state of the target set, each discounted by its distance,
//
//	Σ_{t=1..n} dᵗ (Pᵗ 1_target)ᵢ,   d = 1/(1+rate)
//
// The current period does not count. With active states as the target and rate 0 these are the
// expected active periods. p is k×k, target has k entries, rate is per period and above −1.
// Computed by v ← d·P·(1_target + v), n times (Kemeny & Snell 1960, theorem 3.2.4, for the undiscounted
// limit in transient states).
func ExpectedVisits(p mat.Matrix, target []bool, n int, rate float64) ([]float64, error) {
	d, err := checkVisits(p, target, rate, false)
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, fmt.Errorf("a horizon of %d periods does not exist; use 0 or more", n)
	}
	in := indicator(target)
	v := make([]float64, len(in))
	for range n {
		for i := range v {
			v[i] += in[i]
		}
		v = back(p, d, v)
	}
	return v, nil
}

// ExpectedVisitsInfinite is the limit of ExpectedVisits, v = (I − d·P)⁻¹ d·P·1_target, by LU. The
// rate must not be negative; with rate 0 every state must die out, otherwise it is an error.
func ExpectedVisitsInfinite(p mat.Matrix, target []bool, rate float64) ([]float64, error) {
	d, err := checkVisits(p, target, rate, true)
	if err != nil {
		return nil, err
	}
	return solveDiscounted(p, d, back(p, d, indicator(target)))
}

func checkVisits(p mat.Matrix, target []bool, rate float64, endless bool) (d float64, err error) {
	if err := checkMatrix(p, len(target), false); err != nil {
		return 0, err
	}
	return discount(rate, endless)
}

func indicator(set []bool) []float64 {
	out := make([]float64, len(set))
	for i, in := range set {
		if in {
			out[i] = 1
		}
	}
	return out
}
