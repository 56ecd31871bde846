package penalised

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// tile is how many rows are looked at together. Columns of a tile lie this far apart, which is no power of two: those fall
// into few lines of a cache.
const tile = 120

// model are rows and columns of a design that vary, standardised, and what the coefficients γ of those cost. Coordinate
// 0 is the intercept where there is one.
type model struct {
	family  *family
	rows    int       // without those that fill the last tile
	q       int       // coordinates
	columns []int     // by coordinate: the column of the design
	mean    []float64 // by coordinate; 0 without intercept
	scale   []float64
	factor  []float64 // vⱼ
	ones    int       // the design's column of the intercept, −1 without
	flat    []int

	y, w, offset []float64 // of whole tiles; weights sum to 1 and are 0 in rows that fill up; offset nil = 0
	total        float64   // Σ of the weights as given
	shift        float64   // gaussian: the mean response, which y lacks
	saturated    float64   // Σ w × the log-likelihood at μ = y

	z        []float64 // tile by tile, column by column; nil where cross-products are all that is needed
	products *crossProducts
	threads  int
}

// crossProducts are all that a gaussian needs of its rows.
type crossProducts struct {
	gram []float64 // q×q: Σ w z z'
	zy   []float64 // Σ w z y
	yy   float64
}

// mostProducts is up to how many coordinates all cross-products are kept.
const mostProducts = 512

// newModel takes the rows listed, nil = all, of positive weight. nil when there are none.
func newModel(d *regress.Design, y []float64, o *Options, f *family, rows []int) *model {
	m := &model{family: f, threads: max(o.Threads, 1)}
	rows = m.choose(y, o, rows)
	if m.rows == 0 {
		return nil
	}
	m.standardise(d, o, rows)
	gaussian := f == families["gaussian"]
	if gaussian && m.ones >= 0 {
		for i, v := range m.y[:m.rows] {
			m.shift += m.w[i] * (v - m.offsetAt(i))
		}
	}
	for i := range m.rows {
		if gaussian {
			m.y[i] -= m.offsetAt(i) + m.shift
		}
		m.saturated += m.w[i] * f.saturated(m.y[i])
	}
	if gaussian {
		m.offset = nil
	}
	if gaussian && m.q <= mostProducts {
		m.multiply(d, rows)
	} else {
		m.z = make([]float64, len(m.y)*m.q)
		num.Blocks(len(m.y)/tile, m.block(), m.threads, func(_, lo, hi int) {
			for t := lo; t < hi; t++ {
				m.fill(m.z[t*m.q*tile:], d, rows, t)
			}
		})
	}
	return m
}

func (m *model) offsetAt(i int) float64 {
	if m.offset == nil {
		return 0
	}
	return m.offset[i]
}

// choose copies response, weights and offset of the rows of positive weight, and lists those.
func (m *model) choose(y []float64, o *Options, rows []int) []int {
	all := len(y)
	if rows != nil {
		all = len(rows)
	}
	kept := make([]int, 0, all)
	for p := range all {
		i := p
		if rows != nil {
			i = rows[p]
		}
		if o.Weights == nil || o.Weights[i] > 0 {
			kept = append(kept, i)
		}
	}
	m.rows = len(kept)
	whole := (m.rows + tile - 1) / tile * tile
	m.y, m.w = make([]float64, whole), make([]float64, whole)
	if o.Offset != nil {
		m.offset = make([]float64, whole)
	}
	var total num.Adder
	for p, i := range kept {
		m.y[p], m.w[p] = y[i], 1
		if o.Weights != nil {
			m.w[p] = o.Weights[i]
		}
		if o.Offset != nil {
			m.offset[p] = o.Offset[i]
		}
		total.Add(m.w[p])
	}
	m.total = total.Sum()
	for p := range kept {
		m.w[p] /= m.total
	}
	return kept
}

// flatness is up to which share of its size the spread of a column is the rounding of its values.
const flatness = 1e-14

