package ctmc

import (
	"math"

	"mainstay/internal/num"
)

// walker goes through the looks of one customer after the other: look 0 is the first, look i ends interval i.
type walker struct {
	p     *panel
	theta []float64
	shown []float64
	begun []float64
	work  *worker

	k       int
	own     []float64   // matrices of the customer, where none are kept
	at      [][]float64 // of each interval: its matrix with derivatives
	q       [][]float64 // of each interval with covariates, the rates; else all the same
	x       []float64   // covariates of an interval, in spreads from their mean
	alpha   []float64   // look × state: P(state | seen so far)
	beta    []float64   // look × state: P(seen after | state) ÷ P(seen after | seen so far)
	total   []float64   // of each look: its probability given those before
	back    []float64   // of a look: probability of what was seen, by state
	slope   []float64   // by rate
	score   []float64   // by parameter
	risen   []float64   // state × shown: derivative by e_so
	started []float64   // by state: derivative by π_s
}

func (p *panel) walker(theta []float64) *walker {
	k := len(p.m.States)
	return &walker{p: p, theta: theta, shown: p.shown(theta), begun: p.begun(theta), work: newWorker(&p.m.Model, p.d.Data), k: k, x: make([]float64, len(p.m.Covariates)), back: make([]float64, k),
		slope: make([]float64, len(p.m.Rates)), score: make([]float64, p.parameters()), risen: make([]float64, k*k), started: make([]float64, k)}
}

// open finds the matrices of a customer.
func (w *walker) open(lo, hi int) {
	n, size := hi-lo, w.p.size()
	w.at, w.q = w.at[:0], w.q[:0]
	if w.p.tables == nil && len(w.own) < n*size {
		w.own = make([]float64, n*size)
	}
	for len(w.alpha) < (n+1)*w.k {
		w.alpha, w.beta, w.total = make([]float64, (n+1)*w.k), make([]float64, (n+1)*w.k), make([]float64, n+1)
	}
	for i := lo; i < hi; i++ {
		v := w.p.d.Intervals[i]
		if w.p.tables != nil {
			w.at = append(w.at, w.p.tables[w.p.group[i]])
		} else {
			to := w.own[(i-lo)*size : (i-lo+1)*size]
			w.p.matrix(w.work, w.theta[:w.p.chain()], v, to)
			w.at = append(w.at, to)
		}
		w.q = append(w.q, w.p.m.rates(w.theta[:w.p.chain()], w.covariates(v)))
	}
}

// covariates are those of an interval.
func (w *walker) covariates(v Interval) []float64 {
	for c := range w.x {
		w.x[c] = (w.p.d.X[v.X][c] - w.p.l.mean[c]) / w.p.l.spread[c]
	}
	return w.x
}

// seenIn is the probability of what a look at the end of an interval showed, by state; of a state entered at that time 1 of it.
func (w *walker) seenIn(v Interval, out []float64) {
	clear(out)
	switch v.Kind {
	case Censored:
		for _, s := range w.p.d.Sets[v.To] {
			out[s] = 1
		}
	case Entered:
		out[v.To] = 1
	default:
		for s := range out {
			out[s] = w.shown[s*w.k+v.To]
		}
	}
}

// forward fills alpha and total, and returns the log-likelihood of a customer,
//
//	α_0(s) ∝ π_s e_{s,o},   α_i(s) ∝ Σ_r α_{i−1}(r) P_rs(t_i) e_{s,o_i},   of a state D entered then Σ_r α_{i−1}(r) Σ_{l≠D} P_rl(t_i) q_lD
//
// (Jackson et al. 2003, eq. 4–7); −Inf where what was seen cannot be.
func (w *walker) forward(lo, hi int) (logLik float64) {
	k, o := w.k, w.p.d.Intervals[lo].From
	w.open(lo, hi)
	now := w.alpha[:k]
	clear(now)
	switch w.p.m.First {
	case FirstSeen:
		now[o] = 1
	case FirstKnown:
		now[w.p.m.Known] = w.shown[w.p.m.Known*k+o]
	default:
		for s := range now {
			now[s] = w.begun[s] * w.shown[s*k+o]
		}
	}
	logLik = w.scale(0)
	for i := lo; i < hi && !math.IsInf(logLik, -1); i++ {
		n, v := i-lo, w.p.d.Intervals[i]
		before, now := w.alpha[n*k:(n+1)*k], w.alpha[(n+1)*k:(n+2)*k]
		w.ahead(w.at[n], before, now)
		if v.Kind == Entered {
			var enter float64
			for r, rate := range w.p.m.Rates {
				if rate.To == v.To {
					enter += now[rate.From] * w.q[n][r]
				}
			}
			clear(now)
			now[v.To] = enter
		} else {
			w.seenIn(v, w.back)
			for s := range now {
				now[s] *= w.back[s]
			}
		}
		logLik += w.scale(n + 1)
	}
	return logLik
}

// ahead is the distribution of the state at the end of an interval, before it is known what was seen.
func (w *walker) ahead(matrix, before, now []float64) {
	clear(now)
	for r, a := range before {
		if a == 0 {
			continue
		}
		for s, prob := range matrix[r*w.k : (r+1)*w.k] {
			now[s] += a * prob
		}
	}
}

// scale makes alpha of a look sum to 1, and returns the logarithm of what it was.
func (w *walker) scale(look int) float64 {
	now := w.alpha[look*w.k : (look+1)*w.k]
	w.total[look] = num.Sum(now)
	if !(w.total[look] > 0) {
		return math.Inf(-1)
	}
	for s := range now {
		now[s] /= w.total[look]
	}
	return math.Log(w.total[look])
}

// backward fills beta, so that α β is the probability of a state given everything.
func (w *walker) backward(lo, hi int) {
	k := w.k
	last := w.beta[(hi-lo)*k : (hi-lo+1)*k]
	for s := range last {
		last[s] = 1
	}
	for i := hi - 1; i >= lo; i-- {
		n, v := i-lo, w.p.d.Intervals[i]
		w.carry(v, n)
		for r := range k {
			var b float64
			for s, prob := range w.at[n][r*k : (r+1)*k] {
				b += prob * w.back[s]
			}
			w.beta[n*k+r] = b
		}
	}
}

// carry fills back with what follows an interval by the state before the look at its end: g_s β(s) ÷ total, and of a state D entered then q_sD β(D) ÷ total.
func (w *walker) carry(v Interval, n int) {
	k := w.k
	next, total := w.beta[(n+1)*k:(n+2)*k], w.total[n+1]
	if v.Kind != Entered {
		w.seenIn(v, w.back)
		for s := range w.back {
			w.back[s] *= next[s] / total
		}
		return
	}
	clear(w.back)
	for r, rate := range w.p.m.Rates {
		if rate.To == v.To {
			w.back[rate.From] += w.q[n][r] * next[v.To] / total
		}
	}
}
