package segment

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

// underContract corrects a model of churn for contracts. Whom a contract holds beyond the horizon is not lost: p = 0, exactly and without an interval, for it
// follows from the contract. Whose contract is to end within the horizon is lost if nothing is bought and no contract follows,
//
//	P(lost) = P(silent) · P(no contract at the end | silent)
//
// the first the model's (see churned, which teaches it silence of them), the second that of lapses. Of contracts that may end, nobody knows when, the model has
// learnt the losses. A model that does not know who has a contract says of all the same: δ, for each kind of standing, moves the log-odds of the above so that the
// losses of training are met in total but for a normal prior of variance 1,
//
//	logit p = logit P(lost) + δ,   Σ(y − p) = δ,   Var δ = 1/(1 + Σ p(1 − p))
type underContract struct {
	Model  chanceModel
	Lapses *lapses
	Shift  [kindsOfStanding]shift
}

// shift is δ and its standard error.
type shift struct{ Delta, SE float64 }

// kindsOfStanding are: without a contract, under one that may end nobody knows when, under one to end within the horizon.
const kindsOfStanding = 3

func (s *standing) kind() int { return int(num.Indicator(s.open) + num.Indicator(s.ending)) }

// contractsAround corrects every model trained on a day; nil in a book without contracts.
func contractsAround(b *study) func(*study, *origin) func(chanceModel) chanceModel {
	if b.held == nil {
		return nil
	}
	return func(b *study, at *origin) func(chanceModel) chanceModel {
		l, some := trainLapses(b, at.train), thinnedLeavers(at.train)
		return func(m chanceModel) chanceModel {
			u := &underContract{Model: m, Lapses: l}
			u.Shift = u.shifts(some)
			return u
		}
	}
}

// seen is subject i of a panel.
type seen struct {
	p *panel
	i int
}

// thinnedLeavers are every n-th of those in training who could leave, at most some 20,000: more change δ by less than it can be known.
func thinnedLeavers(train []*panel) (some []seen) {
	const most = 20_000
	rows := 0
	for _, p := range train {
		rows += p.atRisk()
	}
	step, at := (rows+most-1)/most, 0
	for _, p := range train {
		for _, i := range p.live() {
			if canLeave(&p.Subjects[i]) {
				if at++; at%step == 0 {
					some = append(some, seen{p, int(i)})
				}
			}
		}
	}
	return some
}

// shifts compares the losses of some customers in training with what the model as it is expects of them, by kind of standing.
func (u *underContract) shifts(some []seen) (of [kindsOfStanding]shift) {
	var eta, y [kindsOfStanding][]float64
	for _, at := range some {
		s := &at.p.Subjects[at.i]
		k := s.contract.kind()
		prob, _, _ := u.chance(at.p, at.i, 0)
		eta[k], y[k] = append(eta[k], num.Logit(prob)), append(y[k], num.Indicator(s.churned))
	}
	for k := range of {
		of[k] = newShift(eta[k], y[k])
	}
	of[0].SE = 0 // the model's own error
	return of
}

// newShift ascends to the mode of δ by Newton's method: the log posterior is concave.
func newShift(eta, y []float64) shift {
	const (
		longest   = 1.0 // step, in log-odds: where all are of one kind the first one overshoots
		settled   = 1e-12
		mostSteps = 100
	)
	var s shift
	for range mostSteps {
		var score, information num.Adder
		for i, e := range eta {
			p := num.Expit(e + s.Delta)
			score.Add(y[i] - p)
			information.Add(p * (1 - p))
		}
		curvature := information.Sum() + 1
		s.SE = 1 / math.Sqrt(curvature)
		step := min(max((score.Sum()-s.Delta)/curvature, -longest), longest)
		if s.Delta += step; math.Abs(step) < settled {
			break
		}
	}
	return s
}

func (u *underContract) inner() chanceModel { return u.Model }

func (u *underContract) chance(p *panel, i int, level float64) (prob, low, high float64) {
	_, prob, low, high = u.both(p, i, level)
	return prob, low, high
}

// both is what the model says, and what is left of it. The interval is that of independent estimates from their own intervals: of the product on the log scale (MOVER:
// Zou & Donner 2008, Statistics in Medicine 27:1693–1702), with δ on that of log-odds.
func (u *underContract) both(p *panel, i int, level float64) (bare, prob, low, high float64) {
	s := &p.Subjects[i]
	bare, low, high = u.Model.chance(p, i, level)
	if s.held {
		return bare, 0, 0, 0
	}
	prob = bare
	by := u.Shift[s.contract.kind()]
	if level == 0 {
		if s.contract.ending {
			r, _, _ := u.Lapses.chance(p, i, level)
			prob *= r
		}
		return bare, clampChance(num.Expit(num.Logit(prob) + by.Delta)), 0, 1
	}
	if s.contract.ending {
		r, rLow, rHigh := u.Lapses.chance(p, i, level)
		below, above := math.Hypot(math.Log(prob/low), math.Log(r/rLow)), math.Hypot(math.Log(high/prob), math.Log(rHigh/r))
		prob *= r
		low, high = prob*math.Exp(-below), min(prob*math.Exp(above), 1)
	}
	at := num.Logit(prob)
	around := num.ZLevel(level) * by.SE
	below, above := math.Hypot(at-num.Logit(low), around), math.Hypot(num.Logit(high)-at, around)
	at += by.Delta
	prob = clampChance(num.Expit(at))
	return bare, prob, min(num.Expit(at-below), prob), max(num.Expit(at+above), prob)
}

