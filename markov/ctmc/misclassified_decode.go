package ctmc

import (
	"math"

	"mainstay/internal/num"
)

// TrueStates is what a fit says of every look: probabilities, look × state, and the likeliest path. Looks of a customer follow one another, the first before its intervals: those of
// customer c begin at Begins[c] + c of the Looks.
type TrueStates struct {
	Filtered [][]float64 // given the customer's looks up to this one
	Smoothed [][]float64 // given all its looks
	Path     []int       // the likeliest sequence of true states as a whole (Viterbi 1967)
}

// TrueStates are those of the looks that were fitted; nil for a refused fit.
func (f *MisclassifiedFit) TrueStates() *TrueStates {
	if f.Shown == nil {
		return nil
	}
	p, k := f.panel, len(f.States)
	p.prepare(f.parameters)
	customers := len(p.d.Begins) - 1
	n := len(p.d.Intervals) + customers
	filtered, smoothed := make([]float64, n*k), make([]float64, n*k)
	out := &TrueStates{make([][]float64, n), make([][]float64, n), make([]int, n)}
	for i := range n {
		out.Filtered[i], out.Smoothed[i] = filtered[i*k:(i+1)*k:(i+1)*k], smoothed[i*k:(i+1)*k:(i+1)*k]
	}
	num.Blocks(customers, blockCustomers, p.threads, func(_, from, to int) {
		w := p.walker(f.parameters)
		for c := from; c < to; c++ {
			lo, hi := p.d.Begins[c], p.d.Begins[c+1]
			w.forward(lo, hi)
			w.backward(lo, hi)
			at := lo + c
			for i := range (hi - lo + 1) * k {
				filtered[at*k+i] = w.alpha[i]
				smoothed[at*k+i] = min(1, w.alpha[i]*w.beta[i])
			}
			w.viterbi(lo, hi, out.Path[at:at+hi-lo+1])
		}
	})
	return out
}

// viterbi writes the path of the largest joint probability with what was seen; the first of equals.
func (w *walker) viterbi(lo, hi int, path []int) {
	k, n := w.k, hi-lo
	value, before := make([]float64, (n+1)*k), make([]int, (n+1)*k)
	for s := range k { // alpha of look 0 is the joint probability but for a factor
		value[s] = math.Log(w.alpha[s])
	}
	enter := make([]float64, k)
	for i := range n {
		v := w.p.d.Intervals[lo+i]
		w.seenIn(v, w.back)
		if v.Kind == Entered {
			clear(enter)
			for r, rate := range w.p.m.Rates {
				if rate.To == v.To {
					enter[rate.From] = w.q[i][r]
				}
			}
		}
		for s := range k {
			best := math.Inf(-1)
			for r := range k {
				prob := w.at[i][r*k+s]
				if v.Kind == Entered {
					prob = dot(w.at[i][r*k:(r+1)*k], enter)
				}
				if x := value[i*k+r] + math.Log(prob*w.back[s]); x > best {
					best, before[(i+1)*k+s] = x, r
				}
			}
			value[(i+1)*k+s] = best
		}
	}
	state := 0
	for s := 1; s < k; s++ {
		if value[n*k+s] > value[n*k+state] {
			state = s
		}
	}
	for i := n; i >= 0; i-- {
		path[i] = state
		state = before[i*k+state]
	}
}
