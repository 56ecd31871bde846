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
	SE       []float64 // of Expected, by the delta method: of the parameters, who is followed being given
}

// mostKept is of how many numbers the matrices are that are kept for the next customer with the same covariates for the same time: 64 MB.
const mostKept = 1 << 23

// Prevalence compares at each of times the customers followed so long (Gentleman, Lawless, Lindsey & Yan 1994, Statistics in Medicine
// 13:805–821): a customer is taken to be in the state seen last until the next look, and to stay in a state that nobody leaves until End. What is expected of
// those followed is Σ e_s P_1 P_2 …, from the states s they were seen in first, with the covariates of their intervals, the last ones kept on. The
// shares of late times are of those that ended rather than of those that were lost from sight: with End of +Inf they overstate such states. The
// derivative of what is expected is carried along: ∂(cP) = ∂c P + c ∂P.
func (f *Fit) Prevalence(d *Data, histories []History, times []float64) []Prevalence {
	d = d.shared()
	order := make([]int, len(times))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(times[a], times[b]) })
	out := make([]Prevalence, len(times))
	for i, t := range times {
		out[i] = Prevalence{Time: t, Observed: make([]int, len(f.States)), Expected: make([]float64, len(f.States)), SE: make([]float64, len(f.States))}
	}
	w := follower{f: f, d: d, absorbing: f.absorbing(), worker: newWorker(f.Model, d), kept: map[stretch]transition{}}
	for range times {
		w.sums = append(w.sums, w.nobody())
	}
	for _, h := range histories {
		w.follow(h, times, order, out)
	}
	for i := range out {
		for j := range f.States {
			out[i].Expected[j], out[i].SE[j] = w.sums[i].v[j], f.se(w.sums[i].d[j])
		}
	}
	return out
}

// chances are those of every state, and their derivatives by each parameter; those of a customer, or summed over them.
type chances struct {
	v []float64
	d [][]float64 // state × parameter
}

// transition is e^{Qt} and its derivatives.
type transition struct {
	v []float64   // from × to
	d [][]float64 // from × to, parameter
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
	kept      map[stretch]transition
	sums      []chances // by time
}

func (w *follower) nobody() chances {
	out := chances{make([]float64, len(w.f.States)), make([][]float64, len(w.f.States))}
	for j := range out.d {
		out.d[j] = make([]float64, len(w.f.Theta))
	}
	return out
}

// follow adds one history.
func (w *follower) follow(h History, times []float64, order []int, out []Prevalence) {
	const rounding = 1e-9
	if h.Lo >= h.Hi {
		return
	}
	chance := w.nobody() // at the start of the stretch with these covariates
	first := w.d.Intervals[h.Lo]
	chance.v[first.From] = 1
	x, since, now, at := first.X, 0.0, 0.0, h.Lo
	for _, o := range order {
		t := times[o]
		for at < h.Hi && now+w.d.Intervals[at].Time <= t*(1+rounding) {
			now += w.d.Intervals[at].Time
			if at++; at < h.Hi && w.d.Intervals[at].X != x {
				next := w.nobody()
				w.step(chance, stretch{x, now - since}, next)
				chance = next
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
		w.step(chance, stretch{x, max(0, t-since)}, w.sums[o])
	}
}

// step adds c e^{Qt} and its derivatives to a sum.
func (w *follower) step(c chances, s stretch, to chances) {
	k, p := len(c.v), w.after(s)
	for i := range k {
		if c.v[i] == 0 && !slices.ContainsFunc(c.d[i], func(v float64) bool { return v != 0 }) {
			continue
		}
		for j := range k {
			v := p.v[i*k+j]
			to.v[j] += c.v[i] * v
			for a, slope := range p.d[i*k+j] {
				if to.d[j][a] += c.d[i][a] * v; c.v[i] != 0 {
					to.d[j][a] += c.v[i] * slope
				}
			}
		}
	}
}

// after is the transition over a stretch.
func (w *follower) after(s stretch) transition {
	if p, known := w.kept[s]; known {
		return p
	}
	k := len(w.f.States)
	if len(w.kept) >= mostKept/(k*k*(1+len(w.f.Theta))) {
		clear(w.kept)
	}
	var x []float64
	if len(w.f.Covariates) > 0 {
		x = w.d.X[s.x]
	}
	w.worker.q = w.f.rates(w.f.Theta, w.f.centred(x))
	p := w.worker.transition(s.time)
	out := transition{v: make([]float64, k*k)}
	for at, v := range p.v {
		out.v[at] = min(max(v, 0), 1)
		out.d = append(out.d, w.f.gradient(x, func(r int) float64 { return p.d[r][at] }))
	}
	w.worker.exp.put(p)
	w.kept[s] = out
	return out
}