// contractOf is the correction for contracts of a model, nil without one.
func contractOf(m chanceModel) *underContract {
	for {
		switch w := m.(type) {
		case *underContract:
			return w
		case wrapper:
			m = w.inner()
		default:
			return nil
		}
	}
}

// share is what the contract of subject i, or that there is none, adds to the log-odds.
func (u *underContract) share(p *panel, i int, level float64) float64 {
	bare, prob, _, _ := u.both(p, i, level)
	return num.Logit(prob) - num.Logit(bare)
}

// ContractWhy is what a contract, or that there is none, does to a churn probability. Who is Held cannot be lost within the horizon, whatever the model
// says; of others Chance is that of underContract.
type ContractWhy struct {
	Open, Held, Ending         bool    // a contract is in force; until beyond the horizon; known to end within it
	Until                      int32   // last day on which it is certain to be in force, table.NoDay where that is unknown
	Model, Chance              float64 // the probability without a look at the contract, and with
	Lapse, LapseLow, LapseHigh float64 // that no contract follows, where nothing is bought; NaN unless Ending
}

func (u *underContract) explain(p *panel, i int, level float64) *ContractWhy {
	s, nan := &p.Subjects[i], math.NaN()
	w := &ContractWhy{Until: s.contract.until, Open: s.contract.open, Held: s.held, Ending: s.contract.ending && !s.held, Lapse: nan, LapseLow: nan, LapseHigh: nan}
	w.Model, w.Chance, _, _ = u.both(p, i, level)
	if w.Ending {
		w.Lapse, w.LapseLow, w.LapseHigh = u.Lapses.chance(p, i, level)
	}
	return w
}

// lapses is the hazard of a contract at its end: the probability that none is in force at the end of the horizon, of customers whose contract is to end within it and
// who buy nothing. Rows are customers at the training origins; they are person-periods, so that one customer at several origins needs no correction (Allison
// 1982, Sociological Methodology 13:61–98).
type lapses struct {
	Coef []float64     // of lapseColumns, on the logit scale; nil where there are too few
	Cov  *mat.SymDense // of Coef
	Rate rate          // else
}

// lapseColumns are known of every contract; that nothing is bought is what the probability is conditional on.
var lapseColumns = [...]string{"intercept", "silent", "log_contracts", "log_tenure", "log_recency", "trend"}

func lapseRow(dst []float64, p *panel, i int, silent bool) []float64 {
	s, x := &p.Subjects[i], p.row(i)
	return append(dst, 1, num.Indicator(silent), math.Log(float64(s.contract.begun)), x[fTenure], x[fRecency], x[fTrend])
}

// trainLapses learns from all contracts to end within a training horizon, those of customers who bought included: a Firth regression
// where there are enough of both outcomes, else the rate of the silent with one observation's weight for that of all, (k + ½) ÷ (n + 1).
func trainLapses(b *study, train []*panel) *lapses {
	d := &regress.Design{Names: lapseColumns[:]}
	var y []float64
	var ended, silent, both float64
	for _, p := range train {
		for _, i := range p.live() {
			s := &p.Subjects[i]
			if !canLeave(s) || !s.contract.ending {
				continue
			}
			d.X, y = lapseRow(d.X, p, int(i), s.silent), append(y, num.Indicator(s.ended))
			ended += num.Indicator(s.ended)
			silent += num.Indicator(s.silent)
			both += num.Indicator(s.ended && s.silent)
		}
	}
	prior := (ended + 0.5) / (float64(len(y)) + 1)
	l := &lapses{Rate: rate{(both + prior) / (silent + 1), silent + 1}}
	if tooFew(len(y), y, len(lapseColumns)) != "" {
		return l
	}
	fit, err := regress.Firth(d, y, regress.Options{Threads: b.Threads}, 0, regress.FLIC)
	if err == nil && fit.Certificate.Certified() {
		l.Coef, l.Cov = fit.Coef, fit.Covariance()
	}
	return l
}

// chance is the probability for subject i, whose contract is to end within the horizon, with an interval: Wald's on the logit scale, or Wilson's.
func (l *lapses) chance(p *panel, i int, level float64) (prob, low, high float64) {
	if l.Coef == nil {
		low, high = l.Rate.interval(level)
		return l.Rate.P, min(low, l.Rate.P), max(high, l.Rate.P)
	}
	var row [len(lapseColumns)]float64
	x := lapseRow(row[:0], p, i, true)
	at := dot(l.Coef, x)
	if prob = num.Expit(at); level == 0 {
		return prob, 0, 1
	}
	half := num.ZLevel(level) * errorOf(l.Cov, x)
	return prob, num.Expit(at - half), num.Expit(at + half)
}
