package penalised

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// quadratic is the second-order model of the likelihood in the coordinates of set: −g'δ + ½ δ'Hδ.
type quadratic struct {
	set  []int
	info []float64 // H, s×s
}

// Limits of coordinate descent.
const (
	mostSweeps   = 100_000
	solveAfter   = 20 // sweeps over the active coordinates: then their equations are solved
	mostToSolve  = 1000
	descentLimit = 1e-13 // largest change of a gradient in a sweep, as a share of the scale of gradients
)

// problem is one minimisation over the coordinates of a quadratic.
type problem struct {
	*quadratic
	b         []float64 // coefficients
	rest      []float64 // minus the gradient of the smooth part at b
	lasso     []float64 // λ α vⱼ
	ridge     []float64 // λ (1−α) vⱼ
	tolerance float64
}

// sweep minimises over one coordinate after the other: all, or those with a coefficient. It returns the largest change of a
// gradient.
//
//	bⱼ ← S(restⱼ + Hⱼⱼ bⱼ, λ α vⱼ) / (Hⱼⱼ + λ(1−α) vⱼ),   S(u, t) = sign(u) max(|u| − t, 0)
//
// (Friedman, Hastie & Tibshirani 2010, eq. 5 to 10; the covariance updates of §2.2).
func (p *problem) sweep(all bool) (worst float64) {
	s := len(p.set)
	for a, old := range p.b {
		if !all && old == 0 && p.lasso[a] > 0 {
			continue
		}
		row := p.info[a*s : (a+1)*s]
		curve := row[a] + p.ridge[a]
		if !(curve > 0) {
			continue
		}
		u := p.rest[a] + row[a]*old
		b := math.Copysign(max(math.Abs(u)-p.lasso[a], 0), u) / curve
		if b == 0 {
			b = 0 // no negative zero
		}
		if change := b - old; change != 0 {
			p.b[a] = b
			floats.AddScaled(p.rest, -change, row)
			worst = max(worst, math.Abs(change)*curve)
		}
	}
	return worst
}

// minimise sweeps until nothing moves any more.
func (p *problem) minimise() {
	for sweeps := 0; sweeps < mostSweeps; {
		if sweeps++; p.sweep(true) <= p.tolerance {
			return
		}
		for n := 1; sweeps < mostSweeps; n++ {
			if sweeps++; p.sweep(false) <= p.tolerance {
				break
			}
			if n%solveAfter == 0 {
				p.solve()
			}
		}
	}
}

// solve moves the active coordinates towards the solution of their equations with the signs that they have,
//
//	(H_AA + λ(1−α)V) d = rest_A − λ(1−α)V b_A − λαV sign(b_A),
//
// as far as no sign changes: along d the objective falls. Where columns are much alike sweeps alone would be many.
func (p *problem) solve() {
	s := len(p.set)
	var active []int
	for a, b := range p.b {
		if b != 0 || p.lasso[a] == 0 {
			active = append(active, a)
		}
	}
	k := len(active)
	if k == 0 || k > mostToSolve {
		return
	}
	h, right := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	for i, a := range active {
		for j := i; j < k; j++ {
			h.SetSym(i, j, p.info[a*s+active[j]])
		}
		h.SetSym(i, i, h.At(i, i)+p.ridge[a])
		v := p.rest[a] - p.ridge[a]*p.b[a]
		if p.lasso[a] > 0 {
			v -= math.Copysign(p.lasso[a], p.b[a])
		}
		right.SetVec(i, v)
	}
	var chol mat.Cholesky
	d := mat.NewVecDense(k, nil)
	if !chol.Factorize(h) || chol.SolveVecTo(d, right) != nil {
		return
	}
	share := 1.0
	for i, a := range active {
		if p.lasso[a] > 0 && (p.b[a]+d.AtVec(i) > 0) != (p.b[a] > 0) {
			share = min(share, -p.b[a]/d.AtVec(i))
		}
	}
	for i, a := range active {
		move := share * d.AtVec(i)
		if p.lasso[a] > 0 && (p.b[a]+move > 0) != (p.b[a] > 0) { // the one that ends the way
			move = -p.b[a]
		}
		p.b[a] += move
		floats.AddScaled(p.rest, -move, p.info[a*s:(a+1)*s])
	}
}
