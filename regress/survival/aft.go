package survival

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// AFTFit is a fitted accelerated failure time model. Coef, Cov and Robust are of the coefficients of log time. A refused fit has zero Coef, SE, Cov and
// Scale. NullDev and Deviance are −2 × log-likelihood of the constant column alone (0 without one, NaN where its fit does not settle) and of the fit.
type AFTFit struct {
	regress.Fit
	Law      Law
	Scale    float64       // σ, 1 for the exponential law
	ScaleSE  float64       // of σ: by the delta method from that of log σ; 0 for the exponential law
	Joint    *mat.SymDense // covariance of Coef and, last, log σ: robust where asked for
	Events   int
	Clusters int
	Infinite []string // columns with an infinite coefficient; such a fit is refused

	level float64
}

var aftCriteria = []string{
	"largest mean score ≤ 1e-9 on centred and scaled columns",
	"relative change of the log-likelihood ≤ 1e-10",
	"newton step ≤ 1e-8 of the parameters on centred and scaled columns",
}

// aft is the likelihood of a model in the coordinates in which it is concave (Burridge 1981, JRSS B 43:41–45): with τ = 1/σ and α = β/σ,
//
//	w = τ (log t − m) − z'α,   ℓ = Σ_events log f(w) + log τ − log t + Σ_censored log S(w) − Σ_late log S(w at the start)
//
// where m is the mean of log t where a column is constant, else 0. The last sum, of rows that entered late, is not concave.
type aft struct {
	law        standard
	fixed      bool // τ = 1
	k          int
	z          []float64 // n×k
	y, entry   []float64 // log t − m of stop and start (−∞ = watched from the beginning)
	shift      float64   // m
	event      []bool
	o          *Options
	logs       float64 // Σ_events w log t
	eventTotal float64
}

// AFT fits log T = x·β + σ·W, W of a standard law, to times with right censoring and late entry by maximum likelihood: Newton's method in coordinates in which the
// likelihood is concave, with step halving. A coefficient β multiplies time by e^β per unit; with the Weibull law e^(−β/σ) is a hazard ratio. A start of 0 is
// no late entry. Weights are case weights. Stratum does not count.
//
// No events, only columns of 0, or no more rows than parameters, is WarnTooFew; a column that separates rows without events (a group in which nobody has one) has an infinite coefficient:
// WarnMonotone, with Infinite naming it. Collinear columns are dropped and named. Robust is the sandwich of the scores, summed by clusters where given (as R's survreg).
//
// Errors: as Cox, and times that are not above 0.
//
// Source: Kalbfleisch & Prentice 2002, The Statistical Analysis of Failure Time Data, ch. 3.
func AFT(d *regress.Design, t *Times, law Law, o Options) (*AFTFit, error) {
	o.Threads = max(o.Threads, 1)
	std, err := law.standard()
	if err != nil {
		return nil, err
	}
	if err := t.checkPositive(&o); err != nil {
		return nil, err
	}
	if len(d.Names) == 0 {
		return nil, errors.New("survival: the design has no columns, expected at least an intercept")
	}
	if err := checkDesign(d, t.Rows(), o.Threads); err != nil {
		return nil, err
	}
	t, o, kept := withoutWeightless(t, o)
	if t.Rows() == 0 {
		return nil, errors.New("survival: every row has weight 0")
	}
	d = pickRows(d, kept)
	f := &AFTFit{Fit: emptyFit(string(law), aftCriteria, d, t.Rows()), Law: law, level: o.level()}
	fr := newFrame(d, &o)
	m := newAFT(d, t, std, law == Exponential, fr, &o)
	for _, e := range t.Event {
		if e {
			f.Events++
		}
	}
	f.dropColumns(d, fr, m)
	if m.k == 0 {
		f.Certificate.Refuse(num.WarnTooFew, "every column is 0: there is nothing to fit; add an intercept, or another column")
		return f, nil
	}
	f.DF = t.Rows() - m.parameters()
	if f.Events == 0 || f.DF <= 0 {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("%d rows with %d events for %d parameters: fit fewer columns, or wait for more events", t.Rows(), f.Events, m.parameters()))
		return f, nil
	}
	if f.Infinite = f.eventless(d, t, fr); len(f.Infinite) > 0 {
		f.Certificate.Refuse(num.WarnMonotone, fmt.Sprintf("column %q has one value in all rows with the event, and others only without: nothing bounds its coefficient; leave it out, merge rare levels, or wait for more events", f.Infinite[0]))
		return f, nil
	}
	groups := f.groups(&o, m.parameters(), t.Rows())
	p, bread := f.climb(m)
	if !f.Certificate.Certified() {
		return f, nil
	}
	f.settle(m, fr, p, bread, groups, o.Robust)
	if fr.ones >= 0 {
		f.NullDev = m.nullDeviance(fr)
	}
	if !allFinite(append(append(slices.Clone(f.Coef), f.SE...), f.Scale, f.ScaleSE, f.Deviance)) {
		return nil, errors.New("survival: the fit overflowed: rescale the columns or the times to ordinary sizes")
	}
	return f, nil
}

