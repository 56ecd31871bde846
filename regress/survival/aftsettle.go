package survival

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// groups lists the rows of every cluster, nil where rows are on their own; as CoxFit.groups.
func (f *AFTFit) groups(o *Options, parameters, rows int) [][]int32 {
	if o.Cluster == nil {
		return nil
	}
	groups := byNumber(o.Cluster, rows)
	f.Clusters = len(groups)
	warnClusters(&f.Certificate, f.Clusters, parameters)
	return groups
}

// warnClusters refuses a fit with one cluster, and warns of one with few.
func warnClusters(c *num.Certificate, clusters, coefficients int) {
	switch {
	case clusters == 1:
		c.Refuse(num.WarnTooFew, "all rows are one cluster: there is no cluster-robust covariance; leave the clusters out or add data")
	case clusters <= coefficients:
		c.Warn(num.WarnTooFew, fmt.Sprintf("%d clusters for %d coefficients: the cluster-robust covariance is singular and too small for some combinations", clusters, coefficients))
	}
}

// settle maps the point to coefficients, scale and their covariance: β = α/τ, log σ = −log τ, so that
//
//	∂β/∂α = 1/τ,   ∂β/∂τ = −α/τ²,   ∂log σ/∂τ = −1/τ
func (f *AFTFit) settle(m *aft, fr *frame, p point, bread *mat.SymDense, groups [][]int32, robust bool) {
	k, q := m.k, m.parameters()
	tau := 1.0
	if !m.fixed {
		tau = p.gamma[k]
	}
	gamma := make([]float64, k)
	for a := range gamma {
		gamma[a] = p.gamma[a] / tau
	}
	f.Coef, f.Scale = fr.coefficients(gamma), 1/tau
	if fr.ones >= 0 {
		f.Coef[fr.ones] += m.shift / fr.scale[fr.ones]
		f.Constant = f.Names[fr.ones]
	}
	// The map of (α, τ) to (β, log σ), one column at a time.
	width := len(f.Names) + 1
	j := mat.NewDense(width, q, nil)
	unit := make([]float64, k)
	for a := range k {
		unit[a] = 1 / tau
		j.SetCol(a, append(fr.coefficients(unit), 0))
		unit[a] = 0
	}
	if !m.fixed {
		for a := range k {
			unit[a] = -p.gamma[a] / (tau * tau)
		}
		j.SetCol(k, append(fr.coefficients(unit), -1/tau))
	}
	f.Joint = transformed(j, bread)
	f.Cov = leading(f.Joint, width-1)
	for c := range f.SE {
		f.SE[c] = math.Sqrt(f.Cov.At(c, c))
	}
	if robust || groups != nil {
		var half, full mat.Dense
		half.Mul(bread, unpack(m.meat(p.gamma, groups), q))
		full.Mul(&half, bread)
		f.Joint = transformed(j, num.Symmetric(&full))
		f.Robust = leading(f.Joint, width-1)
	}
	f.ScaleSE = f.Scale * math.Sqrt(max(f.Joint.At(width-1, width-1), 0))
}

// transformed is J·C·J'.
func transformed(j *mat.Dense, c *mat.SymDense) *mat.SymDense {
	var half, full mat.Dense
	half.Mul(j, c)
	full.Mul(&half, j.T())
	return num.Symmetric(&full)
}

// leading is the first k rows and columns.
func leading(s *mat.SymDense, k int) *mat.SymDense {
	out := mat.NewSymDense(k, nil)
	for a := range k {
		for b := range a + 1 {
			out.SetSym(a, b, s.At(a, b))
		}
	}
	return out
}

// meat is Σ s s' of the scores of (α, τ), summed by groups, nil = each row its own.
func (m *aft) meat(gamma []float64, groups [][]int32) []float64 {
	q, n := m.parameters(), len(m.y)
	if groups != nil {
		n = len(groups)
	}
	return num.BlockSums(n, block, m.o.Threads, triangle(q), func(lo, hi int, sum []float64) {
		g, s := newGram(q, sum), make([]float64, q)
		for c := lo; c < hi; c++ {
			clear(s)
			if groups == nil {
				m.rowScore(c, gamma, s)
			} else {
				for _, i := range groups[c] {
					m.rowScore(int(i), gamma, s)
				}
			}
			g.add(s, 1)
		}
		g.flush()
	})
}

// rowScore adds the weighted score of row i to s.
func (m *aft) rowScore(i int, gamma, s []float64) {
	k, tau := m.k, 1.0
	if !m.fixed {
		tau = gamma[k]
	}
	z, w := m.z[i*k:(i+1)*k], m.o.weight(i)
	eta := floats.Dot(z, gamma[:k])
	add := func(y, d1 float64) {
		floats.AddScaled(s[:k], -w*d1, z)
		if !m.fixed {
			s[k] += w * d1 * y
		}
	}
	of := m.law.survival
	if m.event[i] {
		of = m.law.density
		if !m.fixed {
			s[k] += w / tau
		}
	}
	_, d1, _ := of(tau*m.y[i] - eta)
	add(m.y[i], d1)
	if m.entry != nil && !math.IsInf(m.entry[i], -1) {
		_, d1, _ := m.law.survival(tau*m.entry[i] - eta)
		add(m.entry[i], -d1)
	}
}
