package markov

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

const (
	// rowSlack is how far a row may sum above 1 (or, where that is asked, away from it): rounding in
	// the last places of a few hundred terms, and matrices typed with twelve digits.
	rowSlack = 1e-9
	// worstCondition is the condition number beyond which a solution is refused: four of double
	// precision's sixteen digits are left.
	worstCondition = 1e12
)

// checkMatrix says why p is not a k×k matrix of probabilities whose rows sum to at most 1 (exactly 1
// when whole), or nil.
func checkMatrix(p mat.Matrix, k int, whole bool) error {
	if rows, cols := p.Dims(); rows != cols || rows != k {
		return fmt.Errorf("a transition matrix of %d states must be %d×%d, not %d×%d", k, k, k, rows, cols)
	}
	for i := range k {
		var sum float64
		for j := range k {
			v := p.At(i, j)
			if !(v >= 0 && v <= 1+rowSlack) {
				return fmt.Errorf("row %d, column %d of a transition matrix must be a probability, not %v", i, j, v)
			}
			sum += v
		}
		if sum > 1+rowSlack || whole && sum < 1-rowSlack {
			return fmt.Errorf("row %d of a transition matrix must sum to 1, not %v", i, sum)
		}
	}
	return nil
}

func checkFinite(what string, v []float64) error {
	for i, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s of state %d must be a finite number, not %v", what, i, x)
		}
	}
	return nil
}

// discount is 1/(1+rate) for a rate per period above −1; where the sum has no end, below 0 is refused.
func discount(rate float64, endless bool) (float64, error) {
	if !(rate > -1) || math.IsInf(rate, 1) {
		return 0, fmt.Errorf("a discount rate must be above −1 and finite, not %v", rate)
	}
	if endless && rate < 0 {
		return 0, fmt.Errorf("a negative discount rate (%v) makes an endless sum diverge; use 0 or more", rate)
	}
	return 1 / (1 + rate), nil
}

var errSingular = errors.New("the sum over all future periods does not end: some states recur for ever and nothing is discounted; use a discount rate above 0 or make the chain absorbing")

// solveDiscounted is (I − d·P)⁻¹ b by LU with partial pivoting.
func solveDiscounted(p mat.Matrix, d float64, b []float64) ([]float64, error) {
	k := len(b)
	a := mat.NewDense(k, k, nil)
	for i := range k {
		for j := range k {
			a.Set(i, j, -d*p.At(i, j))
		}
		a.Set(i, i, 1-d*p.At(i, i))
	}
	var lu mat.LU
	lu.Factorize(a)
	if cond := lu.Cond(); !(cond < worstCondition) {
		return nil, errSingular
	}
	x := mat.NewVecDense(k, nil)
	if err := lu.SolveVecTo(x, false, mat.NewVecDense(k, append([]float64(nil), b...))); err != nil {
		return nil, fmt.Errorf("%w (%v)", errSingular, err)
	}
	return x.RawVector().Data, nil
}
