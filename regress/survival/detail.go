package survival

import (
	"gonum.org/v1/gonum/floats"
)

// detail is what the moments of a fit hold beyond sums, k values each.
type detail struct {
	k    int
	mean []float64 // z̄: the mean of z over those at risk, by risk (Efron: of its d denominators)
	path []float64 // Σ w̄ z̄_l/den_l, the increment of ∫ z̄ dH
	own  []float64 // of that, what those who die are not exposed to; nil without ties
}

func newDetail(w *walk) *detail {
	d := &detail{k: w.k, mean: make([]float64, len(w.moments)*w.k), path: make([]float64, len(w.moments)*w.k)}
	if w.tied() {
		d.own = make([]float64, len(w.moments)*w.k)
	}
	return d
}

func (d *detail) at(values []float64, e int) []float64 { return values[e*d.k : (e+1)*d.k] }

// set fills in moment e from its sums: a₁/d, b₁/d and w̄ times a₂, b₂ and c₂ of sweep.efron.
func (d *detail) set(e int, a1, b1, a2, b2, c2 float64, at *momentSums) {
	combine(d.at(d.mean, e), a1, at.s[1:], -b1, at.d[1:])
	combine(d.at(d.path, e), a2, at.s[1:], -b2, at.d[1:])
	if d.own != nil {
		combine(d.at(d.own, e), b2, at.s[1:], -c2, at.d[1:])
	}
}

// combine sets out to a·u + b·v.
func combine(out []float64, a float64, u []float64, b float64, v []float64) {
	for i := range out {
		out[i] = a * u[i]
		if b != 0 {
			out[i] += b * v[i]
		}
	}
}

// study is the last evaluation of a fit with its detail, hazards and paths cumulated in time.
type study struct {
	*sweep
	total exposures
	paths []float64 // by moment: ∫ z̄ dH from the first of the stratum up to it
}

// study evaluates the fit once more; nil for a refused fit.
func (f *CoxFit) study() *study {
	if !f.Certificate.Certified() {
		return nil
	}
	w := f.w
	s := &study{sweep: &sweep{w: w, gamma: f.gamma, detail: newDetail(w)}}
	s.risks()
	s.prefix()
	s.momentsPass()
	s.total = s.cumulate()
	s.paths = append([]float64(nil), s.detail.path...)
	for e := len(w.moments) - 2; e >= 0; e-- {
		if w.moments[e].stratum == w.moments[e+1].stratum {
			floats.Add(s.detail.at(s.paths, e), s.detail.at(s.paths, e+1))
		}
	}
	return s
}
