package attrition

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Summed is the scores of the customers of each segment by its own fit, and sums over all of them; data and money are of each, as of Fit.Summed, nil for no money. By the delta method a sum with gradient G_s by the logarithms of segment s's parameters has the variance
//
//	Σ_s G_s′ V_s G_s + Σ_{s≠t} G_s′ L_s L_t′ G_t = Σ_s (G_s′ V_s G_s − |L_s′G_s|²) + |Σ_s L_s′G_s|²,
//
// V_s a segment's covariance, L_s L_t′ that of two, which share what is not known of centre and spread. Errors: those of Scores; segments that are not those pooled.
func (p *Pooled) Summed(data []*Data, q Questions, money [][]float64) ([][]Score, *Sums, error) {
	if !p.Certificate.Certified() || len(data) != len(p.Segments) || money != nil && len(money) != len(data) {
		return nil, nil, fmt.Errorf("attrition: %d segments and money of %d, %d were pooled", len(data), len(money), len(p.Segments))
	}
	scores := make([][]Score, len(data))
	var all [sumsOf]pooledSum
	for s, f := range p.Segments {
		var own []float64
		if money != nil {
			own = money[s]
		}
		one, sums, err := f.score(data[s], &q, own, true)
		if err != nil {
			return nil, nil, fmt.Errorf("segment %d (the first is 0): %w", s, err)
		}
		scores[s] = one
		size := len(sums) / sumsOf
		for k := range all {
			all[k].add(sums[k*size:(k+1)*size], f.LogCov, p.shared[s])
		}
	}
	out := &Sums{}
	for k, e := range out.each() {
		*e = all[k].estimate(q.Level)
	}
	return scores, out, nil
}

// pooledSum is a sum over segments: the part of its variance that is of each alone, and the error that all share, by its sources.
type pooledSum struct {
	value, alone float64
	shared       []float64
}

// add adds a segment's value, followed by its gradient.
func (p *pooledSum) add(sum []float64, v *mat.SymDense, shared *mat.Dense) {
	g := mat.NewVecDense(len(sum)-1, append([]float64{}, sum[1:]...))
	var l mat.VecDense
	l.MulVec(shared.T(), g)
	p.value += sum[0]
	p.alone += mat.Inner(g, v, g) - mat.Dot(&l, &l)
	if p.shared == nil {
		p.shared = make([]float64, l.Len())
	}
	for i := range p.shared {
		p.shared[i] += l.AtVec(i)
	}
}

// estimate has the interval on the log scale; a sum without an error is certain.
func (p *pooledSum) estimate(level float64) Estimate {
	variance := p.alone
	for _, l := range p.shared {
		variance += l * l
	}
	if !(p.value > 0 && variance > 0) {
		return Estimate{Value: p.value, SE: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	return num.OnLog(p.value, math.Sqrt(variance), level)
}
