package ctmc

import (
	"cmp"
	"math"
	"slices"

	"mainstay/internal/num"
)

// panel is what the looks of customers say of parameters θ: those of the chain, then log(e_so ÷ e_ss) of every mistake, then log(π_s ÷ π_r) of every
// state a history may begin in but one, r; −∞ of what is put at 0.
type panel struct {
	m       *Misclassified
	l       *likelihood // of the chain: means and spreads of the covariates
	d       Looks       // equal rows of covariates have one number
	first   []int       // states that a history may begin in, r first; nil where that is known
	group   []int       // of each interval: intervals of one length and the same covariates share a matrix
	groups  []Interval
	threads int

	made   []float64   // parameters of the chain for which matrices were made,
	tables [][]float64 // by group: e^{Qt} and its derivatives by the logarithm of every rate, one after the other; nil: made when needed
}

// mostTables bounds what matrices are kept, 128 MB.
const mostTables = 1 << 24

func newPanel(m *Misclassified, d Looks, threads int) *panel {
	p := &panel{m: m, l: newLikelihood(&m.Model, d.Data, threads), d: Looks{d.shared(), d.Begins}, group: make([]int, len(d.Intervals)), threads: threads}
	order := make([]int, len(p.group))
	for i := range order {
		order[i] = i
	}
	at := func(i int) Interval { return p.d.Intervals[i] }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(at(a).X, at(b).X), cmp.Compare(at(a).Time, at(b).Time)) })
	for k, i := range order {
		if k == 0 || at(i).X != at(order[k-1]).X || at(i).Time != at(order[k-1]).Time {
			p.groups = append(p.groups, at(i))
		}
		p.group[i] = len(p.groups) - 1
	}
	if m.First == FirstFree {
		p.first = p.beginnings()
	}
	if p.size()*len(p.groups) <= mostTables {
		p.tables = make([][]float64, len(p.groups))
	}
	return p
}

// beginnings are the states that a history may begin in, the one most often seen first before the others.
func (p *panel) beginnings() (states []int) {
	k, shows := len(p.m.States), p.m.shows()
	seen := make([]int, k)
	for _, lo := range p.d.Begins[:len(p.d.Begins)-1] {
		seen[p.d.Intervals[lo].From]++
	}
	for s := range k {
		for o, n := range seen {
			if n > 0 && shows[s*k+o] {
				states = append(states, s)
				break
			}
		}
	}
	slices.SortStableFunc(states, func(a, b int) int { return cmp.Compare(seen[b], seen[a]) })
	return states
}

// size is of how many numbers a matrix with its derivatives is.
func (p *panel) size() int { return len(p.m.States) * len(p.m.States) * (1 + len(p.m.Rates)) }

// chain is how many parameters are those of the chain; parameters how many there are.
func (p *panel) chain() int { return p.l.parameters() }

func (p *panel) parameters() int { return p.chain() + len(p.m.Mistakes) + max(0, len(p.first)-1) }

// prepare makes the matrices, unless they are those of the same rates.
func (p *panel) prepare(theta []float64) {
	if p.tables == nil || slices.Equal(p.made, theta[:p.chain()]) {
		return
	}
	p.made = slices.Clone(theta[:p.chain()])
	num.Blocks(len(p.groups), blockGroups, p.threads, func(_, lo, hi int) {
		w := newWorker(&p.m.Model, p.d.Data)
		for g := lo; g < hi; g++ {
			if p.tables[g] == nil {
				p.tables[g] = make([]float64, p.size())
			}
			p.matrix(w, p.made, p.groups[g], p.tables[g])
		}
	})
}

// matrix writes e^{Qt} of an interval and its derivatives; rounding leaves no probability below 0.
func (p *panel) matrix(w *worker, theta []float64, v Interval, out []float64) {
	for c := range w.x {
		w.x[c] = (p.d.X[v.X][c] - p.l.mean[c]) / p.l.spread[c]
	}
	copy(w.q, p.m.rates(theta, w.x))
	t := w.transition(v.Time)
	kk := len(t.v)
	for i, prob := range t.v {
		out[i] = max(prob, 0)
	}
	for r, d := range t.d {
		copy(out[(1+r)*kk:], d)
	}
	w.exp.put(t)
}

// shown are e_so, state × state.
func (p *panel) shown(theta []float64) []float64 {
	k := len(p.m.States)
	out := make([]float64, k*k)
	for s := range k {
		out[s*k+s] = 1
	}
	for i, e := range p.m.Mistakes {
		out[e.True*k+e.Seen] = math.Exp(theta[p.chain()+i])
	}
	for s := range k {
		toOne(out[s*k : (s+1)*k])
	}
	return out
}

// begun are the probabilities of the true state at a first look, before it is known what was seen; nil where they are none.
func (p *panel) begun(theta []float64) []float64 {
	if p.first == nil {
		return nil
	}
	out := make([]float64, len(p.m.States))
	out[p.first[0]] = 1
	for i, s := range p.first[1:] {
		out[s] = math.Exp(theta[p.chain()+len(p.m.Mistakes)+i])
	}
	toOne(out)
	return out
}

func toOne(prob []float64) {
	total := num.Sum(prob)
	for i := range prob {
		prob[i] /= total
	}
}