// standardise finds the coordinates with mean and standard deviation.
func (m *model) standardise(d *regress.Design, o *Options, rows []int) {
	k := len(d.Names)
	first := d.Row(rows[0])
	sums := num.BlockSums(m.rows, m.block()*tile, m.threads, 3*k, func(lo, hi int, sum []float64) {
		means, differ, size := sum[:k], sum[k:2*k], sum[2*k:]
		for p := lo; p < hi; p++ {
			w, x := m.w[p], d.Row(rows[p])
			means, differ, size := means[:len(x)], differ[:len(x)], size[:len(x)]
			for j, v := range x {
				means[j] += w * v
				differ[j] += w * math.Abs(v-first[j])
				size[j] += w * math.Abs(v)
			}
		}
	})
	mean, differ, size := sums[:k], sums[k:2*k], sums[2*k:]
	m.ones = -1
	for j := range k {
		if m.ones < 0 && differ[j] == 0 && first[j] != 0 {
			m.ones = j
		}
	}
	squares := num.BlockSums(m.rows, m.block()*tile, m.threads, k, func(lo, hi int, sum []float64) {
		for p := lo; p < hi; p++ {
			w, x := m.w[p], d.Row(rows[p])
			mean, sum := mean[:len(x)], sum[:len(x)]
			for j, v := range x {
				c := v - mean[j]
				sum[j] += w * c * c
			}
		}
	})
	add := func(j int, mean, scale, factor float64) {
		m.columns, m.mean = append(m.columns, j), append(m.mean, mean)
		m.scale, m.factor = append(m.scale, scale), append(m.factor, factor)
	}
	if m.ones >= 0 {
		add(m.ones, 0, first[m.ones], 0)
	}
	for j := range k {
		spread, factor := math.Sqrt(squares[j]), 1.0
		if o.Factors != nil {
			factor = o.Factors[j]
		}
		switch {
		case j == m.ones:
			continue
		case differ[j] == 0 || spread <= flatness*size[j]:
			m.flat = append(m.flat, j)
			continue
		case o.Raw:
			spread = 1
		}
		if m.ones < 0 {
			mean[j] = 0
		}
		add(j, mean[j], spread, factor)
	}
	m.q = len(m.columns)
}

// block is how many tiles are summed before blocks are combined: at most 64 blocks, so that what waits to be
// combined is less than the rows.
func (m *model) block() int { return max(32, (len(m.y)/tile+63)/64) }

// fill sets z to tile t, column by column.
func (m *model) fill(z []float64, d *regress.Design, rows []int, t int) {
	inverse := make([]float64, m.q)
	for a, s := range m.scale {
		inverse[a] = 1 / s
	}
	for i := range min(tile, m.rows-t*tile) {
		x := d.Row(rows[t*tile+i])
		for a, j := range m.columns {
			z[a*tile+i] = (x[j] - m.mean[a]) * inverse[a]
		}
	}
}

// multiply makes the cross-products.
func (m *model) multiply(d *regress.Design, rows []int) {
	q := m.q
	sums := num.BlockSums(len(m.y)/tile, m.block(), m.threads, 1+q+q*(q+1)/2, func(lo, hi int, part []float64) {
		z := make([]float64, q*tile)
		var weighted, scaled [tile]float64
		for t := lo; t < hi; t++ {
			if t == len(m.y)/tile-1 {
				clear(z)
			}
			m.fill(z, d, rows, t)
			y, w := m.y[t*tile:(t+1)*tile], m.w[t*tile:(t+1)*tile]
			floats.MulTo(weighted[:], w, y)
			part[0] += floats.Dot(weighted[:], y)
			addProducts(part[1:1+q], z, weighted[:])
			addGram(part[1+q:], z, q, w, scaled[:])
		}
	})
	m.products = &crossProducts{gram: square(sums[1+q:], q), zy: sums[1 : 1+q], yy: sums[0]}
}

// addProducts adds z_a·v to sum[a] for the first columns a.
func addProducts(sum, z, v []float64) {
	if len(sum) > 0 {
		blas64.Implementation().Dgemv('N', len(sum), tile, 1, z, tile, v, 1, 1, sum, 1)
	}
}

