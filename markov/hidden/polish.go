package hidden

import (
	"fmt"
	"math"
	"strings"

	"mainstay/internal/num"
)

// An expected number of moves (or first states, or acts of activity) below which a parameter is 0; a ratio of extra to Poisson variance
// below which a size is infinite; where an edge is left again, the probability begun with; how often edges may change.
const (
	leastExpected = 1e-3
	leastExtra    = 1e-3
	reopened      = 1e-2
	mostRounds    = 12
	edgeSlack     = 1e-6 // of the periods seen: a slope into the domain that counts as none
)

// ascended is the end of a climb from some parameters.
type ascended struct {
	working *working
	ascent  *num.Ascent
	params  *Params
	sums    *sums
}

// polish climbs by Newton's method from where expectation-maximisation ended. Parameters that tend to an edge (a probability or mean of 0, an infinite
// size) are put on it and the others climbed again; one on an edge from which the likelihood rises is set free again (the conditions of
// Karush, Kuhn & Tucker).
func (p *panel) polish(q *Params) *ascended {
	var a *ascended
	for range mostRounds {
		p.toEdge(q)
		w := p.working(q)
		a = &ascended{working: w, ascent: num.Climb(w.surface, w.theta())}
		a.params = w.params(a.ascent.Theta)
		a.sums = p.pass(a.params)
		if math.IsNaN(a.sums.logLik) || math.IsInf(a.sums.logLik, 0) {
			return a
		}
		next := a.params.clone()
		if !a.ascent.Converged && p.toEdge(next) || a.ascent.Converged && p.release(next, a.sums) {
			q = next
			continue
		}
		return a
	}
	a.ascent.Converged = false
	return a
}

// toEdge puts parameters that tend to an edge on it, and says whether there was one.
func (p *panel) toEdge(q *Params) (moved bool) {
	s := p.pass(q)
	k := p.m.States
	zero := func(prob, slopes []float64) {
		for j, v := range prob {
			if v > 0 && v < 0.5/float64(k) && v*slopes[j] < leastExpected {
				prob[j], moved = 0, true
			}
		}
		toOne(prob)
	}
	for i := range k {
		zero(q.Moves[i], s.moves[i*k:(i+1)*k])
		var periods float64
		for _, h := range s.counts[i*len(p.counts) : (i+1)*len(p.counts)] {
			periods += h
		}
		if q.Mean[i] > 0 && q.Mean[i]*periods < leastExpected {
			q.Mean[i], moved = 0, true
		}
		if q.Size != nil && !math.IsInf(q.Size[i], 1) && q.Mean[i] < leastExtra*q.Size[i] {
			q.Size[i], moved = math.Inf(1), true
		}
		if p.m.Spend && !math.IsNaN(q.SpendMean[i]) && s.spends[i*spendSums] < leastExpected {
			q.SpendMean[i], moved = math.NaN(), true
		}
	}
	if p.m.Start == Free {
		zero(q.Initial, s.first)
	}
	return moved
}

// release frees parameters on an edge from which the likelihood rises, and says whether there was one.
func (p *panel) release(q *Params, s *sums) (moved bool) {
	k := p.m.States
	slopes := p.pull(q, s)
	for i, v := range s.moves {
		if slopes[i] += v; p.x != nil && q.Moves[i/k][i%k] == 0 { // it is less the mean already, which is the state's expected moves
			for j, m := range q.Moves[i/k] {
				if m > 0 {
					slopes[i] += m * s.moves[i/k*k+j]
				}
			}
		}
	}
	free := func(prob, slopes []float64) {
		var mean float64
		for j, v := range prob {
			mean += v * slopes[j]
		}
		for j, v := range prob {
			if v == 0 && slopes[j]-mean > edgeSlack*p.seen {
				prob[j], moved = reopened, true
			}
		}
		toOne(prob)
	}
	for i := range k {
		free(q.Moves[i], slopes[i*k:(i+1)*k])
		n := len(p.counts)
		if q.Size != nil && math.IsInf(q.Size[i], 1) && q.Mean[i] > 0 && overdispersion(s.counts[i*n:(i+1)*n], p.counts, q.Mean[i])/2 > leastExtra*p.seen {
			q.Size[i], moved = q.Mean[i]/(10*leastExtra), true
		}
	}
	if p.m.Start == Free {
		free(q.Initial, s.first)
	}
	return moved
}

// onEdge says in words which parameters lie on an edge, "" for none; to people the weakest state is 1.
func (q *Params) onEdge(start Start) string {
	var said []string
	zeros := func(what string, prob []float64) {
		for j, v := range prob {
			if v == 0 {
				said = append(said, fmt.Sprintf(what, j+1))
			}
		}
	}
	for i, row := range q.Moves {
		zeros(fmt.Sprintf("nobody moves from state %d to %%d", i+1), row)
	}
	if start == Free {
		zeros("nobody begins in state %d", q.Initial)
	}
	zeros("there is no activity in state %d", q.Mean)
	for i, v := range q.Size {
		if math.IsInf(v, 1) {
			said = append(said, fmt.Sprintf("counts in state %d vary no more than Poisson's", i+1))
		}
	}
	return strings.Join(said, ", ")
}
