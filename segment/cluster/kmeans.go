package cluster

import (
	"math"
	"math/rand/v2"

	"mainstay/internal/num"
)

// KMeans is a partition into K clusters that no single step of Lloyd's algorithm improves.
type KMeans struct {
	K           int
	Centres     []float64 // K·D, row by row
	Of          []int32   // by point: its cluster
	Sizes       []int
	Inertia     float64 // Σ squared distance to the own centre
	Certificate num.Certificate
}

// Limits of the search.
const (
	restarts       = 20    // starts by k-means++; the best is kept
	startSample    = 5_000 // points on which the starts are tried
	mostIterations = 300   // of Lloyd's algorithm
	settled        = 1e-12 // relative fall of the inertia below which nothing moves that matters
)

// FitKMeans minimises the within-cluster sum of squares by Lloyd's algorithm (Lloyd 1982, IEEE Trans.
// Inf. Theory 28:129–137) from the best of twenty starts by k-means++ (Arthur & Vassilvitskii 2007, SODA,
// 1027–1035). Of many points the starts are tried on a fixed sample, and all points refine the best of
// them. k must be at least 1 and at most the number of distinct points; where it is more, a cluster stays
// empty and the fit is refused. Converged: assignments no longer change, or the inertia no longer falls.
func FitKMeans(p Points, k, threads int) *KMeans {
	few, _ := Sample(p, startSample)
	var best *KMeans
	for start := range restarts {
		m := lloyd(few, plusPlus(few, k, newRandom(uint64(start))), threads)
		if best == nil || m.Inertia < best.Inertia {
			best = m
		}
	}
	if few.N() < p.N() {
		best = lloyd(p, best.Centres, threads)
	}
	return best
}

// plusPlus chooses k points as centres, each with probability in proportion to its squared distance from
// those chosen before.
func plusPlus(p Points, k int, r *rand.Rand) []float64 {
	n := p.N()
	centres := append(make([]float64, 0, k*p.D), p.Row(r.IntN(n))...)
	distance := make([]float64, n)
	for i := range distance {
		distance[i] = math.Inf(1)
	}
	for len(centres) < k*p.D {
		last, total := centres[len(centres)-p.D:], 0.0
		for i := range distance {
			distance[i] = min(distance[i], squared(p.Row(i), last))
			total += distance[i]
		}
		chosen, at := n-1, r.Float64()*total
		for i, d := range distance {
			if at -= d; at < 0 {
				chosen = i
				break
			}
		}
		centres = append(centres, p.Row(chosen)...)
	}
	return centres
}

// lloyd alternates between the nearest centre of every point and the mean of every cluster. A cluster that
// loses all its points keeps its centre.
func lloyd(p Points, centres []float64, threads int) *KMeans {
	d := p.D
	m := &KMeans{K: len(centres) / d, Centres: append([]float64(nil), centres...), Of: make([]int32, p.N())}
	c := &m.Certificate
	c.Model, c.Criteria, c.Observations = "k-means", []string{"no point changes its cluster, or the inertia falls by less than 1e-12 of itself"}, int64(p.N())
	m.Inertia = math.Inf(1)
	for c.Iterations = 1; c.Iterations <= mostIterations && !c.Converged; c.Iterations++ {
		changed, sums := m.step(p, threads)
		inertia := sums[len(sums)-1]
		c.Converged = changed == 0 && c.Iterations > 1 || m.Inertia-inertia <= settled*inertia
		m.Inertia = inertia
		m.Sizes = make([]int, m.K)
		for k := range m.K {
			size := sums[k*(d+1)+d]
			m.Sizes[k] = int(size)
			for j := 0; j < d && size > 0; j++ {
				m.Centres[k*d+j] = sums[k*(d+1)+j] / size
			}
		}
	}
	c.Iterations--
	c.InfoPosDef = true
	for _, size := range m.Sizes {
		if size == 0 {
			c.Refuse(num.WarnTooFew, "a cluster is empty: fewer distinct points than clusters; ask for fewer")
			break
		}
	}
	if !c.Converged {
		c.Refuse(num.WarnNotConverged, "points still change their clusters after the last iteration")
	}
	return m
}

// step assigns every point and sums up the clusters: by cluster the sums of its D coordinates and its size,
// then the inertia. It returns how many points changed.
func (m *KMeans) step(p Points, threads int) (changed int, sums []float64) {
	d, width := p.D, m.K*(p.D+1)+2
	sums = num.BlockSums(p.N(), pointBlock, threads, width, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			x := p.Row(i)
			k, distance := nearest(x, m.Centres)
			if m.Of[i] != int32(k) {
				m.Of[i] = int32(k)
				sum[width-2]++
			}
			part := sum[k*(d+1):]
			for j, v := range x {
				part[j] += v
			}
			part[d]++
			sum[width-1] += distance
		}
	})
	return int(sums[width-2]), sums
}
