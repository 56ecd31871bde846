package hidden

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"
)

// errRefused is asked of a fit without parameters.
var errRefused = errors.New("hidden: a refused fit says nothing about customers")

// States is what a fit says of every period: probabilities, period × state, and the single likeliest path.
type States struct {
	Filtered [][]float64 // given the customer's data up to the period: what could have been known then
	Smoothed [][]float64 // given all the customer's data
	Path     []int       // the likeliest sequence of states as a whole (Viterbi 1967)
	LogLik   []float64   // of each customer
}

// Decode is for the customers of d, of which the fit need not have seen any. Errors: a refused fit, data that the model does not know, or a
// customer whose data cannot be under it.
func (f *Fit) Decode(d *Data, threads int) (*States, error) {
	p, err := f.panel(d, threads)
	if err != nil {
		return nil, err
	}
	k, n := f.States, len(d.Activity)
	filtered, smoothed := make([]float64, n*k), make([]float64, n*k)
	out := &States{Filtered: make([][]float64, n), Smoothed: make([][]float64, n), Path: make([]int, n), LogLik: make([]float64, len(d.Begins)-1)}
	for t := range n {
		out.Filtered[t], out.Smoothed[t] = filtered[t*k:(t+1)*k:(t+1)*k], smoothed[t*k:(t+1)*k:(t+1)*k]
	}
	e, l := p.emission(f.Params), p.logits(f.Params)
	num.Blocks(len(p.begins)-1, p.block, threads, func(_, lo, hi int) {
		w := p.walker(f.Params, e, l)
		defer w.done()
		for c := lo; c < hi; c++ {
			from, to := p.begins[c], p.begins[c+1]
			if out.LogLik[c] = w.forward(from, to); math.IsInf(out.LogLik[c], -1) {
				continue
			}
			w.backward(from, to)
			copy(filtered[from*k:to*k], w.alpha)
			for at := range (to - from) * k {
				if a := w.alpha[at]; a > 0 {
					smoothed[from*k+at] = a * w.beta[at]
				}
			}
			w.viterbi(from, to, out.Path[from:to])
		}
	})
	for c, l := range out.LogLik {
		if math.IsInf(l, -1) {
			return nil, fmt.Errorf("hidden: what customer %d (the first is 0) did cannot be under the fit: fit again with it", c)
		}
	}
	return out, nil
}

func (f *Fit) panel(d *Data, threads int) (*panel, error) {
	if !f.Certificate.Certified() {
		return nil, errRefused
	}
	if err := d.check(&f.Model); err != nil {
		return nil, err
	}
	return newPanel(&f.Model, d, threads)
}

// viterbi writes the path of the largest joint probability with the data, in logarithms (Viterbi 1967, IEEE Trans. Information Theory
// 13:260–269; Forney 1973); the first of equals.
func (w *walker) viterbi(from, to int, path []int) {
	k := w.k
	value, before := make([]float64, (to-from)*k), make([]int, (to-from)*k)
	for t := from; t < to; t++ {
		w.e.at(t, w.log)
		at := (t - from) * k
		var moves []float64
		if t > from {
			moves = w.out(t-1, from)
		}
		for j := range k {
			if t == from {
				value[at+j] = math.Log(w.initial[j]) + w.log[j]
				continue
			}
			best := math.Inf(-1)
			for i := range k {
				if v := value[at-k+i] + math.Log(moves[i*k+j]); v > best {
					best, before[at+j] = v, i
				}
			}
			value[at+j] = best + w.log[j]
		}
	}
	last := len(value) - k
	state := 0
	for i := 1; i < k; i++ {
		if value[last+i] > value[last+state] {
			state = i
		}
	}
	for t := to - from - 1; t >= 0; t-- {
		path[t] = state
		state = before[t*k+state]
	}
}
