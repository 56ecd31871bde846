package segment

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/internal/num"
	"mainstay/regress"
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
	churn  *contest[churnModel]
	value  *contest[valueModel]
	teller *teller
	totals totals
	scorer *scorer
	scored *scored
	keys   []bool // by member: a key account
	result *Result

	grouped []string // schemes whose segments are reported
}

// compete runs the two tournaments.
func (a *analysis) compete(ctx context.Context, progress Progress) (err error) {
	a.churn, err = compete(ctx, a.backtest, targetChurn, churnCandidates, a.churnPlan, a.Config.IncumbentChurn, regress.LogLosses,
		func(name string, day ingest.Day, from []*panel) trained[churnModel] {
			return a.trainChurn(name, from, a.chain(day))
		},
		func(m churnModel, p *panel, i int) float64 {
			prob, _, _ := m.churn(p, i, a.Config.Level)
			return prob
		},
		func(s *subject) float64 { return unit(s.churned) }, progress)
	if err != nil {
		return err
	}
	a.value, err = compete(ctx, a.backtest, targetValue, valueCandidates, a.valuePlan, a.Config.IncumbentValue, squaredErrors,
		func(name string, day ingest.Day, from []*panel) trained[valueModel] {
			return a.trainValue(name, a.panel(day), from, a.chain(day))
		},
		func(m valueModel, p *panel, i int) float64 { return m.outlook(p, i).label },
		func(s *subject) float64 { return s.future }, progress)
	return err
}

// score applies the champions to the as-of date and recommends tiers.
func (a *analysis) score(ctx context.Context, progress Progress) error {
	report(progress, phaseScores, 0)
	chain := a.chain(a.Clock.AsOf)
	a.forget(append(slices.Clone(a.churnPlan.Final), a.valuePlan.Final...)...)
	churn, err := a.training(ctx, a.churnPlan.Final)
	if err != nil {
		return err
	}
	value, err := a.training(ctx, a.valuePlan.Final)
	if err != nil {
		return err
	}
	a.teller = &teller{study: a.study, typical: a.today.typical}
	a.scorer = &scorer{backtest: a.backtest, teller: a.teller, chain: chain, returns: trainReturns(a.study, churn, value, chain)}
	s := a.scorer
	if k := a.churn.champion; k >= 0 {
		s.churn = a.churn.final[k].Model
	}
	if k := a.value.champion; k >= 0 {
		s.value = a.value.final[k].Model
		if a.value.contested {
			var pred, actual []float64
			for f := 1; f < len(a.value.arena.actual); f++ {
				pred = append(pred, a.value.trials[k].pred[f]...)
				actual = append(actual, a.value.arena.actual[f]...)
			}
			s.bands = newValueBands(pred, actual, a.Config.Level)
			a.totals = newTotals(&a.value.arena, a.value.trials[k].pred, a.Config.Level, a.learntFrom().share())
		}
	}
	if chain.certified() && a.Config.DiscountRate > 0 {
		s.future = chain.multiplier(a.Config.DiscountRate, a.Clock.Period.Days())
	}
	a.learnt()
	a.teller.levels = a.todayTexts
	if a.keys, _, err = a.KeyAccounts(); err != nil {
		return err
	}
	if a.scored, err = s.scoreAll(ctx); err != nil {
		return err
	}
	values := a.scored.sortedAtRisk(a.scored.value)
	a.scored.rank(values, a.Threads)
	a.scored.recommendTiers(newTierCuts(values, a.scored.sortedAtRisk(a.scored.risk), a.scored.atRisk(), a.Config.Tiers), a.keys)
	r := a.result
	r.Learnt = a.learntFrom()
	r.ChurnModel, r.ValueModel = a.churn.name(), a.value.name()
	r.ChurnCertified, r.ValueCertified = a.churn.certified(), a.value.certified()
	r.Scores = a.bookScores(a.scored)
	report(progress, phaseScores, 1)
	return nil
}

// describe sums up: segments, concentration, bridge, transitions, tiers, totals, models, warnings.
func (a *analysis) describe(ctx context.Context, progress Progress) error {
	r := a.result
	past, err := ObserveRetention(a.Book)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err = each(ctx, 2, a.Threads, func(k int) error {
		if k == 0 {
			return a.segments(ctx, past, progress)
		}
		a.wholeBook(past)
		return nil
	})
	if err != nil {
		return err
	}
	if r.Bridge, err = a.Bridges(ctx, a.grouped, ""); err != nil {
		return err
	}
	r.Accounts = a.accountMatch()
	r.Tables = a.tableMatches()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := a.transitions(); err != nil {
		return err
	}
	a.models()
	a.warn()
	return nil
}

