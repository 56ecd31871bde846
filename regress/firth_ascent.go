package regress

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Limits of the ascent.
const (
	firthScore      = 1e-10 // largest mean score*, columns centred and scaled
	firthStep       = 1e-8  // largest step, relative to 1 + the largest coefficient: its square is left
	firthLongest    = 5     // no coefficient moves by more in one iteration
	firthShrinks    = 0.1   // share of the score that a step may leave
	firthIterations = 200
)

var firthCriteria = []string{
	"largest mean modified score ≤ 1e-10 on centred and scaled columns",
	"step ≤ 1e-8 of the coefficients on centred and scaled columns",
	"every profile of the penalised likelihood met its level",
}

// penal is a logistic likelihood, with Firth's penalty or without, over rows z of k columns in a frame.
type penal struct {
	n, k      int
	z         []float64 // row-major
	y, w      []float64
	offset    []float64 // nil = 0
	penalised bool
	total     float64 // Σ w
	scale     []float64
	constant  int // the constant column, −1 without one
	threads   int
}

// newPenal lays the columns of m out in its frame.
func newPenal(m *glm, d *Design, y []float64, o Options) *penal {
	n, k, names, fr := len(y), len(m.cols), len(d.Names), m.fr
	p := &penal{n: n, k: k, z: make([]float64, n*k), y: y, w: o.Weights, offset: o.Offset, penalised: true,
		total: m.total, constant: -1, threads: o.Threads}
	for a, j := range m.cols {
		p.scale = append(p.scale, fr.scale[j])
		if j == fr.ones {
			p.constant = a
		}
		for i := range n {
			p.z[i*k+a] = (d.X[i*names+j] - fr.mean[j]) / fr.scale[j]
		}
	}
	if p.w == nil {
		p.w = make([]float64, n)
		for i := range p.w {
			p.w[i] = 1
		}
	}
	return p
}

// shift is what log L* in the units of the columns is above that in the frame: ½ log det of the change of units.
func (p *penal) shift() float64 {
	if !p.penalised {
		return 0
	}
	s := 0.0
	for _, v := range p.scale {
		s += math.Log(math.Abs(v))
	}
	return s
}

func (p *penal) all() []int {
	free := make([]int, p.k)
	for a := range free {
		free[a] = a
	}
	return free
}

// firthPoint is the penalised likelihood at gamma.
type firthPoint struct {
	gamma      []float64
	loglik     float64       // log L*, −Inf where the information is singular
	score      []float64     // score*
	info       *mat.SymDense // I
	inverse    *mat.SymDense // I⁻¹
	observed   *mat.SymDense // −∂²log L*; nil where it was not needed
	hat        []float64     // hᵢ, of a penalised likelihood
	iterations int
	converged  bool
}

func (a *firthPoint) largestScore(free []int) float64 {
	largest := 0.0
	for _, j := range free {
		largest = max(largest, math.Abs(a.score[j]))
	}
	return largest
}

// eta is the linear predictor of row i.
func (p *penal) eta(i int, gamma []float64) float64 {
	e := 0.0
	for a, v := range p.z[i*p.k : (i+1)*p.k] {
		e += v * gamma[a]
	}
	if p.offset != nil {
		e += p.offset[i]
	}
	return e
}

// plain is log L at gamma.
func (p *penal) plain(gamma []float64) float64 {
	return num.BlockSums(p.n, rowBlock, p.threads, 1, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			ll, _, _ := bernoulli(p.eta(i, gamma), p.y[i])
			sum[0] += p.w[i] * ll
		}
	})[0]
}

// at evaluates the penalised likelihood: a pass for the information, one for the leverages.
func (p *penal) at(gamma []float64) *firthPoint {
	k := p.k
	sums := num.BlockSums(p.n, rowBlock, p.threads, 1+k*(k+1)/2, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			ll, _, v := bernoulli(p.eta(i, gamma), p.y[i])
			sum[0] += p.w[i] * ll
			h, z := sum[1:], p.z[i*k:(i+1)*k]
			for a, u := range z {
				u *= p.w[i] * v
				for b := range a + 1 {
					h[b] += u * z[b]
				}
				h = h[a+1:]
			}
		}
	})
	out := &firthPoint{gamma: gamma, loglik: sums[0], info: unpack(sums[1:], k), score: make([]float64, k)}
	var chol mat.Cholesky
	out.inverse = mat.NewSymDense(k, nil)
	if !chol.Factorize(out.info) || chol.InverseTo(out.inverse) != nil && !allFinite(out.inverse.RawSymmetric().Data) {
		out.loglik, out.inverse = math.Inf(-1), nil
		return out
	}
	if p.penalised {
		out.loglik += chol.LogDet() / 2
		out.hat = make([]float64, p.n)
	}
	out.score = p.modified(out)
	return out
}

