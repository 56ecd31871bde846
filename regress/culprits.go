package regress

import (
	"math"
	"sort"
)

// culprits names the columns responsible for a separation: every column that separates the
// sides alone, else a smallest set in the sense that no column of it can be left out.
func (m *glm) culprits(s *separation) []string {
	if alone := m.separateAlone(); len(alone) > 0 {
		return m.names(alone)
	}
	return m.names(m.thin(s))
}

func (m *glm) names(cols []int) []string {
	sort.Ints(cols)
	var out []string
	for _, j := range cols {
		out = append(out, m.d.names[j])
	}
	return out
}

// extents are the smallest and largest value of each column among rows of one side.
type extents struct{ low, high []float64 }

// separateAlone lists the columns that separate the sides by themselves: values of one side nowhere exceed those
// of the other, and those of rows of no side are one value between them. Without a constant column that value is 0.
func (m *glm) separateAlone() (cols []int) {
	e := m.sideExtents()
	apart := func(j int, below, above extents) bool {
		inner := e[1]
		if m.fr.ones < 0 {
			inner.low, inner.high = append([]float64(nil), inner.low...), append([]float64(nil), inner.high...)
			inner.low[j], inner.high[j] = min(inner.low[j], 0), max(inner.high[j], 0)
		}
		return below.high[j] <= above.low[j] && below.high[j] <= inner.low[j] && inner.high[j] <= above.low[j] &&
			(inner.low[j] >= inner.high[j])
	}
	for _, j := range m.cols {
		if j != m.fr.ones && (apart(j, e[0], e[2]) || apart(j, e[2], e[0])) {
			cols = append(cols, j)
		}
	}
	return cols
}

// sideExtents are the extents of the sides −1, 0, +1. Of a side without rows they are +Inf, −Inf.
func (m *glm) sideExtents() [3]extents {
	k := len(m.d.names)
	empty := func() (e [3]extents) {
		for c := range e {
			e[c] = extents{make([]float64, k), make([]float64, k)}
			for j := range k {
				e[c].low[j], e[c].high[j] = math.Inf(1), math.Inf(-1)
			}
		}
		return e
	}
	return fold(m.d, empty, func(_, _ int, r *Rows, e [3]extents) [3]extents {
		for i, y := range r.Y {
			c := &e[m.law.side(y)+1]
			for j, v := range r.X[i*k : (i+1)*k] {
				c.low[j] = min(c.low[j], v)
				c.high[j] = max(c.high[j], v)
			}
		}
		return e
	}, func(a, b [3]extents) [3]extents {
		for c := range a {
			for j := range k {
				a[c].low[j] = min(a[c].low[j], b[c].low[j])
				a[c].high[j] = max(a[c].high[j], b[c].high[j])
			}
		}
		return a
	})
}

// thin leaves columns out one at a time, the least weighty of the direction first, as long as
// the rest still separates the classes.
func (m *glm) thin(s *separation) []int {
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
func (m *glm) separatedBy(cols []int) bool {
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
