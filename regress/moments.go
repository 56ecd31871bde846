package regress

import "math"

// moments are what one pass learns about the columns of a design and the response.
type moments struct {
	weight    float64   // Σ wᵢ
	response  float64   // Σ wᵢ yᵢ
	low, high []float64 // smallest and largest value by column
	mean      []float64 // weighted
	squares   []float64 // Σ wᵢ (xᵢⱼ − meanⱼ)²
	offset    bool      // rows have offsets
	clustered bool      // rows have clusters
}

// measure finds the moments of d: two passes over each piece of rows while it is near, so that a large mean costs the
// spread nothing, merged as in Chan, Golub & LeVeque 1983, The American Statistician 37:242–247, eq. 1.5. nil without
// rows.
func (d *data) measure() *moments {
	return fold(d, func() *moments { return nil }, func(_, _ int, r *Rows, _ *moments) *moments { return momentsOf(r, len(d.names)) }, mergeMoments)
}

func momentsOf(r *Rows, k int) *moments {
	store := make([]float64, 4*k)
	m := &moments{low: store[:k], high: store[k : 2*k], mean: store[2*k : 3*k], squares: store[3*k:], offset: r.Offset != nil, clustered: r.Cluster != nil}
	copy(m.low, r.X[:k])
	copy(m.high, r.X[:k])
	for i, y := range r.Y {
		w := r.weight(i)
		m.weight += w
		m.response += w * y
		x := r.X[i*k : (i+1)*k]
		low, high, mean := m.low[:len(x)], m.high[:len(x)], m.mean[:len(x)]
		for j, v := range x {
			if v < low[j] {
				low[j] = v
			}
			if v > high[j] {
				high[j] = v
			}
			mean[j] += w * v
		}
	}
	for j := range m.mean {
		m.mean[j] /= m.weight
	}
	for i := range r.Y {
		w := r.weight(i)
		x := r.X[i*k : (i+1)*k]
		mean, squares := m.mean[:len(x)], m.squares[:len(x)]
		for j, v := range x {
			c := v - mean[j]
			squares[j] += w * c * c
		}
	}
	return m
}

// mergeMoments adds b to a. With δ the difference of the means and W = W_a + W_b
//
//	mean = mean_a + δ W_b/W,   squares = squares_a + squares_b + δ² W_a W_b/W.
func mergeMoments(a, b *moments) *moments {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	weight := a.weight + b.weight
	share := b.weight / weight
	for j, v := range b.mean {
		a.low[j], a.high[j] = min(a.low[j], b.low[j]), max(a.high[j], b.high[j])
		delta := v - a.mean[j]
		a.mean[j] += delta * share
		a.squares[j] += b.squares[j] + delta*delta*a.weight*share
	}
	a.weight, a.response, a.offset = weight, a.response+b.response, a.offset || b.offset
	a.clustered = a.clustered || b.clustered
	return a
}

// largest is the size of the largest value of column j.
func (m *moments) largest(j int) float64 { return max(math.Abs(m.low[j]), math.Abs(m.high[j])) }
