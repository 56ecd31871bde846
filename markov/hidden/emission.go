package hidden

import (
	"math"
	"slices"

	"mainstay/internal/num"
)

// emission are the log densities of what is seen, by state.
type emission struct {
	p      *panel
	k      int
	counts []float64 // of different counts × states
	most   []float64 // of each different count, the largest of its log densities
	share  []float64 // of different counts × states: density ÷ the largest
	// log f(y) = constant + (shape − 1) log y − rate y
	constant, rate []float64
	less1          float64
}

func (p *panel) emission(q *Params) *emission {
	k := p.m.States
	e := &emission{p: p, k: k, counts: make([]float64, len(p.counts)*k), most: make([]float64, len(p.counts)), share: make([]float64, len(p.counts)*k)}
	for c, x := range p.counts {
		row := e.counts[c*k : (c+1)*k]
		for i := range row {
			row[i] = logCount(x, q.Mean[i], q.size(i)) - p.logGamma[c]
		}
		e.most[c] = slices.Max(row)
		for i, v := range row {
			if v > math.Inf(-1) {
				e.share[c*k+i] = math.Exp(v - e.most[c])
			}
		}
	}
	if !p.m.Spend {
		return e
	}
	e.constant, e.rate, e.less1 = make([]float64, k), make([]float64, k), q.SpendShape-1
	l, _ := math.Lgamma(q.SpendShape)
	for i := range k {
		if math.IsNaN(q.SpendMean[i]) { // a state without spend
			e.constant[i] = math.Inf(-1)
			continue
		}
		e.rate[i] = q.SpendShape / q.SpendMean[i]
		e.constant[i] = q.SpendShape*math.Log(e.rate[i]) - l
	}
	return e
}

func (q *Params) size(i int) float64 {
	if q.Size == nil {
		return math.Inf(1)
	}
	return q.Size[i]
}

// logCount is the log probability of a count x, without −log x!: x log μ − μ (Poisson), or of the negative binomial of mean μ and size r
//
//	log Γ(x+r) − log Γ(r) − r log(1+μ/r) + x log(μ/(r+μ))
//
// (Cameron & Trivedi 2013, Regression Analysis of Count Data, eq. 3.27, NB2).
func logCount(x, mean, size float64) float64 {
	switch {
	case mean == 0 && x == 0:
		return 0
	case mean == 0:
		return math.Inf(-1)
	case math.IsInf(size, 1):
		return x*math.Log(mean) - mean
	}
	return num.LogRising(size, x) - size*math.Log1p(mean/size) + x*(math.Log(mean)-math.Log(size+mean))
}

// shares writes the densities of period t ÷ a common factor, whose logarithm it returns: the largest of the count times the largest of the spend. Where no state that can be
// has a share worth speaking of, at tells states apart.
func (e *emission) shares(t int, out []float64) (most float64) {
	if c := int(e.p.code[t]); c >= 0 {
		copy(out, e.share[c*e.k:(c+1)*e.k])
		most = e.most[c]
	} else {
		for i := range out {
			out[i] = 1
		}
	}
	if e.p.spend == nil || e.p.spend[t] == 0 {
		return most
	}
	y, top := e.p.spend[t], math.Inf(-1)
	for i, c := range e.constant {
		top = max(top, c-e.rate[i]*y)
	}
	if math.IsInf(top, -1) {
		clear(out)
		return 0
	}
	for i, c := range e.constant {
		out[i] *= math.Exp(c - e.rate[i]*y - top)
	}
	return most + top + e.less1*e.p.logSpend[t]
}

// at writes the log densities of period t.
func (e *emission) at(t int, out []float64) {
	clear(out)
	if c := e.p.code[t]; c >= 0 {
		copy(out, e.counts[int(c)*e.k:(int(c)+1)*e.k])
	}
	if e.p.spend == nil || e.p.spend[t] == 0 {
		return
	}
	y, logY := e.p.spend[t], e.p.logSpend[t]
	for i := range out {
		out[i] += e.constant[i] + e.less1*logY - e.rate[i]*y
	}
}

// dispersion is Σ γ (x − μ)² ÷ Σ γ (μ + μ²/r) over periods and states, γ the probability of a state given the data (Pearson's, McCullagh & Nelder 1989,
// §4.5): above 1 counts vary more than the law says, and standard errors are too small.
func (p *panel) dispersion(q *Params, s *sums) float64 {
	var squares, expected float64
	for i, mean := range q.Mean {
		for c, x := range p.counts {
			h := s.counts[i*len(p.counts)+c]
			squares += h * (x - mean) * (x - mean)
			expected += h * (mean + mean*mean/q.size(i))
		}
	}
	return squares / expected
}
