package ctmc

import (
	"cmp"
	"math"
	"slices"

	"mainstay/internal/num"
)

// likelihood is what the data say of parameters θ: logarithms of the rates at the mean of the covariates, then coefficients.
type likelihood struct {
	m       *Model
	d       *Data
	mean    []float64 // of the covariates over intervals,
	spread  []float64 // and their standard deviations, in which they are taken while the maximum is sought
	groups  []group
	order   []int  // intervals by group
	held    []bool // parameters that stay where they are
	counted []bool // covariates that are counted from an extreme, which is then their mean here
	threads int
}

// group are intervals of one length during which the same covariates hold: they share a matrix.
type group struct{ lo, hi int }

// blockGroups is how many groups one block holds: some milliseconds of work.
const blockGroups = 64

// mostSums bounds what all blocks keep, 256 MB: with many parameters blocks are larger.
const mostSums = 1 << 25

func newLikelihood(m *Model, d *Data, threads int) *likelihood {
	l := &likelihood{m: m, d: d, mean: make([]float64, len(m.Covariates)), spread: make([]float64, len(m.Covariates)), held: make([]bool, len(m.Rates)+len(m.Effects)), counted: make([]bool, len(m.Covariates)), threads: threads}
	absorbing := m.absorbing()
	for i, v := range d.Intervals {
		if !absorbing[v.From] { // nothing happens there
			l.order = append(l.order, i)
		}
	}
	at := func(i int) Interval { return d.Intervals[i] }
	slices.SortStableFunc(l.order, func(a, b int) int {
		return cmp.Or(cmp.Compare(at(a).X, at(b).X), cmp.Compare(at(a).Time, at(b).Time), cmp.Compare(at(a).From, at(b).From),
			cmp.Compare(at(a).To, at(b).To), cmp.Compare(at(a).Kind, at(b).Kind))
	})
	for c := range l.mean {
		var sum num.Adder
		for _, i := range l.order {
			sum.Add(d.X[at(i).X][c])
		}
		l.mean[c] = sum.Sum() / float64(max(1, len(l.order)))
		var squares num.Adder
		for _, i := range l.order {
			v := d.X[at(i).X][c] - l.mean[c]
			squares.AddProduct(v, v)
		}
		if l.spread[c] = math.Sqrt(squares.Sum() / float64(max(1, len(l.order)))); l.spread[c] == 0 {
			l.spread[c] = 1
		}
	}
	for lo := 0; lo < len(l.order); {
		hi := lo + 1
		for hi < len(l.order) && at(l.order[hi]).X == at(l.order[lo]).X && at(l.order[hi]).Time == at(l.order[lo]).Time {
			hi++
		}
		l.groups = append(l.groups, group{lo, hi})
		lo = hi
	}
	return l
}

func (l *likelihood) parameters() int { return len(l.m.Rates) + len(l.m.Effects) }

// rates are q at covariates x, from which their mean was taken (nil: at their mean).
func (m *Model) rates(theta, x []float64) []float64 {
	q := append([]float64(nil), theta[:len(m.Rates)]...)
	for e, effect := range m.Effects {
		if x == nil {
			break
		}
		for _, r := range effect.Rates {
			q[r] += theta[len(m.Rates)+e] * x[effect.Covariate]
		}
	}
	for r := range q {
		q[r] = math.Exp(q[r])
	}
	return q
}

// sums are the log-likelihood, the score, and Σ of the outer products of the scores of intervals, in rows:
//
//	log L = Σ log f,   f = p_ij(t) seen,   Σ_{l≠j} p_il(t) q_lj entered,   e^{q_ii t} q_ij moved,   Σ_{l in set} p_il(t) censored
//
// (Kalbfleisch & Lawless 1985, JASA 80:863–871; Jackson 2011, Journal of Statistical Software 38(8), §1.4). The log-likelihood
// is −Inf where a probability is 0 to rounding.
func (l *likelihood) sums(theta []float64) (logLik float64, score, outer []float64) {
	p := l.parameters()
	width := 1 + p + p*p
	block := max(blockGroups, (len(l.groups)*width+mostSums-1)/mostSums)
	sums := num.BlockSums(len(l.groups), block, l.threads, width, func(lo, hi int, sum []float64) {
		w := newWorker(l.m, l.d, theta)
		for _, g := range l.groups[lo:hi] {
			w.add(l, g, sum)
		}
	})
	l.still(sums[1:1+p], sums[1+p:])
	return sums[0], sums[1 : 1+p], sums[1+p:]
}

