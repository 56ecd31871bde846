package segment

import (
	"context"
	"fmt"
	"math"
	"slices"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/markov"
)

// backtest holds what is learnt from the past: panels and chains by origin. Panels are large, and quick
// to read again: only those of the fold at hand are kept.
type backtest struct {
	*study
	churnPlan, valuePlan schedule
	panels               map[ingest.Day]*panel
	chains               map[ingest.Day]*chainModel
	counts               *markov.Counts // moves between states of all customers up to the as-of date
	today                *panel         // the as-of date, and the sample on it until its customers are forgotten
	todayTexts           []*Attribute   // model attributes of all customers, once the learning has ended
}

func newBacktest(st *study) *backtest {
	c := st.Clock
	t := &backtest{study: st, churnPlan: newSchedule(c, c.Horizon), valuePlan: newSchedule(c, st.label),
		panels: map[ingest.Day]*panel{}, chains: map[ingest.Day]*chainModel{}}
	t.today = st.newPanel(c.AsOf, st.Profiles)
	t.panels[c.AsOf] = t.today
	return t
}

// learnt ends the learning: of the past nothing is kept, of today the units. A large book needs the room.
func (t *backtest) learnt() {
	t.panels, t.chains, t.logits = nil, nil, nil
	t.today = &panel{Day: t.today.Day, width: t.today.width, typical: t.today.typical, Mean12: t.today.Mean12}
	t.todayTexts = t.textsOn(t.Clock.AsOf, t.Profiles)
}

// eachToday calls visit with all customers on the as-of date who have bought, shard by shard, on up to
// Threads goroutines. A panel is for its visit only.
func (t *backtest) eachToday(visit func(k int, p *panel)) {
	t.Ledger.Scan(t.Threads, func(k int, sh *ingest.Shard) {
		lo, hi := t.Profiles.OfShard(k)
		visit(k, t.newShardPanel(t.today, sh, t.Profiles, lo, hi, t.todayTexts))
	})
}

// todayOf is a customer on the as-of date who has bought, by number of the profile: subject i of a panel.
func (t *backtest) todayOf(customer int) (p *panel, i int) {
	k, _ := t.Profiles.Place(customer)
	return t.newShardPanel(t.today, t.Ledger.Shard(k), t.Profiles, customer, customer+1, t.todayTexts), 0
}

// panel is the sample as of a day.
func (t *backtest) panel(d ingest.Day) *panel {
	p := t.panels[d]
	if p == nil {
		p = t.newPanel(d, t.profilesOn(d, t.sample))
		t.panels[d] = p
	}
	return p
}

// forget drops the panels of days that are not named; the as-of date's is kept.
func (t *backtest) forget(keep ...ingest.Day) {
	for d := range t.panels {
		if d != t.Clock.AsOf && !slices.Contains(keep, d) {
			delete(t.panels, d)
		}
	}
}

// training is the panels of days; the error is that of the context.
func (t *backtest) training(ctx context.Context, days []ingest.Day) ([]*panel, error) {
	out := make([]*panel, len(days))
	for i, d := range days {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out[i] = t.panel(d)
	}
	return out, nil
}

// chain is the chain known on a day, fitted once.
func (t *backtest) chain(d ingest.Day) *chainModel {
	m, ok := t.chains[d]
	if !ok {
		shards := t.sample
		if d == t.Clock.AsOf {
			shards = ingest.Shards // it scores all customers, and is published
		}
		counts := countStates(t.Ledger, shards, t.Clock, d, t.states, t.Threads)
		m = newChainModel(t.study, counts, t.statesInUse(shards, d))
		t.chains[d] = m
		if d == t.Clock.AsOf {
			t.counts = counts
		}
	}
	return m
}

// contest is the outcome for one target.
type contest[M any] struct {
	arena     arena
	trials    []trial
	champion  int // index of the trial; −1 when nobody can predict
	contested bool
	why       string
	final     []trained[M] // fitted on everything known on the as-of date, by trial
}

// name and certified of the champion. A rule that stands in without a tournament is not certified.
func (c *contest[M]) name() string {
	if c.champion < 0 {
		return ""
	}
	return c.trials[c.champion].name
}

// naive is the place of the naive rule among the candidates.
const naive = 0

// certified reports whether the champion won a tournament. A naive rule that stood alone, because every
// model was refused, only stands in.
func (c *contest[M]) certified() bool {
	return c.contested && (c.champion > naive || c.rivals())
}

// rivals reports whether any model could be judged beside the naive rule.
func (c *contest[M]) rivals() bool {
	return slices.ContainsFunc(c.trials[naive+1:], func(t trial) bool { return t.ok })
}