// curvature is minus the second derivative of log L*,
//
//	I − ½ Σ ωᵢ(1 − 6pᵢ(1−pᵢ)) qᵢ zᵢzᵢ' + ½ [tr(I⁻¹A_r I⁻¹A_c)]_rc,   A_r = Σ ωᵢ(1 − 2pᵢ) zᵢᵣ zᵢzᵢ',
//
// with ωᵢ = wᵢpᵢ(1−pᵢ) and qᵢ = zᵢ'I⁻¹zᵢ (the derivatives of log det: Magnus & Neudecker 1988, ch. 8).
func (p *penal) curvature(a *firthPoint) *mat.SymDense {
	if !p.penalised {
		return a.info
	}
	k := p.k
	third := k * (k + 1) / 2
	sums := num.BlockSums(p.n, rowBlock, p.threads, third*(1+k), func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			z, y := p.z[i*k:(i+1)*k], p.y[i]
			_, resid, v := bernoulli(p.eta(i, a.gamma), y)
			second, skew := a.hat[i]*(1-6*v), p.w[i]*v*(1-2*(y-resid))
			at := 0
			for r, u := range z {
				for _, t := range z[:r+1] {
					sum[at] += second * u * t
					cube := sum[third+at*k : third+(at+1)*k]
					for c, x := range z {
						cube[c] += skew * u * t * x
					}
					at++
				}
			}
		}
	})
	turned := make([]*mat.Dense, k) // I⁻¹A_r
	for r := range k {
		m := mat.NewSymDense(k, nil)
		for at, i := 0, 0; i < k; i++ {
			for j := range i + 1 {
				m.SetSym(i, j, sums[third+at*k+r])
				at++
			}
		}
		turned[r] = mat.NewDense(k, k, nil)
		turned[r].Mul(a.inverse, m)
	}
	out := mat.NewSymDense(k, nil)
	for at, r := 0, 0; r < k; r++ {
		for c := range r + 1 {
			out.SetSym(r, c, a.info.At(r, c)-sums[at]/2+traceOfProduct(turned[r], turned[c])/2)
			at++
		}
	}
	return out
}

// traceOfProduct is tr(AB) = Σ A_ij B_ji of square matrices, without the product.
func traceOfProduct(a, b *mat.Dense) float64 {
	k, sum := a.RawMatrix().Rows, 0.0
	for i := range k {
		for j, v := range a.RawRowView(i) {
			sum += v * b.At(j, i)
		}
	}
	return sum
}

// modified is score* and sets the leverages.
func (p *penal) modified(a *firthPoint) []float64 {
	k, inverse := p.k, a.inverse.RawSymmetric() // the upper triangle holds
	return num.BlockSums(p.n, rowBlock, p.threads, k, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			z := p.z[i*k : (i+1)*k]
			_, resid, v := bernoulli(p.eta(i, a.gamma), p.y[i])
			u := p.w[i] * resid
			if p.penalised {
				q := 0.0
				for r := range k {
					row := inverse.Data[r*inverse.Stride : r*inverse.Stride+k]
					s := row[r] * z[r] / 2
					for c := r + 1; c < k; c++ {
						s += row[c] * z[c]
					}
					q += 2 * z[r] * s
				}
				a.hat[i] = p.w[i] * v * q
				u += a.hat[i] * (0.5 - (p.y[i] - resid)) // y − resid = p
			}
			for r := range k {
				sum[r] += u * z[r]
			}
		}
	})
}

// maximise climbs from gamma over the coefficients in free, the others staying where they are:
//
//	step = H[free, free]⁻¹ score*[free],
//
// cut to firthLongest and halved until log L* does not fall. H is I, which leaves the penalty out (Heinze & Schemper
// 2002, §2): with many rows that is as good as Newton's method, and cheaper. Where the score does not shrink fast, for
// where classes are separated such steps overshoot for ever, H is −∂²log L* from then on.
func (p *penal) maximise(gamma []float64, free []int) *firthPoint {
	at, newton, before := p.at(append([]float64(nil), gamma...)), false, math.Inf(1)
	for iteration := 0; iteration < firthIterations && at.inverse != nil; iteration++ {
		left := at.largestScore(free)
		if newton = newton || left > before*firthShrinks; newton {
			at.observed = p.curvature(at)
		}
		before = left
		step := at.step(free)
		if step == nil {
			break
		}
		longest, reach := 0.0, 1.0
		for a, s := range step {
			longest = max(longest, math.Abs(s))
			reach = max(reach, 1+math.Abs(at.gamma[free[a]]))
		}
		if left <= firthScore*p.total && longest <= firthStep*reach {
			at.converged = true
			break
		}
		next := p.climb(at, free, step, min(1, firthLongest/longest))
		if next == nil && newton {
			break
		}
		if next != nil {
			next.iterations = at.iterations + 1
			at = next
		}
		newton = newton || next == nil
	}
	return at
}

// step is the step over free; nil where it has none.
func (a *firthPoint) step(free []int) []float64 {
	if len(free) == 0 {
		return []float64{}
	}
	for _, h := range []*mat.SymDense{a.observed, a.info} { // −∂²log L* need not be positive definite
		if h == nil {
			continue
		}
		sub, score := mat.NewSymDense(len(free), nil), mat.NewVecDense(len(free), nil)
		for r, i := range free {
			score.SetVec(r, a.score[i])
			for c, j := range free[:r+1] {
				sub.SetSym(r, c, h.At(i, j))
			}
		}
		var chol mat.Cholesky
		out := mat.NewVecDense(len(free), nil)
		if chol.Factorize(sub) && (chol.SolveVecTo(out, score) == nil || allFinite(out.RawVector().Data)) {
			return out.RawVector().Data
		}
	}
	return nil
}

// climb takes the share of the step, halved until log L* does not fall; nil where it never does.
func (p *penal) climb(at *firthPoint, free []int, step []float64, share float64) *firthPoint {
	for range maxHalvings {
		gamma := append([]float64(nil), at.gamma...)
		for a, j := range free {
			gamma[j] += share * step[a]
		}
		next := p.at(gamma)
		if next.loglik >= at.loglik-slack*(1+math.Abs(at.loglik)) && allFinite(next.score) {
			return next
		}
		share /= 2
	}
	return nil
}
