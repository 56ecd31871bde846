package survival

import (
	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// groups lists the places of every cluster, nil where rows are on their own. One cluster gives no covariance: the fit is refused. Up to as many as
// columns give one that is singular: a warning.
func (f *CoxFit) groups() [][]int32 {
	if f.o.Cluster == nil {
		return nil
	}
	groups := byNumber(pick(f.o.Cluster, f.w.rows), f.w.n)
	f.Clusters = len(groups)
	warnClusters(&f.Certificate, f.Clusters, f.w.k)
	return groups
}

// addRobust sets f.Robust when it was asked for:
//
//	V = I⁻¹ (Σ_g s_g s_g') I⁻¹,   s_g = Σ_{i in g} wᵢ Uᵢ
//
// with U the score residuals (Lin & Wei 1989, JASA 84:1074–1078; clusters: Lee, Wei & Amato 1992).
func (f *CoxFit) addRobust(groups [][]int32) {
	if !f.o.Robust && groups == nil || f.w.k == 0 {
		return
	}
	w, k := f.w, f.w.k
	u := f.study().scores()
	meat := clusterMeat(u, k, w, groups)
	var half, full mat.Dense
	half.Mul(f.bread, unpack(meat, k))
	full.Mul(&half, f.bread)
	f.Robust = f.unscale(num.Symmetric(&full))
}

// clusterMeat is Σ s s' over groups of places, nil = each place its own.
func clusterMeat(u []float64, k int, w *walk, groups [][]int32) []float64 {
	n := len(groups)
	if groups == nil {
		n = w.n
	}
	return num.BlockSums(n, block, w.threads, triangle(k), func(lo, hi int, sum []float64) {
		g, s := newGram(k, sum), make([]float64, k)
		for c := lo; c < hi; c++ {
			if groups == nil {
				wt := w.weightAt(c)
				g.add(u[c*k:(c+1)*k], wt*wt)
				continue
			}
			clear(s)
			for _, p := range groups[c] {
				floats.AddScaled(s, w.weightAt(int(p)), u[int(p)*k:(int(p)+1)*k])
			}
			g.add(s, 1)
		}
		g.flush()
	})
}
