package survival

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"mainstay/regress"

	"gonum.org/v1/gonum/floats"
)

// Concordance is how well a score orders the events: of all pairs in which one row has the event while the other is at risk and goes on, the share in which
// the one with the event has the higher score, ties counting one half.
type Concordance struct {
	Value, SE                    float64 // NaN without pairs
	Concordant, Discordant, Tied float64 // weight of pairs; Tied in the score
}

// Concordance is that of the fit's own linear predictor (Harrell et al. 1982, JAMA 247:2543–2546), within strata. Its standard error is the infinitesimal
// jackknife, the sum over clusters of squared influences (Therneau & Atkinson, Concordance, vignette of R's survival). Undefined for a refused fit.
func (f *CoxFit) Concordance() Concordance {
	if !f.Certificate.Certified() {
		return Concordance{Value: math.NaN(), SE: math.NaN()}
	}
	w := f.w
	score := make([]float64, w.n)
	for p := range score {
		if score[p] = floats.Dot(f.gamma, w.row(p)); w.offset != nil {
			score[p] += w.offset[p]
		}
	}
	return w.concordance(score, &f.o)
}

// Concord is the concordance of any score, larger the sooner the event is expected. Of o, Weights, Stratum and Cluster count. Errors: as Cox, and scores that
// are not finite.
func Concord(t *Times, score []float64, o Options) (Concordance, error) {
	if err := t.check(&o, math.Inf(-1), true); err != nil {
		return Concordance{}, err
	}
	if len(score) != t.Rows() || !allFinite(score) {
		return Concordance{}, fmt.Errorf("survival: %d scores for %d rows, expected one finite score for each", len(score), t.Rows())
	}
	t, o, kept := withoutWeightless(t, o)
	if t.Rows() == 0 {
		return Concordance{Value: math.NaN(), SE: math.NaN()}, nil
	}
	w := newWalk(&regress.Design{}, t, Efron, &o)
	return w.concordance(pick(pick(score, kept), w.rows), &o), nil
}

// concordance of scores by place.
func (w *walk) concordance(score []float64, o *Options) Concordance {
	c := &pairs{w: w, score: score, won: make([]float64, w.n), met: make([]float64, w.n)}
	begin := append(w.strataPlaces(), w.n)
	for k := range w.strata {
		c.stratum(begin[k], begin[k+1])
	}
	if o.Cluster == nil {
		return c.result(nil)
	}
	return c.result(byNumber(pick(o.Cluster, w.rows), w.n))
}

// strataPlaces are the places at which strata begin.
func (w *walk) strataPlaces() []int {
	out := make([]int, len(w.strata))
	for k, m := range w.strata {
		out[k] = int(m)
		if w.marks != nil {
			out[k] = int(w.marks[m])
		}
	}
	return out
}

// pairs counts pairs by place: the weight of its partners, and that of those pairs that are concordant (tied: half), whichever of the two it is.
type pairs struct {
	w        *walk
	score    []float64
	won, met []float64
	Concordance
}

// stratum counts the pairs of places lo to hi: first by event, over those at risk with it, from the last time back; then by row at risk, over the
// events that it saw, from the first time on.
func (c *pairs) stratum(lo, hi int) {
	rank, ranks := ranksOf(c.score[lo:hi])
	c.byEvent(lo, hi, rank, newFenwick(ranks))
	c.byWitness(lo, hi, rank, newFenwick(ranks))
}

// byEvent meets each event with those that go on: who stops later, or is censored at that time, and has started before.
func (c *pairs) byEvent(lo, hi int, rank []int, tree *fenwick) {
	w := c.w
	starts := c.byStart(lo, hi)
	for p := lo; p < hi; {
		from, t := p, w.stop[p]
		for ; p < hi && w.stop[p] == t; p++ {
			if !w.event[p] {
				tree.add(rank[p-lo], w.weightAt(p))
			}
		}
		for ; len(starts) > 0 && w.start[starts[0]] >= t; starts = starts[1:] {
			tree.add(rank[int(starts[0])-lo], -w.weightAt(int(starts[0])))
		}
		for q := from; q < p; q++ {
			if w.event[q] {
				below, same, above := tree.around(rank[q-lo])
				c.meet(q, below, same, above)
				wt := w.weightAt(q)
				c.Concordant += wt * below
				c.Tied += wt * same
				c.Discordant += wt * above
			}
		}
		for q := from; q < p; q++ {
			if w.event[q] {
				tree.add(rank[q-lo], w.weightAt(q))
			}
		}
	}
}

