package regress

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Logistic fits a binomial GLM with logit link, P(yᵢ = 1) = 1/(1+e^(−xᵢ·β)), by maximum likelihood:
// IRLS (Newton's method, the link being canonical) with step halving on the deviance, on centred
// and scaled columns. y is 0 or 1; weights are frequencies.
//
// A fit is certified when four criteria hold: small mean score, small change of deviance, small
// step, and a test that a maximum exists at all (irls.go). Otherwise it is refused: separated
// classes are found and named with their columns (WarnSeparation, Separating; separation.go),
// a single class or no residual degrees of freedom is WarnTooFew, anything else
// WarnNotConverged. Collinear columns are dropped and named (WarnCollinear).
//
// Cov is the inverse of the information; Robust is the CR1 covariance with clusters (robust.go), else
// Options.HC (hc.go). The certificate's GradientNorm is the largest mean score over centred and
// scaled columns.
//
// Errors: shapes that differ, values that are not finite, responses other than 0 and 1, each
// with row and column.
//
// Source: McCullagh & Nelder 1989, Generalized Linear Models, §2.5 and ch. 4.
func Logistic(d *Design, y []float64, o Options) (*Fit, error) {
	for i, v := range y {
		if err := outcome(v); err != nil {
			return nil, fmt.Errorf("regress: row %d (the first is 0): %w", i, err)
		}
	}
	d, y, o, err := prepare(d, y, o)
	if err != nil {
		return nil, err
	}
	f, m, a, err := logistic(inMemory(d, y, o))
	if err == nil && f.Certificate.Certified() && (o.Cluster != nil || o.HC != NoHC) {
		resid, variance := m.residuals(a.gamma)
		f.addRobust(d, m.fr, m.cols, resid, a.bread, o)
		f.addHC(d, m.fr, m.cols, resid, variance, a.bread, o)
	}
	if err != nil {
		return nil, err
	}
	return f.checked()
}

// LogisticFrom is Logistic on rows that are never held together: the same fit to rounding, in memory for a block or
// two per thread. Of the options only Threads counts: weights and offsets come with the rows, and clusters and HC
// are not offered. Errors as with Logistic, naming the block and the row in it; those of the source; and a source that
// does not give the same number of rows again.
func LogisticFrom(s Source, o Options) (*Fit, error) {
	if err := checkSource(s, o); err != nil {
		return nil, err
	}
	f, _, _, err := logistic(streamed(s, o.Threads, outcome))
	if err != nil {
		return nil, err
	}
	return f.checked()
}

// outcome is an error unless y is 0 or 1.
func outcome(y float64) error {
	if y != 0 && y != 1 {
		return fmt.Errorf("response %v, expected 0 or 1", y)
	}
	return nil
}

// logistic fits the rows of d, without robust covariances.
func logistic(d *data) (f *Fit, m *logit, a *ascent, err error) {
	of := d.measure()
	if d.err != nil {
		return nil, nil, nil, d.err
	}
	rows := d.rows()
	f = newFit("logistic", d.names, rows)
	f.Certificate.Criteria = logisticCriteria
	if of == nil || of.response == 0 || of.response == of.weight {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("all %d rows are of one class: both outcomes are needed; widen the period or the population", rows))
		return f, nil, nil, nil
	}
	fr, err := newFrame(d.names, of)
	if err != nil {
		return nil, nil, nil, err
	}
	m = &logit{d: d, fr: fr, events: of.response, total: of.weight}
	dropped := m.chooseColumns()
	f.warnDropped(fr, dropped)
	f.DF = rows - len(m.cols)
	f.NullDev = m.nullDeviance(of.offset)
	if f.DF <= 0 || len(m.cols) == 0 {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("no residual degrees of freedom are left (rows: %d, independent columns: %d): fit fewer columns or more rows", rows, len(m.cols)))
		return f, m, nil, d.err
	}
	a = m.ascend(m.begin(-f.NullDev / 2))
	f.certifyLogistic(m, a)
	if d.err == nil && f.Certificate.Certified() {
		f.settle(fr, m.cols, fr.coefficients(m.cols, a.gamma), a.bread)
	}
	return f, m, a, d.err
}

