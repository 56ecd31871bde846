package regress

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
)

// qr is a Householder factorisation of the columns of a matrix that are not determined by
// earlier ones: A[:, kept] = Q·[R; 0].
type qr struct {
	reflectors [][]float64 // reflector p acts on rows p…n−1
	tau        []float64   // 2/v'v
	upper      [][]float64 // column p of R: upper[p][:p+1]
	kept       []int       // position p holds this column of the input
	dropped    []dependence
}

// collinearity is the share of its length that a column must keep, once earlier columns are
// taken out, not to be called collinear. Double rounding leaves about 1e-15 times the condition
// number of the earlier columns; the hardest NIST set (Filip, a polynomial of degree 10)
// keeps 6e-8 of its last column and must survive.
const collinearity = 1e-10

// factorise runs Householder QR (Golub & Van Loan 2013, Matrix Computations, algorithm 5.2.1)
// over the columns in the order given, which are overwritten. Pivoting is limited: a column
// whose remainder falls to floor or below is set aside and the next one takes its place, as in
// R's modification of LINPACK dqrdc2, so that columns keep their order and the last of a
// collinear set is the one named. ids are the names to use for columns.
//
// Every column is updated by one goroutine, so the result does not depend on threads.
func factorise(cols [][]float64, ids []int, floor func(id int) float64, threads int) *qr {
	f := &qr{}
	for c, x := range cols {
		p := len(f.kept)
		norm := 0.0
		if p < len(x) {
			norm = math.Sqrt(floats.Dot(x[p:], x[p:])) // columns are scaled: no overflow
		}
		if !(norm > floor(ids[c])) {
			f.dropped = append(f.dropped, depends(ids[c], f.kept, func(a, b int) float64 { return f.upper[b][a] }, x))
			continue
		}
		v := x[p:]
		diagonal := -math.Copysign(norm, v[0])
		f.upper = append(f.upper, append(append([]float64(nil), x[:p]...), diagonal))
		v[0] -= diagonal
		f.reflectors = append(f.reflectors, v)
		f.tau = append(f.tau, 2/floats.Dot(v, v))
		f.kept = append(f.kept, ids[c])
		rest := cols[c+1:]
		num.Blocks(len(rest), 1, threads, func(j, _, _ int) { f.reflect(p, rest[j]) })
	}
	return f
}

// reflect applies reflector p to x.
func (f *qr) reflect(p int, x []float64) {
	v := f.reflectors[p]
	floats.AddScaled(x[p:], -f.tau[p]*floats.Dot(v, x[p:]), v)
}

// multiply overwrites x with Q'x (transposed) or Qx.
func (f *qr) multiply(x []float64, transposed bool) {
	for i := range f.kept {
		if transposed {
			f.reflect(i, x)
		} else {
			f.reflect(len(f.kept)-1-i, x)
		}
	}
}

// solve overwrites the first len(kept) elements of x with R⁻¹x.
func (f *qr) solve(x []float64) {
	for b := len(f.kept) - 1; b >= 0; b-- {
		x[b] /= f.upper[b][b]
		for a := range b {
			x[a] -= f.upper[b][a] * x[b]
		}
	}
}

// solveTransposed overwrites the first len(kept) elements of x with R⁻ᵀx.
func (f *qr) solveTransposed(x []float64) {
	for b := range f.kept {
		for a := range b {
			x[b] -= f.upper[b][a] * x[a]
		}
		x[b] /= f.upper[b][b]
	}
}
