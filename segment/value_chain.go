package segment

import (
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/markov"

	"gonum.org/v1/gonum/mat"
)

// chainSpend expects a customer to be active as the chain says of the state, and each active period
// to bring what the customer's periods bring, shrunk to the book's mean (credibility).
type chainSpend struct {
	chain               *chainModel
	spend               credibility
	label, year, stayed []float64 // expected active periods, by chain state
}

func newChainSpend(b *study, chain *chainModel, p *panel) *chainSpend {
	m := &chainSpend{chain: chain, spend: newCredibility(p.Subjects)}
	m.label = chain.visits(chain.chain.P, chain.year/b.labelsAYear())
	m.year = chain.visits(chain.chain.P, chain.year)
	m.stayed = chain.visits(chain.withoutLapse(), chain.year)
	return m
}

func (m *chainSpend) outlook(p *panel, i int) outlook {
	s := &p.Subjects[i]
	at, worth := m.chain.fold[s.state], m.spend.shrunk(s)
	return outlook{label: m.label[at] * worth, year: m.year[at] * worth, stayed: m.stayed[at] * worth}
}

// visits is the expected number of active periods among the next n, by state:
//
//	Σ_{t=1..n} Pᵗ a,   a = 1 in active states
//
// with the last, fractional period in proportion.
func (m *chainModel) visits(p mat.Matrix, n float64) []float64 {
	sum := make([]float64, len(m.active))
	at := m.reward()
	for t := 1; float64(t-1) < n-1e-9; t++ { // 1e-9: a whole number of periods, up to rounding
		at = apply(p, at)
		share := min(n-float64(t-1), 1)
		for i := range sum {
			sum[i] += share * at[i]
		}
	}
	return sum
}

func (m *chainModel) reward() []float64 {
	a := make([]float64, len(m.active))
	for i, active := range m.active {
		a[i] = unit(active)
	}
	return a
}

func apply(p mat.Matrix, v []float64) []float64 {
	out := make([]float64, len(v))
	for i := range out {
		for j := range v {
			out[i] += p.At(i, j) * v[j]
		}
	}
	return out
}

// withoutLapse is the chain with attrition switched off: no state moves to lapsed, and what would
// have is spread over the other moves in proportion. A state whose only move is to lapse becomes
// as likely to be active as the customers of the book who did not lapse.
func (m *chainModel) withoutLapse() mat.Matrix {
	if m.lapsed < 0 {
		return m.chain.P
	}
	k := len(m.active)
	p := mat.DenseCopyOf(m.chain.P)
	rest := make([]float64, k) // where the customers who did not lapse went
	var all float64
	for i := range k {
		for j := range k {
			if i != m.lapsed && j != m.lapsed {
				n := float64(m.chain.N.N[i*k+j])
				rest[j] += n
				all += n
			}
		}
	}
	for i := range k {
		stay := 1 - p.At(i, m.lapsed)
		if i == m.lapsed || all == 0 {
			continue
		}
		for j := range k {
			switch {
			case j == m.lapsed:
				p.Set(i, j, 0)
			case stay > 0:
				p.Set(i, j, p.At(i, j)/stay)
			default:
				p.Set(i, j, rest[j]/all)
			}
		}
	}
	return p
}

// multiplier turns the expected value of the next 12 months into the discounted value of all
// future, by state: with δ = (1+rate)^(−period in years) and value falling in mid-period,
//
//	Σ_{t≥1} δ^(t−½) (Pᵗa) ÷ Σ_{t≤12 months} Pᵗa
//
// (value by state: Pfeifer & Carraway 2000, eq. 8). P is the chain with long lapsed made absorbing:
// the relationship ends there, as "former customer" does in their paper. Left recurrent, a first-order
// chain lets the long gone return at the pooled rate for ever, and the far future, to which they
// add, would be worth more than any book ever saw. NaN for a state that brings no visit; nil for a chain
// that has no such state.
func (m *chainModel) multiplier(rate, periodDays float64) []float64 {
	p := m.untilLongLapsed()
	if p == nil {
		return nil
	}
	out := make([]float64, len(m.active))
	year := m.visits(p, m.year)
	delta := math.Pow(1+rate, -periodDays/yearDays)
	reward := m.reward()
	future, err := markov.ValueInfinite(p, reward, 1/delta-1)
	for i := range out {
		out[i] = math.NaN()
		if err == nil && year[i] > 0 {
			out[i] = (future[i] - reward[i]) / math.Sqrt(delta) / year[i]
		}
	}
	return out
}

// untilLongLapsed is the chain with long lapsed absorbing, nil without that state.
func (m *chainModel) untilLongLapsed() mat.Matrix {
	at := slices.Index(m.chain.States, longLapsedState)
	if at < 0 {
		return nil
	}
	p := mat.DenseCopyOf(m.chain.P)
	for j := range m.active {
		p.Set(at, j, 0)
	}
	p.Set(at, at, 1)
	return p
}

// credibility shrinks a customer's mean value per active period to the book's (Bühlmann 1967,
// ASTIN Bulletin 4:199–207; Bühlmann & Straub 1970 for unequal numbers of observations):
//
//	Z = n·a/(n·a + s²),   worth = Z·own + (1−Z)·mean
//
// with s² the pooled variance within customers, a the variance between them,
//
//	a = [Σ nᵢ(x̄ᵢ−x̄)² − (k−1)s²] / (N − Σnᵢ²/N),
//
// and mean the credibility-weighted mean Σ Zᵢx̄ᵢ/ΣZᵢ. Where a ≤ 0, or nobody has two active periods,
// there is nothing to tell customers apart by, and all take the book's mean.
type credibility struct{ mean, between, within float64 }

func newCredibility(subjects []subject) credibility {
	var n, squares, total, within num.Adder
	for i := range subjects {
		s := &subjects[i]
		k := float64(s.periods)
		n.Add(k)
		squares.Add(k * k)
		total.Add(k * s.spend)
		within.Add(s.within)
	}
	customers := float64(len(subjects))
	if customers == 0 {
		return credibility{}
	}
	c := credibility{mean: total.Sum() / n.Sum()}
	freedom := n.Sum() - customers
	if freedom <= 0 {
		return c
	}
	c.within = within.Sum() / freedom
	var spread num.Adder
	for i := range subjects {
		d := subjects[i].spend - c.mean
		spread.Add(float64(subjects[i].periods) * d * d)
	}
	if scale := n.Sum() - squares.Sum()/n.Sum(); scale > 0 {
		c.between = max(0, (spread.Sum()-(customers-1)*c.within)/scale)
	}
	if c.between == 0 {
		return c
	}
	var top, bottom num.Adder
	for i := range subjects {
		z := c.weight(&subjects[i])
		top.Add(z * subjects[i].spend)
		bottom.Add(z)
	}
	c.mean = top.Sum() / bottom.Sum()
	return c
}

// weight is Z.
func (c credibility) weight(s *subject) float64 {
	signal := float64(s.periods) * c.between
	if signal == 0 {
		return 0
	}
	return signal / (signal + c.within)
}

// shrunk is the customer's value per active period.
func (c credibility) shrunk(s *subject) float64 {
	z := c.weight(s)
	return z*s.spend + (1-z)*c.mean
}
