package markov

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// The functions of this file give what Absorb, Forecast, ValueFinite and ValueInfinite compute from a fitted
// chain its delta-method standard error: √Var f with
//
//	Var f = Σ_a 1/n_a · [Σ_b p_ab D_ab² − (Σ_b p_ab D_ab)²],   D_ab = ∂f/∂p_ab
//
// (Anderson & Goodman 1957, §2: rows are independent multinomials of n_a moves in large samples; Mannor,
// Simester, Sun & Tsitsiklis 2007, Management Science 53:308–322, for values). Rows that were set or never
// observed contribute nothing. Where an estimate lies on the edge of its domain the standard error is 0,
// which understates what is unknown.

// AbsorptionErrors are the standard errors of a.Steps and, t×a, of a.Probability:
//
//	∂t_i/∂p_ab = N_ia t_b,   ∂B_ij/∂p_ab = N_ia B_bj
//
// with t = 0 and B = 1 or 0 in absorbing states.
func (c *Chain) AbsorptionErrors(a *Absorption) (steps []float64, probability *mat.Dense) {
	k := len(c.States)
	t := len(a.Transient)
	time := make([]float64, k)
	for i, s := range a.Transient {
		time[s] = a.Steps[i]
	}
	steps = make([]float64, t)
	probability = mat.NewDense(t, len(a.Absorbing), nil)
	for i := range t {
		visits := make([]float64, k)
		for m, s := range a.Transient {
			visits[s] = a.Fundamental.At(i, m)
		}
		steps[i] = math.Sqrt(c.variance(outer(visits, time)))
		for j, end := range a.Absorbing {
			ends := make([]float64, k)
			ends[end] = 1
			for m, s := range a.Transient {
				ends[s] = a.Probability.At(m, j)
			}
			probability.Set(i, j, math.Sqrt(c.variance(outer(visits, ends))))
		}
	}
	return steps, probability
}

// ForecastErrors are the standard errors of Forecast(P, start, n), a known start:
//
//	∂f_j/∂p_ab = Σ_{t=0..n−1} (start·Pᵗ)_a (Pⁿ⁻¹⁻ᵗ)_bj
func (c *Chain) ForecastErrors(start []float64, n int) []float64 {
	k := len(c.States)
	path := make([][]float64, n) // start·Pᵗ
	for t, at := 0, start; t < n; t++ {
		path[t] = at
		at = Forecast(c.P, at, 1)
	}
	se := make([]float64, k)
	for j := range se {
		gradient := make([]float64, k*k)
		ends := make([]float64, k) // column j of Pⁿ⁻¹⁻ᵗ
		ends[j] = 1
		for t := n - 1; t >= 0; t-- {
			addOuter(gradient, 1, path[t], ends)
			ends = back(c.P, 1, ends)
		}
		se[j] = math.Sqrt(c.variance(gradient))
	}
	return se
}

// ValueFiniteErrors are the standard errors of ValueFinite, for rewards that are known (nil) or estimated with a covariance,
// independently of the moves:
//
//	∂V_T(i)/∂p_ab = d Σ_{s=0..T−1} dˢ (Pˢ)_ia V_{T−1−s}(b),   ∂V_T(i)/∂R_j = Σ_{s=0..T} dˢ (Pˢ)_ij
func (c *Chain) ValueFiniteErrors(reward []float64, covariance *mat.SymDense, rate float64, periods int) ([]float64, error) {
	d, err := checkValue(c.P, reward, rate, false)
	if err != nil {
		return nil, err
	}
	values := make([][]float64, periods) // V_0 … V_{T−1}
	for t, v := 0, reward; t < periods; t++ {
		values[t] = v
		v = earn(c.P, d, v, reward)
	}
	k := len(c.States)
	se := make([]float64, k)
	for i := range se {
		gradient := make([]float64, k*k)
		at := make([]float64, k) // dˢ times row i of Pˢ
		at[i] = 1
		visits := make([]float64, k)
		for s := range periods {
			addOuter(gradient, d, at, values[periods-1-s])
			addTo(visits, at)
			at = Forecast(c.P, at, 1)
			for j := range at {
				at[j] *= d
			}
		}
		addTo(visits, at)
		se[i] = math.Sqrt(c.variance(gradient) + quadratic(visits, covariance))
	}
	return se, nil
}

// ValueInfiniteErrors are the standard errors of ValueInfinite, with rewards as in ValueFiniteErrors:
//
//	∂V(i)/∂p_ab = d [(I − dP)⁻¹]_ia V_b,   ∂V(i)/∂R_j = [(I − dP)⁻¹]_ij
func (c *Chain) ValueInfiniteErrors(reward []float64, covariance *mat.SymDense, rate float64) ([]float64, error) {
	v, err := ValueInfinite(c.P, reward, rate)
	if err != nil {
		return nil, err
	}
	d := 1 / (1 + rate)
	k := len(c.States)
	m := mat.NewDense(k, k, nil)
	m.Scale(-d, dyingOut(c.P, reward, rate))
	for i := range k {
		m.Set(i, i, 1+m.At(i, i))
	}
	visits, err := invert(m)
	if err != nil {
		return nil, errSingular
	}
	se := make([]float64, k)
	for i := range se {
		at := visits.RawRowView(i)
		se[i] = math.Sqrt(d*d*c.variance(outer(at, v)) + quadratic(at, covariance))
	}
	return se, nil
}

// quadratic is vᵀ·C·v, 0 without C.
func quadratic(v []float64, c *mat.SymDense) float64 {
	if c == nil {
		return 0
	}
	x := mat.NewVecDense(len(v), v)
	return max(0, mat.Inner(x, c, x))
}

func addTo(sum, v []float64) {
	for i, x := range v {
		sum[i] += x
	}
}

// outer is u·vᵀ in rows.
func outer(u, v []float64) []float64 {
	out := make([]float64, len(u)*len(v))
	addOuter(out, 1, u, v)
	return out
}

// addOuter adds f·u·vᵀ to m, in rows.
func addOuter(m []float64, f float64, u, v []float64) {
	for a, x := range u {
		if x == 0 {
			continue
		}
		for b, y := range v {
			m[a*len(v)+b] += f * x * y
		}
	}
}

// invert refuses what is singular to working precision.
func invert(m *mat.Dense) (*mat.Dense, error) {
	k, _ := m.Dims()
	var lu mat.LU
	lu.Factorize(m)
	if cond := lu.Cond(); !(cond < worstCondition) {
		return nil, fmt.Errorf("condition number %.3g", cond)
	}
	inverse := mat.NewDense(k, k, nil)
	return inverse, lu.SolveTo(inverse, false, identity(k))
}
