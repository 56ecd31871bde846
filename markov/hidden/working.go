package hidden

import (
	"math"
	"slices"
)

// kind is what a coordinate stands for.
type kind uint8

const (
	ofMove       kind = iota // log p_ij/p_ir, r the likeliest of the row; with covariates at their centre, r staying where it can be
	ofSlope                  // of that in a covariate, in units of its standard deviation
	ofInitial                // log δ_j/δ_r
	ofMean                   // log μ
	ofSize                   // log r
	ofSpendMean              // log of the mean
	ofSpendShape             // log of the shape of all
)

type coordinate struct {
	kind kind
	i, j int // state; of a move and its slopes the one after it, of an initial probability j
	q    int // of a slope, the covariate
}

// working are unbounded coordinates of the parameters that do not lie on an edge: probabilities of 0, means of 0 and infinite sizes stay.
type working struct {
	p      *panel
	base   *Params
	coords []coordinate
	refs   []int // r of each row, and at last the likeliest initial state
}

func (p *panel) working(q *Params) *working {
	w := &working{p: p, base: q.clone()}
	for i, row := range w.base.Moves {
		ref := likeliest(row)
		if p.x != nil {
			ref = p.m.base(q, i)
			w.base.rebase(i, ref)
			p.m.still(w.base, i)
		}
		w.softmax(ofMove, i, ref, row)
	}
	if p.m.Start == Free {
		w.softmax(ofInitial, 0, likeliest(q.Initial), q.Initial)
	}
	add := func(k kind, values []float64) {
		for i, v := range values {
			if v > 0 && !math.IsInf(v, 1) {
				w.coords = append(w.coords, coordinate{kind: k, i: i})
			}
		}
	}
	add(ofMean, q.Mean)
	for i, v := range q.Size {
		if q.Mean[i] > 0 && !math.IsInf(v, 1) {
			w.coords = append(w.coords, coordinate{kind: ofSize, i: i})
		}
	}
	add(ofSpendMean, q.SpendMean) // NaN is not above 0
	if p.m.Spend && !noSpend(q) {
		w.coords = append(w.coords, coordinate{kind: ofSpendShape})
	}
	return w
}

func (w *working) softmax(k kind, i, ref int, prob []float64) {
	w.refs = append(w.refs, ref)
	for j, v := range prob {
		if v == 0 || j == ref {
			continue
		}
		w.coords = append(w.coords, coordinate{kind: k, i: i, j: j})
		if k == ofMove && w.p.x != nil {
			for q := range w.p.x.q {
				if w.p.m.acts(q, i, j) {
					w.coords = append(w.coords, coordinate{ofSlope, i, j, q})
				}
			}
		}
	}
}

// likeliest is the first of the largest.
func likeliest(prob []float64) (ref int) {
	for j, v := range prob {
		if v > prob[ref] {
			ref = j
		}
	}
	return ref
}

// rebase makes the slopes of the moves out of state i those against ref, and 0 of moves that cannot be.
func (q *Params) rebase(i, ref int) {
	for c := range q.Centre {
		by := q.Slopes[i][ref][c]
		for j := range q.Slopes[i] {
			if q.Slopes[i][j][c] -= by; q.Moves[i][j] == 0 {
				q.Slopes[i][j][c] = 0
			}
		}
	}
}

// noSpend is whether no state has any.
func noSpend(q *Params) bool {
	return !slices.ContainsFunc(q.SpendMean, func(v float64) bool { return !math.IsNaN(v) })
}

// at is the value whose logarithm a coordinate is.
func (q *Params) at(c coordinate) *float64 {
	switch c.kind {
	case ofMean:
		return &q.Mean[c.i]
	case ofSize:
		return &q.Size[c.i]
	case ofSpendMean:
		return &q.SpendMean[c.i]
	}
	return &q.SpendShape
}

// theta is where the base is.
func (w *working) theta() []float64 {
	out := make([]float64, len(w.coords))
	for c, x := range w.coords {
		switch x.kind {
		case ofMove:
			out[c] = math.Log(w.base.Moves[x.i][x.j] / w.base.Moves[x.i][w.refs[x.i]])
		case ofSlope:
			out[c] = w.base.Slopes[x.i][x.j][x.q] * w.p.x.scale[x.q]
		case ofInitial:
			out[c] = math.Log(w.base.Initial[x.j] / w.base.Initial[w.refs[len(w.refs)-1]])
		default:
			out[c] = math.Log(*w.base.at(x))
		}
	}
	return out
}

// params are those at theta.
func (w *working) params(theta []float64) *Params {
	q := w.base.clone()
	for i := range q.Moves {
		q.Moves[i][w.refs[i]] = 1
	}
	if w.p.m.Start == Free {
		q.Initial[w.refs[len(w.refs)-1]] = 1
	}
	for c, x := range w.coords {
		if x.kind == ofSlope {
			q.Slopes[x.i][x.j][x.q] = theta[c] / w.p.x.scale[x.q]
			continue
		}
		v := math.Exp(theta[c])
		switch x.kind {
		case ofMove:
			q.Moves[x.i][x.j] = v
		case ofInitial:
			q.Initial[x.j] = v
		default:
			*q.at(x) = v
		}
	}
	for _, row := range q.Moves {
		toOne(row)
	}
	if w.p.m.Start == Free {
		toOne(q.Initial)
	} else if q.Initial = stationary(q.Moves); q.Initial == nil {
		q.Initial = make([]float64, w.p.m.States) // the data cannot be
	}
	return q
}

func toOne(prob []float64) {
	var total float64
	for _, v := range prob {
		total += v
	}
	for j := range prob {
		prob[j] /= total
	}
}
