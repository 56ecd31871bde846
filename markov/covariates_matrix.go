package markov

import (
	"errors"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

// Sample are the covariates of moves, the constant left out, and how much each counts.
type Sample struct {
	X      [][]float64
	Weight []float64 // nil: alike
}

// Matrix is the transition matrix averaged over the covariates of moves out of each state (one sample by state, or one for all), with its
// standard errors by the delta method,
//
//	p̄_ij = mean p_ij(x),   ∂p̄_c/∂β_a = mean p_c(x)(1{c=a} − p_a(x)) x
//
// so that segments are compared by what their covariates say. A state without a sample has all of them. Of a state without a fit it is
// the row without covariates, with multinomial errors.
func (d *Dependent) Matrix(samples ...Sample) (p, se *mat.Dense, err error) {
	k := len(d.States)
	var all Sample
	for _, s := range samples {
		all.X = append(all.X, s.X...)
		all.Weight = append(all.Weight, s.Weight...)
	}
	if len(all.X) == 0 || len(samples) != 1 && len(samples) != k {
		return nil, nil, errors.New("a matrix at covariates needs a move out of some state")
	}
	p, se = mat.NewDense(k, k, nil), mat.NewDense(k, k, nil)
	for i, row := range d.Rows {
		if row.Fit == nil {
			for j, v := range row.Plain {
				p.Set(i, j, v)
				se.Set(i, j, math.Sqrt(v*(1-v)/max(row.Size, 1)))
			}
			continue
		}
		s := samples[min(i, len(samples)-1)]
		if len(s.X) == 0 {
			s = all
		}
		row.average(i, s, p, se)
	}
	return p, se, nil
}

// average sets row i.
func (row *DependentRow) average(i int, s Sample, p, se *mat.Dense) {
	f := row.Fit
	terms, categories := len(f.Names), len(row.To)
	size := (categories - 1) * terms
	gradient := make([][]float64, categories)
	mean := make([]float64, categories)
	for c := range gradient {
		gradient[c] = make([]float64, size)
	}
	share, total := 1/float64(len(s.X)), num.Sum(s.Weight)
	for r, values := range s.X {
		if s.Weight != nil {
			share = s.Weight[r] / total
		}
		x := append([]float64{1}, values...)
		at := chances(f, x, categories)
		for c, pc := range at {
			mean[c] += share * pc
			for a := 1; a < categories; a++ {
				slope := -pc * at[a]
				if a == c {
					slope += pc
				}
				for t, v := range x {
					gradient[c][(a-1)*terms+t] += share * slope * v
				}
			}
		}
	}
	cov := f.Cov
	if f.Robust != nil {
		cov = f.Robust
	}
	for c, j := range row.To {
		g := mat.NewVecDense(size, gradient[c])
		p.Set(i, j, mean[c])
		se.Set(i, j, math.Sqrt(max(0, mat.Inner(g, cov, g))))
	}
}

// chances are the probabilities of the destinations at x, the base first: the softmax of x·β.
func chances(f *regress.MultinomialFit, x []float64, categories int) []float64 {
	p := make([]float64, categories)
	top := 0.0
	for c := 1; c < categories; c++ {
		for t, v := range x {
			p[c] += v * f.Coef[(c-1)*len(x)+t]
		}
		top = max(top, p[c])
	}
	sum := 0.0
	for c := range p {
		p[c] = math.Exp(p[c] - top)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}