// checkPositive is check, and that times are above 0, starts at least 0.
func (t *Times) checkPositive(o *Options) error {
	if err := t.check(o, math.Inf(-1), true); err != nil {
		return err
	}
	for i, s := range t.Stop {
		if !(s > 0) || t.Start != nil && t.Start[i] < 0 {
			return fmt.Errorf("survival: row %d (the first is 0): time %v, expected a time above 0 (its logarithm is modelled), and a start of at least 0; leave the row out, or count from an earlier moment", i, s)
		}
	}
	return nil
}

func newAFT(d *regress.Design, t *Times, law standard, fixed bool, fr *frame, o *Options) *aft {
	n := t.Rows()
	m := &aft{law: law, fixed: fixed, y: make([]float64, n), event: t.Event, o: o}
	var logs, events, total, sum num.Adder
	for i, s := range t.Stop {
		m.y[i] = math.Log(s) - o.offset(i)
		total.Add(o.weight(i))
		sum.Add(o.weight(i) * m.y[i])
		if t.Event[i] {
			logs.Add(o.weight(i) * math.Log(s))
			events.Add(o.weight(i))
		}
	}
	m.logs, m.eventTotal = logs.Sum(), events.Sum()
	if fr.ones >= 0 {
		m.shift = sum.Sum() / total.Sum()
	}
	if t.Start != nil {
		m.entry = make([]float64, n)
	}
	for i := range m.y {
		if t.Start != nil {
			m.entry[i] = math.Log(t.Start[i]) - o.offset(i) - m.shift
		}
		m.y[i] -= m.shift
	}
	m.gather(d, fr)
	return m
}

// gather copies the columns of the frame.
func (m *aft) gather(d *regress.Design, fr *frame) {
	m.k = len(fr.columns)
	m.z = make([]float64, len(m.y)*m.k)
	for i := range m.y {
		fr.row(d.Row(i), m.z[i*m.k:(i+1)*m.k])
	}
}

// parameters is how many are estimated.
func (m *aft) parameters() int {
	if m.fixed {
		return m.k
	}
	return m.k + 1
}

// dropColumns leaves out the columns that do not vary or that earlier ones determine.
func (f *AFTFit) dropColumns(d *regress.Design, fr *frame, m *aft) {
	for j, s := range fr.scale {
		if s == 0 {
			drop(&f.Fit, f.Names[j], "does not vary")
		}
	}
	sums := num.BlockSums(len(m.y), block, m.o.Threads, 1+triangle(m.k), func(lo, hi int, sum []float64) {
		g := newGram(m.k, sum[1:])
		for i := lo; i < hi; i++ {
			sum[0] += m.o.weight(i)
			g.add(m.z[i*m.k:(i+1)*m.k], m.o.weight(i))
		}
		g.flush()
	})
	kept := independent(&f.Fit, fr.columns, unpack(sums[1:], m.k), sums[0], "does not vary")
	if len(kept) == m.k {
		return
	}
	columns := make([]int, len(kept))
	for a, c := range kept {
		columns[a] = fr.columns[c]
	}
	fr.columns = columns
	m.gather(d, fr)
}

// at evaluates the likelihood at gamma, α and then τ.
func (m *aft) at(gamma []float64) point {
	k, q := m.k, m.parameters()
	tau := 1.0
	if !m.fixed {
		tau = gamma[k]
	}
	sums := num.BlockSums(len(m.y), block, m.o.Threads, 1+q+triangle(q), func(lo, hi int, sum []float64) {
		g, v := newGram(q, sum[1+q:]), make([]float64, k+1)
		for i := lo; i < hi; i++ {
			z, w := m.z[i*k:(i+1)*k], m.o.weight(i)
			eta := floats.Dot(z, gamma[:k])
			for a, x := range z {
				v[a] = -x
			}
			term := func(y, sign float64, of func(float64) (float64, float64, float64)) {
				l, d1, d2 := of(tau*y - eta)
				sum[0] += sign * w * l
				v[k] = y
				floats.AddScaled(sum[1:1+q], sign*w*d1, v[:q])
				g.add(v[:q], -sign*w*d2)
			}
			if m.event[i] {
				term(m.y[i], 1, m.law.density)
			} else {
				term(m.y[i], 1, m.law.survival)
			}
			if m.entry != nil && !math.IsInf(m.entry[i], -1) {
				term(m.entry[i], -1, m.law.survival)
			}
		}
		g.flush()
	})
	p := point{gamma: gamma, loglik: sums[0] - m.logs, score: sums[1 : 1+q], info: unpack(sums[1+q:], q)}
	if !m.fixed {
		p.loglik += m.eventTotal * math.Log(tau)
		p.score[k] += m.eventTotal / tau
		p.info.SetSym(k, k, p.info.At(k, k)+m.eventTotal/(tau*tau))
	}
	return p
}

