// Package cluster finds groups in points: k-means, Gaussian mixtures, and how many groups there are. It
// knows points and nothing of what they stand for. Everything is the same for any number of threads;
// the order of the rows is the caller's to fix.
package cluster

import (
	"math/rand/v2"

	"mainstay/internal/num"
)

// Points are n rows of D numbers, row by row. They must be finite.
type Points struct {
	D int
	X []float64 // n·D
}

// N is the number of points.
func (p Points) N() int { return len(p.X) / max(p.D, 1) }

// Row is point i; the slice belongs to p.
func (p Points) Row(i int) []float64 { return p.X[i*p.D : (i+1)*p.D] }

// pointBlock is how many points one worker takes at a time; sums are combined in the order of blocks.
const pointBlock = 512

// seed fixes every random choice, so that the same points give the same clusters.
const seed = 1987

func newRandom(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// Sample is at most n of the points, chosen at random by a fixed seed and kept in their order, with their
// indexes. All points when there are no more than n.
func Sample(p Points, n int) (Points, []int) {
	total := p.N()
	if total <= n {
		all := make([]int, total)
		for i := range all {
			all[i] = i
		}
		return p, all
	}
	r := newRandom(uint64(total))
	out := Points{D: p.D, X: make([]float64, 0, n*p.D)}
	chosen := make([]int, 0, n)
	for i := 0; i < total && len(chosen) < n; i++ { // selection sampling: Knuth, TAOCP vol. 2, algorithm 3.4.2 S
		if r.IntN(total-i) < n-len(chosen) {
			out.X = append(out.X, p.Row(i)...)
			chosen = append(chosen, i)
		}
	}
	return out, chosen
}

// squared is the squared Euclidean distance.
func squared(x, y []float64) float64 {
	sum := 0.0
	for j, v := range x {
		d := v - y[j]
		sum += d * d
	}
	return sum
}

// nearest is the centre (of k, row by row in centres) nearest to x, the first of equals, and its squared
// distance.
func nearest(x, centres []float64) (int, float64) {
	d := len(x)
	best, least := 0, squared(x, centres[:d])
	for k := 1; k*d < len(centres); k++ {
		if s := squared(x, centres[k*d:(k+1)*d]); s < least {
			best, least = k, s
		}
	}
	return best, least
}

// Assign gives every point to the nearest of the centres.
func Assign(p Points, centres []float64, threads int) []int32 {
	of := make([]int32, p.N())
	num.Blocks(len(of), pointBlock, threads, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			k, _ := nearest(p.Row(i), centres)
			of[i] = int32(k)
		}
	})
	return of
}
