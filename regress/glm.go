package regress

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// GLM fits a generalised linear model by maximum likelihood: Newton's method, which is iteratively reweighted least
// squares where the link is canonical, with step halving on the deviance, on centred and scaled columns. Weights multiply
// log-likelihoods: they are frequencies where φ is 1; where it is estimated, from the rows counted once, they are those of
// precision (variance φV(μ)/w), as in R.
//
// A fit is certified when four criteria hold: small mean score, small change of deviance, small step, and a proof that
// a maximum exists at all (irls.go). Otherwise it is refused: separated classes, and levels at which every count is 0,
// are found and named with their columns (WarnSeparation, Separating; separation.go); a single class or no
// residual degrees of freedom is WarnTooFew, anything else WarnNotConverged. Collinear columns are dropped and named
// (WarnCollinear).
//
// Cov is φ times the inverse of the expected information. φ is 1 for binomial, Poisson and negative binomial, else
// Pearson's χ²/DF (McCullagh & Nelder 1989, §8.3.6, §9.2.4). Robust is the CR1 covariance with clusters (robust.go), else
// Options.HC (hc.go). The certificate's GradientNorm is the largest mean score over centred and scaled columns (divided by
// the mean of the response where that is above 1), its LogLik that of the whole likelihood (glm_model.go says where there is
// none).
//
// Errors: shapes that differ, values that are not finite, responses that the distribution cannot have, each with row
// and column.
//
// Source: McCullagh & Nelder 1989, Generalized Linear Models, §2.5.
func GLM(d *Design, y []float64, model Model, o Options) (*Fit, error) {
	if err := model.valid(); err != nil {
		return nil, err
	}
	if err := model.checkAll(y, o); err != nil {
		return nil, err
	}
	d, y, o, err := Prepare(d, y, o)
	if err != nil {
		return nil, err
	}
	f, err := fitGLM(inMemory(d, y, o), model)
	if err != nil {
		return nil, err
	}
	if f.Certificate.Certified() && o.Cluster != nil {
		f.addRobust(d, f.glm.fr, f.glm.cols, f.glm.residuals(f.gamma), f.bread, o)
	} else if err := f.addSandwich(o.HC); err != nil {
		return nil, err
	}
	f.rescale(f.Robust)
	return f.checked()
}

// GLMFrom is GLM on rows that are never held together: the same fit to rounding, in memory for a block or two per
// thread. Weights, offsets and clusters come with the rows. Of the options Threads counts, and HC: of rows without clusters it is as in GLM, of rows with
// clusters, whose covariance is CR1, HC0 leaves the factor for few clusters out (CR0). Errors as with GLM, naming the block and the row in it; those of the
// source; clusters that do not ascend, or only some rows have; and a source that does not give the same number of rows again.
func GLMFrom(s Source, model Model, o Options) (*Fit, error) {
	if err := errors.Join(model.valid(), checkSource(s, o)); err != nil {
		return nil, err
	}
	f, err := fitGLM(streamed(s, o.Threads, model.Check), model)
	if err == nil {
		err = f.addSandwich(o.HC)
	}
	if err != nil {
		return nil, err
	}
	f.rescale(f.Robust)
	return f.checked()
}

// solution is what a certified fit was computed in.
type solution struct {
	glm   *glm
	gamma []float64
	bread *mat.SymDense // inverse expected information, in the frame
	unit  float64       // of the response in the fit: y was divided by it; 1 unless the model is free of scale
	line  *line         // of least squares
}

// fitGLM fits the rows of d, without robust covariances.
func fitGLM(d *data, model Model) (*Fit, error) {
	of := d.measure()
	if d.err != nil {
		return nil, d.err
	}
	rows := d.rows()
	f := newFit(model.name(), d.names, rows)
	f.Model, f.unit = &model, 1
	if why := model.hopeless(of, rows); why != "" {
		f.Certificate.Refuse(num.WarnTooFew, why)
		return f, nil
	}
	fr, err := newFrame(d.names, of)
	if err != nil {
		return nil, err
	}
	if model.scaleFree() {
		f.unit = of.response / of.weight
		d.units = &units{f.unit, model.link()}
		of.response, of.offset = of.weight, of.offset || model.link() == Log
	}
	m := &glm{law: model.law(), d: d, fr: fr, response: of.response, total: of.weight, clustered: of.clustered}
	f.Certificate.Criteria = m.law.traits().criteria()
	dropped := m.chooseColumns()
	f.warnDropped(fr, dropped)
	if f.DF = rows - len(m.cols); f.DF <= 0 || len(m.cols) == 0 {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("no residual degrees of freedom are left (rows: %d, independent columns: %d): fit fewer columns or more rows", rows, len(m.cols)))
		return f, d.err
	}
	a := f.estimate(m, model, of.offset)
	f.certify(m, a)
	if d.err == nil && f.Certificate.Certified() {
		f.solve(m, a, model)
	}
	return f, d.err
}

