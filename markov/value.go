package markov

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// ValueFinite is value by state over a finite horizon, the reward of the current period included:
//
//	V_T = Σ_{t=0..T} (d·P)ᵗ R,   d = 1/(1 + rate)
//
// (Pfeifer & Carraway 2000, eq. 6). p is k×k, reward has length k in money per period, rate is per period and
// > −1, periods is T ≥ 0.
func ValueFinite(p mat.Matrix, reward []float64, rate float64, periods int) ([]float64, error) {
	k, err := valueArguments(p, reward, rate)
	if err != nil {
		return nil, err
	}
	if periods < 0 {
		return nil, fmt.Errorf("horizon is %d periods: expected 0 or more", periods)
	}
	d := 1 / (1 + rate)
	value, next := append([]float64(nil), reward...), make([]float64, k)
	for range periods { // Horner: V ← R + d·P·V
		for i := range k {
			sum := 0.0
			for j := range k {
				sum += p.At(i, j) * value[j]
			}
			next[i] = reward[i] + d*sum
		}
		value, next = next, value
	}
	return value, nil
}

// ValueInfinite is V = (I − d·P)⁻¹ R with d = 1/(1 + rate): value by state over all future (Pfeifer & Carraway
// 2000, eq. 8). The rate, per period, must be > 0, or absorbing states without reward must end every path; a
// singular system is an error.
func ValueInfinite(p mat.Matrix, reward []float64, rate float64) ([]float64, error) {
	k, err := valueArguments(p, reward, rate)
	if err != nil {
		return nil, err
	}
	d := 1 / (1 + rate)
	a := mat.NewDense(k, k, nil)
	for i := range k {
		for j := range k {
			a.Set(i, j, -d*p.At(i, j))
		}
		a.Set(i, i, 1+a.At(i, i))
	}
	var v mat.VecDense
	if err := v.SolveVec(a, mat.NewVecDense(k, append([]float64(nil), reward...))); err != nil {
		return nil, fmt.Errorf("value over all future does not exist at rate %g: %w; use a rate above 0 or a finite horizon", rate, err)
	}
	return v.RawVector().Data, nil
}

func valueArguments(p mat.Matrix, reward []float64, rate float64) (int, error) {
	k, err := square(p)
	if err != nil {
		return 0, err
	}
	if len(reward) != k {
		return 0, fmt.Errorf("reward has %d states: expected %d", len(reward), k)
	}
	if !(rate > -1) || math.IsInf(rate, 1) {
		return 0, fmt.Errorf("discount rate is %g per period: expected a number above −1", rate)
	}
	return k, nil
}