// worker evaluates groups of intervals.
type worker struct {
	m     *Model
	d     *Data
	theta []float64
	exp   *exponential
	q     []float64 // rates
	slope []float64 // of log f by the logarithm of each rate
	score []float64
}

func newWorker(m *Model, d *Data, theta []float64) *worker {
	return &worker{m: m, d: d, theta: theta, exp: newExponential(len(m.States), len(m.Rates)), slope: make([]float64, len(m.Rates)), score: make([]float64, len(theta))}
}

// add adds the group to the sums.
func (w *worker) add(l *likelihood, g group, sum []float64) {
	first := l.d.Intervals[l.order[g.lo]]
	x := make([]float64, len(w.m.Covariates))
	for c := range x {
		x[c] = (l.d.X[first.X][c] - l.mean[c]) / l.spread[c]
	}
	w.q = w.m.rates(w.theta, x)
	p := w.transition(first.Time)
	for lo := g.lo; lo < g.hi; {
		v := l.d.Intervals[l.order[lo]]
		hi := lo + 1
		for hi < g.hi && l.d.Intervals[l.order[hi]] == v {
			hi++
		}
		w.contribute(v, p, x, float64(hi-lo), sum)
		lo = hi
	}
	w.exp.put(p)
}

// transition is e^{Qt} with derivatives by the logarithm of every rate.
func (w *worker) transition(t float64) *dual {
	k := len(w.m.States)
	a := w.exp.get()
	a.clear()
	for r, rate := range w.m.Rates {
		v := w.q[r] * t
		a.v[rate.From*k+rate.To] += v
		a.v[rate.From*k+rate.From] -= v
		a.d[r][rate.From*k+rate.To] = v
		a.d[r][rate.From*k+rate.From] = -v
	}
	p := w.exp.of(a)
	w.exp.put(a)
	return p
}

// contribute adds n intervals like v.
func (w *worker) contribute(v Interval, p *dual, x []float64, n float64, sum []float64) {
	logF := w.density(v, p)
	clear(w.score)
	copy(w.score, w.slope)
	for e, effect := range w.m.Effects {
		for _, r := range effect.Rates {
			w.score[len(w.m.Rates)+e] += w.slope[r] * x[effect.Covariate]
		}
	}
	sum[0] += n * logF
	at := 1
	for _, s := range w.score {
		sum[at] += n * s
		at++
	}
	for _, s := range w.score {
		for _, t := range w.score {
			sum[at] += n * s * t
			at++
		}
	}
}

// density is log f, and sets its slopes.
func (w *worker) density(v Interval, p *dual) float64 {
	k := len(w.m.States)
	row := func(m []float64) []float64 { return m[v.From*k : (v.From+1)*k] }
	var f float64
	clear(w.slope)
	switch v.Kind {
	case Moved:
		var logF float64
		for r, rate := range w.m.Rates {
			if rate.From != v.From {
				continue
			}
			w.slope[r] = -w.q[r] * v.Time
			logF -= w.q[r] * v.Time
			if rate.To == v.To {
				w.slope[r]++
				logF += math.Log(w.q[r])
			}
		}
		return logF
	case Seen:
		f = row(p.v)[v.To]
		for r := range w.slope {
			w.slope[r] = row(p.d[r])[v.To]
		}
	case Censored:
		for _, j := range w.d.Sets[v.To] {
			f += row(p.v)[j]
			for r := range w.slope {
				w.slope[r] += row(p.d[r])[j]
			}
		}
	case Entered:
		for s, rate := range w.m.Rates {
			if rate.To != v.To {
				continue
			}
			f += row(p.v)[rate.From] * w.q[s]
			w.slope[s] += row(p.v)[rate.From] * w.q[s]
			for r := range w.slope {
				w.slope[r] += row(p.d[r])[rate.From] * w.q[s]
			}
		}
	}
	if !(f > 0) {
		return math.Inf(-1)
	}
	for r := range w.slope {
		w.slope[r] /= f
	}
	return math.Log(f)
}
