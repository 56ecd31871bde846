package attrition

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Pooled is a model of several segments that borrow from each other.
type Pooled struct {
	Segments []*Fit // shrunk: what a segment's own customers say, and what they leave open as in the others. They answer whatever a Fit does
	Own      []*Fit // fitted alone; refused where a segment is too small
	Book     *Fit   // all as one
	Share    []float64
	Spread   []Spread
	Test     Ratio // of all segments alike, over those whose own fit is certified; NaN where fewer than two are
	Tested   int

	Certificate num.Certificate
}

// Spread is how much segments differ in a quantity.
type Spread struct {
	Name   string
	Centre float64 // of the segments, a geometric mean
	SD     float64 // of its logarithm between segments; 0 where they do not differ by more than chance
}

// Pool fits a model whose parameters differ between segments by a normal law on the log scale,
//
//	θ_s = B u_s,   u_s ~ N(μ, diag τ²),
//
// u being the logarithms of the mean purchase rate, of the mean rate or odds of leaving, and of how much customers differ in each (turns). A segment's estimate is the mode of its log-likelihood less the penalty
// ½ Σ (u − μ)²/τ², which exists where its own likelihood has no maximum, for a handful of customers too. μ and τ are those of the largest restricted marginal likelihood, each segment's log-likelihood being
// a parabola at its mode (penalised quasi-likelihood: Breslow & Clayton 1993, JASA 88:9–25, §2; shrinkage: Efron & Morris 1975, JASA 70:311–319; Morris 1983, JASA 78:47–55), in turns until nothing moves. LogCov of a
// segment is the posterior covariance, with what is not known of μ: K + A C A′, A = (I + TH)⁻¹, K = AT, C = (Σ HA)⁻¹, T = diag τ², H the information of the segment.
//
// Share is how much of a segment's estimate is its own, 1 − tr(A)/p. Test is 2(Σ log L of own fits − log L of one fit).
//
// Errors: fewer than two segments, a segment without customers, values that no model knows, covariates. A refused book refuses everything.
func Pool(m Model, segments []*Data, o Options) (*Pooled, error) {
	if len(segments) < 2 {
		return nil, fmt.Errorf("attrition: %d segments, at least 2 are pooled", len(segments))
	}
	for s, d := range segments {
		switch {
		case len(d.X) == 0:
			return nil, fmt.Errorf("attrition: segment %d (the first is 0) has no customers", s)
		case len(d.Purchase)+len(d.Dropout)+len(d.Stay) > 0:
			return nil, fmt.Errorf("attrition: segments are pooled without covariates")
		}
		if err := d.check(m); err != nil {
			return nil, fmt.Errorf("segment %d (the first is 0): %w", s, err)
		}
	}
	book, err := FitModel(m, joined(segments, nil), o)
	if err != nil {
		return nil, err
	}
	out := &Pooled{Book: book, Certificate: book.Certificate, Test: Ratio{Statistic: math.NaN(), P: math.NaN()}}
	out.Certificate.Model = "pooled " + string(m)
	if !book.Certificate.Certified() {
		return out, nil
	}
	for _, d := range segments {
		own, err := FitModel(m, d, o)
		if err != nil {
			return nil, err
		}
		out.Own = append(out.Own, own)
	}
	p := newPooling(book, segments, o.Threads)
	out.Certificate.Converged = p.settle()
	out.Certificate.Criteria = []string{"every segment's mode as a fit's", "centre and spread move by ≤ 1e-6"}
	if !out.Certificate.Converged {
		out.Certificate.Refuse(num.WarnNotConverged, "how much segments differ did not settle: join small segments, or take one model for all")
		return out, nil
	}
	p.tell(out)
	return out, out.homogeneity(m, segments, o)
}

// joined is the customers of those segments for which which says so, nil for all.
func joined(segments []*Data, which []bool) *Data {
	all := &Data{}
	weighted, timed := false, true
	for _, d := range segments {
		weighted, timed = weighted || d.Weight != nil, timed && d.LogGaps != nil
	}
	for s, d := range segments {
		if which != nil && !which[s] {
			continue
		}
		all.X, all.Last, all.T = append(all.X, d.X...), append(all.Last, d.Last...), append(all.T, d.T...)
		for i := range d.X {
			if weighted {
				all.Weight = append(all.Weight, d.weight(i))
			}
			if timed {
				all.LogGaps = append(all.LogGaps, d.LogGaps[i])
			}
		}
	}
	return all
}

// homogeneity tests whether segments are alike.
func (p *Pooled) homogeneity(m Model, segments []*Data, o Options) error {
	which := make([]bool, len(segments))
	sum := 0.0
	for s, f := range p.Own {
		if which[s] = f.Certificate.Certified(); which[s] {
			p.Tested++
			sum += f.Certificate.LogLik
		}
	}
	if p.Tested < 2 {
		return nil
	}
	one := p.Book
	if p.Tested < len(segments) {
		var err error
		if one, err = FitModel(m, joined(segments, which), o); err != nil || !one.Certificate.Certified() {
			return err
		}
	}
	p.Test = Ratio{Statistic: max(0, 2*(sum-one.Certificate.LogLik)), DF: (p.Tested - 1) * len(one.Names)}
	p.Test.P = num.ChiSquareUpper(p.Test.Statistic, float64(p.Test.DF))
	return nil
}

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
	p.straighten()
	between := precision(p.parabola, p.tau)
	out.Certificate.Iterations = p.rounds
	for s, l := range p.like {
		f := *p.book
		f.Customers, f.Distinct, f.Starts, f.Agree = l.book.total, len(l.book.x), 1, 1
		cov, share := p.parabola[s].posterior(p.tau, between)
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
