package hidden

import (
	"fmt"
	"math"

	"mainstay/internal/num"
)

// Decline is what became of a customer over its last periods.
type Decline struct {
	Then, Now    int     // its states on the likeliest path, some periods before the last, and in the last
	Weaker       float64 // probability that the last is weaker than the one then, given all the customer's data
	Before, Next float64 // what is expected in a period (see Worth): of the state then, and of the period after the last
}

// Worth is what is expected in a period of state i: spend, or without it activity. A period without activity has no spend:
//
//	(1 − P(activity = 0)) × mean spend.
//
// NaN for a refused fit; 0 in a state without spend.
func (f *Fit) Worth(i int) float64 {
	switch {
	case f.Params == nil:
		return math.NaN()
	case !f.Spend:
		return f.Mean[i]
	case math.IsNaN(f.SpendMean[i]):
		return 0
	}
	return -math.Expm1(logCount(0, f.Mean[i], f.size(i))) * f.SpendMean[i]
}

// Declines compare the last period of every customer of d with the one that is back before it, or its first. s is what Decode says of d. Errors: those of Decode, and back below 1.
func (f *Fit) Declines(d *Data, s *States, back, threads int) ([]Decline, error) {
	p, err := f.panel(d, threads)
	if err != nil {
		return nil, err
	}
	if back < 1 {
		return nil, fmt.Errorf("hidden: compared with %d periods before, expected 1 or more", back)
	}
	k := f.States
	worth := make([]float64, k)
	for i := range worth {
		worth[i] = f.Worth(i)
	}
	out := make([]Decline, len(d.Begins)-1)
	e, l := p.emission(f.Params), p.logits(f.Params)
	num.Blocks(len(out), p.block, threads, func(_, lo, hi int) {
		w := p.walker(f.Params, e, l)
		defer w.done()
		next := make([]float64, k)
		for c := lo; c < hi; c++ {
			from, to := p.begins[c], p.begins[c+1]
			w.forward(from, to)
			w.backward(from, to)
			last := to - 1
			then := max(from, last-back)
			r := &out[c]
			r.Then, r.Now, r.Weaker = s.Path[then], s.Path[last], w.weaker(from, then, last)
			for i, v := range s.Smoothed[then] {
				r.Before += v * worth[i]
			}
			moves := w.moves
			if l != nil {
				moves = make([]float64, k*k)
				l.at(p.x.row(last), moves)
			}
			w.ahead(moves, s.Filtered[last], next)
			for i, v := range next {
				r.Next += v * worth[i]
			}
		}
	})
	return out, nil
}

// weaker is P(state in period last < state in period then | data): from every state then, what it became is followed by
//
//	P(s_{t+1} = j | s_t = i, data) ∝ p_ij weight_{t+1}(j) β_{t+1}(j).
func (w *walker) weaker(from, then, last int) (sum float64) {
	k := w.k
	now, next := make([]float64, k), make([]float64, k)
	for i := range k {
		at := (then - from) * k
		start := w.alpha[at+i]
		if start == 0 {
			continue
		}
		start *= w.beta[at+i]
		clear(now)
		now[i] = 1
		for t := then; t < last; t++ {
			clear(next)
			moves := w.out(t, from)
			for a, v := range now {
				if v == 0 {
					continue
				}
				var total float64
				for j, p := range moves[a*k : (a+1)*k] {
					w.log[j] = p * w.weight[(t+1-from)*k+j] * w.beta[(t+1-from)*k+j]
					total += w.log[j]
				}
				if total == 0 {
					continue
				}
				for j, p := range w.log {
					next[j] += v * p / total
				}
			}
			now, next = next, now
		}
		for _, v := range now[:i] {
			sum += start * v
		}
	}
	return min(1, sum)
}
