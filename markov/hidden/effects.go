package hidden

import (
	"fmt"
	"math"

	"mainstay/internal/num"
)

// Odds is by what one unit more of a covariate multiplies the odds of moving from From to To rather than to Base: staying, where that can be.
type Odds struct {
	From, To, Base, Covariate int
	Ratio                     Estimate // e^β, its interval on the log scale
	P                         float64  // of β = 0, by Wald
}

// Odds are those of every move that can be; nil for a refused fit, and without covariates.
func (f *Fit) Odds(level float64) (out []Odds) {
	if f.Params == nil {
		return nil
	}
	for at, c := range f.working.coords {
		if c.kind != ofSlope {
			continue
		}
		beta := f.Slopes[c.i][c.j][c.q]
		se := math.Sqrt(f.Cov.At(at, at)) / f.working.p.x.scale[c.q]
		ratio := math.Exp(beta)
		out = append(out, Odds{c.i, c.j, f.working.refs[c.i], c.q, num.OnLog(ratio, ratio*se, level), num.NormalTwoSided(beta / se)})
	}
	return out
}

// LikelihoodRatio tests that no covariate matters, against the plain chain: see Against.
func (f *Fit) LikelihoodRatio() (chi2 float64, df int, p float64) { return f.Against(f.Plain) }

// Against tests a model with fewer slopes, fitted to the same data, in which covariates act on some of the moves: χ² = 2(log L − log L₀), with a degree of freedom
// for each slope more. All are 0, and p NaN, where there are none more, one of the two was refused, or less is nil.
func (f *Fit) Against(less *Fit) (chi2 float64, df int, p float64) {
	if less == nil || f.Params == nil || less.Params == nil || f.slopes() <= less.slopes() {
		return 0, 0, math.NaN()
	}
	df = f.slopes() - less.slopes()
	chi2 = max(0, 2*(f.LogLik-less.LogLik))
	return chi2, df, num.ChiSquareUpper(chi2, float64(df))
}

// slopes is how many were estimated: a move that nobody makes has none.
func (f *Fit) slopes() (n int) {
	for _, c := range f.working.coords {
		if c.kind == ofSlope {
			n++
		}
	}
	return n
}

// MovesAt are the probabilities of moves at covariates, row by row, averaged over several of them (with weights, nil for all alike):
//
//	p̄_ij = mean p_ij(x),   ∂p̄_ij/∂η_il = mean p_ij(x)(1{j=l} − p_il(x)) z,   z the terms.
//
// Without covariates xs are not looked at. Nil for a refused fit. Error: covariates that are not as many numbers as the model has.
func (f *Fit) MovesAt(xs [][]float64, weights []float64, level float64) ([][]Estimate, error) {
	if f.Params == nil || len(f.Covariates) == 0 {
		return f.MoveEstimates(level), nil
	}
	for _, x := range xs {
		if err := f.checkX(x); err != nil {
			return nil, err
		}
	}
	if len(xs) == 0 {
		return nil, fmt.Errorf("hidden: moves at covariates need some")
	}
	k, coords := f.States, f.working.coords
	mean, gradient := make([]float64, k*k), make([][]float64, k*k)
	for c := range gradient {
		gradient[c] = make([]float64, len(coords))
	}
	l, p, share, total := f.logits(), make([]float64, k*k), 1/float64(len(xs)), num.Sum(weights)
	for at, x := range xs {
		if weights != nil {
			share = weights[at] / total
		}
		l.at(x, p)
		for c, v := range p {
			mean[c] += share * v
		}
		for at, c := range coords {
			if c.kind != ofMove && c.kind != ofSlope {
				continue
			}
			z := share * f.term(c, x)
			for j := range k {
				gradient[c.i*k+j][at] += z * p[c.i*k+j] * (num.Indicator(j == c.j) - p[c.i*k+c.j])
			}
		}
	}
	out := make([][]Estimate, k)
	for c, v := range mean {
		out[c/k] = append(out[c/k], num.OnLogit(v, f.se(gradient[c]), level))
	}
	return out, nil
}

// term is what a coordinate of a move is multiplied with at covariates x.
func (f *Fit) term(c coordinate, x []float64) float64 {
	if c.kind == ofMove {
		return 1
	}
	return (x[c.q] - f.Centre[c.q]) / f.working.p.x.scale[c.q]
}

func (f *Fit) checkX(x []float64) error {
	if len(x) != len(f.Covariates) {
		return fmt.Errorf("hidden: %d values of %d covariates", len(x), len(f.Covariates))
	}
	for q, v := range x {
		if !(math.Abs(v) <= largestCovariate) {
			return fmt.Errorf("hidden: covariate %q is %v, expected a number up to %g", f.Covariates[q], v, largestCovariate)
		}
	}
	return nil
}