// nullDeviance is the deviance of the intercept alone; of no column at all, where none is constant. The
// offset stays in both.
func (m *logit) nullDeviance(offset bool) float64 {
	switch {
	case m.fr.ones >= 0 && !offset:
		return -2 * (m.events*math.Log(m.events/m.total) + (m.total-m.events)*math.Log1p(-m.events/m.total))
	case m.fr.ones >= 0:
		null := *m
		null.cols = []int{m.fr.ones}
		return -2 * null.maximise(null.start()).loglik
	}
	return m.tiles(func(t *tileRows, part []float64) {
		for i, y := range t.Y {
			loglik, _, _ := bernoulli(t.offset(i), y)
			part[0] += -2 * t.weight(i) * loglik
		}
	}, 1)[0]
}

// certifyLogistic writes down how the ascent ended.
func (f *Fit) certifyLogistic(m *logit, a *ascent) {
	c := &f.Certificate
	c.Converged, c.Iterations, c.LogLik, c.InfoPosDef = a.converged, a.iterations, a.loglik, a.bread != nil
	for _, s := range a.score {
		c.GradientNorm = max(c.GradientNorm, math.Abs(s)/m.total)
	}
	f.Deviance = -2 * a.loglik
	switch {
	case a.apart != nil:
		f.Separating = m.culprits(a.apart)
		c.Refuse(num.WarnSeparation, separationMessage(a.apart, f.Separating))
	case !a.converged:
		c.Refuse(num.WarnNotConverged, fmt.Sprintf("the likelihood did not settle in %d iterations (largest mean score %.2g): look for columns on extreme scales or almost determined by others", a.iterations, c.GradientNorm))
	}
}

// residuals are y − p and p(1−p) at γ, by row of a design in memory.
func (m *logit) residuals(gamma []float64) (resid, variance []float64) {
	n := m.d.rows()
	resid, variance = make([]float64, n), make([]float64, n)
	m.tiles(func(t *tileRows, _ []float64) {
		eta := make([]float64, t.rows)
		m.predictor(eta, t, gamma)
		for i, e := range eta {
			row := t.block*rowBlock + t.lo + i
			_, resid[row], variance[row] = bernoulli(e, t.Y[i])
		}
	}, 1)
	return resid, variance
}

// chooseColumns sets m.cols (and m.longest) to the columns that are not determined by earlier ones, from an
// in-order Cholesky factorisation of the weighted correlation matrix Z'WZ/Σw.
func (m *logit) chooseColumns() (dropped []dependence) {
	for _, j := range m.fr.order() {
		if m.fr.scale[j] == 0 {
			dropped = append(dropped, dependence{col: j})
		} else {
			m.cols = append(m.cols, j)
		}
	}
	if len(m.cols) == 0 {
		return dropped
	}
	p := m.crossProducts()
	m.longest = p.longest
	kept, more := choleskyInOrder(unpack(p.gram, len(m.cols)), m.total, m.cols)
	m.cols = kept
	return sortDependences(append(dropped, more...))
}

// gramCollinearity is the share of its length that a column must keep, once earlier columns
// are taken out. A cross-product matrix holds squares, so it resolves the root of what
// factorise does: rounding leaves about 1e-15 of the square.
const gramCollinearity = 1e-6

// choleskyInOrder factorises g/total = R'R, setting aside the columns whose remaining square
// falls to gramCollinearity² or below.
func choleskyInOrder(g *mat.SymDense, total float64, ids []int) (kept []int, dropped []dependence) {
	var upper [][]float64 // column p of R
	var where []int       // position in ids
	for c, id := range ids {
		r := make([]float64, len(kept)+1)
		rest := g.At(c, c) / total
		length := rest
		for p := range kept {
			v := g.At(where[p], c) / total
			for q := range p {
				v -= upper[p][q] * r[q]
			}
			r[p] = v / upper[p][p]
			rest -= r[p] * r[p]
		}
		if !(rest > gramCollinearity*gramCollinearity*length) {
			dropped = append(dropped, depends(id, kept, func(a, b int) float64 { return upper[b][a] }, r))
			continue
		}
		r[len(kept)] = math.Sqrt(rest)
		upper, where, kept = append(upper, r), append(where, c), append(kept, id)
	}
	return kept, dropped
}
