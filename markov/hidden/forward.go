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
	slopes []float64 // with covariates, state × state × term: see covariates.add
	bread  []float64 // with covariates, where it is asked for: likewise
}

// spendSums are what is summed of spend.
const spendSums = 3

func (p *panel) width(bread bool) int {
	k := p.m.States
	n := 1 + k + k*k + k*len(p.counts) + k*spendSums
	if p.x != nil {
		n += k * k * p.x.terms()
	}
	if bread {
		n += k * p.x.breads(k)
	}
	return n
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
	if p.x != nil {
		s.slopes = take(k * k * p.x.terms())
		s.bread = v
	}
	return s
}

// pass goes once over all customers. The blocks are cut by the number of customers alone and added in a fixed tree, so that the result
// does not depend on threads.
func (p *panel) pass(q *Params) *sums { return p.passWith(q, false) }

// learn is a pass that also finds what a step of expectation-maximisation needs.
func (p *panel) learn(q *Params) *sums { return p.passWith(q, p.x != nil) }

func (p *panel) passWith(q *Params, bread bool) *sums {
	e, l := p.emission(q), p.logits(q)
	v := num.BlockSums(len(p.begins)-1, p.block, p.threads, p.width(bread), func(lo, hi int, sum []float64) {
		w := p.walker(q, e, l)
		defer w.done()
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
	e, l := p.emission(q), p.logits(q)
	return num.BlockSums(len(p.begins)-1, p.block, p.threads, 1, func(lo, hi int, sum []float64) {
		w := p.walker(q, e, l)
		defer w.done()
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
	moves   []float64  // row by row
	bases   []int      // of the rows, with covariates
	alpha   []float64  // period × state: P(state | data so far)
	beta    []float64  // period × state: P(data after | state) ÷ P(data after | data so far)
	weight  []float64  // period × state: density of the period in the state ÷ that given the data before
	room    *[]float64 // of these three
	log     []float64

	logits *logits   // nil without covariates
	own    []float64 // period × moves, where no two periods have the same
	terms  []float64 // of one period
}

func (p *panel) walker(q *Params, e *emission, l *logits) *walker {
	k := p.m.States
	w := &walker{e: e, k: k, initial: q.Initial, log: make([]float64, k), logits: l}
	if l != nil {
		w.terms = make([]float64, p.x.terms())
		if l.table == nil {
			w.own = make([]float64, p.longest*k*k)
		}
	}
	for i, row := range q.Moves {
		if w.moves = append(w.moves, row...); l != nil {
			w.bases = append(w.bases, p.m.base(q, i))
		}
	}
	room, ok := p.room.Get().(*[]float64)
	if !ok {
		made := make([]float64, 3*p.longest*k)
		room = &made
	}
	n := p.longest * k
	w.room, w.alpha, w.beta, w.weight = room, (*room)[:n:n], (*room)[n:2*n:2*n], (*room)[2*n:]
	return w
}

// done gives the room back that the next walker takes.
func (w *walker) done() { w.e.p.room.Put(w.room) }

// forward fills alpha and weight, and returns the log-likelihood of the customer:
//
//	α_t(j) ∝ f_j(t) Σ_i α_{t−1}(i) p_ij,   log L = Σ_t log Σ_j f_j(t) Σ_i α_{t−1}(i) p_ij
//
// Densities are taken as shares of the largest (Rabiner 1989, Proc. IEEE 77:257–286, §V.A scales likewise); where these are next to nothing in the states that can be, in
// logarithms from the largest of those, so that nothing under- or overflows. −Inf where the data cannot be.
func (w *walker) forward(from, to int) (logLik float64) {
	const least = 1e-100 // of a sum of shares; their product is kept as long as it is no smaller
	k, product := w.k, 1.0
	for t := from; t < to; t++ {
		at := (t - from) * k
		now := w.alpha[at : at+k]
		if w.own != nil {
			l := w.logits
			l.at(w.e.p.x.row(t), w.own[(t-from)*k*k:(t-from+1)*k*k])
		}
		if t == from {
			copy(now, w.initial)
		} else {
			w.ahead(w.out(t-1, from), w.alpha[at-k:at], now)
		}
		weight := w.weight[at : at+k]
		most := w.e.shares(t, weight)
		var total float64
		for i, a := range now {
			total += a * weight[i]
		}
		if !(total >= least) {
			if most, total = w.apart(t, now, weight); total == 0 {
				return math.Inf(-1)
			}
		}
		by := 1 / total
		for i := range now {
			weight[i] *= by
			now[i] *= weight[i]
		}
		logLik += most
		if product *= total; product < least {
			logLik += math.Log(product)
			product = 1
		}
	}
	return logLik + math.Log(product)
}

// apart writes the densities of a period as shares of the largest among the states that can be; total is 0 where the data cannot be.
func (w *walker) apart(t int, now, weight []float64) (most, total float64) {
	w.e.at(t, w.log)
	most = math.Inf(-1)
	for i, v := range w.log {
		if now[i] > 0 {
			most = max(most, v)
		}
	}
	if math.IsInf(most, -1) {
		return 0, 0
	}
	for i, v := range w.log {
		weight[i] = math.Exp(min(0, v-most))
		total += now[i] * weight[i]
	}
	return most, total
}

// ahead is the distribution of the state one period later.
func (w *walker) ahead(moves, now, next []float64) {
	clear(next)
	for i, a := range now {
		if a == 0 {
			continue
		}
		for j, p := range moves[i*w.k : (i+1)*w.k] {
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
		moves := w.out(from+at/k, from)
		for i := range k {
			var b float64
			for j, p := range moves[i*k : (i+1)*k] {
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
		if p.x != nil && t+1 < to {
			w.addMoves(t, from, s)
		}
		for i := range k {
			a := w.alpha[at+i]
			if a == 0 {
				continue
			}
			if p.x == nil && t+1 < to {
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
