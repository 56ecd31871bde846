package markov

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// covariance of all entries of p, k²×k²; nil where the information is not positive definite.
func (o *over) covariance(p *mat.Dense) *mat.SymDense {
	k := o.k
	free := o.directions(p)
	_, q := free.Dims()
	if q == 0 {
		return mat.NewSymDense(k*k, nil)
	}
	bend := o.bend(p)
	var half, information mat.Dense
	half.Mul(bend, free)
	information.Mul(free.T(), &half)
	unit, scale := mat.NewSymDense(q, nil), make([]float64, q)
	for i := range q {
		if scale[i] = math.Sqrt(information.At(i, i)); !(scale[i] > 0) {
			return nil
		}
	}
	for i := range q {
		for j := i; j < q; j++ {
			unit.SetSym(i, j, (information.At(i, j)+information.At(j, i))/(2*scale[i]*scale[j]))
		}
	}
	var chol mat.Cholesky
	inverse := mat.NewSymDense(q, nil)
	if !chol.Factorize(unit) || !(chol.Cond() < leapCondition) || chol.InverseTo(inverse) != nil {
		return nil
	}
	for i := range q {
		for j := i; j < q; j++ {
			inverse.SetSym(i, j, inverse.At(i, j)/(scale[i]*scale[j]))
		}
	}
	half.Reset()
	half.Mul(free, inverse)
	var all mat.Dense
	all.Mul(&half, free.T())
	out := mat.NewSymDense(k*k, nil)
	for i := range k * k {
		for j := i; j < k*k; j++ {
			out.SetSym(i, j, (all.At(i, j)+all.At(j, i))/2)
		}
	}
	return out
}

// directions is J, k²×q: ∂p_ab/∂θ_ac = p_ab(1{b=c} − p_ac) for the positive entries of rows that were estimated, the largest
// left out.
func (o *over) directions(p *mat.Dense) *mat.Dense {
	k := o.k
	var columns [][]float64
	for a := range k {
		row := p.RawRowView(a)
		largest := 0
		for b, v := range row {
			if v > row[largest] {
				largest = b
			}
		}
		for c, v := range row {
			if v == 0 || c == largest {
				continue
			}
			column := make([]float64, k*k)
			for b, w := range row {
				column[a*k+b] = -w * v
			}
			column[a*k+c] += v
			columns = append(columns, column)
		}
	}
	if columns == nil {
		return &mat.Dense{}
	}
	out := mat.NewDense(k*k, len(columns), nil)
	for c, column := range columns {
		out.SetCol(c, column)
	}
	return out
}

// bend is −∂² log L/∂p∂pᵀ: of the moves seen n/p², of the gaps by central differences of their slope.
func (o *over) bend(p *mat.Dense) *mat.Dense {
	const step = 1e-4 // of a probability
	k := o.k
	out := mat.NewDense(k*k, k*k, nil)
	for cell := range k * k {
		v := p.At(cell/k, cell%k)
		if v == 0 {
			continue
		}
		at := mat.DenseCopyOf(p)
		at.Set(cell/k, cell%k, v*(1+step))
		_, up := o.gaps(at)
		at.Set(cell/k, cell%k, v*(1-step))
		_, down := o.gaps(at)
		for other := range k * k {
			out.Set(cell, other, (down.At(other/k, other%k)-up.At(other/k, other%k))/(2*step*v))
		}
		out.Set(cell, cell, out.At(cell, cell)+float64(o.c.N[cell])/(v*v))
	}
	return out
}
