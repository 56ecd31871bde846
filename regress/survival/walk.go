package survival

import (
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"
)

// walk is a Cox model's rows in the order in which its sums are formed: by stratum, then from the last time back, so that the set at risk
// grows by who stops. A place is a position in that order.
//
// Columns are centred at their weighted means and divided by their standard deviations, which takes their units out of the arithmetic; the partial
// likelihood does not depend on the centring.
type walk struct {
	n, k        int // rows, columns
	columns     []int
	mean, scale []float64 // by column of the design; scale 0 = does not vary
	z           []float64 // n×k by place
	weight      []float64 // by place; nil = 1
	offset      []float64 // by place, less offsetMean; nil = 0
	offsetMean  float64
	event       []bool    // by place
	rows        []int32   // by place: row of the data
	stop, start []float64 // by place; start nil = all from the origin
	moments     []moment  // with events, in the order of the walk
	at, entry   []int32   // by place: the last moment (in time) at or before its stop, its start; −1 = none
	marks       []int32   // what the walk passes: p = place p stops, ^p = place p starts; nil = places in their order
	strata      []int32   // positions in marks at which a stratum begins
	deaths      []int32   // places with events, in the order of the walk
	ties        Ties
	threads     int
}

// moment is a distinct time with events in a stratum.
type moment struct {
	time    float64
	end     int32   // marks before it have been passed when the set at risk is complete
	lo, hi  int32   // its places in deaths
	stratum int32   // number of the stratum, from 0 by order
	weight  float64 // Σ w of its events
}

// newWalk sorts the rows. t and o have been checked.
func newWalk(d *regress.Design, t *Times, ties Ties, o *Options) *walk {
	w := &walk{n: t.Rows(), ties: ties, threads: max(o.Threads, 1)}
	order := descending(t.Stop)
	if o.Stratum != nil {
		slices.SortStableFunc(order, func(a, b int32) int { return int(o.Stratum[a]) - int(o.Stratum[b]) })
	}
	w.rows = order
	w.stop, w.event = pick(t.Stop, order), pick(t.Event, order)
	w.start, w.weight, w.offset = pick(t.Start, order), pick(o.Weights, order), pick(o.Offset, order)
	w.findMoments(pick(o.Stratum, order))
	w.centreOffset()
	w.measure(d, o)
	return w
}

// findMoments sets marks, strata, deaths, moments, at and entry.
func (w *walk) findMoments(stratum []int32) {
	w.at = make([]int32, w.n)
	var starts []int32 // places by descending start, within the stratum
	if w.start != nil {
		w.entry, w.marks = make([]int32, w.n), make([]int32, 0, 2*w.n)
	}
	number := int32(-1)
	for lo := 0; lo < w.n; {
		hi := lo + 1
		for hi < w.n && (stratum == nil || stratum[hi] == stratum[lo]) {
			hi++
		}
		number++
		first := len(w.moments)
		w.strata = append(w.strata, int32(max(lo, len(w.marks))))
		if w.start != nil {
			starts = descending(w.start[lo:hi])
		}
		s := 0
		for p := lo; p < hi; {
			m := moment{time: w.stop[p], lo: int32(len(w.deaths)), stratum: number}
			from := p
			for ; p < hi && w.stop[p] == m.time; p++ {
				if w.start != nil {
					w.marks = append(w.marks, int32(p))
				}
				if w.event[p] {
					w.deaths = append(w.deaths, int32(p))
					m.weight += w.weightAt(p)
				}
			}
			for ; s < len(starts) && w.start[lo+int(starts[s])] >= m.time; s++ {
				w.marks = append(w.marks, ^(int32(lo) + starts[s]))
			}
			if m.hi = int32(len(w.deaths)); m.hi > m.lo {
				m.end = int32(max(p, len(w.marks)))
				w.moments = append(w.moments, m)
			}
			next := int32(len(w.moments)) // the next moment found, unless this is one
			if m.hi > m.lo {
				next--
			}
			for q := from; q < p; q++ {
				w.at[q] = next
			}
		}
		w.lookUp(lo, hi, first)
		lo = hi
	}
}

