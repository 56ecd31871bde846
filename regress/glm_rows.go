package regress

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Passes over the rows of a fit at its maximum.

// information is the expected information of a row of weight 1, (dμ/dη)²/V; 0 where both underflow.
func information(l law, eta float64) float64 {
	_, slope, variance := l.mean(eta)
	if !(variance > 0) {
		return 0
	}
	return slope * (slope / variance)
}

// expected is the expected information at gamma.
func (m *glm) expected(gamma []float64) *mat.SymDense {
	k := len(m.cols)
	return unpack(m.tiles(func(t *tileRows, part []float64) {
		m.predictor(t.eta[:t.rows], t, gamma)
		for i, e := range t.eta[:t.rows] {
			t.info[i] = t.weight(i) * information(m.law, e)
		}
		t.addGram(part, t.info[:])
	}, k*(k+1)/2), k)
}

// pearson is χ² = Σ wᵢ (yᵢ − μᵢ)²/V(μᵢ).
func (m *glm) pearson(gamma []float64) float64 {
	if _, ok := m.law.(logitLaw); ok { // the odds against what came
		return m.sum(gamma, func(y, eta, w float64) float64 { return w * math.Exp((1-2*y)*eta) })
	}
	return m.sum(gamma, func(y, eta, w float64) float64 {
		mu, _, variance := m.law.mean(eta)
		if y == mu {
			return 0
		}
		return w * (y - mu) * ((y - mu) / variance)
	})
}

// sum adds f over the rows, in a fixed order.
func (m *glm) sum(gamma []float64, f func(y, eta, w float64) float64) float64 {
	return m.tiles(func(t *tileRows, part []float64) {
		m.predictor(t.eta[:t.rows], t, gamma)
		for i, e := range t.eta[:t.rows] {
			part[0] += f(t.Y[i], e, t.weight(i))
		}
	}, 1)[0]
}

// residuals are ∂ℓ/∂η of weight 1 by row of a design in memory: y − p of the logistic.
func (m *glm) residuals(gamma []float64) []float64 {
	resid := make([]float64, m.d.rows())
	m.tiles(func(t *tileRows, _ []float64) {
		m.predictor(t.eta[:t.rows], t, gamma)
		for i, e := range t.eta[:t.rows] {
			_, resid[t.block*rowBlock+t.lo+i], _ = m.law.row(e, t.Y[i])
		}
	}, 1)
	return resid
}
