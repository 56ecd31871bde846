package segment

import (
	"context"
	"fmt"
	"slices"

	"mainstay/regress/evaluate"
)

// learn runs the tournaments and keeps what the scores follow from.
func (a *analysis) learn(ctx context.Context, progress Progress) error {
	if err := a.compete(ctx, progress); err != nil {
		return err
	}
	return a.keep(ctx)
}

// keep is what is left of the tournaments.
func (a *analysis) keep(ctx context.Context) error {
	chain := a.chain(a.Clock.AsOf)
	a.forget(slices.Concat(a.churnPlan.Final, a.valuePlan.Final), nil)
	churn, err := a.training(ctx, a.churnPlan.Final)
	if err != nil {
		return err
	}
	value, err := a.training(ctx, a.valuePlan.Final)
	if err != nil {
		return err
	}
	m := &Stored{Schema: StoredSchema, LearntOn: a.Clock.AsOf, Terms: a.terms(), Customers: a.learntFrom(), Inputs: a.inputs()}
	m.Backtest.ChurnCorrection, m.Backtest.DeclineCorrection = correction(a.churn), correction(a.decline)
	m.Churn, m.Decline = championOf(a, a.churn, m.Backtest.ChurnCorrection), championOf(a, a.decline, m.Backtest.DeclineCorrection)
	m.Value = Champion[valueModel]{Name: a.value.name(), Certified: a.value.certified(), Contested: a.value.contested, Why: a.value.why}
	if chain.certified() {
		m.Chain = chain
	}
	a.stored = m
	return each(ctx, 4, a.foldsAtOnce(), func(k int) error {
		switch k {
		case 0:
			m.Returns = trainReturns(a.study, churn, value, chain)
		case 1:
			a.valueErrors()
		case 2:
			a.churnTotals()
			a.backtested()
		case 3:
			m.Backtest.Stake = a.stakeRange()
		}
		return nil
	})
}

// championOf is the champion of a contest of probabilities, corrected by experience, every prediction with an interval.
func championOf(a *analysis, c *contest[chanceModel], by *Correction) Champion[chanceModel] {
	return Champion[chanceModel]{Name: c.name(), Certified: c.certified(), Contested: c.contested, Why: c.why,
		Model: by.around(withIntervals(c, c.champion, a.Config.Level))}
}

// valueErrors learns from the choosing folds how far the value champion was off, by customer and in total.
func (a *analysis) valueErrors() {
	k := a.value.champion
	if k < 0 {
		return
	}
	a.stored.Value.Model = a.value.final[k].Model
	if a.value.contested {
		arena, t := &a.value.arena, &a.value.trials[k]
		actual, pred, _ := arena.choosing(t)
		a.stored.ValueBands = newValueBands(pred, actual, a.Config.Level)
		a.stored.Value.Totals = newTotals(arena, t.pred, a.Config.Level, a.learntFrom().share())
	}
}

// churnTotals learns how far the champions' numbers of leavers and decliners were off in the choosing folds.
func (a *analysis) churnTotals() {
	share, s := a.learntFrom().share(), a.stored
	if a.churn.contested {
		s.Churn.Totals = newTotals(&a.churn.arena, told(a.churn, s.Backtest.ChurnCorrection), a.Config.Level, share)
	}
	if a.decline.contested {
		s.Decline.Totals = newTotals(&a.decline.arena, told(a.decline, s.Backtest.DeclineCorrection), a.Config.Level, share)
	}
}

// backtested sums up the contests.
func (a *analysis) backtested() {
	b := &a.stored.Backtest
	b.Contests = slices.Concat(a.churn.rows(a.Threads), a.value.rows(a.Threads), a.decline.rows(a.Threads))
	b.addFits(a)
	if k := a.churn.champion; k >= 0 && len(a.churn.arena.actual) > 0 {
		actual, pred := a.churn.arena.actual[0], b.ChurnCorrection.apply(a.churn.trials[k].pred[0])
		if len(pred) > 0 {
			b.Calibration, b.Lift = evaluate.Calibration(actual, pred, calibrationBins), evaluate.Lift(actual, pred, calibrationBins)
		}
		if some, of := thinned(actual), thinned(pred); len(some) == len(of) {
			b.Record = evaluate.NewCalibrationRecord(some, of, nil) // a customer is in a fold once
		}
	}
	if c := a.decline; c.champion >= 0 && len(c.arena.actual) > 0 {
		if pred := b.DeclineCorrection.apply(c.trials[c.champion].pred[0]); len(pred) > 0 {
			b.DeclineCalibration = evaluate.Calibration(c.arena.actual[0], pred, calibrationBins)
		}
	}
}

// addFits publishes every final fit.
func (b *Backtest) addFits(a *analysis) {
	addFits(b, a.churn, targetChurn)
	addFits(b, a.value, targetValue)
	addFits(b, a.decline, targetDecline)
	if name := a.value.name(); name == chainSpendName || name == gammaSpendName { // fitted once, published with the churn candidates
		for i := range b.Fits {
			if b.Fits[i].Name == chainName {
				b.Fits[i].Use += ", value champion"
			}
		}
	}
}

// calibrationBins is the customary number of bins of a calibration table: deciles.
const calibrationBins = 10

// addFits publishes the final fits of a contest.
func addFits[M any](b *Backtest, c *contest[M], target string) {
	for k := range c.final {
		for _, fit := range c.final[k].Fits {
			m := *fit
			switch {
			case k == c.champion:
				m.Use = target + " champion"
			case c.trials[k].ok:
				m.Use = target + " candidate"
			default:
				m.Use = "not used"
			}
			b.Fits = append(b.Fits, m)
		}
	}
}

// models publishes the champions and what the backtest said of them.
func (a *analysis) models() {
	r, m := a.result, a.stored
	r.ModelWhy = fmt.Sprintf("churn: %s; value: %s", m.Churn.Why, m.Value.Why)
	r.ChurnModel, r.ChurnCertified = m.Churn.Name, m.Churn.Certified
	r.ValueModel, r.ValueCertified = m.Value.Name, m.Value.Certified
	r.DeclineModel, r.DeclineCertified, r.DeclineWhy = m.Decline.Name, m.Decline.Certified, m.Decline.Why
	r.DeclineShare, r.Ladder, r.Learnt = m.Terms.DeclineShare, m.Terms.Ladder, m.Customers
	if c, ok := innermost(m.Churn.Model).(contributor); ok {
		r.Baseline = c.baseline()
	}
	b := &m.Backtest
	r.ChurnCorrection, r.DeclineCorrection, r.Contests = b.ChurnCorrection, b.DeclineCorrection, b.Contests
	r.Calibration, r.Lift, r.DeclineCalibration = b.Calibration, b.Lift, b.DeclineCalibration
	r.Fits = append(r.Fits, b.Fits...)
	r.Stored = m
}
