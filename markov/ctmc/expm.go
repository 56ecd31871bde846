package ctmc

import (
	"math"
)

// dual is an n×n matrix, in rows, and its derivatives in some directions.
type dual struct {
	v []float64
	d [][]float64
}

// exponential computes e^A and its derivatives L(A, E_r) in directions E_r, all of them at once, by Padé approximation with
// scaling and squaring (Higham 2005, SIAM J. Matrix Analysis and Applications 26:1179–1193, algorithm 2.3), whose every
// product is differentiated (Al-Mohy & Higham 2009, ibid. 30:1639–1657). It keeps its memory between calls, and is for one
// goroutine.
type exponential struct {
	n, most    int // rows; the most directions,
	directions int // and those at the moment
	free       []*dual
	lu         []float64
	pivot      []int
}

func newExponential(n, directions int) *exponential {
	return &exponential{n: n, most: directions, directions: directions, lu: make([]float64, n*n), pivot: make([]int, n)}
}

// get is a matrix of any content.
func (e *exponential) get() *dual {
	if k := len(e.free); k > 0 {
		x := e.free[k-1]
		e.free = e.free[:k-1]
		x.d = x.d[:e.directions]
		return x
	}
	x := &dual{make([]float64, e.n*e.n), make([][]float64, e.most)}
	for r := range x.d {
		x.d[r] = make([]float64, e.n*e.n)
	}
	x.d = x.d[:e.directions]
	return x
}

func (e *exponential) put(xs ...*dual) { e.free = append(e.free, xs...) }

// The coefficients of the Padé approximants of degree 3, 5, 7, 9 and 13, and up to which 1-norm each is exact to double
// precision (Higham 2005, table 2.3).
var pade = []struct {
	theta float64
	b     []float64
}{
	{1.495585217958292e-2, []float64{120, 60, 12, 1}},
	{2.539398330063230e-1, []float64{30240, 15120, 3360, 420, 30, 1}},
	{9.504178996162932e-1, []float64{17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1}},
	{2.097847961257068, []float64{17643225600, 8821612800, 2075673600, 302702400, 30270240, 2162160, 110880, 3960, 90, 1}},
	{5.371920351148152, []float64{64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
		670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1}},
}

// of is e^a; a is changed. The result is to be put back.
func (e *exponential) of(a *dual) *dual {
	norm := e.norm(a.v)
	degree := 0
	for degree < len(pade)-1 && norm > pade[degree].theta {
		degree++
	}
	squarings := 0
	if norm > pade[degree].theta {
		_, squarings = math.Frexp(norm / pade[degree].theta)
		a.scale(math.Ldexp(1, -squarings))
	}
	x := e.approximate(a, pade[degree].b)
	for range squarings {
		y := e.get()
		e.multiply(y, x, x)
		e.put(x)
		x = y
	}
	return x
}

// approximate is (V − U)⁻¹ (V + U), U the odd and V the even part of Σ b_k aᵏ.
func (e *exponential) approximate(a *dual, b []float64) *dual {
	square, even, odd := e.get(), e.get(), e.get()
	e.multiply(square, a, a)
	even.clear()
	odd.clear()
	for i := range e.n {
		even.v[i*e.n+i], odd.v[i*e.n+i] = b[0], b[1]
	}
	power := e.get() // square^(k/2)
	power.copyFrom(square)
	for k := 2; k < len(b); k += 2 {
		even.addScaled(b[k], power)
		odd.addScaled(b[k+1], power)
		if k+2 < len(b) {
			next := e.get()
			e.multiply(next, power, square)
			e.put(power)
			power = next
		}
	}
	u := e.get()
	e.multiply(u, a, odd)
	p, q := power, square // V + U, V − U
	p.copyFrom(even)
	p.addScaled(1, u)
	q.copyFrom(even)
	q.addScaled(-1, u)
	e.divide(q, p)
	e.put(square, even, odd, u)
	return p
}

