package regress

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Robust covariances of generalised linear models by a pass over their rows, which need not be in memory.

// addSandwich sets f.Robust: of rows with clusters CR1 (HC0: without its factor), else what hc asks for. The error is that of the source.
func (f *Fit) addSandwich(hc HC) error {
	m := f.glm
	switch {
	case !f.Certificate.Certified() || m == nil || hc == NoHC && !m.clustered:
		return nil
	case m.clustered && hc > HC0:
		return fmt.Errorf("regress: %s does not go with clusters, which allow for unequal variance too: leave it out", hc)
	case m.clustered:
		return f.addRuns(hc)
	}
	n, k := m.d.rows(), len(m.cols)
	sums := m.tiles(func(t *tileRows, part []float64) {
		m.squares(t, f.gamma)
		if hc >= HC2 {
			part[len(part)-1] += m.lift(t, f.bread, hc)
		}
		for i, e := range t.score[:t.rows] {
			t.score[i] = e * e
		}
		t.addGram(part, t.score[:])
	}, k*(k+1)/2+1)
	if m.d.err != nil {
		return m.d.err
	}
	f.setHC(m.fr, m.cols, sandwich(f.bread, unpack(sums, k), hc.factor(n, k)), int(sums[len(sums)-1]), hc)
	return nil
}

// squares sets t.score to w·∂ℓ/∂η by row, and t.eta.
func (m *glm) squares(t *tileRows, gamma []float64) {
	m.predictor(t.eta[:t.rows], t, gamma)
	for i, eta := range t.eta[:t.rows] {
		_, e, _ := m.law.row(eta, t.Y[i])
		t.score[i] = t.weight(i) * e
	}
}

// lift makes t.score that of HC2 or HC3, and counts rows of leverage 1, which have none.
func (m *glm) lift(t *tileRows, bread *mat.SymDense, hc HC) (alone float64) {
	z, scratch := make([]float64, t.cols), make([]float64, t.cols)
	for i, eta := range t.eta[:t.rows] {
		for a := range z {
			z[a] = t.column(a)[i]
		}
		var ok bool
		if t.score[i], ok = hc.lifted(t.score[i], t.weight(i)*information(m.law, eta)*quadratic(bread, z, scratch)); !ok {
			alone++
		}
	}
	return alone
}

// run is the score of a cluster, as far as its rows have been seen.
type run struct {
	cluster int32
	score   []float64
}

// runs are the clusters of consecutive rows: those that are whole summed up, the first and the last open, for they may go on.
type runs struct {
	meat        []float64 // Σ s s' of the whole ones, the lower triangle by rows
	whole       int
	first, last *run // nil without rows; the same one where there is one cluster
	fault       error
}

// close adds a whole cluster.
func (r *runs) close(c *run) {
	r.whole++
	at := 0
	for a, u := range c.score {
		for _, v := range c.score[:a+1] {
			r.meat[at] += u * v
			at++
		}
	}
}

// row adds e·z of a row of a cluster.
func (r *runs) row(cluster int32, e float64, t *tileRows, i int) {
	if r.last == nil || r.last.cluster != cluster {
		next := &run{cluster, make([]float64, t.cols)}
		r.follow(next, next)
	}
	for a := range r.last.score {
		r.last.score[a] += e * t.z[a*tileStride+i]
	}
}

// follow goes on with a later first and last cluster, of which those between have been added.
func (r *runs) follow(first, last *run) {
	switch {
	case r.first == nil:
		r.first, r.last = first, last
		return
	case first.cluster < r.last.cluster:
		r.fault = errors.New("regress: clusters of a source must ascend, so that the rows of each lie together: sort the rows by cluster")
	case first.cluster == r.last.cluster:
		addVectors(r.last.score, first.score)
		if first == last {
			return
		}
		if r.first != r.last {
			r.close(r.last)
		}
	default:
		if r.first != r.last {
			r.close(r.last)
		}
		if first != last {
			r.close(first)
		}
	}
	r.last = last
}

// mergeRuns puts later rows behind earlier ones.
func mergeRuns(a, b *runs) *runs {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.fault == nil:
		a.fault = b.fault
	}
	if b.first != nil {
		addVectors(a.meat, b.meat)
		a.whole += b.whole
		a.follow(b.first, b.last)
	}
	return a
}

// addRuns sets f.Robust by the clusters of the rows: addRobust, by a pass.
func (f *Fit) addRuns(hc HC) error {
	m := f.glm
	n, k := m.d.rows(), len(m.cols)
	all := foldTiles(m, func() *runs { return &runs{meat: make([]float64, k*(k+1)/2)} }, func(t *tileRows, r *runs) *runs {
		if t.Cluster == nil {
			r.fault = errors.New("regress: some rows of the source have clusters and others none: number all")
			return r
		}
		m.squares(t, f.gamma)
		for i, c := range t.Cluster {
			r.row(c, t.score[i], t, i)
		}
		return r
	}, mergeRuns)
	switch {
	case m.d.err != nil:
		return m.d.err
	case all.fault != nil:
		return all.fault
	}
	all.close(all.first)
	if all.last != all.first {
		all.close(all.last)
	}
	f.Clusters = all.whole
	if !enough(&f.Certificate, all.whole, k) {
		return nil
	}
	c := 1.0
	if hc == NoHC {
		c = few(all.whole, n, k)
	}
	f.Robust = m.fr.covariance(m.cols, sandwich(f.bread, unpack(all.meat, k), c))
	return nil
}
