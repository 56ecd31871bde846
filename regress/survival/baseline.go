package survival

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Curves are the survival curves that a Cox fit predicts.
type Curves struct {
	f      *CoxFit
	s      *study
	first  []int     // by stratum: its latest moment; and where the moments end
	square []float64 // by moment: Σ of the increments of the variance up to it
	bent   []float64 // by moment: p'V p of its path p = ∫ z̄ dH
	atRisk []float64 // by moment: weight at risk
	cov    *mat.SymDense
	strata []int32 // their numbers, ascending
}

// Curves prepares the survival curves of the fit. It takes as much memory as there are times with events × columns. Nil for a refused fit.
func (f *CoxFit) Curves() *Curves {
	s := f.study()
	if s == nil {
		return nil
	}
	w := f.w
	c := &Curves{f: f, s: s, square: slices.Clone(s.squares), atRisk: make([]float64, len(w.moments)), cov: f.bread}
	for e := len(w.moments) - 2; e >= 0; e-- {
		if w.moments[e].stratum == w.moments[e+1].stratum {
			c.square[e] += c.square[e+1]
		}
	}
	c.first = make([]int, len(w.strata)+1)
	for e := range w.moments {
		c.first[w.moments[e].stratum+1] = e + 1
	}
	for k := range w.strata { // a stratum without events
		c.first[k+1] = max(c.first[k+1], c.first[k])
	}
	c.count()
	if c.strata = []int32{0}; f.o.Stratum != nil {
		c.strata = slices.Compact(slices.Sorted(slices.Values(f.o.Stratum)))
	}
	if f.Robust != nil {
		c.cov = mat.NewSymDense(w.k, nil)
		for a, i := range w.columns {
			for b, j := range w.columns[:a+1] {
				c.cov.SetSym(a, b, f.Robust.At(i, j)*w.scale[i]*w.scale[j])
			}
		}
	}
	c.bend()
	return c
}

// bend sets bent.
func (c *Curves) bend() {
	k, v := c.f.w.k, c.cov
	c.bent = make([]float64, len(c.square))
	if k == 0 {
		return
	}
	num.Blocks(len(c.bent), block, c.f.w.threads, func(_, lo, hi int) {
		for e := lo; e < hi; e++ {
			path := c.s.detail.at(c.s.paths, e)
			for a, x := range path {
				row := v.RawSymmetric().Data[a*k:]
				sum := row[a] * x
				for b := a + 1; b < k; b++ {
					sum += 2 * row[b] * path[b]
				}
				c.bent[e] += x * sum
			}
		}
	})
}

// count sets atRisk.
func (c *Curves) count() {
	w, sum, stratum, next := c.f.w, 0.0, 0, 0
	for m := range w.length() {
		if stratum < len(w.strata) && int(w.strata[stratum]) == m {
			sum = 0
			stratum++
		}
		switch {
		case w.marks == nil:
			sum += w.weightAt(m)
		case w.marks[m] >= 0:
			sum += w.weightAt(int(w.marks[m]))
		default:
			sum -= w.weightAt(int(^w.marks[m]))
		}
		if next < len(w.moments) && int(w.moments[next].end) == m+1 {
			c.atRisk[next] = sum
			next++
		}
	}
}

// Strata are the numbers of the strata, ascending: those of Options.Stratum, or a single 0.
func (c *Curves) Strata() []int32 { return c.strata }

// Of is the survival curve of a row x (one value per column of the design) and offset in a stratum:
//
//	Λ̂(t|x) = e^η Σ_{tᵢ ≤ t} ĥᵢ,   Ŝ = exp(−Λ̂),   η = x·β̂
//	Var Λ̂ = e^2η (Σ w̄/den² + q'V q),   q = ∫ (x − x̄) dĤ
//
// (Breslow 1974, Efron's ties accordingly; Tsiatis 1981, Annals of Statistics 9:93–108; Link 1984, Biometrics 40:601–610), V being the robust covariance
// where there is one. The interval is on the scale of log(−log S). Steps are at the times with events of the stratum; Hazard is Λ̂, and
// SE that of Ŝ, Ŝ·SE(Λ̂).
//
// Errors: x of another length or not finite, a stratum that no row was of.
func (c *Curves) Of(x []float64, offset float64, stratum int32) ([]Step, error) {
	f, w := c.f, c.f.w
	if len(x) != len(f.Names) || !allFinite(x) {
		return nil, fmt.Errorf("survival: the row has %d values, expected %d finite ones, one for each column", len(x), len(f.Names))
	}
	at, ok := slices.BinarySearch(c.strata, stratum)
	if !ok {
		return nil, errors.New("survival: no row of the fit was of that stratum, so it has no baseline")
	}
	z, eta := make([]float64, w.k), offset-w.offsetMean
	for a, j := range w.columns {
		z[a] = (x[j] - w.mean[j]) / w.scale[j]
		eta += z[a] * f.gamma[a]
	}
	scale, width := math.Exp(eta), newCurve(0, f.o.level())
	vz, bent := make([]float64, w.k), 0.0 // q'V q = p'V p − 2h p'V z + h² z'V z with q = p − h z
	for a := range vz {
		for b := range z {
			vz[a] += c.cov.At(a, b) * z[b]
		}
		bent += z[a] * vz[a]
	}
	lo, hi := c.first[at], c.first[at+1]
	out := make([]Step, 1, hi-lo+1)
	out[0] = Step{Survival: 1, Low: 1, High: 1}
	for e := hi - 1; e >= lo; e-- {
		m := &w.moments[e]
		h := c.s.total[e]
		spread := c.bent[e] - 2*h*floats.Dot(c.s.detail.at(c.s.paths, e), vz) + h*h*bent
		variance := c.square[e] + max(spread, 0)
		step := Step{Time: m.time, AtRisk: c.atRisk[e], Events: m.weight, Hazard: scale * h, HazardSE: scale * math.Sqrt(variance)}
		step.Survival = math.Exp(-step.Hazard)
		step.SE = step.Survival * step.HazardSE
		step.Low, step.High = logLog(step.Survival, step.HazardSE, width.z)
		out = append(out, step)
	}
	if len(out) > 1 {
		out[0].Time, out[0].AtRisk = min(0, out[1].Time), out[1].AtRisk
	}
	return out, nil
}
