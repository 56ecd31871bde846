package regress

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// separation is a direction v along which the likelihood never falls: with sᵢ = ±1 where it rises for ever with ηᵢ
// or against it (yᵢ = 1, 0 of two classes; −1 at a count of 0), and sᵢ = 0 for other rows,
//
//	mᵢ = sᵢ zᵢ'v ≥ 0 for every row, > 0 for some, and zᵢ'v = 0 where sᵢ = 0.
//
// Then the likelihood has no maximum, and conversely (Albert & Anderson 1984, Biometrika
// 71:1–10; of counts Santos Silva & Tenreyro 2010, Economics Letters 107:310–312): complete when every mᵢ > 0, else
// quasi-complete.
type separation struct {
	direction []float64 // v, over the columns of the fit
	complete  bool
	rows      int // rows with mᵢ > 0: predicted without error
}

// onBoundary is how far below 0, against the largest, a margin may be by rounding alone.
const onBoundary = 1e-8

// separation looks for such a direction from gamma, an iterate that the ascent left far out.
//
// Where classes are separated, Newton's iterates run off along a direction of recession:
// rows off the boundary reach log-odds of about one per iteration and more, the others keep
// theirs. Hence v is γ itself (complete), or its projection on the null space of the rows
// that stayed behind (quasi-complete), for a few guesses of which did. Whatever is returned
// has been checked against the definition on every row, so nothing is called separated that
// is not; and where separation is missed the fit has not passed confirm and is refused all
// the same.
func (m *glm) separation(gamma []float64) *separation {
	return recession(gamma, m.check, func(far float64) []float64 { return m.project(gamma, m.gramNear(gamma, far)) })
}

// recession is the first of γ and its projections, from near to far, that check accepts; nil when it accepts none.
func recession(gamma []float64, check func(v []float64) *separation, project func(far float64) []float64) *separation {
	if s := check(gamma); s != nil {
		return s
	}
	for _, far := range []float64{4, 6, 8, 12, 16, 24} {
		if v := project(far); v != nil {
			if s := check(v); s != nil {
				return s
			}
		}
	}
	return nil
}

// check verifies the definition on every row; nil when it fails.
func (m *glm) check(v []float64) *separation {
	low, high := m.margins(v)
	if !(high > 0) || low < -onBoundary*high {
		return nil
	}
	edge := onBoundary * high
	rows := m.tiles(func(t *tileRows, part []float64) {
		var margin [tile]float64
		t.linear(margin[:t.rows], v)
		for i, y := range t.Y {
			if float64(m.law.side(y))*margin[i] > edge {
				part[0]++
			}
		}
	}, 1)
	return &separation{direction: v, complete: low > edge, rows: int(rows[0])}
}

// margin is sᵢη; −|η| where sᵢ = 0.
func (m *glm) margin(eta, y float64) float64 {
	if s := m.law.side(y); s != 0 {
		return float64(s) * eta
	}
	return -math.Abs(eta)
}

// margins is the least margin of v and the largest |zᵢ'v|.
func (m *glm) margins(v []float64) (low, high float64) {
	type bounds struct{ low, high float64 }
	b := foldTiles(m, func() bounds { return bounds{math.Inf(1), 0} }, func(t *tileRows, b bounds) bounds {
		var eta [tile]float64
		t.linear(eta[:t.rows], v)
		for i, y := range t.Y {
			b.low = min(b.low, m.margin(eta[i], y))
			b.high = max(b.high, math.Abs(eta[i]))
		}
		return b
	}, func(a, b bounds) bounds { return bounds{min(a.low, b.low), max(a.high, b.high)} })
	return b.low, b.high
}

// gramNear is Σ wᵢ zᵢzᵢ' over the rows whose margin at gamma is below far.
func (m *glm) gramNear(gamma []float64, far float64) *mat.SymDense {
	k := len(m.cols)
	return unpack(m.tiles(func(t *tileRows, part []float64) {
		var eta, weight [tile]float64
		t.linear(eta[:t.rows], gamma)
		for i, y := range t.Y {
			if m.margin(eta[i], y) < far {
				weight[i] = t.weight(i)
			}
		}
		t.addGram(part, weight[:])
	}, k*(k+1)/2), k)
}

// nullShare is the eigenvalue, against the weight of all rows, below which a direction is one
// that the rows behind g do not see.
const nullShare = 1e-12

// project is the part of gamma in the null space of g; nil when there is none.
func (m *glm) project(gamma []float64, g *mat.SymDense) []float64 {
	var eig mat.EigenSym
	if !eig.Factorize(g, true) {
		return nil
	}
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	limit := nullShare * m.total
	var out []float64
	for c, value := range eig.Values(nil) {
		if value > limit {
			break
		}
		if out == nil {
			out = make([]float64, len(gamma))
		}
		v := mat.Col(nil, c, &vectors)
		floats.AddScaled(out, floats.Dot(v, gamma), v)
	}
	return out
}

// separationMessage says what is separated, by which columns.
func (m *glm) separationMessage(s *separation, columns []string) string {
	if !m.law.traits().classes {
		return fmt.Sprintf("an infinite coefficient: the response is 0 in all %d rows that %s apart from the others, so the likelihood has no maximum; merge the level with another, leave the column out, or wait for data in which something happens there",
			s.rows, setApart(columns))
	}
	kind, rows := "quasi-complete", fmt.Sprintf("%d rows", s.rows)
	if s.complete {
		kind, rows = "complete", "every row"
	}
	return fmt.Sprintf("%s separation: %s without error for %s, so the likelihood has no maximum; leave a column out, merge rare levels, or wait for data in which the classes overlap", kind, predicts(columns), rows)
}

func setApart(columns []string) string {
	if len(columns) == 1 {
		return "column " + quoted(columns) + " sets"
	}
	return "columns " + quoted(columns) + " set"
}

func predicts(columns []string) string {
	if len(columns) == 1 {
		return "column " + quoted(columns) + " predicts the outcome"
	}
	return "columns " + quoted(columns) + " predict the outcome"
}
