package segment

import (
	"context"
	"slices"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/regress/evaluate"
)

// Phases that Progress is told.
const (
	phaseProfiles   = "profiles"
	phaseTournament = "tournament: " // and the target
	phaseScores     = "scores"
	phaseSegments   = "segments"
)

func report(p Progress, phase string, done float64) {
	if p != nil {
		p(phase, done)
	}
}

// Analyse turns a Ledger into a Result: profiles, states, the tournament, scores, segments, tiers.
// in and progress may be nil. Nothing after l.AsOf can influence it. The result is the same for any
// number of threads. Errors: *ingest.ConfigError for a setting, condition or segmentation that makes no
// sense, *ingest.QualityError for amounts whose sums exceed 64 bits, and that of the context, which is asked
// before every panel, candidate and phase. Models that cannot be fitted are no error: the Result says so.
func Analyse(ctx context.Context, l *ingest.Ledger, in *table.Inputs, cfg Config, threads int, progress Progress) (r *Result, err error) {
	defer l.Recover(&err)
	a, err := newAnalysis(ctx, l, in, cfg, threads, progress)
	if err != nil {
		return nil, err
	}
	if err := a.run(ctx, progress); err != nil {
		return nil, err
	}
	return a.result, nil
}

// newAnalysis reads the book, before any model.
func newAnalysis(ctx context.Context, l *ingest.Ledger, in *table.Inputs, cfg Config, threads int, progress Progress) (*analysis, error) {
	report(progress, phaseProfiles, 0)
	b, err := OpenBook(l, in, cfg, threads)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	report(progress, phaseProfiles, 1)
	return &analysis{backtest: newBacktest(newStudy(b)), result: &Result{Clock: b.Clock, Scale: l.Scale, UnitsScale: l.UnitsScale,
		Currency: l.Currency, Basis: b.Basis, BasisWhy: b.BasisWhy}}, nil
}

// run fills the result. On an error nothing is left of it on disk.
func (a *analysis) run(ctx context.Context, progress Progress) error {
	done := false
	defer func() { // a panic of missing cells included, see Ledger.Recover
		if !done && a.scored != nil {
			_ = a.scored.Close()
		}
	}()
	for _, step := range []func(context.Context, Progress) error{a.compete, a.score, a.describe} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx, progress); err != nil {
			return err
		}
	}
	if err := a.Ledger.Err(); err != nil {
		return err
	}
	done = true
	return nil
}

// analysis carries what the steps of Analyse hand to each other.
type analysis struct {
	*backtest
	churn   *contest[chanceModel]
	value   *contest[valueModel]
	decline *contest[chanceModel]
	teller  *teller
	totals  totals
	scorer  *scorer
	scored  *scored
	keys    []bool // by member: a key account
	result  *Result

	grouped []string // schemes whose segments are reported
}

// compete runs the three tournaments.
func (a *analysis) compete(ctx context.Context, progress Progress) (err error) {
	finals := slices.Concat(a.churnPlan.Final, a.valuePlan.Final)
	a.churn, err = compete(ctx, a.backtest, target[chanceModel]{name: targetChurn, candidates: churnCandidates, plan: a.churnPlan, incumbent: a.Config.IncumbentChurn,
		later: slices.Concat(a.valuePlan.days(), a.declinePlan.days(), finals), outcome: lost, loss: evaluate.LogLosses, around: contractsAround(a.study),
		predict: func(m chanceModel, p *panel, i int) float64 {
			prob, _, _ := m.chance(p, i, 0)
			return prob
		}}, progress)
	if err != nil {
		return err
	}
	a.result.ChurnCorrection = correction(a.churn)
	a.value, err = compete(ctx, a.backtest, target[valueModel]{name: targetValue, candidates: valueCandidates, plan: a.valuePlan, incumbent: a.Config.IncumbentValue,
		later: append(a.declinePlan.days(), finals...), outcome: worth, loss: squaredErrors,
		predict: func(m valueModel, p *panel, i int) float64 { return m.outlook(p, i).label }}, progress)
	if err != nil {
		return err
	}
	a.decline, err = compete(ctx, a.backtest, a.declineTarget(finals), progress)
	if err != nil {
		return err
	}
	a.result.DeclineCorrection = correction(a.decline)
	return nil
}

// score applies the champions to the as-of date and recommends tiers.
func (a *analysis) score(ctx context.Context, progress Progress) error {
	report(progress, phaseScores, 0)
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
	a.teller = &teller{study: a.study, typical: a.today.typical}
	a.scorer = &scorer{backtest: a.backtest, teller: a.teller, chain: chain}
	s := a.scorer
	s.churn = a.result.ChurnCorrection.around(withIntervals(a.churn, a.churn.champion, a.Config.Level))
	s.decline = a.result.DeclineCorrection.around(withIntervals(a.decline, a.decline.champion, a.Config.Level))
	if k := a.value.champion; k >= 0 {
		s.value = a.value.final[k].Model
	}
	err = each(ctx, 2, a.foldsAtOnce(), func(k int) error {
		if k == 0 {
			s.returns = trainReturns(a.study, churn, value, chain)
		} else if k := a.value.champion; k >= 0 && a.value.contested {
			a.valueErrors(k)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if chain.certified() && a.Config.DiscountRate > 0 {
		s.future = chain.multiplier(a.Config.DiscountRate, a.Clock.Period.Days())
	}
	reference := a.referTo()
	a.learnt()
	a.teller.levels = a.todayTexts
	if a.keys, _, err = a.KeyAccounts(); err != nil {
		return err
	}
	s.keys = a.keys
	if a.scored, err = s.scoreAll(ctx); err != nil {
		return err
	}
	values := a.scored.sortedAtRisk(a.scored.value)
	a.scored.rank(values, a.Threads)
	a.scored.recommendTiers(newTierCuts(values, a.scored.sortedAtRisk(a.scored.risk), a.scored.atRisk(), a.Config.Tiers), a.keys)
	reference.Score = evaluate.NewDistribution("churn_probability", a.scored.chances())
	r := a.result
	r.Reference = reference
	r.Learnt = a.learntFrom()
	r.ChurnModel, r.ValueModel = a.churn.name(), a.value.name()
	if m, ok := innermost(a.scorer.churn).(contributor); ok {
		r.Baseline = m.baseline()
	}
	r.ChurnCertified, r.ValueCertified = a.churn.certified(), a.value.certified()
	r.DeclineModel, r.DeclineCertified, r.DeclineWhy = a.decline.name(), a.decline.certified(), a.decline.why
	r.DeclineShare, r.Ladder = a.Config.DeclineShare, a.climber != nil
	r.Scores = a.bookScores(a.scored)
	report(progress, phaseScores, 1)
	return nil
}

// valueErrors learns from the choosing folds how far the value champion was off, by customer and in total.
func (a *analysis) valueErrors(champion int) {
	arena, t := &a.value.arena, &a.value.trials[champion]
	actual, pred, _ := arena.choosing(t)
	a.scorer.bands = newValueBands(pred, actual, a.Config.Level)
	a.totals = newTotals(arena, t.pred, a.Config.Level, a.learntFrom().share())
}
