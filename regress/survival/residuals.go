package survival

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
)

// Martingale are, by row of the data, events less the events expected of it: δ − ∫ Y exp(x·β) dĤ (Barlow & Prentice 1988). A row of weight
// 0 has none (the rows are those that were fitted). Nil for a refused fit.
func (f *CoxFit) Martingale() []float64 {
	s := f.study()
	if s == nil {
		return nil
	}
	out := make([]float64, f.w.n)
	for p, row := range f.w.rows {
		out[row] = -s.risk[p] / f.w.weightAt(p) * s.total.exposure(s.sweep, p)
		if f.w.event[p] {
			out[row]++
		}
	}
	return out
}

// Deviances are the martingale residuals M made more symmetric: sign(M)·√(−2(M + δ log(δ − M))) (Therneau, Grambsch & Fleming 1990,
// Biometrika 77:147–160).
func (f *CoxFit) Deviances() []float64 {
	m := f.Martingale()
	if m == nil {
		return nil
	}
	for p, row := range f.w.rows {
		m[row] = deviance(m[row], f.w.event[p])
	}
	return m
}

// deviance makes a martingale residual M more symmetric: sign(M)·√(−2(M + δ log(δ − M))).
func deviance(m float64, event bool) float64 {
	inner := m
	if event {
		inner += math.Log(1 - m)
	}
	return math.Copysign(math.Sqrt(max(-2*inner, 0)), m)
}

// DFBetas are how far the coefficients move with a row, to first order: wᵢ Uᵢ I⁻¹ with U the score residuals, by row of the data and column of the design (dropped columns
// have 0); and displacement, twice what the log-likelihood loses where the row is left out, DFBetaᵢ' I DFBetaᵢ. Nil for a refused fit.
//
// Source: Cain & Lange 1984, Biometrics 40:493–499; Pettitt & Bin Daud 1989, Applied Statistics 38:51–67; R's residuals(type = "dfbeta").
func (f *CoxFit) DFBetas() (moves, displacement []float64) {
	s := f.study()
	if s == nil {
		return nil, nil
	}
	w, names := f.w, len(f.Names)
	u := s.scores()
	moves, displacement = make([]float64, w.n*names), make([]float64, w.n)
	num.Blocks(w.n, block, w.threads, func(_, lo, hi int) {
		for p := lo; p < hi; p++ {
			row, wt := int(w.rows[p]), w.weightAt(p)
			score := u[p*w.k : (p+1)*w.k]
			for a, j := range w.columns {
				move := 0.0
				for b, v := range score {
					move += f.bread.At(a, b) * v
				}
				displacement[row] += wt * wt * score[a] * move
				moves[row*names+j] = wt * move / w.scale[j]
			}
		}
	})
	return moves, displacement
}

// Schoenfeld is a residual at an event: by column, x less its mean over those at risk (Schoenfeld 1982, Biometrika 69:239–241). Dropped columns have 0.
type Schoenfeld struct {
	Row      int // of the data
	Time     float64
	Residual []float64
}

// Schoenfelds are the residuals of all events by stratum and time. Nil for a refused fit.
func (f *CoxFit) Schoenfelds() []Schoenfeld {
	s := f.study()
	if s == nil {
		return nil
	}
	w := f.w
	var out []Schoenfeld
	for e := len(w.moments) - 1; e >= 0; e-- {
		m := &w.moments[e]
		for _, p := range w.deaths[m.lo:m.hi] {
			r := Schoenfeld{Row: int(w.rows[p]), Time: m.time, Residual: make([]float64, len(f.Names))}
			for a, j := range w.columns {
				r.Residual[j] = (w.row(int(p))[a] - s.detail.at(s.detail.mean, e)[a]) * w.scale[j]
			}
			out = append(out, r)
		}
	}
	return out
}

// scores sets out (n×k by place, scaled columns) to the score residuals without their weight
//
//	U = δ(z − z̄) − r ∫ Y (z − z̄) dĤ
//
// (Therneau & Grambsch 2000, §4.3; with Efron's ties those who die are exposed to less of their own moment).
func (s *study) scores() []float64 {
	w, k := s.w, s.w.k
	out := make([]float64, w.n*k)
	num.Blocks(w.n, block, w.threads, func(_, lo, hi int) {
		path := make([]float64, k)
		for p := lo; p < hi; p++ {
			u, z := out[p*k:(p+1)*k], w.row(p)
			if w.event[p] {
				floats.SubTo(u, z, s.detail.at(s.detail.mean, int(w.at[p])))
			}
			if w.at[p] < 0 {
				continue
			}
			s.exposedPath(p, path)
			r, h := s.risk[p]/w.weightAt(p), s.total.exposure(s.sweep, p)
			for a := range u {
				u[a] -= r * (z[a]*h - path[a])
			}
		}
	})
	return out
}

// exposedPath sets out to ∫ Y z̄ dĤ of a place that some event precedes.
func (s *study) exposedPath(p int, out []float64) {
	w, e := s.w, int(s.w.at[p])
	copy(out, s.detail.at(s.paths, e))
	if w.entry != nil && w.entry[p] >= 0 {
		floats.Sub(out, s.detail.at(s.paths, int(w.entry[p])))
	}
	if s.detail.own != nil && w.event[p] {
		floats.Sub(out, s.detail.at(s.detail.own, e))
	}
}