// byWitness meets each row with the events it was at risk at and did not have: those up to its stop less those up to its start.
func (c *pairs) byWitness(lo, hi int, rank []int, tree *fenwick) {
	w := c.w
	starts := c.byStart(lo, hi)
	slices.Reverse(starts)
	began := func(t float64, touch bool) { // rows that start before t, or at it: what they did not see
		for ; len(starts) > 0 && (w.start[starts[0]] < t || touch && w.start[starts[0]] == t); starts = starts[1:] {
			q := int(starts[0])
			below, same, above := tree.around(rank[q-lo])
			c.meet(q, -above, -same, -below)
		}
	}
	for p := hi; p > lo; {
		to, t := p, w.stop[p-1]
		began(t, false)
		for p > lo && w.stop[p-1] == t {
			p--
		}
		for q := p; q < to; q++ {
			if w.event[q] {
				below, same, above := tree.around(rank[q-lo])
				c.meet(q, above, same, below)
			}
		}
		for q := p; q < to; q++ {
			if w.event[q] {
				tree.add(rank[q-lo], w.weightAt(q))
			}
		}
		began(t, true)
		for q := p; q < to; q++ {
			if !w.event[q] {
				below, same, above := tree.around(rank[q-lo])
				c.meet(q, above, same, below)
			}
		}
	}
}

// byStart are the places lo to hi by descending start; none where all are watched from the origin.
func (c *pairs) byStart(lo, hi int) []int32 {
	if c.w.start == nil {
		return nil
	}
	order := descending(c.w.start[lo:hi])
	for i := range order {
		order[i] += int32(lo)
	}
	return order
}

// meet adds partners of a place: weights of pairs that are concordant, tied and discordant.
func (c *pairs) meet(p int, concordant, tied, discordant float64) {
	c.won[p] += concordant + tied/2
	c.met[p] += concordant + tied + discordant
}

// result is the share, and its standard error from the influence of every place, w (won − C·met)/total.
func (c *pairs) result(groups [][]int32) Concordance {
	out := c.Concordance
	total := out.Concordant + out.Discordant + out.Tied
	if !(total > 0) {
		out.Value, out.SE = math.NaN(), math.NaN()
		return out
	}
	out.Value = (out.Concordant + out.Tied/2) / total
	influence := func(p int) float64 {
		return c.w.weightAt(p) * (c.won[p] - out.Value*c.met[p]) / total
	}
	variance := 0.0
	for p := range c.won {
		if groups == nil {
			variance += influence(p) * influence(p)
		}
	}
	for _, g := range groups {
		sum := 0.0
		for _, p := range g {
			sum += influence(int(p))
		}
		variance += sum * sum
	}
	out.SE = math.Sqrt(variance)
	return out
}

// ranksOf numbers the distinct values by size, from 0.
func ranksOf(values []float64) (rank []int, distinct int) {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	rank = make([]int, len(values))
	for i, v := range values {
		rank[i] = sort.SearchFloat64s(sorted, v)
	}
	return rank, len(sorted)
}

// fenwick is sums of weights by rank (Fenwick 1994, Software: Practice and Experience 24:327–336).
type fenwick struct {
	sum   []float64
	total float64
}

func newFenwick(n int) *fenwick { return &fenwick{sum: make([]float64, n+1)} }

func (f *fenwick) add(rank int, v float64) {
	f.total += v
	for i := rank + 1; i < len(f.sum); i += i & -i {
		f.sum[i] += v
	}
}

// upTo is the weight of ranks below.
func (f *fenwick) upTo(rank int) (s float64) {
	for i := rank; i > 0; i -= i & -i {
		s += f.sum[i]
	}
	return s
}

// around is the weight below a rank, at it and above it.
func (f *fenwick) around(rank int) (below, same, above float64) {
	below = f.upTo(rank)
	with := f.upTo(rank + 1)
	return below, with - below, f.total - with
}
