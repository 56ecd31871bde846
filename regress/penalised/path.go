package penalised

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"
)

// A path that was not given ends where it explains this share of the null deviance, or another step explains less than
// this share more, as glmnet's does.
const (
	explainsAll = 0.999
	explainsNo  = 1e-5
	leastSteps  = 5
	leastAlpha  = 1e-3 // of a ridge, whose path has no beginning
)

// Fit goes down the path of λ. Where a λ does not converge the path ends before it, with WarnNotConverged; a response
// without variation is refused (WarnTooFew).
//
// Standard errors are not given: after a choice by the same data the usual ones are wrong, whatever the number of rows
// (Leeb & Pötscher 2005, Econometric Theory 21:21–59).
//
// Errors: shapes that differ, values that no fit can use, each with row and column; options out of range.
func Fit(d *regress.Design, y []float64, o Options) (*Path, error) {
	f, err := o.check(d, y)
	if err != nil {
		return nil, err
	}
	return fit(d, y, &o, f, nil), nil
}

// fit is Fit on some rows, nil = all.
func fit(d *regress.Design, y []float64, o *Options, f *family, rows []int) *Path {
	p := &Path{Names: d.Names, Family: o.Family, Alpha: o.Alpha}
	c := &p.Certificate
	c.Model = "elastic net, " + o.Family
	c.Criteria = []string{fmt.Sprintf("largest violation of the optimality conditions ≤ %g of the largest null score, over all columns and at every λ", o.limit())}
	m := newModel(d, y, o, f, rows)
	if m == nil || m.constant() {
		c.Refuse(num.WarnTooFew, "the response is the same in every row: there is nothing to explain; widen the period or the population")
		return p
	}
	c.Observations = int64(m.rows)
	for _, j := range m.flat {
		p.Flat = append(p.Flat, d.Names[j])
	}
	if m.ones >= 0 {
		p.Constant = d.Names[m.ones]
	}
	s := &solver{model: m, alpha: o.Alpha, gamma: m.null(), limit: o.limit()}
	if code, why := s.unbounded(d, y, o, rows, 1); code != "" {
		c.Refuse(code, why+"; or give those columns a penalty")
		return p
	}
	s.refresh(nil)
	if !s.settleNull(p) {
		c.Refuse(num.WarnNotConverged, "the model of the columns without penalty did not settle: they separate the classes or determine each other; give them a penalty")
		return p
	}
	p.walk(s, o, func(lambda float64) (code, why string) { return s.unbounded(d, y, o, rows, lambda) })
	return p
}

// constant reports whether the response does not vary, so that an intercept says all.
func (m *model) constant() bool {
	if m.ones < 0 {
		return false
	}
	for i := range m.rows {
		if m.y[i] != m.y[0] {
			return false
		}
	}
	return true
}

// null is about the intercept without any column.
func (m *model) null() []float64 {
	gamma := make([]float64, m.q)
	if m.ones >= 0 && m.products == nil {
		var mean, offset num.Adder
		for i, y := range m.y {
			mean.AddProduct(m.w[i], y)
			offset.AddProduct(m.w[i], m.offsetAt(i))
		}
		gamma[0] = m.family.link(mean.Sum()) - offset.Sum()
	}
	return gamma
}

// settleNull fits the null model, and then the columns without penalty.
func (s *solver) settleNull(p *Path) bool {
	all := math.Inf(1)
	free := s.factor
	s.factor = slices.Clone(free)
	for a := range free {
		if s.columns[a] != s.ones {
			s.factor[a] = 1
		}
	}
	ok := true
	for range 2 { // the scale is that of the null model
		s.scale = s.scaleOf()
		_, settled := s.descend(all, all)
		ok = ok && settled
	}
	p.NullDev = s.deviance(s.here.loglik)
	s.factor = free
	_, settled := s.descend(all, all)
	return ok && settled
}

