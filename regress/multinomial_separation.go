package regress

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// separation looks for a direction v = (v_1, …, v_{J−1}), v_0 = 0, along which no row's likelihood falls and some rise,
//
//	mᵢⱼ = zᵢ'(v_c − v_j) ≥ 0 for every row i, of category c, and every other category j; > 0 for some
//
// (Albert & Anderson 1984, §3), from γ and from its projections on the directions that rows which stayed behind do not
// see, as in separation.go. What is returned has been checked on every row.
func (m *multilogit) separation(gamma []float64) *separation {
	return recession(gamma, m.check, func(far float64) []float64 { return m.project(gamma, m.gramNear(gamma, far)) })
}

// check verifies the definition on every row; nil when it fails.
func (m *multilogit) check(v []float64) *separation {
	type bounds struct{ low, high float64 }
	edges := foldTiles(&m.glm, func() bounds { return bounds{math.Inf(1), 0} }, func(t *tileRows, b bounds) bounds {
		p := make(chances, (m.slopes+1)*tile)
		m.predictors(t, v, p)
		for i, y := range t.Y {
			for c := range m.slopes + 1 {
				if c != int(y) {
					margin := p[int(y)*tile+i] - p[c*tile+i]
					b.low, b.high = min(b.low, margin), max(b.high, math.Abs(margin))
				}
			}
		}
		return b
	}, func(a, b bounds) bounds { return bounds{min(a.low, b.low), max(a.high, b.high)} })
	if !(edges.high > 0) || edges.low < -onBoundary*edges.high {
		return nil
	}
	edge := onBoundary * edges.high
	rows := m.tiles(func(t *tileRows, part []float64) {
		p := make(chances, (m.slopes+1)*tile)
		m.predictors(t, v, p)
		for i, y := range t.Y {
			for c := range m.slopes + 1 {
				if c != int(y) && p[int(y)*tile+i]-p[c*tile+i] > edge {
					part[0]++
					break
				}
			}
		}
	}, 1)
	return &separation{direction: v, complete: edges.low > edge, rows: int(rows[0])}
}

// gramNear is the matrix of Σ wᵢ (zᵢ'(v_c − v_j))² over rows i, of category c, and other categories j that are nearer to
// c at gamma than far.
func (m *multilogit) gramNear(gamma []float64, far float64) *mat.SymDense {
	k, s := len(m.cols), m.slopes
	triangle := k * (k + 1) / 2
	return assemble(m.tiles(func(t *tileRows, part []float64) {
		p := make(chances, (s+1)*tile)
		m.predictors(t, gamma, p)
		near := func(i, a, b int) bool { // a and b are row i's category and one near to it
			y := int(t.Y[i])
			other := a + b - y
			return (a == y || b == y) && a != b && p[y*tile+i]-p[other*tile+i] < far
		}
		var v [tile]float64
		for a := range s {
			for b := range a + 1 {
				for i := range t.rows {
					v[i] = 0
					switch {
					case a != b && near(i, a+1, b+1):
						v[i] = -t.Rows.weight(i)
					case a == b:
						for c := range s + 1 {
							if near(i, a+1, c) {
								v[i] += t.Rows.weight(i)
							}
						}
					}
				}
				t.addGram(part[:triangle], v[:])
				part = part[triangle:]
			}
		}
	}, s*(s+1)/2*triangle), s, k)
}

// culprits names the columns responsible: those that separate categories alone, together with the constant column;
// else all of the direction.
func (m *multilogit) culprits(s *separation) []string {
	var alone, all []int
	for a, j := range m.cols {
		if j == m.fr.ones {
			continue
		}
		size := 0.0
		for c := range m.slopes {
			size = max(size, math.Abs(s.direction[c*len(m.cols)+a]))
		}
		if size <= telling*largestOf(s.direction) {
			continue
		}
		all = append(all, j)
		sub := *m
		sub.cols = []int{j}
		if m.fr.ones >= 0 {
			sub.cols = []int{m.fr.ones, j}
		}
		if sub.maximise(sub.start()).apart != nil {
			alone = append(alone, j)
		}
	}
	if len(alone) > 0 {
		all = alone
	}
	return m.names(all)
}

func largestOf(v []float64) (size float64) {
	for _, x := range v {
		size = max(size, math.Abs(x))
	}
	return size
}