// lookUp finds the moments of the starts of a stratum, and takes back those of stops that no event precedes.
func (w *walk) lookUp(lo, hi, first int) {
	none := int32(len(w.moments))
	of := w.moments[first:]
	for p := lo; p < hi; p++ {
		if w.at[p] == none {
			w.at[p] = -1
		}
		if w.start == nil {
			continue
		}
		k, _ := slices.BinarySearchFunc(of, w.start[p], func(m moment, t float64) int { // descending times
			if m.time > t {
				return -1
			}
			return 1
		})
		if w.entry[p] = int32(first + k); w.entry[p] == none {
			w.entry[p] = -1
		}
	}
}

func (w *walk) weightAt(p int) float64 {
	if w.weight == nil {
		return 1
	}
	return w.weight[p]
}

// length is how many marks the walk passes.
func (w *walk) length() int {
	if w.marks == nil {
		return w.n
	}
	return len(w.marks)
}

// row is the columns of a place.
func (w *walk) row(p int) []float64 { return w.z[p*w.k : (p+1)*w.k] }

// centreOffset moves the offsets by their mean, which changes nothing but the range of exp.
func (w *walk) centreOffset() {
	if w.offset == nil {
		return
	}
	w.offset, w.offsetMean = slices.Clone(w.offset), num.Mean(w.offset)
	for i := range w.offset {
		w.offset[i] -= w.offsetMean
	}
}

// flatness is how small the spread of a column must be, against its size, to be nothing but the rounding of its values.
const flatness = 64 * 0x1p-53

// measure finds means and standard deviations, and copies the columns that vary by place.
func (w *walk) measure(d *regress.Design, o *Options) {
	k := len(d.Names)
	total := num.BlockSums(w.n, block, w.threads, 1+k, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			wt := o.weight(i)
			sum[0] += wt
			for j, v := range d.Row(i) {
				sum[1+j] += wt * v
			}
		}
	})
	w.mean, w.scale = make([]float64, k), make([]float64, k)
	for j := range w.mean {
		w.mean[j] = total[1+j] / total[0]
	}
	squares := num.BlockSums(w.n, block, w.threads, k, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			wt := o.weight(i)
			for j, v := range d.Row(i) {
				sum[j] += wt * (v - w.mean[j]) * (v - w.mean[j])
			}
		}
	})
	for j := range squares {
		if s := math.Sqrt(squares[j] / total[0]); s > flatness*math.Abs(w.mean[j]) && s > 1/largest {
			w.scale[j] = s
			w.columns = append(w.columns, j)
		}
	}
	w.gather(d)
}

// gather copies the columns by place, centred and scaled.
func (w *walk) gather(d *regress.Design) {
	w.k = len(w.columns)
	w.z = make([]float64, w.n*w.k)
	inverse := make([]float64, w.k)
	for a, j := range w.columns {
		inverse[a] = 1 / w.scale[j]
	}
	num.Blocks(w.n, block, w.threads, func(_, lo, hi int) {
		for p := lo; p < hi; p++ {
			x, z := d.Row(int(w.rows[p])), w.row(p)
			for a, j := range w.columns {
				z[a] = (x[j] - w.mean[j]) * inverse[a]
			}
		}
	})
}

// only keeps some of the columns, by position in w.columns.
func (w *walk) only(kept []int) {
	if len(kept) == w.k {
		return
	}
	z := make([]float64, w.n*len(kept))
	for p := range w.n {
		row := w.row(p)
		for a, c := range kept {
			z[p*len(kept)+a] = row[c]
		}
	}
	columns := make([]int, len(kept))
	for a, c := range kept {
		columns[a] = w.columns[c]
	}
	w.z, w.k, w.columns = z, len(kept), columns
}
