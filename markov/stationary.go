package markov

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Stationary is the distribution that the chain keeps, π = π·P with Σπ = 1. It is unique if and only
// if there is one closed class (Kemeny & Snell 1960, chs. IV and V), else it is an error; states
// outside of that class have 0. The chain converges to it from any start where the class is aperiodic; else
// it is the share of time spent in each state.
//
// Computed by state reduction without subtractions (Grassmann, Taksar & Heyman 1985, Operations
// Research 33:1107–1116), so that every entry has its own full relative accuracy.
func Stationary(p mat.Matrix) ([]float64, error) {
	k, _ := p.Dims()
	if err := checkMatrix(p, k, true); err != nil {
		return nil, err
	}
	var closed []int
	for _, c := range Classes(p) {
		if c.Closed && closed != nil {
			return nil, errors.New("there is more than one set of states that nobody leaves: where a customer ends depends on where he starts")
		}
		if c.Closed {
			closed = c.States
		}
	}
	pi := make([]float64, k)
	for i, v := range stationaryOf(p, closed) {
		pi[closed[i]] = v
	}
	return pi, nil
}

// stationaryOf is the stationary distribution of a closed class, by its states.
func stationaryOf(p mat.Matrix, closed []int) []float64 {
	n := len(closed)
	a := mat.NewDense(n, n, nil)
	for i, from := range closed {
		for j, to := range closed {
			a.Set(i, j, p.At(from, to))
		}
	}
	for m := n - 1; m > 0; m-- { // take state m out: what passes through it goes directly
		var out float64
		for j := range m {
			out += a.At(m, j)
		}
		for i := range m {
			through := a.At(i, m) / out
			a.Set(i, m, through)
			for j := range m {
				a.Set(i, j, a.At(i, j)+through*a.At(m, j))
			}
		}
	}
	visits := make([]float64, n) // per visit to the first state
	visits[0] = 1
	total := 1.0
	for m := 1; m < n; m++ {
		for i := range m {
			visits[m] += visits[i] * a.At(i, m)
		}
		total += visits[m]
	}
	for i := range visits {
		visits[i] /= total
	}
	return visits
}

// StationaryError is the delta-method standard error of every entry of the stationary distribution pi,
//
//	∂π_j/∂p_ab = π_a z_bj,   Z = (I − P + 1π)⁻¹
//
// (Schweitzer 1968, Journal of Applied Probability 5:401–413, for the perturbation; Anderson & Goodman 1957,
// §2, for the covariance). NaN where Z cannot be computed: the chain hardly mixes.
func (c *Chain) StationaryError(pi []float64) []float64 {
	k := len(pi)
	se := make([]float64, k)
	m := mat.NewDense(k, k, nil)
	for i := range k {
		for j := range k {
			m.Set(i, j, pi[j]-c.P.At(i, j))
		}
		m.Set(i, i, 1+m.At(i, i))
	}
	z, err := invert(m)
	for j := range se {
		if err != nil {
			se[j] = math.NaN()
			continue
		}
		se[j] = math.Sqrt(c.variance(outer(pi, mat.Col(nil, j, z))))
	}
	return se
}
