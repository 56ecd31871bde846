package attrition

import (
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// purchaseRate is one of the turns.
const purchaseRate = "purchase rate"

// turns are what segments differ in: names, and the logarithms of parameters as combinations of its logarithms, a column each.
func turns(m Model) (names []string, columns [][]float64) {
	switch m {
	case NBD: // α = r/rate
		return []string{"r", purchaseRate}, [][]float64{{1, 1}, {0, -1}}
	case ParetoNBD:
		return []string{"r", purchaseRate, "s", "rate of leaving"}, [][]float64{{1, 1, 0, 0}, {0, -1, 0, 0}, {0, 0, 1, 1}, {0, 0, 0, -1}}
	case BGBB:
		return []string{"√(alpha·beta)", "odds of a purchase", "√(gamma·delta)", "odds of leaving"}, [][]float64{{1, 1, 0, 0}, {.5, -.5, 0, 0}, {0, 0, 1, 1}, {0, 0, .5, -.5}}
	}
	return []string{"r", purchaseRate, "√(a·b)", "odds of leaving"}, [][]float64{{1, 1, 0, 0}, {0, -1, 0, 0}, {0, 0, 1, 1}, {0, 0, .5, -.5}}
}

// pooling is the state of the rounds: coordinates v = u − centre, the centre being the book's.
type pooling struct {
	book     *Fit
	like     []*likelihood
	turn     *mat.Dense // B
	centre   []float64  // logarithms of the book's parameters
	mode     [][]float64
	parabola []parabola
	mu, tau  []float64
	rounds   int
}

func newPooling(book *Fit, segments []*Data, threads int) *pooling {
	_, columns := turns(book.Model)
	n := len(columns)
	p := &pooling{book: book, turn: mat.NewDense(n, n, nil), mu: make([]float64, n), tau: make([]float64, n)}
	for j, col := range columns {
		p.turn.SetCol(j, col)
		p.centre = append(p.centre, math.Log(book.Params[j]))
		p.tau[j] = 0.5 // to begin with
	}
	for _, d := range segments {
		p.like = append(p.like, newLikelihood(book.law, d.book(book.K), threads))
		p.mode = append(p.mode, make([]float64, n))
	}
	p.parabola = make([]parabola, len(segments))
	return p
}

// coordinates of a likelihood at v.
func (p *pooling) coordinates(v []float64) []float64 {
	var out mat.VecDense
	out.MulVec(p.turn, mat.NewVecDense(len(v), v))
	for i := range p.centre {
		out.SetVec(i, out.AtVec(i)+p.centre[i])
	}
	return out.RawVector().Data
}

// surface is the log-likelihood of segment s in v.
func (p *pooling) surface(s int, v []float64) (float64, []float64, *mat.SymDense) {
	l := p.like[s]
	value, gradient, hessian := l.surface(p.coordinates(v))
	var g mat.VecDense
	g.MulVec(p.turn.T(), mat.NewVecDense(len(v), gradient))
	g.ScaleVec(l.book.total, &g)
	turned := sandwich(p.turn.T(), hessian)
	turned.ScaleSym(l.book.total, turned)
	return value * l.book.total, g.RawVector().Data, turned
}

// sandwich is M S M′.
func sandwich(m mat.Matrix, s mat.Symmetric) *mat.SymDense {
	var half, whole mat.Dense
	half.Mul(m, s)
	whole.Mul(&half, m.T())
	n, _ := whole.Dims()
	out := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			out.SetSym(i, j, (whole.At(i, j)+whole.At(j, i))/2)
		}
	}
	return out
}

// settle goes round until centre and spread stay. After a few rounds the spread is sought from where it is only, lest it jump between maxima that the parabolas of small segments make.
func (p *pooling) settle() bool {
	const (
		still = 1e-6
		most  = 100
		free  = 4
	)
	for p.rounds = 1; p.rounds <= most; p.rounds++ {
		for s := range p.like {
			if !p.climb(s) {
				return false
			}
			p.parabola[s] = p.around(s)
		}
		starts := everywhere
		if p.rounds > free {
			starts = [][]float64{nearby(p.tau)}
		}
		mu, tau, ok := restricted(p.parabola, starts)
		if !ok {
			return false
		}
		moved := 0.0
		for i := range mu {
			moved = max(moved, math.Abs(mu[i]-p.mu[i]), math.Abs(tau[i]-p.tau[i]))
		}
		p.mu, p.tau = mu, tau
		if moved <= still {
			return true
		}
	}
	return false
}

