package quantile

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
)

// rowBlock is the unit of work and of float reduction over rows; fixed, because results depend on it.
const rowBlock = 4096

// collinearity is the share of its size that a column must keep, once earlier ones are taken out, not to be collinear.
const collinearity = 1e-9

// problem is rows as the descent sees them: columns centred where there is a constant one, scaled to a root mean square
// of 1, everything multiplied by the weight of the row, which is the same as weighing its loss.
type problem struct {
	n, k     int
	x        []float64 // row-major: wᵢ(xᵢⱼ − meanⱼ)/scaleⱼ
	y        []float64 // wᵢyᵢ
	w        []float64
	tau      float64
	cols     []int // of the design
	constant int   // position of the constant column in cols, −1 without one
	mean     []float64
	scale    []float64
	first    []int // independent rows, a basis to start from
	threads  int
}

// newProblem chooses columns and lays out rows.
func newProblem(d *regress.Design, y []float64, o Options) (p *problem, dropped []int) {
	n, names := d.Rows(), len(d.Names)
	p = &problem{n: n, constant: -1, threads: o.Threads, w: o.Weights}
	if p.w == nil {
		p.w = make([]float64, n)
		for i := range p.w {
			p.w[i] = 1
		}
	}
	ones := constantColumn(d)
	sums := num.BlockSums(n, rowBlock, o.Threads, names, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			for j, v := range d.Row(i) {
				sum[j] += v / float64(n)
			}
		}
	})
	for j := range sums {
		if ones < 0 || j == ones {
			sums[j] = 0
		}
	}
	squares := num.BlockSums(n, rowBlock, o.Threads, names, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			for j, v := range d.Row(i) {
				sum[j] += (v - sums[j]) * (v - sums[j]) / float64(n)
			}
		}
	})
	order := make([]int, 0, names)
	if ones >= 0 {
		order = append(order, ones)
	}
	for j := range names {
		if j != ones {
			order = append(order, j)
		}
	}
	for j := range squares {
		squares[j] = math.Sqrt(squares[j])
		if squares[j] <= 64*0x1p-53*math.Abs(sums[j]) { // nothing but the rounding of a constant
			squares[j] = 0
		}
	}
	at := func(i, j int) float64 { return (d.X[i*names+j] - sums[j]) / squares[j] }
	p.first, p.cols, dropped = independent(n, order, squares, at)
	p.k = len(p.cols)
	p.lay(d, y, at)
	for a, j := range p.cols {
		p.mean, p.scale = append(p.mean, sums[j]), append(p.scale, squares[j])
		if j == ones {
			p.constant = a
		}
	}
	return p, dropped
}

func (p *problem) lay(d *regress.Design, y []float64, at func(i, j int) float64) {
	p.x, p.y = make([]float64, p.n*p.k), make([]float64, p.n)
	num.Blocks(p.n, rowBlock, p.threads, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			for a, j := range p.cols {
				p.x[i*p.k+a] = p.w[i] * at(i, j)
			}
			p.y[i] = p.w[i] * y[i]
		}
	})
}

// constantColumn is the first column of one value other than 0; −1 without one.
func constantColumn(d *regress.Design) int {
	for j := range d.Names {
		v, i := d.X[j], 1
		for ; v != 0 && i < d.Rows() && d.Row(i)[j] == v; i++ {
		}
		if v != 0 && i == d.Rows() {
			return j
		}
	}
	return -1
}

// independent finds columns that earlier ones do not determine, and as many rows in which they are independent, by
// Gaussian elimination with the largest element of each column as pivot (Golub & Van Loan 2013, §3.4).
func independent(n int, order []int, scale []float64, at func(i, j int) float64) (rows, cols, dropped []int) {
	var eliminated [][]float64 // by column kept: the multipliers of all rows
	column := make([]float64, n)
	for _, j := range order {
		if scale[j] == 0 {
			dropped = append(dropped, j)
			continue
		}
		size := 0.0
		for i := range column {
			column[i] = at(i, j)
			size = max(size, math.Abs(column[i]))
		}
		for a, r := range rows {
			pivot := column[r]
			for i, m := range eliminated[a] {
				column[i] -= m * pivot
			}
			column[r] = pivot // of U; not looked at again
		}
		best, largest := -1, collinearity*size
		for i, v := range column {
			if v := math.Abs(v); v > largest && !contains(rows, i) {
				best, largest = i, v
			}
		}
		if best < 0 {
			dropped = append(dropped, j)
			continue
		}
		multiplier := make([]float64, n)
		for i, v := range column {
			multiplier[i] = v / column[best]
		}
		for _, r := range rows {
			multiplier[r] = 0
		}
		multiplier[best] = 0
		eliminated, rows, cols = append(eliminated, multiplier), append(rows, best), append(cols, j)
	}
	return rows, cols, dropped
}

func contains(rows []int, i int) bool {
	for _, r := range rows {
		if r == i {
			return true
		}
	}
	return false
}

// part is the problem of some rows.
func (p *problem) part(rows []int) *problem {
	q := *p
	q.n = len(rows)
	q.x, q.y, q.w = make([]float64, q.n*q.k), make([]float64, q.n), make([]float64, q.n)
	for s, i := range rows {
		copy(q.x[s*q.k:(s+1)*q.k], p.x[i*p.k:(i+1)*p.k])
		q.y[s], q.w[s] = p.y[i], p.w[i]
	}
	return &q
}

// hash spreads the number of a row over [0, 1) (the finaliser of SplitMix64: Steele, Lea & Flood 2014).
func hash(i int) float64 {
	z := uint64(i)*0x9e3779b97f4a7c15 + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) * 0x1p-53
}
