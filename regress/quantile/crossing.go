package quantile

import (
	"cmp"
	"math"
	"slices"

	"mainstay/internal/num"
)

// crossing is where along an edge the residual of a row becomes 0.
type crossing struct {
	at     float64 // distance
	tilted float64 // of rows on the fit (distance 0): the infinitely small distance
	rate   float64 // how much the slope of V grows there: |dr/dt|
	row    int
}

func (c crossing) compare(o crossing) int {
	return cmp.Or(cmp.Compare(c.at, o.at), cmp.Compare(c.tilted, o.tilted), cmp.Compare(c.row, o.row))
}

// edge is the direction in which the residual of basis row leave changes by sign, those of the others staying:
// dr/dt = x'e with e = sign · B⁻¹e_leave.
func (v *corner) edge(leave int, sign float64) []float64 {
	unit := make([]float64, v.p.k)
	unit[leave] = sign
	e, _ := v.solve(unit, false)
	return e
}

// walk goes along the edge of a multiplier outside [0, 1] until V rises, and gives the row met there; −1 when V falls
// without end, which only rounding can cause. The slope of V starts at −excess and grows by |dr/dt| at every crossing.
func (v *corner) walk(leave int, excess float64) int {
	sign := 1.0
	if v.a[leave] < 0 {
		sign = -1
	}
	met := v.crossings(leave, sign)
	total := 0.0
	for _, c := range met {
		total += c.rate
	}
	if len(met) == 0 || total < excess*(1-1e-9) {
		return -1
	}
	level := excess - levelLimit*(1+excess) // an edge that is level but for rounding is not walked along: one might come back by it
	return choose(met, min(level, total)).row
}

// crossings are those of all rows off the basis.
func (v *corner) crossings(leave int, sign float64) []crossing {
	p, e := v.p, v.edge(leave, sign)
	parts := make([][]crossing, (p.n-1)/rowBlock+1)
	num.Blocks(p.n, rowBlock, p.threads, func(b, lo, hi int) {
		met := make([]crossing, 0, hi-lo)
		for i := lo; i < hi; i++ {
			if v.inside[i] {
				continue
			}
			rate := 0.0
			for a, u := range p.x[i*p.k : (i+1)*p.k] {
				rate += u * e[a]
			}
			if math.Abs(rate) <= flatLimit {
				continue
			}
			c := crossing{rate: math.Abs(rate), row: i}
			if v.resid[i] != 0 {
				c.at = -v.resid[i] / rate
			} else {
				c.tilted = -v.tilted(i) / rate
			}
			if c.at > 0 || c.at == 0 && c.tilted > 0 {
				met = append(met, c)
			}
		}
		parts[b] = met
	})
	return slices.Concat(parts...)
}

// choose is the first crossing, in their order, by which the rates add up to need. It is a weighted quickselect (Hoare
// 1961), linear in their number; c is reordered, and the choice does not depend on its order.
func choose(c []crossing, need float64) crossing {
	for len(c) > 1 {
		pivot := c[len(c)/2]
		if a, z := c[0], c[len(c)-1]; a.compare(pivot) > 0 != (a.compare(z) > 0) {
			pivot = a
		} else if z.compare(pivot) > 0 != (z.compare(a) > 0) {
			pivot = z
		}
		below, sum := 0, 0.0 // c[:below] are not above the pivot
		for i := range c {
			if c[i].compare(pivot) <= 0 {
				sum += c[i].rate
				c[below], c[i] = c[i], c[below]
				below++
			}
		}
		switch {
		case below == len(c) && sum-pivot.rate < need: // the pivot is the last
			return pivot
		case sum >= need && below == len(c):
			c = without(c, pivot.row)
		case sum >= need:
			c = c[:below]
		default:
			need -= sum
			c = c[below:]
		}
	}
	return c[0]
}

// without is c less the row, which it puts last.
func without(c []crossing, row int) []crossing {
	for i := range c {
		if c[i].row == row {
			c[i], c[len(c)-1] = c[len(c)-1], c[i]
			break
		}
	}
	return c[:len(c)-1]
}

// unique reports whether no other coefficients have the same objective: along no edge whose multiplier is on the
// bound of [0, 1] does V stay the same for any length.
func (v *corner) unique() bool {
	for r, a := range v.a {
		for sign, gap := range map[float64]float64{1: 1 - a, -1: a} {
			if math.Abs(gap) > dualLimit {
				continue
			}
			blocked := false
			for _, c := range v.crossings(r, sign) {
				blocked = blocked || c.at == 0
			}
			if !blocked {
				return false
			}
		}
	}
	return true
}