// climb finds the mode of segment s in b, v = μ + τb, which the penalty ½b′b holds where the likelihood does not.
func (p *pooling) climb(s int) bool {
	total := p.like[s].book.total
	at := func(b []float64) []float64 {
		v := slices.Clone(p.mu)
		for i := range v {
			v[i] += p.tau[i] * b[i]
		}
		return v
	}
	start := make([]float64, len(p.mu))
	for i := range start {
		if p.tau[i] > 0 {
			start[i] = min(3, max(-3, (p.mode[s][i]-p.mu[i])/p.tau[i]))
		}
	}
	a := num.Climb(func(b []float64) (float64, []float64, *mat.SymDense) {
		value, g, h := p.surface(s, at(b))
		for i, t := range p.tau {
			value -= b[i] * b[i] / 2
			g[i] = (g[i]*t - b[i]) / total
			for j := i; j < len(b); j++ {
				v := h.At(i, j) * t * p.tau[j]
				if i == j {
					v--
				}
				h.SetSym(i, j, v/total)
			}
		}
		return value / total, g, h
	}, start)
	p.mode[s] = at(a.Theta)
	return a.Converged
}

// straighten puts the second derivatives themselves in place of the parabolas of the search, which take what bends up as straight: summed over many small segments those would make the centre
// look surer than it is. I + TH is positive definite at a mode. Where the centre is not determined so, the parabolas stay.
func (p *pooling) straighten() {
	exact := make([]parabola, len(p.parabola))
	for s := range exact {
		_, exact[s].H = p.bend(s)
	}
	var chol mat.Cholesky
	if sum := precision(exact, p.tau); sum != nil && chol.Factorize(sum) {
		p.parabola = exact
	}
}

// tell writes down what is known of the segments.
func (p *pooling) tell(out *Pooled) {
	names, _ := turns(p.book.Model)
	var log mat.VecDense
	log.SolveVec(p.turn, mat.NewVecDense(len(p.mu), p.centre))
	for i, name := range names {
		centre := math.Exp(log.AtVec(i) + p.mu[i])
		if name == purchaseRate {
			centre /= float64(p.book.K)
		}
		out.Spread = append(out.Spread, Spread{name, centre, p.tau[i]})
	}
	wider := widening(p.parabola, p.tau)
	p.straighten()
	centre := rootOfInverse(precision(p.parabola, p.tau))
	if centre == nil { // as if it were known
		centre = mat.NewDense(len(p.tau), len(p.tau), nil)
	}
	out.Certificate.Iterations = p.rounds
	for s, l := range p.like {
		f := *p.book
		f.Customers, f.Distinct, f.Starts, f.Agree = l.book.total, len(l.book.x), 1, 1
		own, lent, share := p.parabola[s].posterior(p.tau, centre)
		if wider != nil {
			var both mat.Dense
			both.Augment(lent, wider[s])
			lent = &both
		}
		cov := mat.NewSymDense(len(p.tau), nil)
		cov.SymRankK(own, 1, lent)
		shared := new(mat.Dense)
		shared.Mul(p.turn, lent)
		out.shared = append(out.shared, shared)
		f.LogCov = sandwich(p.turn, cov)
		theta := p.coordinates(p.mode[s])
		f.Params, f.SE = make([]float64, len(theta)), make([]float64, len(theta))
		for i, v := range theta {
			f.Params[i] = math.Exp(v)
			f.SE[i] = f.Params[i] * math.Sqrt(f.LogCov.At(i, i))
		}
		value, _, _ := l.surface(theta)
		f.Certificate = out.Certificate
		f.Certificate.Warnings = nil
		f.Certificate.LogLik, f.Certificate.Observations = value*l.book.total+l.book.constant, int64(math.Round(l.book.total))
		out.Segments, out.Share = append(out.Segments, &f), append(out.Share, share)
	}
}
