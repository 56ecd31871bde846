package survival

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// tile is how many vectors are multiplied at a time: 20 columns of it fit the first-level cache.
const tile = 128

// gram is Σ c·vv' over vectors of k values, the lower triangle packed by rows. Vectors wait, transposed, until a tile of them is full.
type gram struct {
	k, n   int
	c      [tile]float64
	scaled [tile]float64
	v      []float64 // k×tile
	sum    []float64
}

// triangle is the number of values of a packed symmetric matrix.
func triangle(k int) int { return k * (k + 1) / 2 }

// newGram adds to sum, which has triangle(k) values.
func newGram(k int, sum []float64) *gram { return &gram{k: k, v: make([]float64, k*tile), sum: sum} }

// add adds c·vv'.
func (g *gram) add(v []float64, c float64) {
	g.c[g.n] = c
	at := g.n
	for _, x := range v {
		g.v[at] = x
		at += tile
	}
	if g.n++; g.n == tile {
		g.flush()
	}
}

// flush adds what waits.
func (g *gram) flush() {
	n, sum := g.n, g.sum
	for a := range g.k {
		va := g.v[a*tile : a*tile+n]
		floats.MulTo(g.scaled[:n], g.c[:n], va)
		for b := range a + 1 {
			sum[b] += floats.Dot(g.scaled[:n], g.v[b*tile:b*tile+n])
		}
		sum = sum[a+1:]
	}
	g.n = 0
}

// unpack turns a packed lower triangle into a symmetric matrix, nil for none.
func unpack(packed []float64, k int) *mat.SymDense {
	if k == 0 {
		return nil
	}
	s := mat.NewSymDense(k, nil)
	for a := range k {
		for b := range a + 1 {
			s.SetSym(a, b, packed[b])
		}
		packed = packed[a+1:]
	}
	return s
}