// divide makes p into q⁻¹ p: dX = q⁻¹ (dp − dq X).
func (e *exponential) divide(q, p *dual) {
	e.factorise(q.v)
	e.solve(p.v)
	for r := range p.d {
		subtractProduct(p.d[r], q.d[r], p.v, e.n)
		e.solve(p.d[r])
	}
}

// multiply is x·y.
func (e *exponential) multiply(out, x, y *dual) {
	clear(out.v)
	addProduct(out.v, x.v, y.v, e.n)
	for r := range out.d {
		clear(out.d[r])
		addProduct(out.d[r], x.d[r], y.v, e.n)
		addProduct(out.d[r], x.v, y.d[r], e.n)
	}
}

func addProduct(out, x, y []float64, n int) {
	for i := range n {
		to := out[i*n : (i+1)*n]
		for k, f := range x[i*n : (i+1)*n] {
			if f == 0 {
				continue
			}
			from := y[k*n : (k+1)*n]
			from = from[:len(to)]
			for j := range to {
				to[j] += f * from[j]
			}
		}
	}
}

func subtractProduct(out, x, y []float64, n int) {
	for i := range n {
		to := out[i*n : (i+1)*n]
		for k, f := range x[i*n : (i+1)*n] {
			for j, v := range y[k*n : (k+1)*n] {
				to[j] -= f * v
			}
		}
	}
}

// norm is the 1-norm: the largest sum of a column.
func (e *exponential) norm(a []float64) (norm float64) {
	for j := range e.n {
		var sum float64
		for i := range e.n {
			sum += math.Abs(a[i*e.n+j])
		}
		norm = max(norm, sum)
	}
	return norm
}

// factorise is Gaussian elimination with partial pivoting.
func (e *exponential) factorise(a []float64) {
	n := e.n
	copy(e.lu, a)
	for c := range n {
		p := c
		for i := c + 1; i < n; i++ {
			if math.Abs(e.lu[i*n+c]) > math.Abs(e.lu[p*n+c]) {
				p = i
			}
		}
		e.pivot[c] = p
		swapRows(e.lu, n, c, p)
		for i := c + 1; i < n; i++ {
			f := e.lu[i*n+c] / e.lu[c*n+c]
			e.lu[i*n+c] = f
			for j := c + 1; j < n; j++ {
				e.lu[i*n+j] -= f * e.lu[c*n+j]
			}
		}
	}
}

// solve makes x into the inverse of what was factorised, times x.
func (e *exponential) solve(x []float64) {
	n := e.n
	for c, p := range e.pivot {
		swapRows(x, n, c, p)
	}
	for i := range n {
		for c := range i {
			axpy(x[i*n:(i+1)*n], -e.lu[i*n+c], x[c*n:(c+1)*n])
		}
	}
	for i := n - 1; i >= 0; i-- {
		row := x[i*n : (i+1)*n]
		for c := i + 1; c < n; c++ {
			axpy(row, -e.lu[i*n+c], x[c*n:(c+1)*n])
		}
		for j := range row {
			row[j] /= e.lu[i*n+i]
		}
	}
}

func axpy(to []float64, f float64, x []float64) {
	if f == 0 {
		return
	}
	for j, v := range x {
		to[j] += f * v
	}
}

func swapRows(a []float64, n, i, j int) {
	if i == j {
		return
	}
	x, y := a[i*n:(i+1)*n], a[j*n:(j+1)*n]
	for c := range x {
		x[c], y[c] = y[c], x[c]
	}
}

func (x *dual) clear() {
	clear(x.v)
	for _, d := range x.d {
		clear(d)
	}
}

func (x *dual) scale(f float64) {
	for i := range x.v {
		x.v[i] *= f
	}
	for _, d := range x.d {
		for i := range d {
			d[i] *= f
		}
	}
}

func (x *dual) addScaled(f float64, y *dual) {
	axpy(x.v, f, y.v)
	for r := range x.d {
		axpy(x.d[r], f, y.d[r])
	}
}

func (x *dual) copyFrom(y *dual) {
	copy(x.v, y.v)
	for r := range x.d {
		copy(x.d[r], y.d[r])
	}
}
