package ctmc

import (
	"cmp"
	"slices"
)

// History is what was seen of one customer: intervals Lo to Hi (exclusive) of the data, one after another.
type History struct {
	Lo, Hi int
	End    float64 // time since the start until when a customer is counted in a state that nobody leaves; +Inf: for ever
}

// Prevalence is how many customers were in each state a time after their start, and how many the chain expects.
type Prevalence struct {
	Time     float64
	Total    int // customers followed so long
	Observed []int
	Expected []float64
}

// mostKept is how many matrices are kept for the next customer with the same covariates for the same time.
const mostKept = 1 << 12

// Prevalence compares at each of times the customers followed so long (Gentleman, Lawless, Lindsey & Yan 1994, Statistics in Medicine
// 13:805–821): a customer is taken to be in the state seen last until the next look, and to stay in a state that nobody leaves until End. What is expected of
// those followed is Σ e_s P_1 P_2 …, from the states s they were seen in first, with the covariates of their intervals, the last ones kept on. The
// shares of late times are of those that ended rather than of those that were lost from sight: with End of +Inf they overstate such states.
func (f *Fit) Prevalence(d *Data, histories []History, times []float64) []Prevalence {
	d = d.shared()
	order := make([]int, len(times))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(times[a], times[b]) })
	out := make([]Prevalence, len(times))
	for i, t := range times {
		out[i] = Prevalence{Time: t, Observed: make([]int, len(f.States)), Expected: make([]float64, len(f.States))}
	}
	w := follower{f: f, d: d, absorbing: f.absorbing(), worker: newWorker(f.Model, d), kept: map[stretch][]float64{}}
	for _, h := range histories {
		w.follow(h, times, order, out)
	}
	return out
}

// stretch is a time with the same covariates.
type stretch struct {
	x    int
	time float64
}

// follower follows customers one by one.
type follower struct {
	f         *Fit
	d         *Data
	absorbing []bool
	worker    *worker
	kept      map[stretch][]float64
}

// follow adds one history.
func (w *follower) follow(h History, times []float64, order []int, out []Prevalence) {
	const rounding = 1e-9
	if h.Lo >= h.Hi {
		return
	}
	chance := make([]float64, len(w.f.States)) // at the start of the stretch with these covariates
	first := w.d.Intervals[h.Lo]
	chance[first.From] = 1
	x, since, now, at := first.X, 0.0, 0.0, h.Lo
	for _, o := range order {
		t := times[o]
		for at < h.Hi && now+w.d.Intervals[at].Time <= t*(1+rounding) {
			now += w.d.Intervals[at].Time
			if at++; at < h.Hi && w.d.Intervals[at].X != x {
				chance = w.step(chance, stretch{x, now - since})
				x, since = w.d.Intervals[at].X, now
			}
		}
		state := 0
		if at < h.Hi {
			state = w.d.Intervals[at].From
		} else {
			last := w.d.Intervals[h.Hi-1]
			state = last.To
			if last.Kind == Censored || t > now*(1+rounding) && !(w.absorbing[state] && t <= h.End) {
				return
			}
		}
		out[o].Total++
		out[o].Observed[state]++
		for j, v := range w.step(chance, stretch{x, max(0, t-since)}) {
			out[o].Expected[j] += v
		}
	}
}

// step is chance times e^{Qt}.
func (w *follower) step(chance []float64, s stretch) []float64 {
	k := len(chance)
	p, known := w.kept[s]
	if !known {
		if len(w.kept) == mostKept {
			clear(w.kept)
		}
		var row []float64
		if len(w.f.Covariates) > 0 {
			row = w.f.centred(w.d.X[s.x])
		}
		p = w.worker.plain(w.f.rates(w.f.Theta, row), s.time)
		w.kept[s] = p
	}
	out := make([]float64, k)
	for i, c := range chance {
		for j := range out {
			if c != 0 {
				out[j] += c * min(max(p[i*k+j], 0), 1)
			}
		}
	}
	return out
}

// plain is e^{Qt} without derivatives.
func (w *worker) plain(q []float64, t float64) []float64 {
	k := len(w.m.States)
	w.exp.directions = 0
	a := w.exp.get()
	a.clear()
	for r, rate := range w.m.Rates {
		a.v[rate.From*k+rate.To] += q[r] * t
		a.v[rate.From*k+rate.From] -= q[r] * t
	}
	p := w.exp.of(a)
	w.exp.put(a, p)
	return slices.Clone(p.v)
}