func (m *model) deviance(loglik float64) float64 { return max(0, 2*m.total*(m.saturated-loglik)) }

// faint is a correlation of response and column that is nothing but rounding; it keeps the scale from being one of rounding errors.
const faint = 1e-5

// scaleOf is the largest score, or what that of a faint correlation is where no column goes with the response (columns have a standard
// deviation of 1, so a score is at most the spread of the response); 1 where that is 0 too.
func (s *solver) scaleOf() float64 {
	scale := faint * math.Sqrt(s.deviance(s.here.loglik)/s.total)
	for _, v := range s.here.score {
		scale = max(scale, math.Abs(v))
	}
	if scale == 0 {
		return 1
	}
	return scale
}

// walk fits every λ.
func (p *Path) walk(s *solver, o *Options, unbounded func(lambda float64) (code, why string)) {
	c := &p.Certificate
	first := s.beginning()
	lambdas := o.Lambda
	if lambdas == nil {
		lambdas = append(s.grid(o.Count, first), o.Also...)
		slices.Sort(lambdas)
		slices.Reverse(lambdas)
		lambdas = slices.Compact(lambdas)
	}
	before := max(first, 0)
	c.Converged, c.InfoPosDef = true, true
	for k, lambda := range lambdas {
		if lambda == 0 {
			if code, why := unbounded(0); code != "" {
				c.Warn(code, "the path ends before λ = 0: "+why)
				break
			}
		}
		kkt, ok := s.descend(lambda, max(before, lambda))
		if !ok {
			c.Warn(num.WarnNotConverged, fmt.Sprintf("the path ends before λ = %.4g: with so small a penalty the fit did not settle (violation %.2g of the largest null score)", lambda, kkt))
			break
		}
		before = lambda
		p.add(s, lambda, kkt, len(p.Names))
		c.GradientNorm = max(c.GradientNorm, kkt)
		if o.Lambda == nil && p.ends(k) && (len(o.Also) == 0 || lambda <= slices.Min(o.Also)) {
			break
		}
	}
	c.Iterations, c.LogLik = s.passes, s.total*s.here.loglik
	if len(p.Lambda) == 0 {
		c.Refuse(num.WarnNotConverged, "no λ of the path was fitted: give larger ones")
	}
}

// beginning is the smallest λ at which no column with a penalty has a coefficient.
func (s *solver) beginning() (lambda float64) {
	for a, v := range s.factor {
		if v > 0 {
			lambda = max(lambda, math.Abs(s.here.score[a])/(v*max(s.alpha, leastAlpha)))
		}
	}
	return lambda
}

// grid is a path of λ, even on the scale of logarithms.
func (s *solver) grid(count int, first float64) []float64 {
	if count == 0 {
		count = 100
	}
	if first == 0 { // no column is worth anything
		return []float64{0}
	}
	ratio := 1e-4
	if s.rows < s.q {
		ratio = 1e-2
	}
	out := make([]float64, count)
	for k := range out {
		out[k] = first * math.Pow(ratio, float64(k)/float64(max(count-1, 1)))
	}
	return out
}

// add keeps the fit at λ.
func (p *Path) add(s *solver, lambda, kkt float64, columns int) {
	nonzero := 0
	for a, g := range s.gamma {
		if g != 0 && s.columns[a] != s.ones {
			nonzero++
		}
	}
	p.Lambda = append(p.Lambda, lambda)
	p.Coef = append(p.Coef, s.coefficients(s.gamma, columns))
	p.NonZero = append(p.NonZero, nonzero)
	p.Deviance = append(p.Deviance, s.deviance(s.here.loglik))
	p.KKT = append(p.KKT, kkt)
}

// ends reports whether the path may end with λ number k.
func (p *Path) ends(k int) bool {
	explained := p.Explained(k)
	return explained > explainsAll || k >= leastSteps && explained-p.Explained(k-1) < explainsNo*explained
}
