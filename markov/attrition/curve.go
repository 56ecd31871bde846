package attrition

import (
	"math"

	"mainstay/internal/num"
)

// What is expected of a customer who is alive, and left of one, depends for BG/NBD and its kin on x, on α+T and, of regular timing, on the ticks since the last purchase
// alone; not on when that was. Of many customers of one count it is therefore a few curves of v = log(α+T), interpolated on panels.

// The width of a panel, and how many places on it are looked at. The functions are analytic while |Im v| < π/2, where α+T has a positive real part; the largest ellipse about
// a panel with foci at its ends that stays inside has semi-axes that sum to 6.1 half widths, so that 16 places are exact to 6.1⁻¹⁶, 3e-13, of their size
// (Trefethen 2013, Approximation Theory and Approximation Practice, theorem 8.2).
const (
	panelWidth  = 1.0
	panelPlaces = 16
	panelFewest = 64 // customers on a panel, below which curves do not pay
)

// curve is what is expected (slope 0) and left (slope 1) given s ticks, on one panel: coefficients of Chebyshev polynomials in order, each of all functions.
type curve struct {
	middle float64
	width  int       // functions: values and derivatives, of both, for each s
	terms  []float64 // panelPlaces × width
}

const slopeSize = 1 + most

// panelOf is the number of the panel of v.
func panelOf(v float64) float64 { return math.Floor(v / panelWidth) }

// curve is that of customers with parameters p and x purchases on a panel; nil where a figure is not finite.
func (l *bg) curve(p *[most]float64, x, panel float64, q *Questions) *curve {
	c := &curve{middle: (panel + 0.5) * panelWidth, width: 2 * slopeSize * l.k}
	values := make([]float64, panelPlaces*c.width)
	at := *p
	var w work
	for j := range panelPlaces {
		at[bgAlpha] = math.Exp(c.middle + panelWidth/2*math.Cos(math.Pi*(float64(j)+0.5)/panelPlaces)) // of a customer with T = 0
		row := values[j*c.width : (j+1)*c.width]
		for s := range l.k {
			for i, ask := range []bool{q.Horizon > 0, q.Rate > 0} {
				var one slope
				switch {
				case !ask:
				case i == 0:
					one = l.expectedFrom(&at, x, s, 0, q.Horizon)
				default:
					one = l.residualFrom(&w, &at, x, s, 0, q.Rate)
				}
				to := row[(2*s+i)*slopeSize:]
				to[0] = one.v
				copy(to[1:slopeSize], one.g[:])
			}
		}
		for _, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil
			}
		}
	}
	c.terms = make([]float64, len(values))
	for m := range panelPlaces {
		row := c.terms[m*c.width : (m+1)*c.width]
		for j := range panelPlaces {
			weight := 2.0 / panelPlaces * math.Cos(math.Pi*float64(m)*(float64(j)+0.5)/panelPlaces)
			for i, v := range values[j*c.width : (j+1)*c.width] {
				row[i] += weight * v
			}
		}
		if m == 0 {
			for i := range row {
				row[i] /= 2
			}
		}
	}
	return c
}

// at sets values, of length 2·width, to the functions at v and then others (Clenshaw 1955, MTAC 9:118–120).
func (c *curve) at(v float64, values []float64) {
	y := (v - c.middle) / (panelWidth / 2)
	now, before, n := values[:c.width], values[c.width:2*c.width], c.width
	clear(values[:2*n])
	for m := panelPlaces - 1; m > 0; m-- {
		row := c.terms[m*n : (m+1)*n]
		for i, t := range row {
			now[i], before[i] = t+2*y*now[i]-before[i], now[i]
		}
	}
	for i, t := range c.terms[:n] {
		now[i] = t + y*now[i] - before[i]
	}
}

// slope is what is expected (0) or left (1) given s ticks.
func (c *curve) slope(values []float64, s, which int) (out slope) {
	from := values[(2*s+which)*slopeSize:]
	out.v = from[0]
	copy(out.g[:], from[1:slopeSize])
	return out
}

// run is customers who follow each other in an order, and their curve if there is one.
type run struct {
	lo, hi int
	curve  *curve
}

// runs sorts customers by what their curves depend on and makes the curves of those that are many. The curve of a customer depends on nothing but the customer, so that
// scores do not depend on threads.
func (f *Fit) runs(d *Data, l *bg, q *Questions) (order []int32, runs []run) {
	n := len(d.X)
	panels := make([]float64, n)
	keys := [][]float64{panels, d.X} // the last weighs most
	var byA, byB []float64
	if f.groups[1]+f.groups[2] > 0 {
		byA, byB = make([]float64, n), make([]float64, n)
		keys = [][]float64{panels, byB, byA, d.X}
	}
	num.Blocks(n, rowBlock, q.Threads, func(_, lo, hi int) {
		t := f.teller(q.Level)
		for i := lo; i < hi; i++ {
			t.place(f.row(d, i))
			panels[i] = panelOf(math.Log(t.p[bgAlpha] + d.T[i]))
			if byA != nil {
				byA[i], byB[i] = t.p[bgA], t.p[bgB]
			}
		}
	})
	order = sortedBy(keys)
	for i := range order {
		if last := len(runs) - 1; i > 0 && same(keys, order[i-1], order[i]) {
			runs[last].hi++
		} else {
			runs = append(runs, run{lo: i, hi: i + 1})
		}
	}
	num.Blocks(len(runs), 1, q.Threads, func(i, _, _ int) {
		if r := &runs[i]; r.hi-r.lo >= panelFewest {
			t := f.teller(q.Level)
			first := int(order[r.lo])
			t.place(f.row(d, first))
			r.curve = l.curve(&t.p, d.X[first], panels[first], q)
		}
	})
	return order, runs
}

// sortedBy lists rows by the last key, equal ones by the one before it, and so on.
func sortedBy(keys [][]float64) []int32 {
	var order []int32
	for _, key := range keys {
		if order == nil {
			order = num.Argsort(key)
			continue
		}
		moved := make([]float64, len(key))
		for i, r := range order {
			moved[i] = key[r]
		}
		next := num.Argsort(moved)
		for i, r := range next {
			next[i] = order[r]
		}
		order = next
	}
	return order
}

func same(keys [][]float64, a, b int32) bool {
	for _, key := range keys {
		if key[a] != key[b] {
			return false
		}
	}
	return true
}