// start is β = 0 but for the mean, and σ the standard deviation of log time.
func (m *aft) start() []float64 {
	gamma := make([]float64, m.parameters())
	if m.fixed {
		return gamma
	}
	var squares, total num.Adder
	for i, y := range m.y {
		squares.Add(m.o.weight(i) * y * y)
		total.Add(m.o.weight(i))
	}
	const least = 1e-3 // times that hardly differ
	gamma[m.k] = 1 / max(math.Sqrt(squares.Sum()/total.Sum()), least)
	return gamma
}

// maximise climbs from p, and says whether it arrived.
func (m *aft) maximise(p point) (_ point, iterations int, settled bool) {
	total := totalWeight(len(m.y), m.o)
	for iterations < 2*maxIterations {
		step, ok := m.step(p)
		if !ok {
			return p, iterations, false
		}
		next, size, ok := m.advance(p, step)
		if !ok {
			return p, iterations, false
		}
		iterations++
		before := p.loglik
		p = next
		if math.Abs(p.loglik-before) <= loglikLimit*(math.Abs(p.loglik)+0.1) && largestOf(p.score) <= scoreLimit*total && size <= stepLimit*(1+largestOf(p.gamma)) {
			return p, iterations, true
		}
	}
	return p, iterations, false
}

func totalWeight(n int, o *Options) float64 {
	if o.Weights == nil {
		return float64(n)
	}
	return num.Sum(o.Weights)
}

// step is Newton's, or where the likelihood is not concave (late entry) one along a raised information.
func (m *aft) step(p point) ([]float64, bool) {
	if step, ok := newton(p); ok {
		return step, true
	}
	trace := 0.0
	for a := range p.score {
		trace += math.Abs(p.info.At(a, a))
	}
	for ridge := 1e-4 * trace; ridge < 1e4*trace; ridge *= 10 {
		raised := p
		raised.info = mat.NewSymDense(len(p.score), nil)
		raised.info.CopySym(p.info)
		for a := range p.score {
			raised.info.SetSym(a, a, p.info.At(a, a)+ridge)
		}
		if step, ok := newton(raised); ok {
			return step, true
		}
	}
	return nil, false
}

// advance takes the step, halved until the log-likelihood does not fall.
func (m *aft) advance(p point, step []float64) (next point, size float64, ok bool) {
	share := 1.0
	for range maxHalvings {
		gamma := slices.Clone(p.gamma)
		floats.AddScaled(gamma, share, step)
		if m.fixed || gamma[m.k] > 0 {
			next = m.at(gamma)
			if next.loglik >= p.loglik-slack*(1+math.Abs(p.loglik)) && allFinite(next.score) {
				return next, share * largestOf(step), true
			}
		}
		share /= 2
	}
	return p, 0, false
}

// worstInfo is the condition of the information, on centred and scaled columns, beyond which some combination of columns is not bounded by the data.
const worstInfo = 1e12

// climb maximises, and writes down how that ended; bread is the inverse information of a certified fit.
func (f *AFTFit) climb(m *aft) (p point, bread *mat.SymDense) {
	c := &f.Certificate
	p, c.Iterations, c.Converged = m.maximise(m.at(m.start()))
	c.LogLik, c.GradientNorm = p.loglik, largestOf(p.score)/totalWeight(len(m.y), m.o)
	f.Deviance = -2 * p.loglik
	var chol mat.Cholesky
	if c.Converged && chol.Factorize(p.info) && chol.Cond() <= worstInfo {
		bread = mat.NewSymDense(m.parameters(), nil)
		c.InfoPosDef = chol.InverseTo(bread) == nil
	}
	if !c.Converged || !c.InfoPosDef {
		c.Refuse(num.WarnNotConverged, fmt.Sprintf("the likelihood did not settle in %d iterations (largest mean score %.2g): look for columns on extreme scales, almost determined by others, or that together fit some times exactly or have no events", c.Iterations, c.GradientNorm))
	}
	return p, bread
}

// eventless names the columns that have the same value c, their least or largest, in every row with the event, and others without. With an intercept (else where c is
// 0) survival of those others rises for ever with the coefficient, at no cost to the events.
func (f *AFTFit) eventless(d *regress.Design, t *Times, fr *frame) (names []string) {
	for _, j := range fr.columns {
		low, high := math.Inf(1), math.Inf(-1)
		eventLow, eventHigh := low, high
		for i, e := range t.Event {
			v := d.Row(i)[j]
			low, high = min(low, v), max(high, v)
			if e {
				eventLow, eventHigh = min(eventLow, v), max(eventHigh, v)
			}
		}
		if j != fr.ones && low < high && eventLow == eventHigh && (fr.ones >= 0 || eventLow == 0) && (eventLow == low || eventLow == high) {
			names = append(names, f.Names[j])
		}
	}
	return names
}

// nullDeviance is that of the constant column alone; NaN where its fit does not settle.
func (m *aft) nullDeviance(fr *frame) float64 {
	one := *m
	one.k = 1
	one.z = make([]float64, len(m.y))
	at := slices.Index(fr.columns, fr.ones)
	for i := range one.z {
		one.z[i] = m.z[i*m.k+at]
	}
	p, _, settled := one.maximise(one.at(one.start()))
	if !settled {
		return math.NaN()
	}
	return -2 * p.loglik
}
