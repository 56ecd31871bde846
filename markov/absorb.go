package markov

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Absorption holds the analysis of an absorbing chain (Kemeny & Snell 1960, ch. III) with t transient
// and a absorbing states. Rows and columns follow Transient and Absorbing, which hold state numbers
// in ascending order.
type Absorption struct {
	Transient, Absorbing []int
	Fundamental          *mat.Dense // t×t, N = (I − Q)⁻¹: expected periods in j from i, the first included
	Steps                []float64  // N·1, expected periods to absorption
	StepsVariance        []float64  // (2N − I)·Steps − Steps∘Steps
	Probability          *mat.Dense // t×a, B = N·R: where it ends
}

// Absorb analyses the k×k matrix p with the given states made absorbing: their own rows are not
// used, so that the same function answers for the first passage into any set of states.
//
//	N = (I − Q)⁻¹,   t = N·1,   Var t = (2N − I)t − t∘t,   B = N·R
//
// (Kemeny & Snell 1960, theorems 3.2.4, 3.3.5 and 3.3.7), with Q the moves among transient states
// and R those into absorbing ones. A transient state from which no absorbing state can be reached, no
// absorbing or no transient state at all, and a matrix that is not stochastic are errors.
func Absorb(p mat.Matrix, absorbing []int) (*Absorption, error) {
	k, _ := p.Dims()
	if err := checkMatrix(p, k, true); err != nil {
		return nil, err
	}
	a, err := split(k, absorbing)
	if err != nil {
		return nil, err
	}
	if err := a.checkReach(p, k); err != nil {
		return nil, err
	}
	t := len(a.Transient)
	iq := mat.NewDense(t, t, nil)
	r := mat.NewDense(t, len(a.Absorbing), nil)
	for i, from := range a.Transient {
		for j, to := range a.Transient {
			iq.Set(i, j, -p.At(from, to))
		}
		iq.Set(i, i, 1-p.At(from, from))
		for j, to := range a.Absorbing {
			r.Set(i, j, p.At(from, to))
		}
	}
	a.Fundamental = mat.NewDense(t, t, nil)
	var lu mat.LU
	lu.Factorize(iq)
	if cond := lu.Cond(); !(cond < worstCondition) {
		return nil, fmt.Errorf("absorption takes too long to compute (condition number %.3g): some state leaves too rarely", cond)
	}
	if err := lu.SolveTo(a.Fundamental, false, identity(t)); err != nil {
		return nil, fmt.Errorf("fundamental matrix: %w", err)
	}
	a.Steps = back(a.Fundamental, 1, ones(t))
	a.StepsVariance = back(a.Fundamental, 2, a.Steps)
	for i, s := range a.Steps {
		a.StepsVariance[i] = max(0, a.StepsVariance[i]-s-s*s) // rounding can leave a certain time at −1e-16
	}
	a.Probability = mat.NewDense(t, len(a.Absorbing), nil)
	a.Probability.Mul(a.Fundamental, r)
	a.Probability.Apply(func(_, _ int, v float64) float64 { return min(v, 1) }, a.Probability) // rounding can leave a certain end at 1 + 1e-15
	return a, nil
}

func split(k int, absorbing []int) (*Absorption, error) {
	in := make([]bool, k)
	for _, i := range absorbing {
		if i < 0 || i >= k {
			return nil, fmt.Errorf("absorbing state %d of %d does not exist", i, k)
		}
		in[i] = true
	}
	a := &Absorption{}
	for i, yes := range in {
		if yes {
			a.Absorbing = append(a.Absorbing, i)
		} else {
			a.Transient = append(a.Transient, i)
		}
	}
	if len(a.Absorbing) == 0 || len(a.Transient) == 0 {
		return nil, errors.New("an absorbing chain needs at least one absorbing and one transient state")
	}
	return a, nil
}

// checkReach walks backwards from the absorbing states.
func (a *Absorption) checkReach(p mat.Matrix, k int) error {
	reaches := make([]bool, k)
	queue := append([]int(nil), a.Absorbing...)
	for _, i := range queue {
		reaches[i] = true
	}
	for len(queue) > 0 {
		to := queue[0]
		queue = queue[1:]
		for _, from := range a.Transient {
			if !reaches[from] && p.At(from, to) > 0 {
				reaches[from] = true
				queue = append(queue, from)
			}
		}
	}
	for _, i := range a.Transient {
		if !reaches[i] {
			return fmt.Errorf("state %d never reaches an absorbing state; declare it, or a state it moves to, absorbing", i)
		}
	}
	return nil
}

func identity(k int) *mat.Dense {
	m := mat.NewDense(k, k, nil)
	for i := range k {
		m.Set(i, i, 1)
	}
	return m
}

func ones(k int) []float64 {
	v := make([]float64, k)
	for i := range v {
		v[i] = 1
	}
	return v
}
