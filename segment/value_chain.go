package segment

import (
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/markov"

	"gonum.org/v1/gonum/mat"
)

// chainSpend expects a customer to be active as the chain says of the state, and each active period
// to bring what the customer's periods bring, shrunk to the book's mean: by credibility, or by a Gamma-Gamma model (see gammaSpend).
type chainSpend struct {
	study               *study
	Chain               *chainModel
	Spend               periodValue
	Label, Year, Stayed []float64 // expected active periods, by chain state; stayed nil where attrition cannot be switched off
}

func trainChainSpend(b *study, at *origin) trained[valueModel] {
	if !at.chain.certified() {
		return refused[valueModel](at.chain.why())
	}
	return trained[valueModel]{Model: newChainSpend(b, at.chain, newCredibility(at.panel.Subjects, (*subject).byPeriod)), OK: true}
}

func newChainSpend(b *study, chain *chainModel, spend periodValue) *chainSpend {
	m := &chainSpend{study: b, Chain: chain, Spend: spend}
	m.Label = chain.visits(chain.matrix(-1), chain.yearPeriods()/b.labelsAYear())
	m.Year = chain.visits(chain.matrix(-1), chain.yearPeriods())
	if p := chain.withoutLapse(); p != nil {
		m.Stayed = chain.visits(p, chain.yearPeriods())
	}
	return m
}

func (m *chainSpend) outlook(p *panel, i int) outlook {
	s := &p.Subjects[i]
	at, worth := m.Chain.Fold[s.state], m.study.floor(shrunk(m.Spend, s.byPeriod()))
	if at < 0 { // of a stored chain, on an earlier day
		return outlook{label: math.NaN(), year: math.NaN(), stayed: math.NaN()}
	}
	o := outlook{label: m.Label[at] * worth, year: m.Year[at] * worth, stayed: math.NaN()}
	if m.Stayed != nil {
		o.stayed = m.Stayed[at] * worth
	}
	return o
}

// visits is the expected number of active periods among the next n, by state, for any n ≥ 0: the last,
// fractional period counts in proportion.
func (m *chainModel) visits(p mat.Matrix, n float64) []float64 {
	whole := int(math.Floor(n + wholePeriods))
	out := must(markov.ExpectedVisits(p, m.Active, whole, 0))
	if part := n - float64(whole); part > wholePeriods {
		next := must(markov.ExpectedVisits(p, m.Active, whole+1, 0))
		for i := range out {
			out[i] += part * (next[i] - out[i])
		}
	}
	return out
}

// wholePeriods is how near a number of periods is to a whole one to be one, up to rounding.
const wholePeriods = 1e-9

// must is for calls that fail only on matrices that are not a chain's.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// withoutLapse is the chain with attrition switched off: nobody moves to lapsed. nil where a state has
// no other move.
func (m *chainModel) withoutLapse() mat.Matrix {
	banned := make([]bool, len(m.Active))
	if m.Lapsed >= 0 {
		banned[m.Lapsed] = true
	}
	p, err := markov.WithoutEntry(m.matrix(-1), banned)
	if err != nil {
		return nil
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
	end := slices.Index(m.States, longLapsedState)
	if end < 0 {
		return nil
	}
	p := m.matrix(end)
	year := m.visits(p, m.yearPeriods())
	delta := math.Pow(1+rate, -periodDays/yearDays)
	future, err := markov.ExpectedVisitsInfinite(p, m.Active, 1/delta-1)
	if err != nil {
		return nil
	}
	for i := range future {
		if year[i] <= 0 {
			future[i] = math.NaN()
			continue
		}
		future[i] /= math.Sqrt(delta) * year[i]
	}
	return future
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
type credibility struct{ Mean, Between, Within float64 }

func newCredibility(subjects []subject, by func(*subject) bill) credibility {
	var n, squares, total, within num.Adder
	for i := range subjects {
		b := by(&subjects[i])
		n.Add(b.n)
		squares.Add(b.n * b.n)
		total.Add(b.n * b.mean)
		within.Add(b.within)
	}
	customers := float64(len(subjects))
	if customers == 0 {
		return credibility{}
	}
	c := credibility{Mean: total.Sum() / n.Sum()}
	freedom := n.Sum() - customers
	if freedom <= 0 {
		return c
	}
	c.Within = within.Sum() / freedom
	var spread num.Adder
	for i := range subjects {
		b := by(&subjects[i])
		spread.Add(b.n * (b.mean - c.Mean) * (b.mean - c.Mean))
	}
	if scale := n.Sum() - squares.Sum()/n.Sum(); scale > 0 {
		c.Between = max(0, (spread.Sum()-(customers-1)*c.Within)/scale)
	}
	if c.Between == 0 {
		return c
	}
	var top, bottom num.Adder
	for i := range subjects {
		b := by(&subjects[i])
		z := c.weight(b)
		top.Add(z * b.mean)
		bottom.Add(z)
	}
	c.Mean = top.Sum() / bottom.Sum()
	return c
}

// weight is Z.
func (c credibility) weight(b bill) float64 {
	signal := b.n * c.Between
	if signal == 0 {
		return 0
	}
	return signal / (signal + c.Within)
}

func (c credibility) book() float64 { return c.Mean }
