package markov

import (
	"errors"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/mat"
)

// Quasi is the quasi-stationary distribution of an absorbing chain: how those who have not ended are spread over the
// transient states in the long run, wherever they began,
//
//	u Q = ρ u,   Σu = 1
//
// with Q the moves among transient states, ρ its Perron root: the share of them that goes on from period to period
// (Darroch & Seneta 1965, Journal of Applied Probability 2:88–100). Standard errors by the delta method,
//
//	∂ρ/∂p_ab = u_a v_b / (u·v),   ∂u_j/∂p_ab = u_a z_bj − ∂ρ/∂p_ab · u_j,   Z = (ρI − Q + 1u)⁻¹,   Q v = ρ v
//
// (Caswell 2001, Matrix Population Models, ch. 9).
type Quasi struct {
	States []int // the transient ones, ascending
	Share  []float64
	Keep   float64 // ρ
	SE     []float64
	KeepSE float64
}

// QuasiStationary is that of the chain with its absorbing states. It is an error unless the transient states reach each
// other: else it depends on where one begins.
func (c *Chain) QuasiStationary() (*Quasi, error) {
	a, err := split(len(c.States), c.Absorbing)
	if err != nil {
		return nil, err
	}
	n := len(a.Transient)
	q := mat.NewDense(n, n, nil)
	for i, from := range a.Transient {
		for j, to := range a.Transient {
			q.Set(i, j, c.P.At(from, to))
		}
	}
	if len(Classes(q)) > 1 {
		return nil, errors.New("the states before the end do not all reach each other: how those who remain are spread depends on where they began")
	}
	rho, v, err := perron(q)
	if err != nil {
		return nil, err
	}
	_, u, err := perron(q.T())
	if err != nil {
		return nil, err
	}
	out := &Quasi{States: a.Transient, Share: u, Keep: rho, SE: make([]float64, n)}
	return out, c.quasiErrors(out, q, v)
}

// perron is the largest eigenvalue of a non-negative irreducible matrix and its positive vector, which sums to 1.
func perron(m mat.Matrix) (float64, []float64, error) {
	var e mat.Eigen
	if !e.Factorize(m, mat.EigenRight) {
		return 0, nil, errors.New("the quasi-stationary distribution was not found: the eigenvalues did not converge")
	}
	values := e.Values(nil)
	best := 0
	for i, v := range values {
		if real(v) > real(values[best]) {
			best = i
		}
	}
	var vectors mat.CDense
	e.VectorsTo(&vectors)
	n, _ := m.Dims()
	out, sum := make([]float64, n), 0.0
	for i := range out {
		out[i] = cmplx.Abs(vectors.At(i, best))
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return real(values[best]), out, nil
}

func (c *Chain) quasiErrors(q *Quasi, m *mat.Dense, v []float64) error {
	n, k := len(q.States), len(c.States)
	u := q.Share
	around := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			around.Set(i, j, u[j]-m.At(i, j))
		}
		around.Set(i, i, around.At(i, i)+q.Keep)
	}
	z, err := invert(around)
	if err != nil {
		return errors.New("the quasi-stationary distribution is too uncertain to compute: the chain hardly mixes")
	}
	var uv float64
	for i := range u {
		uv += u[i] * v[i]
	}
	spread := func(f func(a, b int) float64) float64 {
		gradient := make([]float64, k*k)
		for a, from := range q.States {
			for b, to := range q.States {
				gradient[from*k+to] = f(a, b)
			}
		}
		return math.Sqrt(c.variance(gradient))
	}
	keep := func(a, b int) float64 { return u[a] * v[b] / uv }
	q.KeepSE = spread(keep)
	for j := range u {
		q.SE[j] = spread(func(a, b int) float64 { return u[a]*z.At(b, j) - keep(a, b)*u[j] })
	}
	return nil
}