// wholeBook sums up all customers.
func (a *analysis) wholeBook(past *Retention) {
	r := a.result
	r.Concentration = Concentrate(Net12s(a.Profiles))
	r.Tiers = a.tierRows(a.scored, a.keys)
	r.Totals = a.bookTotals(past)
	r.Forecast = a.forecast(a.scored)
	r.Attention = a.teller.attentionList(a.scored)
}

// schemeRows is what the segments table has of a scheme.
type schemeRows struct {
	rows    []SegmentRow
	cuts    []Cut
	leftOut string // why: clusters that cannot be certified
}

// segments aggregates every scheme of the book, then the states and tiers that only models give.
func (a *analysis) segments(ctx context.Context, past *Retention, progress Progress) error {
	r := a.result
	est := a.estimates()
	schemes := a.Schemes()
	parts, err := a.aggregateAll(ctx, schemes, past, est, progress)
	if err != nil {
		return err
	}
	everyone, err := a.Where("")
	if err != nil {
		return err
	}
	var found Description // of clusters
	for k, scheme := range schemes {
		s := &parts[k]
		if s.leftOut != "" {
			r.Warnings = append(r.Warnings, num.Warning{Code: warnNotCertified, Message: "segmentation left out: " + s.leftOut})
			continue
		}
		a.grouped = append(a.grouped, scheme)
		if err := found.addClusters(a.Book, scheme, everyone); err != nil {
			return err
		}
		r.Segments = append(r.Segments, s.rows...)
		r.Cuts = appendNewCuts(r.Cuts, s.cuts)
	}
	for _, c := range found.Clusters {
		r.Fits = append(r.Fits, Model{Name: c.Scheme, Use: "segments", Certificate: c.Certificate, Clusters: &c})
	}
	for _, g := range []*Grouping{a.groupStates(), a.groupTiers()} {
		// What somebody's state or tier was one horizon ago is not known: no retention.
		rows, err := a.Aggregate(g.Scheme, g, "", nil, nil, est)
		if err != nil {
			return err
		}
		r.Segments = append(r.Segments, slices.DeleteFunc(rows, func(s SegmentRow) bool { return s.Customers+s.Prospects == 0 })...)
	}
	return nil
}

