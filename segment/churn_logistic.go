package segment

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress"
)

// trainLogistic regresses churn on the features, rows of one customer clustered. A fit is remembered by
// its newest training day, which names the others: where the value label is the churn horizon, the
// two-part regression needs the same.
func trainLogistic(b *study, train []*panel) trained[churnModel] {
	if len(train) == 0 {
		return fitChurn(b, train)
	}
	t, _ := b.logits.of(train[0].Day).get(func() (trained[churnModel], error) { return fitChurn(b, train), nil })
	return t
}

// logits are the churn regressions by their newest training day.
type logits struct {
	mu sync.Mutex
	on map[ingest.Day]*lazily[trained[churnModel]]
}

func (l *logits) of(day ingest.Day) *lazily[trained[churnModel]] {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.on[day] == nil {
		l.on[day] = new(lazily[trained[churnModel]])
	}
	return l.on[day]
}

func fitChurn(b *study, train []*panel) trained[churnModel] {
	c := newColumns(b, train)
	d, ids, events := stackRisk(train, c, func(s *subject) float64 { return unit(s.churned) })
	if few := tooFew(len(events), events, len(c.all)); few != "" {
		return refused[churnModel](few)
	}
	fit, err := logistic(d, events, ids, b.Threads)
	if err != nil {
		return refused[churnModel](err.Error())
	}
	t := trained[churnModel]{OK: fit.Certificate.Certified(), Fits: []*Model{publishedFit(logisticName, fit)}}
	if !t.OK {
		t.Note = certificateNote(&fit.Certificate)
		return t
	}
	t.Model = newLogisticModel(fit, c, d, events, b.Threads)
	return t
}

// logistic fits, and once more without the columns that separate the outcomes, if some do: a flag that
// two customers carry must not cost the book its regression. The second fit says what it left out.
func logistic(d *regress.Design, y []float64, ids []int32, threads int) (*regress.Fit, error) {
	o := regress.Options{Cluster: ids, Threads: threads}
	fit, err := regress.Logistic(d, y, o)
	if err != nil || fit.Certificate.Certified() || len(fit.Separating) == 0 || slices.Contains(fit.Separating, features[fIntercept].Name) {
		return fit, err
	}
	rest := &regress.Design{Names: d.Names, X: slices.Clone(d.X)}
	for j, name := range d.Names {
		if slices.Contains(fit.Separating, name) {
			for i := range rest.Rows() {
				rest.Row(i)[j] = 0 // a column of zeros is dropped, its coefficient zero
			}
		}
	}
	again, err := regress.Logistic(rest, y, o)
	if err == nil {
		again.Certificate.Warn(num.WarnSeparation, "left out, because they separate the outcomes: "+strings.Join(fit.Separating, ", "))
	}
	return again, err
}

// minPerColumn is the number of events, and of non-events, per column below which a logistic fit is not
// tried. No number is safe for all data (van Smeden et al. 2016, BMC Medical Research Methodology
// 16:163); below about five intervals are too narrow (Vittinghoff & McCulloch 2007, American Journal of
// Epidemiology 165:710–718). Predictions are shrunk for what the events do not carry, and the
// tournament judges them; three keeps out what could only separate.
const minPerColumn = 3

// tooFew says why a logistic fit has no chance, "" when it has.
func tooFew(rows int, y []float64, columns int) string {
	events := 0
	for _, v := range y {
		if v > 0 {
			events++
		}
	}
	if need := minPerColumn * (columns - 1); min(events, rows-events) < need {
		return fmt.Sprintf("%s: of %d outcomes in training %d are of one kind, a regression needs %d of each",
			num.WarnTooFew, rows, max(events, rows-events), need)
	}
	return ""
}

// logisticModel predicts by the logistic regression on the features, its linear predictor shrunk: a fit
// on few events is too sure of itself on new data, by a factor that can be estimated,
//
//	logit p = shift + shrink·xβ,   shrink = max(0, (G − k)/G)
//
// with G the likelihood ratio chi-square of the fit and k its slopes (van Houwelingen & le Cessie 1990,
// Statistics in Medicine 9:1303–1325), and shift such that the training events are met in
// total.
type logisticModel struct {
	fit           *regress.Fit
	columns       *columns
	mean          []float64 // of the features in training: what reasons are told against
	shrink, shift float64
}

func newLogisticModel(fit *regress.Fit, c *columns, d *regress.Design, y []float64, threads int) *logisticModel {
	m := &logisticModel{fit: fit, columns: c, mean: columnMeans(d)}
	slopes := float64(len(fit.Names) - len(fit.Dropped) - 1)
	if g := fit.NullDev - fit.Deviance; g > slopes {
		m.shrink = (g - slopes) / g
	}
	eta := make([]float64, len(y))
	num.Blocks(len(eta), panelBlock, threads, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			eta[i] = m.predictor(d.Row(i))
		}
	})
	m.shift = meetTotal(eta, y, m.shrink, threads)
	return m
}

// meetTotal solves Σ expit(shift + shrink·ηᵢ) = Σ yᵢ by Newton steps, halving the bracket where one
// would leave it: the left side rises with shift.
func meetTotal(eta, y []float64, shrink float64, threads int) float64 {
	const (
		bracket   = 100.0 // log-odds beyond any certified fit
		settled   = 1e-12 // of a log-odds: rounding
		mostSteps = 100   // bisection alone needs 47
	)
	total := num.Sum(y)
	low, high := -bracket, bracket
	shift := num.Logit(total / float64(len(y)))
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
		next := shift + (total-sums[0])/sums[1]
		if !(next > low && next < high) {
			next = (low + high) / 2
		}
		if math.Abs(next-shift) < settled {
			return next
		}
		shift = next
	}
	return shift
}

func (m *logisticModel) churn(p *panel, i int, level float64) (prob, low, high float64) {
	return m.probability(m.columns.row(p, i), level)
}

// predictor is xβ.
func (m *logisticModel) predictor(x []float64) float64 {
	var sum num.Adder
	for j, v := range x {
		sum.AddProduct(v, m.fit.Coef[j])
	}
	return sum.Sum()
}

// point is the probability without its interval.
func (m *logisticModel) point(x []float64) float64 {
	return clampChurn(num.Expit(m.shift + m.shrink*m.predictor(x)))
}

// probability has an interval by the delta method on the logit scale (see regress.Fit.Probability)
// around the shrunk predictor, with the standard error of the fit as it was.
func (m *logisticModel) probability(x []float64, level float64) (prob, low, high float64) {
	eta, se := m.fit.Linear(x)
	at, half := m.shift+m.shrink*eta, num.ZLevel(level)*se
	prob = clampChurn(num.Expit(at))
	return prob, min(num.Expit(at-half), prob), max(num.Expit(at+half), prob)
}

// stackRisk stacks the customers at risk of several panels into a design, with their clusters and
// responses.
func stackRisk(train []*panel, c *columns, response func(*subject) float64) (d *regress.Design, ids []int32, y []float64) {
	d = &regress.Design{Names: c.names()}
	n := 0
	for _, p := range train {
		n += p.atRisk()
	}
	d.X, ids, y = make([]float64, 0, n*len(c.all)), make([]int32, 0, n), make([]float64, 0, n)
	for _, p := range train {
		for i := range p.Subjects {
			if s := &p.Subjects[i]; s.atRisk {
				d.X = append(d.X, c.row(p, i)...)
				ids = append(ids, s.id)
				y = append(y, response(s))
			}
		}
	}
	return d, ids, y
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
