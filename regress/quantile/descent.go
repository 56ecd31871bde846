package quantile

import (
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

const (
	dualLimit  = 1e-8    // how far outside [0, 1] a multiplier may be by rounding
	zeroLimit  = 0x1p-43 // residual that is rounding, against the terms it is the difference of
	snapLimit  = 0x1p-80 // term that is rounding, against the largest response of the basis
	flatLimit  = 1e-11   // change of a residual along an edge that is rounding, rows of size 1
	levelLimit = 1e-12   // slope of V that is rounding, against the multiplier that it is of
	smallest   = 1000    // rows of the smallest sample, or samplePer a column
	samplePer  = 50
	sampleStep = 8 // a sample is so much larger than the one before
)

// descent is how a minimisation ended.
type descent struct {
	basis     []int // k rows that the fit goes through
	beta      []float64
	optimal   bool
	unique    bool
	violation float64 // of the dual
	zeros     int     // rows on the fit
	pivots    int
}

// minimise descends on samples of rows first, each some times larger, then on all: nearly all pivots are made where
// they cost little, and the last ones start close to the end.
func (p *problem) minimise() *descent {
	basis, pivots := p.first, 0
	for _, size := range p.sizes() {
		rows := p.sample(size, basis)
		inside := make([]int, len(basis))
		for a, r := range basis {
			inside[a], _ = slices.BinarySearch(rows, r)
		}
		end := p.part(rows).descend(inside)
		pivots += end.pivots
		for a, r := range end.basis {
			basis = slices.Clone(basis)
			basis[a] = rows[r]
		}
	}
	end := p.descend(basis)
	end.pivots += pivots
	return end
}

// sizes are those of the samples, ascending, without all rows.
func (p *problem) sizes() (sizes []int) {
	for n := p.n / sampleStep; n >= max(smallest, samplePer*p.k); n /= sampleStep {
		sizes = append([]int{n}, sizes...)
	}
	return sizes
}

// sample is about size rows by the hash of their number, and those of the basis; ascending.
func (p *problem) sample(size int, basis []int) []int {
	rows := slices.Clone(basis)
	for i := range p.n {
		if hash(i)*float64(p.n) < float64(size) {
			rows = append(rows, i)
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// descend is the simplex method for quantile regression (Barrodale & Roberts 1973, SIAM J. Numerical Analysis 10:839–848;
// Koenker & d'Orey 1987, Applied Statistics 36:383–393). At a vertex, β = B⁻¹y_B with B the k rows of the basis, the rows
// off the fit have multipliers aᵢ = 1 (above) or 0 (below), and those of the basis follow from
//
//	B'a_B = (1−τ) Σ xᵢ − Σ_{above} xᵢ.
//
// When a row's is above 1 (below 0) V falls as its residual grows (shrinks): the fit moves along the edge on which
// the others of the basis stay, past rows, until V rises. Where rows tie, so that edges have no length, responses count as
// perturbed by infinitely small amounts that differ from row to row (Charnes 1952), so that no vertex comes back.
func (p *problem) descend(basis []int) *descent {
	d := &descent{basis: slices.Clone(basis)}
	slices.Sort(d.basis)
	for limit := 2000 + 200*p.k; d.pivots < limit; d.pivots++ {
		v := p.vertexAt(d.basis)
		if v == nil {
			return d
		}
		d.beta, d.zeros = v.beta, v.zeros
		leave, excess := v.worst()
		d.violation = max(0, excess)
		if excess <= dualLimit {
			d.optimal, d.unique = true, v.unique()
			return d
		}
		enter := v.walk(leave, excess)
		if enter < 0 {
			return d
		}
		d.basis[leave] = enter
	}
	return d
}

// corner is a vertex.
type corner struct {
	p      *problem
	basis  []int
	lu     mat.LU
	beta   []float64
	tilt   []float64 // B⁻¹u_B: what the perturbation does to β
	resid  []float64 // 0 where it is rounding
	a      []float64 // multipliers of the basis
	zeros  int
	inside []bool // by row: of the basis
}

// vertexAt solves the vertex of a basis; nil when it is singular.
func (p *problem) vertexAt(basis []int) *corner {
	v := &corner{p: p, basis: basis, inside: make([]bool, p.n), resid: make([]float64, p.n)}
	b := mat.NewDense(p.k, p.k, nil)
	for r, i := range basis {
		b.SetRow(r, p.x[i*p.k:(i+1)*p.k])
		v.inside[i] = true
	}
	v.lu.Factorize(b)
	y, u := make([]float64, p.k), make([]float64, p.k)
	for r, i := range basis {
		y[r], u[r] = p.y[i], p.shake(i)
	}
	var ok bool
	if v.beta, ok = v.solve(y, false); !ok {
		return nil
	}
	fix := make([]float64, p.k) // one step of refinement: what is left of the rows of the basis
	for r, i := range basis {
		var e num.Adder
		e.Add(p.y[i])
		for a, x := range p.x[i*p.k : (i+1)*p.k] {
			e.AddProduct(-x, v.beta[a])
		}
		fix[r] = e.Sum()
	}
	more, _ := v.solve(fix, false)
	for a := range v.beta {
		v.beta[a] += more[a]
	}
	v.snap()
	v.tilt, _ = v.solve(u, false)
	rhs := v.pass()
	v.a, ok = v.solve(rhs, true)
	return map[bool]*corner{true: v}[ok]
}

// snap makes coefficients 0 that are so but for rounding, against the rows of the basis: a row with no other term would take it
// for a residual, and vertices would come back.
func (v *corner) snap() {
	y, x := 0.0, make([]float64, v.p.k)
	for _, i := range v.basis {
		y = max(y, math.Abs(v.p.y[i]))
		for a, u := range v.p.x[i*v.p.k : (i+1)*v.p.k] {
			x[a] = max(x[a], math.Abs(u))
		}
	}
	for a, b := range v.beta {
		if math.Abs(b)*x[a] <= snapLimit*y {
			v.beta[a] = 0
		}
	}
}

// shake is the perturbation of a row, in infinitely small units.
func (p *problem) shake(i int) float64 { return p.w[i] * (hash(i) - 0.5) }

// solve is B⁻¹v, or B⁻ᵀv.
func (v *corner) solve(rhs []float64, transposed bool) ([]float64, bool) {
	out := mat.NewVecDense(len(rhs), nil)
	err := v.lu.SolveVecTo(out, transposed, mat.NewVecDense(len(rhs), rhs))
	for _, x := range out.RawVector().Data {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, false
		}
	}
	if _, singular := err.(mat.Condition); err != nil && !singular {
		return nil, false
	}
	return out.RawVector().Data, true
}

// pass sets the residuals and gives (1−τ) Σ xᵢ − Σ_{above} xᵢ. In the last place of the sums: rows on the fit.
func (v *corner) pass() []float64 {
	p := v.p
	sums := num.BlockSums(p.n, rowBlock, p.threads, p.k+1, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			x := p.x[i*p.k : (i+1)*p.k]
			share := 1 - p.tau
			if v.above(i, x) {
				share = -p.tau
			}
			if v.resid[i] == 0 {
				sum[p.k]++
			}
			if v.inside[i] {
				share = 1 - p.tau
			}
			for a, u := range x {
				sum[a] += share * u
			}
		}
	})
	v.zeros = int(sums[p.k])
	return sums[:p.k]
}

// above sets the residual of a row and reports whether it is above the fit.
func (v *corner) above(i int, x []float64) bool {
	r, size := v.p.y[i], math.Abs(v.p.y[i])
	for a, u := range x {
		t := u * v.beta[a]
		r -= t
		size += math.Abs(t)
	}
	if v.inside[i] || math.Abs(r) <= zeroLimit*size {
		v.resid[i] = 0
		return v.tilted(i) > 0
	}
	v.resid[i] = r
	return r > 0
}

// tilted is the infinitely small part of the residual of a row.
func (v *corner) tilted(i int) float64 {
	if v.inside[i] {
		return 0
	}
	e := v.p.shake(i)
	for a, u := range v.p.x[i*v.p.k : (i+1)*v.p.k] {
		e -= u * v.tilt[a]
	}
	return e
}

// worst is the row of the basis whose multiplier is farthest outside [0, 1], and by how much.
func (v *corner) worst() (leave int, excess float64) {
	leave, excess = -1, math.Inf(-1)
	for r, a := range v.a {
		if e := max(a-1, -a); e > excess {
			leave, excess = r, e
		}
	}
	return leave, excess
}