// compete trains every candidate on every fold and on the as-of date, and decides. train fits a
// candidate on what is known on a day; predict applies it to customer i at risk of a panel; actual is
// the label.
func compete[M any](ctx context.Context, t *backtest, target string, names []string, plan schedule, incumbent string,
	loss func(actual, pred []float64) []float64,
	train func(name string, day ingest.Day, from []*panel) trained[M],
	predict func(m M, p *panel, i int) float64,
	actual func(s *subject) float64, progress Progress) (*contest[M], error) {

	c := &contest[M]{arena: arena{target: target, loss: loss}, champion: -1}
	stages := float64(len(plan.Folds) + 1)
	t.forget(plan.Final...)
	from, err := t.training(ctx, plan.Final)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		final := train(name, t.Clock.AsOf, from)
		c.final = append(c.final, final)
		c.trials = append(c.trials, trial{name: name, ok: final.OK, note: final.Note, pred: make([][]float64, len(plan.Folds))})
	}
	report(progress, phaseTournament+target, 1/stages)
	for f, fold := range plan.Folds {
		t.forget(append(slices.Clone(fold.Train), fold.Origin)...)
		at := t.panel(fold.Origin)
		from, err := t.training(ctx, fold.Train)
		if err != nil {
			return nil, err
		}
		ids, y := atRisk(at, actual)
		c.arena.ids, c.arena.actual = append(c.arena.ids, ids), append(c.arena.actual, y)
		for k, name := range names {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			fit, tr := train(name, fold.Origin, from), &c.trials[k]
			if fit.OK {
				tr.pred[f] = t.predictions(at, func(p *panel, i int) float64 { return predict(fit.Model, p, i) })
			} else if tr.ok && f > 0 && tr.missed == "" { // the last fold does not choose
				tr.missed = "fold of " + fold.Origin.String() + ": " + fit.Note
			}
		}
		report(progress, phaseTournament+target, float64(f+2)/stages)
	}
	c.keepCommonFolds()
	c.decide(t.Clock, plan, incumbent, t.Threads)
	return c, nil
}

// keepCommonFolds leaves the choosing folds in which every eligible candidate could be trained: the early
// ones may hold too little history for the richer candidates. A comparison that would lose more than half
// of the folds bars the candidate that misses most of them instead (of equals the less simple).
func (c *contest[M]) keepCommonFolds() {
	choosing := len(c.arena.actual) - 1
	for {
		common := []int{0}
		for f := 1; f <= choosing; f++ {
			if !slices.ContainsFunc(c.trials, func(t trial) bool { return t.ok && t.pred[f] == nil }) {
				common = append(common, f)
			}
		}
		if 2*(len(common)-1) >= choosing {
			c.keepFolds(common)
			return
		}
		worst, most := -1, 0
		for k := range c.trials {
			if missed := c.trials[k].missing(); c.trials[k].ok && missed >= most {
				worst, most = k, missed
			}
		}
		c.trials[worst].ok, c.trials[worst].note = false, c.trials[worst].missed
	}
}

func (c *contest[M]) keepFolds(folds []int) {
	if len(c.arena.actual) == 0 {
		return
	}
	ids, actual := make([][]int32, len(folds)), make([][]float64, len(folds))
	for i, f := range folds {
		ids[i], actual[i] = c.arena.ids[f], c.arena.actual[f]
	}
	c.arena.ids, c.arena.actual = ids, actual
	for k := range c.trials {
		pred := make([][]float64, len(folds))
		for i, f := range folds {
			pred[i] = c.trials[k].pred[f]
		}
		c.trials[k].pred = pred
	}
}

// decide picks the champion, or lets the naive rule stand in.
func (c *contest[M]) decide(clock Clock, plan schedule, incumbent string, threads int) {
	if plan.contested() {
		if c.champion, c.why = c.arena.decide(c.trials, incumbent, threads); c.champion >= 0 {
			c.contested = true
			if !c.certified() {
				c.why = "no model could be judged, so the naive rule scores"
			}
			return
		}
		c.why += ", so the naive rule scores"
	} else {
		c.why = tooShort(clock) + ", so the naive rule scores"
	}
	if len(c.final) > 0 && c.final[0].OK {
		c.champion = 0
	}
}

// tooShort says how much history there is and how much a tournament needs.
func tooShort(c Clock) string {
	return fmt.Sprintf("%d days of history are %.1f churn horizons of %d days and a backtest needs %.1f (%d days)",
		c.Span(), math.Floor(10*float64(c.Span())/float64(c.Horizon))/10, c.Horizon, leastSpans, 3*c.Horizon+c.Horizon/2+1)
}

// atRisk lists the customers at risk of a panel with their labels.
func atRisk(p *panel, label func(*subject) float64) (ids []int32, y []float64) {
	ids, y = make([]int32, 0, p.atRisk()), make([]float64, 0, p.atRisk())
	for i := range p.Subjects {
		if s := &p.Subjects[i]; s.atRisk {
			ids = append(ids, s.id)
			y = append(y, label(s))
		}
	}
	return ids, y
}

// predictions applies f to the customers at risk of a panel, in order.
func (b *study) predictions(p *panel, f func(p *panel, i int) float64) []float64 {
	at := make([]int, 0, p.atRisk())
	for i := range p.Subjects {
		if p.Subjects[i].atRisk {
			at = append(at, i)
		}
	}
	out := make([]float64, len(at))
	num.Blocks(len(at), panelBlock, b.Threads, func(_, lo, hi int) {
		for k := lo; k < hi; k++ {
			out[k] = f(p, at[k])
		}
	})
	return out
}
