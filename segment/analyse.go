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
	a, err := open(ctx, l, in, cfg, threads)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	report(progress, phaseProfiles, 1)
	return a, nil
}

// run fills the result. On an error nothing is left of it on disk.
func (a *analysis) run(ctx context.Context, progress Progress) error {
	done := false
	defer func() { // a panic of missing cells included, see Ledger.Recover
		if !done && a.scored != nil {
			_ = a.scored.Close()
		}
	}()
	for _, step := range []func(context.Context, Progress) error{a.learnOrBind, a.score, a.describe} {
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
	given   *Stored                 // what scores in place of a tournament; nil = there is one
	stored  *Stored                 // what scores
	spread  []evaluate.Distribution // see distributions
	teller  *teller
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
	a.value, err = compete(ctx, a.backtest, target[valueModel]{name: targetValue, candidates: valueCandidates, plan: a.valuePlan, incumbent: a.Config.IncumbentValue,
		later: append(a.declinePlan.days(), finals...), outcome: worth, loss: squaredErrors,
		predict: func(m valueModel, p *panel, i int) float64 { return m.outlook(p, i).label }}, progress)
	if err != nil {
		return err
	}
	a.decline, err = compete(ctx, a.backtest, a.declineTarget(finals), progress)
	return err
}

// score applies the champions to the as-of date and recommends tiers.
func (a *analysis) score(ctx context.Context, progress Progress) error {
	report(progress, phaseScores, 0)
	m := a.stored
	a.teller = &teller{study: a.study, typical: a.today.typical}
	a.scorer = &scorer{backtest: a.backtest, teller: a.teller, chain: m.Chain, churn: m.Churn.Model, decline: m.Decline.Model, value: m.Value.Model,
		returns: m.Returns, bands: m.ValueBands}
	s := a.scorer
	if m.Chain.certified() && a.Config.DiscountRate > 0 {
		s.future = m.Chain.multiplier(a.Config.DiscountRate, a.Clock.Period.Days())
	}
	reference := a.referTo()
	a.learnt()
	a.teller.levels = a.todayTexts
	var err error
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
	a.result.Reference = reference
	a.result.Scores = a.bookScores(a.scored)
	report(progress, phaseScores, 1)
	return nil
}