// addLinear adds Σ γ_a z_a to eta: of the active columns one by one, or of all at once.
func addLinear(eta, z, gamma []float64, active []int) {
	if 3*len(active) > len(gamma) {
		blas64.Implementation().Dgemv('T', len(gamma), tile, 1, z, tile, gamma, 1, 1, eta, 1)
		return
	}
	for _, a := range active {
		floats.AddScaled(eta, gamma[a], z[a*tile:(a+1)*tile])
	}
}

// addGram adds the lower triangle of Σ vᵢ zᵢzᵢ' over s columns to part, by rows. scaled is of a tile, to work in.
func addGram(part, z []float64, s int, v, scaled []float64) {
	for a := range s {
		floats.MulTo(scaled, v, z[a*tile:(a+1)*tile])
		addProducts(part[:a+1], z, scaled)
		part = part[a+1:]
	}
}

// square is the full matrix of a packed lower triangle.
func square(packed []float64, s int) []float64 {
	full := make([]float64, s*s)
	for a := range s {
		for b := range a + 1 {
			full[a*s+b], full[b*s+a] = packed[b], packed[b]
		}
		packed = packed[a+1:]
	}
	return full
}

// point is what the likelihood is like at coefficients: Σ w l, its gradient, and for some coordinates the information.
type point struct {
	loglik float64
	score  []float64
	info   []float64 // s×s for the s coordinates asked for
}

// at evaluates γ, with the information of the coordinates of set.
func (m *model) at(gamma []float64, set []int) point {
	if m.products != nil {
		return m.products.at(gamma, set)
	}
	q, s := m.q, len(set)
	var active []int
	for a, g := range gamma {
		if g != 0 {
			active = append(active, a)
		}
	}
	sums := num.BlockSums(len(m.y)/tile, m.block(), m.threads, 1+q+s*(s+1)/2, func(lo, hi int, part []float64) {
		var eta, resid, variance, scaled [tile]float64
		var some []float64
		if s < q {
			some = make([]float64, s*tile)
		}
		for t := lo; t < hi; t++ {
			z := m.z[t*q*tile : (t+1)*q*tile]
			y, w := m.y[t*tile:(t+1)*tile], m.w[t*tile:(t+1)*tile]
			clear(eta[:])
			if m.offset != nil {
				copy(eta[:], m.offset[t*tile:])
			}
			addLinear(eta[:], z, gamma, active)
			part[0] += m.family.rows(eta[:], y, w, resid[:], variance[:])
			addProducts(part[1:1+q], z, resid[:])
			if s < q {
				for b, a := range set {
					copy(some[b*tile:(b+1)*tile], z[a*tile:])
				}
				z = some
			}
			addGram(part[1+q:], z, s, variance[:], scaled[:])
		}
	})
	return point{sums[0], sums[1 : 1+q], square(sums[1+q:], s)}
}

// at is the same from cross-products:
//
//	Σ w l = −½ (y'y − 2 γ'z'y + γ'z'z γ),   gradient z'y − z'z γ.
func (p *crossProducts) at(gamma []float64, set []int) point {
	q := len(gamma)
	score := append([]float64(nil), p.zy...)
	for a, g := range gamma {
		if g != 0 {
			floats.AddScaled(score, -g, p.gram[a*q:(a+1)*q])
		}
	}
	info := make([]float64, 0, len(set)*len(set))
	for _, a := range set {
		for _, b := range set {
			info = append(info, p.gram[a*q+b])
		}
	}
	return point{-(p.yy - floats.Dot(gamma, p.zy) - floats.Dot(gamma, score)) / 2, score, info}
}

// coefficients are those of the design at γ.
func (m *model) coefficients(gamma []float64, k int) []float64 {
	beta := make([]float64, k)
	var intercept num.Adder
	intercept.Add(m.shift)
	for a, j := range m.columns {
		if j == m.ones {
			intercept.Add(gamma[a])
			continue
		}
		beta[j] = gamma[a] / m.scale[a]
		intercept.AddProduct(-m.mean[a], beta[j])
	}
	if m.ones >= 0 {
		beta[m.ones] = intercept.Sum() / m.scale[0]
	}
	return beta
}
