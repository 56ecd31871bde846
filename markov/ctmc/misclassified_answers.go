package ctmc

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// SeenAs are the probabilities of seeing a state (column) of a true one (row), intervals on the logit scale. Nil for a refused fit, as is Beginnings.
func (f *MisclassifiedFit) SeenAs(level float64) [][]Estimate {
	if f.Shown == nil {
		return nil
	}
	k, chain := len(f.States), f.panel.chain()
	out := make([][]Estimate, k)
	for s := range out {
		row := f.Shown[s*k : (s+1)*k]
		for o, v := range row {
			g := make([]float64, len(f.parameters))
			for i, e := range f.Misclassified.Mistakes {
				if e.True == s {
					g[chain+i] = v * (num.Indicator(e.Seen == o) - row[e.Seen])
				}
			}
			out[s] = append(out[s], num.OnLogit(v, f.errorOf(g), level))
		}
	}
	return out
}

// Beginnings are the probabilities of the true state at a first look; nil where that is known.
func (f *MisclassifiedFit) Beginnings(level float64) (out []Estimate) {
	at := f.panel.chain() + len(f.Misclassified.Mistakes)
	for s, v := range f.Begun {
		g := make([]float64, len(f.parameters))
		for i := 1; i < len(f.panel.first); i++ {
			g[at+i-1] = v * (num.Indicator(f.panel.first[i] == s) - f.Begun[f.panel.first[i]])
		}
		out = append(out, num.OnLogit(v, f.errorOf(g), level))
	}
	return out
}

func (f *MisclassifiedFit) errorOf(gradient []float64) float64 {
	g := mat.NewVecDense(len(gradient), gradient)
	return math.Sqrt(max(0, mat.Inner(g, f.cov, g)))
}

// Mistaken tests that no mistakes are made: χ² = 2(log L − log L₀), the likelihood of the first looks included on both sides. All m chances are on the edge of what is possible
// then, so that χ² follows a mixture of χ² with 0 to m degrees of freedom (Self & Liang 1987, JASA 82:605–610), half of 0 and half of 1 for one chance. For more the weights depend on the
// information, and p is the largest that any weights give,
//
//	p ≤ ½ P(χ²_{m−1} ≥ x) + ½ P(χ²_m ≥ x)
//
// (Perlman 1969, Annals of Mathematical Statistics 40:549–567; Silvapulle & Sen 2005, §3.2). What was seen may be impossible without mistakes: then χ² is +Inf, and p 0. NaN where
// the chain without mistakes was refused, or this one.
func (f *MisclassifiedFit) Mistaken() (chi2 float64, df int, p float64) {
	df = len(f.Misclassified.Mistakes)
	switch {
	case f.Shown == nil || df == 0:
		return math.NaN(), df, math.NaN()
	case f.Without == nil:
		return math.Inf(1), df, 0
	case !f.Without.Certificate.Certified():
		return math.NaN(), df, math.NaN()
	}
	chi2 = max(0, 2*(f.LogLik-f.Without.LogLik-f.firstLooks()))
	return chi2, df, mixtureUpper(chi2, df)
}

// mixtureUpper is ½ P(χ²_{m−1} ≥ x) + ½ P(χ²_m ≥ x); χ² of 0 degrees of freedom is 0.
func mixtureUpper(x float64, m int) float64 {
	if x <= 0 {
		return 1
	}
	p := num.ChiSquareUpper(x, float64(m)) / 2
	if m > 1 {
		p += num.ChiSquareUpper(x, float64(m-1)) / 2
	}
	return p
}

// firstLooks is the log-likelihood of the first looks where these make no mistakes: Σ n log(n ÷ Σ n) where it has chances of its own, 0 where it is known.
func (f *MisclassifiedFit) firstLooks() (sum float64) {
	if f.Misclassified.First != FirstFree {
		return 0
	}
	d := f.panel.d
	counts, all := make([]float64, len(f.States)), float64(len(d.Begins)-1)
	for _, lo := range d.Begins[:len(d.Begins)-1] {
		counts[d.Intervals[lo].From]++
	}
	for _, n := range counts {
		if n > 0 {
			sum += n * math.Log(n/all)
		}
	}
	return sum
}