// aggregateAll aggregates the schemes at the same time; parts are in their order.
func (a *analysis) aggregateAll(ctx context.Context, schemes []string, past *Retention, est *Estimates, progress Progress) ([]schemeRows, error) {
	if _, err := past.holds(""); err != nil { // remembered before many goroutines ask
		return nil, err
	}
	parts := make([]schemeRows, len(schemes))
	var mu sync.Mutex
	done := 0
	err := each(ctx, len(schemes), a.Threads, func(k int) error {
		s := &parts[k]
		g, err := a.Group(schemes[k])
		if quality := (*ingest.QualityError)(nil); errors.As(err, &quality) {
			s.leftOut = err.Error()
			return nil
		}
		if err == nil {
			s.cuts = g.Cuts
			s.rows, err = a.Aggregate(schemes[k], g, "", nil, past, est)
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		report(progress, phaseSegments, float64(done)/float64(len(schemes)))
		return err
	})
	return parts, err
}

// groupStates groups the members by their state.
func (a *analysis) groupStates() *Grouping {
	names := append(slices.Clone(a.states.Names), relationNeverBought, relationProspect)
	g := &Grouping{Scheme: "state", Names: names, Of: make([]int32, a.Members()), Natural: true}
	for m, r := range a.scored.relation {
		switch r {
		case neverBought:
			g.Of[m] = int32(len(names) - 2)
		case prospects:
			g.Of[m] = int32(len(names) - 1)
		default:
			g.Of[m] = int32(a.scored.state[m])
		}
	}
	return g
}

// groupTiers groups the members by their tier.
func (a *analysis) groupTiers() *Grouping {
	g := &Grouping{Scheme: "tier", Names: tierNames, Of: make([]int32, a.Members()), Natural: true}
	for m, tier := range a.scored.tier {
		g.Of[m] = int32(tier)
	}
	return g
}

// estimates hands the scores to the segmentations, by member.
func (a *analysis) estimates() *Estimates {
	s := a.scored
	return &Estimates{Churn: s.churn, Value12: s.value, ValueAtRisk: s.risk, Tier: s.tier, Interval: a.valueInterval}
}

// valueInterval is the interval of the summed 12-month value of some members; revenue is never below
// zero.
func (a *analysis) valueInterval(members []int32) (low, high float64) {
	var all sums
	for _, m := range members {
		a.addValue(&all, int(m))
	}
	return a.summed(&all)
}

// addValue adds a member's 12-month value with its standard deviation.
func (a *analysis) addValue(all *sums, m int) {
	if v := a.scored.value[m]; finite(v) {
		_, _, deviation := a.scorer.interval(a.scored, m)
		all.add(v, deviation)
	}
}

// summed is the interval of a sum of 12-month values.
func (a *analysis) summed(all *sums) (low, high float64) {
	low, high = a.totals.interval(all.of())
	if a.Basis == Revenue && low < 0 {
		low = 0
	}
	return low, high
}

func (a *analysis) accountMatch() AccountMatch {
	if a.Accounts == nil {
		return AccountMatch{}
	}
	m := AccountMatch{Given: true, Prospects: len(a.Prospects)}
	for i := range a.Profiles.Len() {
		if a.accountRow(i) >= 0 {
			m.Matched++
		} else {
			m.CustomersWithout++
		}
	}
	m.Accounts = m.Matched + m.Prospects
	return m
}

// warn adds what a reader must know before using the numbers.
func (a *analysis) warn() {
	r := a.result
	add := func(code, message string) { r.Warnings = append(r.Warnings, num.Warning{Code: code, Message: message}) }
	if math.IsNaN(a.Clock.MedianGap) {
		add(num.WarnNoRepeatBuyers, "nobody bought on two days; rhythm, churn and value are guesses: give a longer history")
	}
	if m := r.Accounts; m.Given && m.Matched == 0 && a.Profiles.Len() > 0 {
		add(warnAccounts, "no customer is in the accounts table: check its key column (--accounts-key) and that both write keys alike; all its rows count as prospects")
	}
	for _, note := range a.Ledger.Tally.ExclusionNotes() {
		add(warnExcluded, note)
	}
	for _, s := range a.Ledger.Suspects(a.Clock.AsOf, a.Threads) {
		add(warnSuspect, s.String())
	}
	r.Warnings = append(r.Warnings, tableWarnings(r.Tables)...)
	if a.churn.champion < 0 {
		add(num.WarnHorizonShort, "the history is shorter than one churn horizon, so no churn could be observed: set churn_horizon_days, or give a longer history")
	}
	switch short := "; a longer history, or a shorter churn_horizon_days, lets models compete"; {
	case !a.churnPlan.contested() && !a.valuePlan.contested():
		add(num.WarnHorizonShort, a.churn.why+short)
	default:
		if !a.churn.contested {
			add(num.WarnHorizonShort, "churn: "+a.churn.why)
		}
		if !a.value.contested {
			add(num.WarnHorizonShort, "value: "+a.value.why)
		}
	}
	for _, c := range r.Contests {
		if !c.Certified && (c.Target == targetChurn && a.churn.contested || c.Target == targetValue && a.value.contested) {
			add(warnNotCertified, c.Target+" candidate "+c.Candidate+" was not used: "+c.Note)
		}
	}
	if a.label < valueYear {
		add(warnExtrapolated, "12-month values are extrapolated from a backtest over "+plural(a.label, "day", "days")+"; they are tested over 12 months once the history is longer")
	}
	if a.Basis == Margin {
		if gone := Uncosted12(a.Profiles); gone != 0 {
			add(warnUncosted, "trailing-12-month net of "+compact(a.money(gone))+" has no known cost and counts as no margin")
		}
	}
}

// Warning codes of this package, beside those of num.
const (
	warnNotCertified = "not-certified" // a candidate that did not take part
	warnExtrapolated = "extrapolated"  // a horizon beyond what was backtested
	warnUncosted     = "uncosted"      // revenue whose cost is unknown
	warnAccounts     = "accounts"      // an accounts table that fits nobody
	warnExcluded     = "excluded"      // entries of exclude lists that meet no customer
	warnSuspect      = "suspect-customer"
)
