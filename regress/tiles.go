package regress

import (
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// tile is how many rows are centred, scaled and transposed at a time: 20 columns of it fit
// the first-level cache.
const tile = 128

// tileStride is the distance of columns in a tile: not a power of two, for columns that far apart fall into
// the same few lines of a cache.
const tileStride = tile + 8

// tileRows are up to tile rows of a fit, their columns in the frame: row i of column cols[a] is z[a·tileStride + i].
type tileRows struct {
	Rows
	block, lo  int // the block of the source, and the number of the first row in it
	rows, cols int
	z          []float64

	eta, score, info [tile]float64 // of the rows, to work in
	scaled           [tile]float64
}

// usedTiles are tiles whose memory may be used again.
var usedTiles sync.Pool

func newTile(block, cols int) *tileRows {
	t, _ := usedTiles.Get().(*tileRows)
	if t == nil {
		t = &tileRows{}
	}
	if size := cols * tileStride; cap(t.z) < size {
		t.z = make([]float64, size)
	} else {
		t.z = t.z[:size]
	}
	t.block, t.cols = block, cols
	return t
}

// release gives the memory of t back, without holding on to that of its rows.
func (t *tileRows) release() {
	t.Rows = Rows{}
	usedTiles.Put(t)
}

// tiles calls f for every tile of rows. Sums go into part, which belongs to a piece of the rows and is combined in a
// fixed tree; the total is returned.
func (m *glm) tiles(f func(t *tileRows, part []float64), width int) []float64 {
	sums := func() []float64 { return make([]float64, width) }
	return foldTiles(m, sums, func(t *tileRows, part []float64) []float64 { f(t, part); return part }, addVectors)
}

// foldTiles is fold by tiles.
func foldTiles[T any](m *glm, empty func() T, f func(t *tileRows, into T) T, merge func(into, from T) T) T {
	k := len(m.d.names)
	mean, inverse := make([]float64, len(m.cols)), make([]float64, len(m.cols))
	for a, j := range m.cols {
		mean[a], inverse[a] = m.fr.mean[j], m.fr.inverse(j)
	}
	return fold(m.d, empty, func(b, first int, r *Rows, into T) T {
		t := newTile(b, len(m.cols))
		defer t.release()
		for lo := 0; lo < len(r.Y); lo += tile {
			t.Rows = r.slice(lo, min(lo+tile, len(r.Y)), k)
			t.lo, t.rows = first+lo, len(t.Y)
			t.fill(t.X, k, m.cols, mean, inverse)
			into = f(t, into)
		}
		return into
	}, merge)
}

// fill centres, scales and transposes rows of width k, four at a time.
func (t *tileRows) fill(x []float64, k int, cols []int, mean, inverse []float64) {
	all := len(cols) == k && slices.IsSorted(cols) // most fits: without a look at cols nothing needs to be checked
	mean, inverse = mean[:len(cols)], inverse[:len(cols)]
	i := 0
	for ; i+4 <= t.rows; i += 4 {
		x0, x1, x2, x3 := x[i*k:(i+1)*k], x[(i+1)*k:(i+2)*k], x[(i+2)*k:(i+3)*k], x[(i+3)*k:(i+4)*k]
		x1, x2, x3 = x1[:len(x0)], x2[:len(x0)], x3[:len(x0)]
		if all {
			means, inverses := mean[:len(x0)], inverse[:len(x0)]
			for j, v := range x0 {
				c, s := means[j], inverses[j]
				z := (*[4]float64)(t.z[j*tileStride+i:])
				z[0], z[1], z[2], z[3] = (v-c)*s, (x1[j]-c)*s, (x2[j]-c)*s, (x3[j]-c)*s
			}
			continue
		}
		for a, j := range cols {
			c, s := mean[a], inverse[a]
			z := (*[4]float64)(t.z[a*tileStride+i:])
			z[0], z[1], z[2], z[3] = (x0[j]-c)*s, (x1[j]-c)*s, (x2[j]-c)*s, (x3[j]-c)*s
		}
	}
	for ; i < t.rows; i++ {
		for a, j := range cols {
			t.z[a*tileStride+i] = (x[i*k+j] - mean[a]) * inverse[a]
		}
	}
}

// column is column a.
func (t *tileRows) column(a int) []float64 { return t.z[a*tileStride : a*tileStride+t.rows] }

// linear sets eta to Σ z_a γ_a.
func (t *tileRows) linear(eta, gamma []float64) {
	clear(eta)
	if len(gamma) > 0 {
		blas64.Implementation().Dgemv('T', len(gamma), t.rows, 1, t.z, tileStride, gamma, 1, 1, eta, 1)
	}
}

// addScore adds Σ vᵢ zᵢ to score.
func (t *tileRows) addScore(score, v []float64) { t.addProducts(score[:t.cols], v[:t.rows]) }

// addGram adds the lower triangle of Σ wᵢ zᵢzᵢ' to part, by rows.
func (t *tileRows) addGram(part, weight []float64) {
	for a := range t.cols {
		floats.MulTo(t.scaled[:t.rows], weight[:t.rows], t.column(a))
		t.addProducts(part[:a+1], t.scaled[:t.rows])
		part = part[a+1:]
	}
}

// addProducts adds z_b·v to sum[b] for the first columns b.
func (t *tileRows) addProducts(sum, v []float64) {
	blas64.Implementation().Dgemv('N', len(sum), t.rows, 1, t.z, tileStride, v, 1, 1, sum, 1)
}

// crossProducts are Σ wᵢ zᵢzᵢ' (the lower triangle by rows) and maxᵢ ‖zᵢ‖² over the rows.
type crossProducts struct {
	gram    []float64
	longest float64
}

func (m *glm) crossProducts() crossProducts {
	k := len(m.cols)
	empty := func() crossProducts { return crossProducts{gram: make([]float64, k*(k+1)/2)} }
	return foldTiles(m, empty, func(t *tileRows, p crossProducts) crossProducts {
		for i := range t.rows {
			t.info[i] = t.weight(i)
		}
		t.addGram(p.gram, t.info[:])
		squares := t.score[:t.rows]
		clear(squares)
		for a := range t.cols {
			for i, v := range t.column(a) {
				squares[i] += v * v
			}
		}
		p.longest = max(p.longest, floats.Max(squares))
		return p
	}, func(a, b crossProducts) crossProducts {
		return crossProducts{addVectors(a.gram, b.gram), max(a.longest, b.longest)}
	})
}

// unpack turns the packed lower triangle into a symmetric matrix.
func unpack(packed []float64, k int) *mat.SymDense {
	s := mat.NewSymDense(k, nil)
	for a := range k {
		for b := range a + 1 {
			s.SetSym(a, b, packed[b])
		}
		packed = packed[a+1:]
	}
	return s
}
