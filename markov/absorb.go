package markov

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Absorption is the analysis of an absorbing chain with t transient and a absorbing states.
type Absorption struct {
	Transient, Absorbing []int      // indices of the states, ascending
	Fundamental          *mat.Dense // t×t, N = (I − Q)⁻¹: expected periods in each transient state
	Steps                []float64  // t, N·1: expected steps to absorption
	StepsVariance        []float64  // t, (2N − I)·Steps − Steps²
	Probability          *mat.Dense // t×a, B = N·R: where it ends
}

// Absorb analyses p (k×k) with the given absorbing states:
//
//	N = (I − Q)⁻¹,  t = N·1,  Var = (2N − I)t − t∘t,  B = N·R
//
// with Q the moves among transient states and R those into absorbing ones (Kemeny & Snell 1960, theorems
// 3.2.4, 3.3.3, 3.3.5 and 3.3.7). A transient state from which no absorbing state can be reached is an error
// that names it by index.
func Absorb(p mat.Matrix, absorbing []int) (*Absorption, error) {
	k, err := square(p)
	if err != nil {
		return nil, err
	}
	ends := make([]bool, k)
	for _, a := range absorbing {
		if a < 0 || a >= k {
			return nil, fmt.Errorf("absorbing state %d is not one of the %d states", a, k)
		}
		ends[a] = true
	}
	if stuck := unreachable(p, ends); stuck >= 0 {
		return nil, fmt.Errorf("no absorbing state can be reached from state %d: name one that can, or leave the state out", stuck)
	}
	var a Absorption
	for i, end := range ends {
		if end {
			a.Absorbing = append(a.Absorbing, i)
		} else {
			a.Transient = append(a.Transient, i)
		}
	}
	if len(a.Transient) == 0 {
		return nil, fmt.Errorf("all %d states are absorbing: there is nothing to analyse", k)
	}
	return &a, a.solve(p)
}

func (a *Absorption) solve(p mat.Matrix) error {
	t, e := len(a.Transient), len(a.Absorbing)
	iq, r := mat.NewDense(t, t, nil), mat.NewDense(t, e, nil)
	for i, from := range a.Transient {
		for j, to := range a.Transient {
			iq.Set(i, j, -p.At(from, to))
		}
		iq.Set(i, i, 1+iq.At(i, i))
		for j, to := range a.Absorbing {
			r.Set(i, j, p.At(from, to))
		}
	}
	a.Fundamental = new(mat.Dense)
	if err := a.Fundamental.Inverse(iq); err != nil {
		return fmt.Errorf("I − Q cannot be inverted: %w", err)
	}
	a.Probability = new(mat.Dense)
	a.Probability.Mul(a.Fundamental, r)
	a.Steps, a.StepsVariance = make([]float64, t), make([]float64, t)
	for i := range t {
		for j := range t {
			a.Steps[i] += a.Fundamental.At(i, j)
		}
	}
	for i, s := range a.Steps {
		for j := range t {
			a.StepsVariance[i] += 2 * a.Fundamental.At(i, j) * a.Steps[j]
		}
		a.StepsVariance[i] -= s + s*s
	}
	return nil
}

// unreachable is the first state from which no state of the set can be reached, −1 when there is none.
func unreachable(p mat.Matrix, set []bool) int {
	reaches := append([]bool(nil), set...)
	for grown := true; grown; {
		grown = false
		for i := range reaches {
			for j := range reaches {
				if !reaches[i] && reaches[j] && p.At(i, j) > 0 {
					reaches[i], grown = true, true
				}
			}
		}
	}
	for i, ok := range reaches {
		if !ok {
			return i
		}
	}
	return -1
}
