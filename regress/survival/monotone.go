package survival

import (
	"container/heap"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
)

// ordering is a direction v along which the partial likelihood never falls: whoever has the event is, each time, the one with the largest z'v of all
// those at risk, and not always alone. The likelihood then has no maximum (Jacobsen 1989, Scandinavian J. of Statistics 16:335–349; Bryson & Johnson 1981,
// Technometrics 23:381–383, "monotone likelihood").
type ordering struct {
	columns []int // positions in the design
	alone   bool  // each of them does it alone
}

// onBoundary is how far below the largest, against the range, an event's z'v may lie by rounding alone.
const onBoundary = 1e-7

// monotone looks for such a direction: each column alone, then γ itself and the last step, which run off along one if there is one. What
// is returned has been checked against the definition on every row; what is missed is refused as not converged all the same.
func (w *walk) monotone(gamma, step []float64) *ordering {
	found := &ordering{alone: true}
	for a := range w.k {
		v := make([]float64, w.k)
		for _, v[a] = range []float64{1, -1} {
			if w.orders(v) {
				found.columns = append(found.columns, w.columns[a])
				break
			}
		}
	}
	if len(found.columns) > 0 {
		return found
	}
	for _, v := range [][]float64{step, gamma} {
		if len(v) > 0 && w.orders(v) {
			return w.thin(v)
		}
	}
	return nil
}

// thin leaves out of v what it can do without.
func (w *walk) thin(v []float64) *ordering {
	v = slices.Clone(v)
	for a := range v {
		old := v[a]
		if v[a] = 0; !w.orders(v) {
			v[a] = old
		}
	}
	found := &ordering{}
	for a, x := range v {
		if x != 0 {
			found.columns = append(found.columns, w.columns[a])
		}
	}
	return found
}

// orders reports whether v is a direction of the definition.
func (w *walk) orders(v []float64) bool {
	score, most := make([]float64, w.n), 0.0
	for p := range score {
		score[p] = floats.Dot(v, w.row(p))
		most = max(most, math.Abs(score[p]))
	}
	edge := onBoundary * most
	if most == 0 {
		return false
	}
	alone := false
	sets := &extremes{score: score}
	strata, next := 0, 0
	for m := range w.length() {
		if strata < len(w.strata) && int(w.strata[strata]) == m {
			sets.clear()
			strata++
		}
		sets.pass(w, m)
		if next == len(w.moments) || int(w.moments[next].end) != m+1 {
			continue
		}
		e := &w.moments[next]
		low, high := sets.range_(w, e.time)
		for _, p := range w.deaths[e.lo:e.hi] {
			if score[p] < high-edge {
				return false
			}
		}
		alone = alone || low < high-edge
		next++
	}
	return alone
}

// extremes are the least and the largest score of a set at risk. Without late starts a set only grows; with them, heaps hold who has been passed, and
// who has left is thrown out when on top.
type extremes struct {
	score     []float64
	low, high float64
	any       bool
	least     placeHeap // scores turned over
	largest   placeHeap
}

func (x *extremes) clear() {
	x.any = false
	x.least, x.largest = x.least[:0], x.largest[:0]
}

func (x *extremes) pass(w *walk, m int) {
	p := m
	if w.marks != nil {
		if p = int(w.marks[m]); p >= 0 {
			heap.Push(&x.largest, placed{x.score[p], int32(p)})
			heap.Push(&x.least, placed{-x.score[p], int32(p)})
		}
		return
	}
	s := x.score[p]
	if !x.any {
		x.low, x.high, x.any = s, s, true
	}
	x.low, x.high = min(x.low, s), max(x.high, s)
}

// range_ is the least and the largest score of those at risk at t.
func (x *extremes) range_(w *walk, t float64) (low, high float64) {
	if w.marks == nil {
		return x.low, x.high
	}
	top := func(h *placeHeap) float64 {
		for w.start[(*h)[0].place] >= t {
			heap.Pop(h)
		}
		return (*h)[0].score
	}
	return -top(&x.least), top(&x.largest)
}

type placed struct {
	score float64
	place int32
}

// placeHeap has the largest score on top.
type placeHeap []placed

func (h placeHeap) Len() int           { return len(h) }
func (h placeHeap) Less(i, j int) bool { return h[i].score > h[j].score }
func (h placeHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push adds x, for container/heap.
func (h *placeHeap) Push(x any) { *h = append(*h, x.(placed)) }

// Pop takes the last away, for container/heap.
func (h *placeHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

func (o *ordering) names(all []string) (names []string) {
	for _, j := range o.columns {
		names = append(names, all[j])
	}
	return names
}

func (o *ordering) message(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	who := "column " + quoted[0] + " orders"
	switch {
	case len(names) > 1 && o.alone:
		who = "each of the columns " + strings.Join(quoted, ", ") + " orders"
	case len(names) > 1:
		who = "columns " + strings.Join(quoted, ", ") + " together order"
	}
	return fmt.Sprintf("monotone likelihood: %s the events without error (a group in which nobody has the event, say), so the coefficient is infinite; leave it out, merge rare levels, or wait for more events", who)
}
