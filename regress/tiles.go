package regress

import (
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

// tileStores are buffers of tiles for whoever needs one.
var tileStores sync.Pool

func tileStore(size int) *[]float64 {
	if s, ok := tileStores.Get().(*[]float64); ok && cap(*s) >= size {
		*s = (*s)[:size]
		return s
	}
	s := make([]float64, size)
	return &s
}

// tileRows are up to tile rows of a fit, their columns in the frame: row i of column cols[a] is z[a·tileStride + i].
type tileRows struct {
	Rows
	block, lo  int // the block of the source, and the number of the first row in it
	rows, cols int
	z          []float64

	eta, score, info [tile]float64 // of the rows, to work in
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
		store := tileStore(len(m.cols) * tileStride)
		defer tileStores.Put(store)
		t := &tileRows{block: b, cols: len(m.cols), z: *store}
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
	mean, inverse = mean[:len(cols)], inverse[:len(cols)]
	i := 0
	for ; i+4 <= t.rows; i += 4 {
		x0, x1, x2, x3 := x[i*k:(i+1)*k], x[(i+1)*k:(i+2)*k], x[(i+2)*k:(i+3)*k], x[(i+3)*k:(i+4)*k]
		x1, x2, x3 = x1[:len(x0)], x2[:len(x0)], x3[:len(x0)]
		for a, j := range cols {
			c, s := mean[a], inverse[a]
			z := t.z[a*tileStride+i:][:4]
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
	for a, g := range gamma {
		floats.AddScaled(eta, g, t.column(a))
	}
}

// addScore adds Σ vᵢ zᵢ to score.
func (t *tileRows) addScore(score, v []float64) { t.addProducts(score[:t.cols], v[:t.rows]) }

// addGram adds the lower triangle of Σ wᵢ zᵢzᵢ' to part, by rows.
func (t *tileRows) addGram(part, weight []float64) {
	var scaled [tile]float64
	for a := range t.cols {
		floats.MulTo(scaled[:t.rows], weight[:t.rows], t.column(a))
		t.addProducts(part[:a+1], scaled[:t.rows])
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
		var weight, squares [tile]float64
		for i := range t.rows {
			weight[i] = t.weight(i)
		}
		t.addGram(p.gram, weight[:])
		for a := range t.cols {
			for i, v := range t.column(a) {
				squares[i] += v * v
			}
		}
		p.longest = max(p.longest, floats.Max(squares[:t.rows]))
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
