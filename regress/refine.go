package regress

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
)

// refinements bounds the corrections: each gains about 16 − log₁₀(condition) digits, so
// three suffice for any design whose columns survive factorise.
const refinements = 6

// settled is the size of a correction, against the solution, that no longer changes it: half a
// unit of roundoff.
const settled = 0x1p-54

// refine solves the least-squares problem from its factorisation and improves the solution
// against the raw data. It iterates on the augmented system in residuals r and
// coefficients β,
//
//	r + Xβ = y,   X'Wr = 0,
//
// with the defects f = y − r − Xβ and g = −X'Wr computed in twice the working precision and the
// corrections from the factors A = √W·Z = Q·[R; 0]:
//
//	h = R⁻ᵀg,  [d₁; d₂] = Q'√W f,  √W·δr = Q·[h; d₂],  R·δγ = d₁ − h
//
// (Björck 1967, BIT 7:257–278; Higham 2002, Accuracy and Stability of Numerical Algorithms,
// §20.5). The first correction, from r = β = 0, is the QR solution itself. It returns β of the
// whole design and the residuals.
func refine(d *Design, y []float64, fr *frame, q *qr, o Options) (beta, resid []float64) {
	n, k := d.Rows(), len(q.kept)
	beta, resid = make([]float64, len(d.Names)), make([]float64, n)
	first, last := 0.0, math.Inf(1)
	for range refinements {
		f, g := defects(d, y, beta, resid, o)
		h := fr.dual(q.kept, g)
		q.solveTransposed(h)
		for i := range f {
			f[i] *= math.Sqrt(o.weight(i))
		}
		q.multiply(f, true)
		step := make([]float64, k)
		for a := range step {
			step[a] = f[a] - h[a]
		}
		q.solve(step)
		size := floats.Norm(step, 2)
		if !(size < last/2) {
			break // as good as it gets: rounding, or a factorisation too rough to help
		}
		copy(f, h)
		q.multiply(f, false)
		for i := range f {
			resid[i] += f[i] / math.Sqrt(o.weight(i))
		}
		floats.Add(beta, fr.coefficients(q.kept, step))
		last, first = size, max(first, size)
		if size <= settled*first {
			break
		}
	}
	return beta, resid
}

// defects are f = y − r − Xβ and g = −X'Wr, each rounded once.
func defects(d *Design, y, beta, resid []float64, o Options) (f, g []float64) {
	n, k := d.Rows(), len(d.Names)
	f = make([]float64, n)
	parts := make([][]num.Adder, (n-1)/rowBlock+1)
	num.Blocks(n, rowBlock, o.Threads, func(b, lo, hi int) {
		sums := make([]num.Adder, k)
		for i := lo; i < hi; i++ {
			var defect num.Adder
			defect.Add(y[i])
			defect.Add(-resid[i])
			wr := -o.weight(i) * resid[i]
			for j, x := range d.X[i*k : (i+1)*k] {
				defect.AddProduct(-x, beta[j])
				sums[j].AddProduct(x, wr)
			}
			f[i] = defect.Sum()
		}
		parts[b] = sums
	})
	total := num.Tree(parts, func(into, from []num.Adder) []num.Adder {
		for j := range into {
			into[j].Merge(from[j])
		}
		return into
	})
	g = make([]float64, k)
	for j := range g {
		g[j] = total[j].Sum()
	}
	return f, g
}
