package cluster

import (
	"math"

	"mainstay/internal/num"
)

// Silhouette is the mean silhouette width of points in k clusters:
//
//	s(i) = (b − a) ÷ max(a, b)
//
// with a the mean distance of point i to the others of its cluster and b the least mean distance to the
// points of another; 0 for a point alone in its cluster (Rousseeuw 1987, J. Comput. Appl. Math.
// 20:53–65). From −1 to 1; Kaufman & Rousseeuw 1990, Finding Groups in Data, §2.2.2, read up to 0.25
// as no substantial structure, above 0.5 as a reasonable one. It takes n² distances. NaN where fewer than two
// clusters have points.
func Silhouette(p Points, of []int32, k, threads int) float64 {
	n := p.N()
	sizes := make([]int, k)
	used := 0
	for _, c := range of {
		if sizes[c]++; sizes[c] == 1 {
			used++
		}
	}
	if used < 2 {
		return math.NaN()
	}
	const block = 64
	sum := num.BlockSums(n, block, threads, 1, func(lo, hi int, sum []float64) {
		total := make([]float64, k)
		for i := lo; i < hi; i++ {
			clear(total)
			x := p.Row(i)
			for j := range n {
				total[of[j]] += math.Sqrt(squared(x, p.Row(j)))
			}
			sum[0] += width(total, sizes, int(of[i]))
		}
	})
	return sum[0] / float64(n)
}

// width is the silhouette of one point of cluster own, total being its distances to all points by cluster.
func width(total []float64, sizes []int, own int) float64 {
	if sizes[own] == 1 {
		return 0
	}
	a, b := total[own]/float64(sizes[own]-1), math.Inf(1)
	for k, size := range sizes {
		if k != own && size > 0 {
			b = min(b, total[k]/float64(size))
		}
	}
	if most := max(a, b); most > 0 {
		return (b - a) / most
	}
	return 0
}
