package attrition

import "math"

// The panels of a tails: of width 2 in y, in which H is analytic while |Im y| < π (z is off the negative axis), so that 16 places leave (π + √(π²+1))⁻¹⁶, 1e-13, of its size
// (Trefethen 2013, Approximation Theory and Approximation Practice, theorem 8.2).
const (
	tailWidth  = 2.0
	tailPlaces = 16
	tailFar    = 1e9 // of z/s, from about where on two terms of the asymptotic series are exact
)

// tails is H(y) = z J(s, z), z = e^y, of one s, with its derivatives by s and y, for many y: polynomials on panels of y that are made when first asked for, and are then the same whoever asked.
// J is that of residuals (see pareto.residual), H between 0 and 1.
type tails struct {
	s      float64
	far    int // the panel from which on H is 1 − s/z
	panels map[int]*tailPanel
	number int        // of the panel at hand
	here   *tailPanel // nil before the first
}

// tailPanel is coefficients of Chebyshev polynomials in order, each of H, ∂H/∂s and ∂H/∂y.
type tailPanel [tailPlaces][3]float64

// of is those of s: what is there is kept if it is for the same.
func (t *tails) of(s float64) *tails {
	if t.panels != nil && t.s == s {
		return t
	}
	if t.panels == nil {
		t.panels = map[int]*tailPanel{}
	}
	clear(t.panels)
	t.s, t.far, t.here = s, panelAt(math.Log(tailFar*(1+s))), nil
	return t
}

// cover makes all panels between two y, for look.
func (t *tails) cover(low, high float64) {
	for i := panelAt(low); i <= panelAt(high); i++ {
		t.panel(i)
	}
}

func panelAt(y float64) int { return int(math.Floor(y / tailWidth)) }

func (t *tails) panel(i int) *tailPanel {
	p := t.panels[i]
	if p == nil {
		p = newTailPanel(t.s, i)
		t.panels[i] = p
	}
	return p
}

// at is H and its derivatives by s and y.
func (t *tails) at(y float64) (h, byS, byY float64) {
	i := panelAt(y)
	if i >= t.far {
		one := math.Exp(-y)
		return 1 - t.s*one, -one, t.s * one
	}
	if t.here == nil || i != t.number {
		t.number, t.here = i, t.panel(i)
	}
	return t.here.at(y/tailWidth - float64(i))
}

// look is H, for any number of goroutines: quick on panels that are there.
func (t *tails) look(y float64) float64 {
	i := panelAt(y)
	p := t.panels[i]
	if p == nil {
		p = newTailPanel(t.s, i)
	}
	h, _, _ := p.at(y/tailWidth - float64(i))
	return h
}

// at is the three at a share of the panel (Clenshaw 1955, MTAC 9:118–120).
func (p *tailPanel) at(share float64) (h, byS, byY float64) {
	u := 2*share - 1
	var h1, s1, y1 float64
	for m := tailPlaces - 1; m > 0; m-- {
		row := &p[m]
		h, h1 = row[0]+2*u*h-h1, h
		byS, s1 = row[1]+2*u*byS-s1, byS
		byY, y1 = row[2]+2*u*byY-y1, byY
	}
	row := &p[0]
	return row[0] + u*h - h1, row[1] + u*byS - s1, row[2] + u*byY - y1
}

func newTailPanel(s float64, number int) *tailPanel {
	var values tailPanel // at Chebyshev's points
	for j := range tailPlaces {
		z := math.Exp((float64(number) + 0.5 + math.Cos(math.Pi*(float64(j)+0.5)/tailPlaces)/2) * tailWidth)
		var one tail
		one.find(s, z)
		values[j] = [3]float64{z * one.value, z * one.byS, z * (one.value + z*one.byZ)}
	}
	var out tailPanel
	for m := range tailPlaces {
		for j := range tailPlaces {
			weight := 2.0 / tailPlaces * math.Cos(math.Pi*float64(m)*(float64(j)+0.5)/tailPlaces)
			for i, v := range values[j] {
				out[m][i] += weight * v
			}
		}
	}
	for i := range out[0] {
		out[0][i] /= 2
	}
	return &out
}
