package hidden

import "gonum.org/v1/gonum/mat"

// fundamental is (I − P + 1·1ᵀ)⁻¹, of which δ = 1ᵀ(·)⁻¹ is the stationary distribution where there is only one; nil otherwise.
func fundamental(moves [][]float64) *mat.Dense {
	k := len(moves)
	a := mat.NewDense(k, k, nil)
	for i, row := range moves {
		for j, v := range row {
			a.Set(i, j, 1-v)
		}
		a.Set(i, i, 2-row[i])
	}
	var out mat.Dense
	if out.Inverse(a) != nil {
		return nil
	}
	return &out
}

// stationary is δ = δP (Zucchini, MacDonald & Langrock 2016, §1.3.2); nil where there is more than one.
func stationary(moves [][]float64) []float64 {
	inverse := fundamental(moves)
	if inverse == nil {
		return nil
	}
	out := make([]float64, len(moves))
	for j := range out {
		out[j] = max(0, mat.Sum(inverse.ColView(j)))
	}
	toOne(out)
	return out
}

// pull is what the first states of the customers say of the moves by way of a stationary start: ∂/∂p_ij Σ γ log δ = δ_i u_j, for
// dδ = δ dP (I − P + 1·1ᵀ)⁻¹ (rows of dP sum to 0). Zeros with a free start.
func (p *panel) pull(q *Params, s *sums) []float64 {
	k := p.m.States
	out := make([]float64, k*k)
	if p.m.Start == Free {
		return out
	}
	inverse := fundamental(q.Moves)
	if inverse == nil {
		return out
	}
	var u mat.VecDense
	u.MulVec(inverse, mat.NewVecDense(k, s.first)) // first is γ/δ
	for i := range k {
		for j := range k {
			out[i*k+j] = q.Initial[i] * u.AtVec(j)
		}
	}
	return out
}
