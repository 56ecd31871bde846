package regress

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Influence is what the rows of a fit say about it, by row of positive weight.
type Influence struct {
	Fitted       []float64 // μᵢ
	Deviance     []float64 // deviance residuals: sign(yᵢ − μᵢ) √(wᵢ dᵢ)
	Pearson      []float64 // (yᵢ − μᵢ) √(wᵢ/V(μᵢ))
	Standardised []float64 // deviance residuals ÷ √(φ(1 − hᵢ)); NaN at leverage 1
	Leverage     []float64 // hᵢ = wᵢvᵢ zᵢ'H⁻¹zᵢ, vᵢ the expected information of the row
	Cook         []float64 // Cook's distance: Pearson² hᵢ ÷ (φ k (1 − hᵢ)²), k the rank; NaN at leverage 1
}

// Influence finds them for a certified least-squares fit, or a GLM that was fitted in memory; nil for others.
//
// Source: Pregibon 1981, Annals of Statistics 9:705–724; McCullagh & Nelder 1989, §12.5–12.7; Cook 1977, Technometrics
// 19:15–18. As R's residuals, rstandard, hatvalues and cooks.distance.
func (f *Fit) Influence() *Influence {
	var in *Influence
	switch {
	case f.glm != nil:
		if _, held := f.glm.d.Source.(*memory); !held {
			return nil
		}
		in = f.glm.influence(f.gamma, f.bread)
		size := 1.0
		if f.Model.Distribution == Tweedie {
			size = math.Pow(f.unit, 1-f.power()/2)
		}
		for i := range in.Fitted {
			in.Fitted[i] *= f.unit
			in.Deviance[i] *= size
			in.Pearson[i] *= size
		}
	case f.line != nil:
		in = f.line.influence()
	default:
		return nil
	}
	k := float64(len(f.Names) - len(f.Dropped))
	for i, h := range in.Leverage {
		in.Standardised[i], in.Cook[i] = math.NaN(), math.NaN()
		if rest := 1 - h; rest > leverageLimit && f.Dispersion > 0 {
			in.Standardised[i] = in.Deviance[i] / math.Sqrt(f.Dispersion*rest)
			in.Cook[i] = in.Pearson[i] * in.Pearson[i] * h / (f.Dispersion * k * rest * rest)
		}
	}
	return in
}

func newInfluence(n int) *Influence {
	column := func() []float64 { return make([]float64, n) }
	return &Influence{column(), column(), column(), column(), column(), column()}
}

// influence is that of the rows of a GLM, in the units of the fit.
func (m *glm) influence(gamma []float64, bread *mat.SymDense) *Influence {
	in := newInfluence(m.d.rows())
	k := len(m.cols)
	m.tiles(func(t *tileRows, _ []float64) {
		m.predictor(t.eta[:t.rows], t, gamma)
		z, scratch := make([]float64, k), make([]float64, k)
		for i, eta := range t.eta[:t.rows] {
			row := t.block*rowBlock + t.lo + i
			y, w := t.Y[i], t.weight(i)
			mu, _, variance := m.law.mean(eta)
			loglik, _, _ := m.law.row(eta, y)
			in.Fitted[row] = mu
			if y != mu {
				in.Deviance[row] = math.Copysign(math.Sqrt(max(0, -2*w*loglik)), y-mu)
				in.Pearson[row] = (y - mu) * math.Sqrt(w/variance)
			}
			for a := range z {
				z[a] = t.column(a)[i]
			}
			in.Leverage[row] = w * information(m.law, eta) * quadratic(bread, z, scratch)
		}
	}, 1)
	return in
}

// line is what a least-squares fit was computed from.
type line struct {
	d     *Design
	fr    *frame
	cols  []int
	y     []float64 // less the offset
	resid []float64
	bread *mat.SymDense
	o     Options
}

func (l *line) influence() *Influence {
	in := newInfluence(len(l.y))
	k, names := len(l.cols), len(l.d.Names)
	num.Blocks(len(l.y), rowBlock, l.o.Threads, func(_, lo, hi int) {
		z, scratch := make([]float64, k), make([]float64, k)
		for i := lo; i < hi; i++ {
			x := l.d.X[i*names : (i+1)*names]
			for a, j := range l.cols {
				z[a] = (x[j] - l.fr.mean[j]) * l.fr.inverse(j)
			}
			w := l.o.weight(i)
			in.Fitted[i] = l.y[i] - l.resid[i] + l.o.offset(i)
			in.Deviance[i] = math.Sqrt(w) * l.resid[i]
			in.Pearson[i] = in.Deviance[i]
			in.Leverage[i] = w * quadratic(l.bread, z, scratch)
		}
	})
	return in
}
