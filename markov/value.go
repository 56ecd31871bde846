package markov

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// ValueFinite is the expected present value by state over a finite horizon,
//
//	V_T = Σ_{t=0..T} (d·P)ᵗ R,   d = 1/(1+rate)
//
// the reward of the current period included and undiscounted (Pfeifer & Carraway 2000, Journal of
// Interactive Marketing 14(2):43–55, eq. 6). p is k×k, reward has k entries in any unit of value,
// rate is per period and above −1. Computed by V ← R + d·P·V, T times.
func ValueFinite(p mat.Matrix, reward []float64, rate float64, periods int) ([]float64, error) {
	d, err := checkValue(p, reward, rate, false)
	if err != nil {
		return nil, err
	}
	if periods < 0 {
		return nil, fmt.Errorf("a horizon of %d periods does not exist; use 0 or more", periods)
	}
	v := append([]float64(nil), reward...)
	for range periods {
		v = earn(p, d, v, reward)
	}
	return v, nil
}

// earn is R + d·P·V, one period more.
func earn(p mat.Matrix, d float64, v, reward []float64) []float64 {
	v = back(p, d, v)
	for i := range v {
		v[i] += reward[i]
	}
	return v
}

// ValueInfinite is the limit of ValueFinite,
//
//	V = (I − d·P)⁻¹ R
//
// (Pfeifer & Carraway 2000, eq. 8), solved by LU. Units as in ValueFinite; the rate must not be negative,
// and with rate 0 every state must die out, or end where nothing is earned: otherwise the sum has no end,
// and an error says so.
func ValueInfinite(p mat.Matrix, reward []float64, rate float64) ([]float64, error) {
	d, err := checkValue(p, reward, rate, true)
	if err != nil {
		return nil, err
	}
	return solveDiscounted(dyingOut(p, reward, rate), d, reward)
}

// dyingOut is p with the rows of closed classes in which nothing is earned set to 0 where nothing is
// discounted: their value is 0 either way, and I − P is singular with them.
func dyingOut(p mat.Matrix, reward []float64, rate float64) mat.Matrix {
	if rate != 0 {
		return p
	}
	k := len(reward)
	out := mat.DenseCopyOf(p)
	for _, c := range Classes(p) {
		if !c.Closed || slices.ContainsFunc(c.States, func(s int) bool { return reward[s] != 0 }) {
			continue
		}
		for _, s := range c.States {
			out.SetRow(s, make([]float64, k))
		}
	}
	return out
}

func checkValue(p mat.Matrix, reward []float64, rate float64, endless bool) (d float64, err error) {
	if err := checkMatrix(p, len(reward), false); err != nil {
		return 0, err
	}
	if err := checkFinite("the reward", reward); err != nil {
		return 0, err
	}
	return discount(rate, endless)
}
