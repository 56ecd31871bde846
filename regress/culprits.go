package regress

import (
	"math"
	"sort"
)

// culprits names the columns responsible for a separation: every column that separates the
// classes alone, else a smallest set in the sense that no column of it can be left out.
func (m *logit) culprits(s *separation) []string {
	if alone := m.separateAlone(); len(alone) > 0 {
		return m.names(alone)
	}
	return m.names(m.thin(s))
}

func (m *logit) names(cols []int) []string {
	sort.Ints(cols)
	var out []string
	for _, j := range cols {
		out = append(out, m.d.names[j])
	}
	return out
}

// classExtents are the smallest and largest value of a column in each class.
type classExtents struct{ low, high [2][]float64 }

// separateAlone lists the columns that separate the classes by themselves: with a constant
// column, those whose values in one class nowhere exceed those in the other; without one,
// the common bound must be 0.
func (m *logit) separateAlone() (cols []int) {
	e := m.classExtents()
	for _, j := range m.cols {
		switch {
		case j == m.fr.ones:
		case m.fr.ones >= 0 && (e.high[0][j] <= e.low[1][j] || e.high[1][j] <= e.low[0][j]),
			m.fr.ones < 0 && (e.high[0][j] <= 0 && 0 <= e.low[1][j] || e.high[1][j] <= 0 && 0 <= e.low[0][j]):
			cols = append(cols, j)
		}
	}
	return cols
}

func (m *logit) classExtents() classExtents {
	k := len(m.d.names)
	empty := func() (e classExtents) {
		for c := range 2 {
			e.low[c], e.high[c] = make([]float64, k), make([]float64, k)
			for j := range k {
				e.low[c][j], e.high[c][j] = math.Inf(1), math.Inf(-1)
			}
		}
		return e
	}
	return fold(m.d, empty, func(_, _ int, r *Rows, e classExtents) classExtents {
		for i, y := range r.Y {
			c := 0
			if y == 1 {
				c = 1
			}
			for j, v := range r.X[i*k : (i+1)*k] {
				e.low[c][j] = min(e.low[c][j], v)
				e.high[c][j] = max(e.high[c][j], v)
			}
		}
		return e
	}, func(a, b classExtents) classExtents {
		for c := range 2 {
			for j := range k {
				a.low[c][j] = min(a.low[c][j], b.low[c][j])
				a.high[c][j] = max(a.high[c][j], b.high[c][j])
			}
		}
		return a
	})
}

// thin leaves columns out one at a time, the least weighty of the direction first, as long as
// the rest still separates the classes.
func (m *logit) thin(s *separation) []int {
	type part struct {
		col  int
		size float64
	}
	var parts []part
	for a, j := range m.cols {
		if j != m.fr.ones {
			parts = append(parts, part{j, math.Abs(s.direction[a])})
		}
	}
	sort.Slice(parts, func(a, b int) bool {
		if parts[a].size != parts[b].size {
			return parts[a].size < parts[b].size
		}
		return parts[a].col > parts[b].col
	})
	left := make([]int, len(parts))
	for i, p := range parts {
		left[i] = p.col
	}
	for i := 0; i < len(left) && len(left) > 1; {
		rest := append(append([]int(nil), left[:i]...), left[i+1:]...)
		if m.separatedBy(rest) {
			left = rest
		} else {
			i++
		}
	}
	return left
}

// separatedBy reports whether the constant column and cols alone separate the classes.
func (m *logit) separatedBy(cols []int) bool {
	sub := *m
	sub.cols = nil
	for _, j := range m.cols {
		for _, c := range cols {
			if j == c || j == m.fr.ones {
				sub.cols = append(sub.cols, j)
				break
			}
		}
	}
	return sub.maximise(sub.start()).apart != nil
}
