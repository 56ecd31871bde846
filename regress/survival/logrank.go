package survival

import (
	"errors"
	"math"
	"slices"

	"mainstay/internal/num"

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
// modification of Gehan and Wilcoxon's). O, E and V are summed over strata; a group without anybody expected has no degree of freedom. Of o, Weights
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
		r.add(part.slices(pick(groups, rows), &w), rho, v)
	}
	r.test(v)
	return r, nil
}

// add sums one stratum.
func (r *LogRank) add(times []timeSlice, rho float64, v *mat.SymDense) {
	survival := 1.0
	for _, s := range times {
		w, n, d := 1.0, s.atRisk, s.events
		if d == 0 {
			continue
		}
		if rho != 0 {
			w = math.Pow(survival, rho)
		}
		survival *= 1 - d/n
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
	}
}

// test computes the statistic over the groups with anybody expected but the last, whose difference the others determine.
func (r *LogRank) test(v *mat.SymDense) {
	r.Statistic, r.P = math.NaN(), math.NaN()
	var live []int
	for j, e := range r.Expected {
		if e > 0 {
			live = append(live, j)
		}
	}
	r.DF = max(len(live)-1, 0)
	if r.DF == 0 {
		return
	}
	sub, diff := mat.NewSymDense(r.DF, nil), mat.NewVecDense(r.DF, nil)
	for a, j := range live[:r.DF] {
		diff.SetVec(a, r.Observed[j]-r.Expected[j])
		for b, l := range live[:a+1] {
			sub.SetSym(a, b, v.At(j, l))
		}
	}
	var chol mat.Cholesky
	x := mat.NewVecDense(r.DF, nil)
	if !chol.Factorize(sub) || chol.SolveVecTo(x, diff) != nil {
		return
	}
	r.Statistic = mat.Dot(diff, x)
	r.P = num.ChiSquareUpper(r.Statistic, float64(r.DF))
}
