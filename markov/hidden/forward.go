package hidden

import (
	"math"

	"mainstay/internal/num"
)

// sums are what a pass over the customers finds: the log-likelihood, and the expected sufficient statistics given the data.
type sums struct {
	logLik float64
	first  []float64 // by state: P(data, first state) ÷ P(data) ÷ its initial probability
	moves  []float64 // state × state: the same of moves ÷ their probability, so that one of probability 0 has a derivative too
	counts []float64 // state × different counts: expected periods with that count
	spends []float64 // state × (expected periods with spend, their spend, its logarithm)
}

// spendSums are what is summed of spend.
const spendSums = 3

func (p *panel) width() int {
	k := p.m.States
	return 1 + k + k*k + k*len(p.counts) + k*spendSums
}

// split names the parts of a vector of sums.
func (p *panel) split(v []float64) *sums {
	k := p.m.States
	s := &sums{logLik: v[0]}
	v = v[1:]
	take := func(n int) []float64 {
		part := v[:n:n]
		v = v[n:]
		return part
	}
	s.first, s.moves, s.counts, s.spends = take(k), take(k*k), take(k*len(p.counts)), take(k*spendSums)
	return s
}

// pass goes once over all customers. The blocks are cut by the number of customers alone and added in a fixed tree, so that the result
// does not depend on threads.
func (p *panel) pass(q *Params) *sums {
	e := p.emission(q)
	v := num.BlockSums(len(p.begins)-1, p.block, p.threads, p.width(), func(lo, hi int, sum []float64) {
		w := p.walker(q, e)
		s := p.split(sum)
		for c := lo; c < hi; c++ {
			from, to := p.begins[c], p.begins[c+1]
			sum[0] += w.forward(from, to)
			w.backward(from, to)
			w.add(from, to, s)
		}
	})
	return p.split(v)
}

// logLik is that of a pass, without going backward.
func (p *panel) logLik(q *Params) float64 {
	e := p.emission(q)
	return num.BlockSums(len(p.begins)-1, p.block, p.threads, 1, func(lo, hi int, sum []float64) {
		w := p.walker(q, e)
		for c := lo; c < hi; c++ {
			sum[0] += w.forward(p.begins[c], p.begins[c+1])
		}
	})[0]
}

// walker goes through the periods of one customer.
type walker struct {
	e       *emission
	k       int
	initial []float64
	moves   []float64 // row by row
	alpha   []float64 // period × state: P(state | data so far)
	beta    []float64 // period × state: P(data after | state) ÷ P(data after | data so far)
	weight  []float64 // period × state: density of the period in the state ÷ that given the data before
	log     []float64
}

func (p *panel) walker(q *Params, e *emission) *walker {
	k := p.m.States
	w := &walker{e: e, k: k, initial: q.Initial, log: make([]float64, k)}
	for _, row := range q.Moves {
		w.moves = append(w.moves, row...)
	}
	w.alpha, w.beta, w.weight = make([]float64, p.longest*k), make([]float64, p.longest*k), make([]float64, p.longest*k)
	return w
}

// forward fills alpha and weight, and returns the log-likelihood of the customer:
//
//	α_t(j) ∝ f_j(t) Σ_i α_{t−1}(i) p_ij,   log L = Σ_t log Σ_j f_j(t) Σ_i α_{t−1}(i) p_ij
//
// Densities are taken in logarithms from the largest of the states that can be (Rabiner 1989, Proc. IEEE 77:257–286, §V.A scales likewise),
// so that nothing under- or overflows. −Inf where the data cannot be.
func (w *walker) forward(from, to int) (logLik float64) {
	k := w.k
	for t := from; t < to; t++ {
		at := (t - from) * k
		now := w.alpha[at : at+k]
		if t == from {
			copy(now, w.initial)
		} else {
			w.ahead(w.alpha[at-k:at], now)
		}
		w.e.at(t, w.log)
		most := math.Inf(-1)
		for i, v := range w.log {
			if now[i] > 0 {
				most = max(most, v)
			}
		}
		if math.IsInf(most, -1) {
			return most
		}
		var total float64
		for i, v := range w.log {
			w.weight[at+i] = math.Exp(min(0, v-most))
			now[i] *= w.weight[at+i]
			total += now[i]
		}
		for i := range now {
			now[i] /= total
			w.weight[at+i] /= total
		}
		logLik += most + math.Log(total)
	}
	return logLik
}

// ahead is the distribution of the state one period later.
func (w *walker) ahead(now, next []float64) {
	clear(next)
	for i, a := range now {
		if a == 0 {
			continue
		}
		for j, p := range w.moves[i*w.k : (i+1)*w.k] {
			next[j] += a * p
		}
	}
}

// mostBeta bounds β of states that cannot be (α = 0); of others it is below 1/α.
const mostBeta = 1e200

// backward fills beta: β_t(i) = Σ_j p_ij weight_{t+1}(j) β_{t+1}(j), so that α β is the smoothed probability.
func (w *walker) backward(from, to int) {
	k := w.k
	last := (to - from - 1) * k
	for i := range k {
		w.beta[last+i] = 1
	}
	for at := last - k; at >= 0; at -= k {
		for i := range k {
			var b float64
			for j, p := range w.moves[i*k : (i+1)*k] {
				b += p * w.weight[at+k+j] * w.beta[at+k+j]
			}
			w.beta[at+i] = min(b, mostBeta)
		}
	}
}

// add adds the customer's statistics.
func (w *walker) add(from, to int, s *sums) {
	k, p := w.k, w.e.p
	for i := range k {
		s.first[i] += w.weight[i] * w.beta[i]
	}
	for t := from; t < to; t++ {
		at := (t - from) * k
		for i := range k {
			a := w.alpha[at+i]
			if a == 0 {
				continue
			}
			if t+1 < to {
				for j := range k {
					s.moves[i*k+j] += a * w.weight[at+k+j] * w.beta[at+k+j]
				}
			}
			gamma := a * w.beta[at+i]
			if c := p.code[t]; c >= 0 {
				s.counts[i*len(p.counts)+int(c)] += gamma
			}
			if p.spend != nil && p.spend[t] > 0 {
				s.spends[i*spendSums] += gamma
				s.spends[i*spendSums+1] += gamma * p.spend[t]
				s.spends[i*spendSums+2] += gamma * p.logSpend[t]
			}
		}
	}
}