// estimate maximises the likelihood, in θ or p as well where the model leaves them open. It sets NullDev.
func (f *Fit) estimate(m *glm, model Model, offset bool) *ascent {
	switch {
	case model.Distribution == NegativeBinomial && model.Theta == 0:
		return f.estimateTheta(m, offset)
	case model.Distribution == Tweedie && model.Power == 0:
		return f.estimatePower(m, offset)
	}
	f.NullDev = m.nullDeviance(offset)
	return m.maximiseWhole(-f.NullDev / 2)
}

// maximiseWhole climbs to the maximum, having shown that there is one where the law itself cannot: the binomial
// likelihoods have a maximum for the same rows, whatever the link (Albert & Anderson 1984, §4; their argument needs log F
// and log(1 − F) concave), and that of the logistic can be proved. null is the log-likelihood of the null model.
func (m *glm) maximiseWhole(null float64) *ascent {
	if t := m.law.traits(); t.steady || t.barrier {
		return m.ascend(m.begin(null))
	}
	logistic := *m
	logistic.law = shareLaw{}
	a := logistic.ascend(logistic.begin(null))
	if !a.converged {
		return a
	}
	m.exists = true
	const ratio = 0.6 // of slopes, probit ÷ logit (Amemiya 1981, J. Economic Literature 19:1483–1536)
	gamma := make([]float64, len(a.gamma))
	for j, g := range a.gamma {
		gamma[j] = ratio * g
	}
	if start := m.start(); !(m.loglik(gamma) >= m.loglik(start)) {
		gamma = start
	}
	return m.ascend(m.at(gamma))
}

// nullDeviance is the deviance of the constant column alone; of no column at all, where none is constant. The
// offset stays in both.
func (m *glm) nullDeviance(offset bool) float64 {
	null := *m
	null.cols = nil
	if m.fr.ones < 0 {
		return -2 * null.loglik(nil)
	}
	null.cols = []int{m.fr.ones}
	if offset {
		return -2 * null.maximiseWhole(math.Inf(-1)).loglik
	}
	if _, ok := m.law.(logitLaw); ok { // without a pass
		events, total := m.response, m.total
		return -2 * (events*math.Log(events/total) + (total-events)*math.Log1p(-events/total))
	}
	return -2 * null.loglik(null.constantStart())
}

// certify writes down how the ascent ended.
func (f *Fit) certify(m *glm, a *ascent) {
	c := &f.Certificate
	c.Converged, c.Iterations, c.LogLik, c.InfoPosDef = a.converged, a.iterations, a.loglik, a.bread != nil
	for _, s := range a.score {
		c.GradientNorm = max(c.GradientNorm, math.Abs(s)/m.scoreSize())
	}
	f.Deviance = -2 * a.loglik
	switch {
	case a.apart != nil:
		probe := *m
		if !m.law.traits().steady { // the classes are apart whatever the link, and the logistic shows it
			probe.law = shareLaw{}
		}
		f.Separating = probe.culprits(a.apart)
		c.Refuse(num.WarnSeparation, m.separationMessage(a.apart, f.Separating))
	case !a.converged && !c.Fatal:
		c.Refuse(num.WarnNotConverged, fmt.Sprintf("the likelihood did not settle in %d iterations (largest mean score %.2g): look for columns on extreme scales or almost determined by others", a.iterations, c.GradientNorm))
	}
	if math.IsNaN(a.loglik) || math.IsInf(a.loglik, 0) { // of a refused fit
		c.LogLik, f.Deviance = 0, 0
	}
}

// solve fills in everything that follows from a maximum.
func (f *Fit) solve(m *glm, a *ascent, model Model) {
	f.solution = solution{glm: m, gamma: a.gamma, bread: a.bread, unit: f.unit}
	if !m.law.traits().canonical {
		f.bread = inverse(m.expected(a.gamma))
	}
	if f.bread == nil {
		f.Certificate.Refuse(num.WarnNotConverged, "the expected information is singular, so there are no standard errors: look for columns on extreme scales or almost determined by others")
		return
	}
	f.Pearson = m.pearson(a.gamma)
	if f.Estimated = model.estimated(); f.Estimated {
		f.Dispersion = f.Pearson / float64(f.DF)
	}
	var cov mat.SymDense
	cov.ScaleSym(f.Dispersion, f.bread)
	f.settle(m.fr, m.cols, m.fr.coefficients(m.cols, a.gamma), &cov)
	model.likelihood(f, m)
	f.unscale(model)
}

// inverse is m⁻¹; nil where m is not positive definite.
func inverse(m *mat.SymDense) *mat.SymDense {
	var chol mat.Cholesky
	inv := mat.NewSymDense(m.SymmetricDim(), nil)
	if !allFinite(m.RawSymmetric().Data) || !chol.Factorize(m) {
		return nil
	}
	if err := chol.InverseTo(inv); err != nil && !allFinite(inv.RawSymmetric().Data) {
		return nil
	}
	return inv
}
