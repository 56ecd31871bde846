package survival

import (
	"errors"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// LogRank is a comparison of the survival curves of groups.
type LogRank struct {
	N                  []float64 // by group: weight of its rows
	Observed, Expected []float64 // by group: events, and those expected if the groups did not differ
	Statistic, P       float64   // χ² on DF degrees of freedom; NaN where DF is 0
	DF                 int
}

// CompareGroups tests whether the curves of groups (numbered from 0) differ. At each time with d events among n at risk, n_j of them in group j,
//
//	E_j = Σ w d n_j/n,   V_jl = Σ w² d (n−d)/(n−1) · n_j/n (δ_jl − n_l/n),   w = Ŝ(t−)^rho,   χ² = (O−E)' V⁻ (O−E)
//
// (Mantel 1966; Peto & Peto 1972, JRSS A 135:185–207; Harrington & Fleming 1982, Biometrika 69:553–566: rho 0 is the log-rank test, rho 1 Peto's
// modification of Gehan and Wilcoxon's). O, E and V are summed over strata; degrees of freedom are the rank of V, one less than the groups that were at risk together. Of o, Weights
// (frequencies) and Stratum count.
//
// Errors: shapes that differ, fewer than two groups, times that are not finite.
func CompareGroups(t *Times, groups []int32, rho float64, o Options) (*LogRank, error) {
	if err := t.check(&o, math.Inf(-1), true); err != nil {
		return nil, err
	}
	if len(groups) != t.Rows() || slices.Min(groups) < 0 || slices.Max(groups) < 1 {
		return nil, errors.New("survival: at least two groups, one number for each row, are needed to compare curves")
	}
	k := int(slices.Max(groups)) + 1
	r := &LogRank{N: make([]float64, k), Observed: make([]float64, k), Expected: make([]float64, k)}
	for i, g := range groups {
		r.N[g] += o.weight(i)
	}
	v := mat.NewSymDense(k, nil)
	for _, rows := range byNumber(o.Stratum, t.Rows()) {
		part, w := t.pick(rows), Options{Weights: pick(o.Weights, rows)}
		r.add(part, pick(groups, rows), rho, v, &w)
	}
	r.test(v)
	return r, nil
}

// add sums one stratum, from the last time back: Ŝ(t−) is found before.
func (r *LogRank) add(t *Times, groups []int32, rho float64, v *mat.SymDense, o *Options) {
	var before []float64
	survival := 1.0
	for _, s := range t.slices(o) {
		before = append(before, survival)
		if s.events > 0 {
			survival *= 1 - s.events/s.atRisk
		}
	}
	at := len(before)
	t.back(groups, len(r.N), o, func(s *timeSlice) {
		at--
		w, n, d := math.Pow(before[at], rho), s.atRisk, s.events
		if d == 0 {
			return
		}
		spread := 0.0
		if n > 1 {
			spread = w * w * d * (n - d) / (n - 1)
		}
		for j, nj := range s.risk {
			r.Observed[j] += w * s.deaths[j]
			r.Expected[j] += w * d * nj / n
			v.SetSym(j, j, v.At(j, j)+spread*nj/n*(1-nj/n))
			for l := range j {
				v.SetSym(j, l, v.At(j, l)-spread*nj/n*s.risk[l]/n)
			}
		}
	})
}

// singular is the eigenvalue, on the scale of correlations, that is rounding.
const singular = 1e-10

// test computes the statistic with the generalised inverse, on the scale of correlations: V is singular, for differences sum to 0, also within
// sets of groups that were never at risk together.
func (r *LogRank) test(v *mat.SymDense) {
	r.Statistic, r.P = math.NaN(), math.NaN()
	var live []int
	for j := range r.N {
		if v.At(j, j) > 0 {
			live = append(live, j)
		}
	}
	if len(live) < 2 {
		return
	}
	correlation, z := mat.NewSymDense(len(live), nil), make([]float64, len(live))
	for a, j := range live {
		spread := math.Sqrt(v.At(j, j))
		z[a] = (r.Observed[j] - r.Expected[j]) / spread
		for b, l := range live[:a+1] {
			correlation.SetSym(a, b, v.At(j, l)/(spread*math.Sqrt(v.At(l, l))))
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(correlation, true) {
		return
	}
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	sum := 0.0
	for c, value := range eig.Values(nil) {
		if value > singular {
			along := floats.Dot(mat.Col(nil, c, &vectors), z)
			sum += along * along / value
			r.DF++
		}
	}
	if r.DF > 0 {
		r.Statistic, r.P = sum, num.ChiSquareUpper(sum, float64(r.DF))
	}
}
