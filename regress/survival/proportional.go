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

// Clock is the function of time against which coefficients are tested for drift.
type Clock string

// The clocks: 1 − Kaplan-Meier just before (which spreads events evenly), the rank of the time, the time itself, and its logarithm.
const (
	ClockKM       Clock = "km"
	ClockRank     Clock = "rank"
	ClockIdentity Clock = "identity"
	ClockLog      Clock = "log"
)

// Term is columns of the design that are tested together.
type Term struct {
	Name    string
	Columns []int
}

// Drift is a test that a coefficient changes with time, so that hazards are not proportional.
type Drift struct {
	Name string
	Test
}

// Proportional tests every term, and all together, against coefficients that change with a function g of time, β(t) = β + θ(g(t) − ḡ): the score
// test of θ = 0 at β̂. With s_i the Schoenfeld residuals and V_i the covariance of x in the sets at risk,
//
//	U = Σ gᵢ sᵢ,   T = U'(Σ gᵢ²Vᵢ − Σ gᵢVᵢ I⁻¹ Σ gᵢVᵢ)⁻¹U
//
// (Grambsch & Therneau 1994, Biometrika 81:515–526, with the exact Vᵢ in the place of their mean, as cox.zph of R's survival does from version 3 on).
// Terms nil = each column. Those of dropped columns are NaN. Errors: a clock that is unknown, or that the times do not allow; a fit that is refused.
func (f *CoxFit) Proportional(clock Clock, terms []Term) (all []Drift, global Test, err error) {
	s := f.study()
	if s == nil {
		return nil, global, errors.New("survival: the fit is refused")
	}
	g, err := f.w.clock(clock)
	if err != nil {
		return nil, global, err
	}
	w, k := f.w, f.w.k
	if k == 0 {
		return nil, chiSquare(0, 0), nil
	}
	square := make([]float64, len(g))
	floats.MulTo(square, g, g)
	cross, own := w.weighted(f.gamma, g), w.weighted(f.gamma, square)
	var half, full mat.Dense
	half.Mul(f.bread, cross)
	full.Mul(cross, &half)
	v := mat.NewSymDense(k, nil)
	for a := range k {
		for b := range a + 1 {
			v.SetSym(a, b, own.At(a, b)-(full.At(a, b)+full.At(b, a))/2)
		}
	}
	u := f.driftScore(s, g)
	if terms == nil {
		for j, name := range f.Names {
			terms = append(terms, Term{name, []int{j}})
		}
	}
	everything := make([]int, k)
	for a := range everything {
		everything[a] = a
	}
	// A term is tested with the covariance that the coefficients of the model, not the drifts of other terms, leave it.
	for _, t := range terms {
		var at []int
		for _, j := range t.Columns {
			if a := slices.Index(w.columns, j); a >= 0 {
				at = append(at, a)
			}
		}
		all = append(all, Drift{t.Name, quadratic(u, v, at)})
	}
	return all, quadratic(u, v, everything), nil
}

// driftScore is Σ gᵢ sᵢ, scaled columns.
func (f *CoxFit) driftScore(s *study, g []float64) []float64 {
	w := f.w
	u := make([]float64, w.k)
	for e := range w.moments {
		m := &w.moments[e]
		for _, p := range w.deaths[m.lo:m.hi] {
			floats.AddScaled(u, g[e]*w.weightAt(int(p)), w.row(int(p)))
		}
		floats.AddScaled(u, -g[e]*m.weight, s.detail.at(s.detail.mean, e))
	}
	return u
}

// quadratic is u'v⁻¹u over some of the columns.
func quadratic(u []float64, v *mat.SymDense, at []int) Test {
	k := len(at)
	if k == 0 {
		return chiSquare(0, 0)
	}
	part, x := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	for a, i := range at {
		x.SetVec(a, u[i])
		for b, j := range at[:a+1] {
			part.SetSym(a, b, v.At(i, j))
		}
	}
	var chol mat.Cholesky
	y := mat.NewVecDense(k, nil)
	if !chol.Factorize(part) || chol.SolveVecTo(y, x) != nil {
		return chiSquare(math.NaN(), k)
	}
	return chiSquare(mat.Dot(x, y), k)
}

// clock is g by moment, less its mean over events.
func (w *walk) clock(c Clock) ([]float64, error) {
	g := make([]float64, len(w.moments))
	switch c {
	case ClockIdentity, ClockLog:
		for e := range g {
			if g[e] = w.moments[e].time; c == ClockLog {
				if !(g[e] > 0) {
					return nil, fmt.Errorf("survival: an event at time %v has no logarithm: choose another clock than log", g[e])
				}
				g[e] = math.Log(g[e])
			}
		}
	case ClockRank:
		w.ranks(g)
	case ClockKM:
		w.left(g)
	default:
		return nil, fmt.Errorf("survival: unknown clock %q: km, rank, identity or log", c)
	}
	sum := 0.0
	for e := range g {
		sum += g[e] * float64(w.moments[e].hi-w.moments[e].lo)
	}
	for e := range g {
		g[e] -= sum / float64(len(w.deaths))
	}
	return g, nil
}

// ranks sets g to the mean rank of each moment's time among all rows.
func (w *walk) ranks(g []float64) {
	sorted := slices.Clone(w.stop)
	num.SortFloats(sorted)
	for e := range g {
		lo, _ := slices.BinarySearch(sorted, w.moments[e].time)
		hi := lo
		for hi < len(sorted) && sorted[hi] == w.moments[e].time {
			hi++
		}
		g[e] = float64(lo+hi+1) / 2
	}
}

// left sets g to 1 − Kaplan-Meier of all rows just before each moment, without weights.
func (w *walk) left(g []float64) {
	t := &Times{Start: w.start, Stop: w.stop, Event: w.event}
	var times, before []float64
	survival := 1.0
	for _, s := range t.slices(&Options{}) {
		times, before = append(times, s.time), append(before, survival)
		survival *= 1 - s.events/s.atRisk
	}
	for e := range g {
		at, _ := slices.BinarySearch(times, w.moments[e].time)
		g[e] = 1 - before[at]
	}
}
