package ctmc

import "math"

// worker evaluates groups of intervals.
type worker struct {
	m       *Model
	d       *Data
	exp     *exponential
	q       []float64   // rates
	slope   []float64   // of log f by the logarithm of each rate
	score   []float64   // by each parameter
	x       []float64   // covariates, in spreads from their mean
	kinds   []kind      // different intervals of a group
	weights [][]float64 // of each of them, by the state at the end
}

// kind are n equal intervals.
type kind struct {
	Interval
	n float64
}

func newWorker(m *Model, d *Data) *worker {
	return &worker{m: m, d: d, exp: newExponential(len(m.States), len(m.Rates)), q: make([]float64, len(m.Rates)), slope: make([]float64, len(m.Rates)),
		score: make([]float64, len(m.Rates)+len(m.Effects)), x: make([]float64, len(m.Covariates))}
}

// at are the covariates of a group.
func (w *worker) at(l *likelihood, g group) []float64 {
	row := l.d.Intervals[l.order[g.lo]].X
	for c := range w.x {
		w.x[c] = (l.d.X[row][c] - l.mean[c]) / l.spread[c]
	}
	return w.x
}

// add adds the group's log-likelihood, score and outer products to the sums.
func (w *worker) add(l *likelihood, theta []float64, g group, sum []float64) {
	x := w.at(l, g)
	copy(w.q, w.m.rates(theta, x))
	w.each(l, g, func(logF float64, slope []float64, n float64) {
		clear(w.score)
		w.m.chain(x, slope, w.score)
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
	})
}

// chain adds to the slopes by parameters what the slopes by logarithms of rates are at x: D' slope.
func (m *Model) chain(x, slope, to []float64) {
	for a := range to {
		to[a] += m.chained(x, a, func(r int) float64 { return slope[r] })
	}
}

// chained is the slope by one parameter.
func (m *Model) chained(x []float64, parameter int, slope func(r int) float64) (sum float64) {
	e := parameter - len(m.Rates)
	if e < 0 {
		return slope(parameter)
	}
	for _, r := range m.Effects[e].Rates {
		sum += slope(r)
	}
	return sum * x[m.Effects[e].Covariate]
}

// each calls do with log f of each different interval of a group at the rates w.q, its slopes by their logarithms, and how many there are.
//
// log f = log Σ_j p_ij g_j, with weights g of the state at the end. Its slopes take either a derivative of P for every rate, or one for every
// different interval: by the adjoint ⟨L(A, E), G⟩ = ⟨E, L(A', G)⟩ of the exponential's derivative; what is less.
func (w *worker) each(l *likelihood, g group, do func(logF float64, slope []float64, n float64)) {
	w.kinds = w.kinds[:0]
	for lo := g.lo; lo < g.hi; {
		v := l.d.Intervals[l.order[lo]]
		hi := lo + 1
		for hi < g.hi && l.d.Intervals[l.order[hi]] == v {
			hi++
		}
		if n := float64(hi - lo); v.Kind == Moved {
			do(w.moved(v), w.slope, n)
		} else {
			w.kinds = append(w.kinds, kind{v, n})
		}
		lo = hi
	}
	if len(w.kinds) == 0 {
		return
	}
	w.weigh()
	k, t := len(w.m.States), w.kinds[0].Time
	forward := len(w.kinds) >= len(w.m.Rates)
	var p *dual
	if forward {
		p = w.transition(t)
	} else {
		p = w.adjoint(t)
	}
	for i, v := range w.kinds {
		var f float64
		clear(w.slope)
		row := v.From * k
		for j, g := range w.weights[i] {
			switch {
			case g == 0:
			case forward:
				f += g * p.v[row+j]
				for r := range w.slope {
					w.slope[r] += g * p.d[r][row+j]
				}
			default:
				f += g * p.v[j*k+v.From]
			}
		}
		for r, rate := range w.m.Rates {
			if !forward {
				w.slope[r] = t * w.q[r] * (p.d[i][rate.From*k+rate.To] - p.d[i][rate.From*k+rate.From])
			}
			if v.Kind == Entered && rate.To == v.To {
				at := row + rate.From
				if !forward {
					at = rate.From*k + v.From
				}
				w.slope[r] += p.v[at] * w.q[r]
			}
			w.slope[r] /= f
		}
		if !(f > 0) {
			clear(w.slope)
			f = 0
		}
		do(math.Log(f), w.slope, v.n)
	}
	w.exp.put(p)
}

// moved is log f of an interval of which all is known, and sets its slopes.
func (w *worker) moved(v Interval) (logF float64) {
	clear(w.slope)
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
}

// weigh sets the weights of the states at the end: seen, one of a set, or the rate at which the state entered is entered from each.
func (w *worker) weigh() {
	for len(w.weights) < len(w.kinds) {
		w.weights = append(w.weights, make([]float64, len(w.m.States)))
	}
	for i, v := range w.kinds {
		g := w.weights[i]
		clear(g)
		switch v.Kind {
		case Seen:
			g[v.To] = 1
		case Censored:
			for _, j := range w.d.Sets[v.To] {
				g[j]++
			}
		case Entered:
			for s, rate := range w.m.Rates {
				if rate.To == v.To {
					g[rate.From] += w.q[s]
				}
			}
		}
	}
}

// transition is e^{Qt} with derivatives by the logarithm of every rate.
func (w *worker) transition(t float64) *dual {
	k := len(w.m.States)
	w.exp.directions = len(w.m.Rates)
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

// adjoint is e^{Q't} with its derivatives in the directions G of the kinds: a row of weights each.
func (w *worker) adjoint(t float64) *dual {
	k := len(w.m.States)
	w.exp.directions = len(w.kinds)
	a := w.exp.get()
	a.clear()
	for r, rate := range w.m.Rates {
		v := w.q[r] * t
		a.v[rate.To*k+rate.From] += v
		a.v[rate.From*k+rate.From] -= v
	}
	for i, v := range w.kinds {
		copy(a.d[i][v.From*k:], w.weights[i])
	}
	p := w.exp.of(a)
	w.exp.put(a)
	return p
}
