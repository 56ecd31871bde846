package segment

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

// linearModel predicts by a linear predictor on the logit scale, whatever made its coefficients:
//
//	logit p = shift + shrink·xβ
//
// with shift such that the training events are met in total.
type linearModel struct {
	Columns       *columns
	codes         []uint8 // of reasons, by column
	Coef          []float64
	Mean          []float64 // of the columns in training: what reasons are told against
	Shrink, Shift float64
	Cov           *mat.SymDense // of the coefficients; nil for a fit without errors
}

func newLinearModel(c *columns, coef []float64, r *rows, shrink float64, threads int) *linearModel {
	m := &linearModel{Columns: c, codes: codesOf(c.All), Coef: coef, Mean: columnMeans(r.Design), Shrink: shrink}
	eta := make([]float64, len(r.y))
	num.Blocks(len(eta), panelBlock, threads, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			eta[i] = m.predictor(r.Row(i))
		}
	})
	m.Shift = meetTotal(eta, r.y, shrink, threads)
	return m
}

// newLinearModelOfAll takes mean and shift from all eligible customers of the training days, row by row, whatever part of them the coefficients were learnt
// from.
func newLinearModelOfAll(c *columns, coef []float64, train []*panel, o outcome, threads int) *linearModel {
	m := &linearModel{Columns: c, codes: codesOf(c.All), Coef: coef, Mean: make([]float64, len(coef)), Shrink: 1}
	sums, x := make([]num.Adder, len(coef)), make([]float64, len(coef))
	n, _ := o.count(train)
	eta, y := make([]float64, 0, n), make([]float64, 0, n)
	for _, p := range train {
		for _, i := range p.live() {
			s := &p.Subjects[i]
			if !o.eligible(s) {
				continue
			}
			clear(x)
			eta, y = append(eta, m.predictor(c.fill(x, p, int(i)))), append(y, o.came(s))
			for j, v := range x {
				sums[j].Add(v)
			}
		}
	}
	for j := range sums {
		m.Mean[j] = sums[j].Sum() / float64(len(y))
	}
	m.Shift = meetTotal(eta, y, m.Shrink, threads)
	return m
}

// newLogisticModel shrinks the predictor of a logistic regression: a fit on few events is too sure of itself on new data, by a
// factor that can be estimated,
//
//	shrink = max(0, (G − k)/G)
//
// with G the likelihood ratio chi-square of the fit and k its slopes (van Houwelingen & le Cessie 1990,
// Statistics in Medicine 9:1303–1325).
func newLogisticModel(fit *regress.Fit, c *columns, r *rows, threads int) *linearModel {
	slopes, shrink := float64(len(fit.Names)-len(fit.Dropped)-1), 0.0
	if g := fit.NullDev - fit.Deviance; g > slopes {
		shrink = (g - slopes) / g
	}
	m := newLinearModel(c, fit.Coef, r, shrink, threads)
	m.Cov = fit.Covariance()
	return m
}

// meetTotal solves Σ expit(shift + shrink·ηᵢ) = Σ yᵢ by Newton steps, halving the bracket where one
// would leave it: the left side rises with shift. A fit with a constant meets its own total, and one shrunk to nothing is the constant: it begins between those two.
func meetTotal(eta, y []float64, shrink float64, threads int) float64 {
	const (
		bracket   = 100.0 // log-odds beyond any certified fit
		settled   = 1e-12 // of a log-odds: rounding
		last      = 1e-8  // a Newton step d leaves at most d²/2, for |p″| ≤ p′ of p = expit
		mostSteps = 100   // bisection alone needs 47
	)
	total := num.Sum(y)
	low, high := -bracket, bracket
	shift := (1 - shrink) * num.Logit(total/float64(len(y)))
	for range mostSteps {
		sums := num.BlockSums(len(eta), panelBlock, threads, 2, func(lo, hi int, sum []float64) {
			for _, e := range eta[lo:hi] {
				p := num.Expit(shift + shrink*e)
				sum[0] += p
				sum[1] += p * (1 - p)
			}
		})
		if sums[0] < total {
			low = shift
		} else {
			high = shift
		}
		next, near := shift+(total-sums[0])/sums[1], last
		if !(next > low && next < high) {
			next, near = (low+high)/2, settled
		}
		if math.Abs(next-shift) < near {
			return next
		}
		shift = next
	}
	return shift
}

func (m *linearModel) chance(p *panel, i int, level float64) (prob, low, high float64) {
	if level == 0 { // of every customer in every fold: the row stays on the stack
		var room [rowRoom]float64
		return m.point(m.Columns.rowIn(room[:], p, i)), math.NaN(), math.NaN()
	}
	return m.probability(m.Columns.row(p, i), level)
}

// predictor is xβ.
func (m *linearModel) predictor(x []float64) float64 { return dot(m.Coef, x) }

// dot is xβ, added up exactly. A net leaves out most columns: they are not looked at.
func dot(coef, x []float64) float64 {
	var sum num.Adder
	for j, v := range x {
		if c := coef[j]; c != 0 {
			sum.AddProduct(v, c)
		}
	}
	return sum.Sum()
}

// point is the probability without its interval.
func (m *linearModel) point(x []float64) float64 {
	return clampChance(num.Expit(m.Shift + m.Shrink*m.predictor(x)))
}

// probability has an interval by the delta method on the logit scale (see regress.Fit.Probability)
// around the shrunk predictor, with the standard error of the fit as it was. Without errors the ends are NaN.
func (m *linearModel) probability(x []float64, level float64) (prob, low, high float64) {
	at := m.Shift + m.Shrink*m.predictor(x)
	if prob = clampChance(num.Expit(at)); m.Cov == nil || level == 0 {
		return prob, math.NaN(), math.NaN()
	}
	half := num.ZLevel(level) * errorOf(m.Cov, x)
	return prob, min(num.Expit(at-half), prob), max(num.Expit(at+half), prob)
}

// errorOf is the standard error of xβ by the covariance of β: √x′Cx. NaN where it is no number.
func errorOf(cov *mat.SymDense, x []float64) float64 {
	v := mat.NewVecDense(len(x), x)
	variance := mat.Inner(v, cov, v)
	if !finite(variance) {
		return math.NaN()
	}
	return math.Sqrt(max(variance, 0)) // rounding can take a zero variance below 0
}

func columnMeans(d *regress.Design) []float64 {
	k, n := len(d.Names), d.Rows()
	sums := make([]num.Adder, k)
	for i := range n {
		for j, v := range d.Row(i) {
			sums[j].Add(v)
		}
	}
	mean := make([]float64, k)
	for j := range mean {
		mean[j] = sums[j].Sum() / float64(n)
	}
	return mean
}
