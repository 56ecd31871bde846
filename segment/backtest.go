package segment

import (
	"context"
	"maps"
	"math"
	"slices"
	"unsafe"

	"mainstay/ingest"
	"mainstay/ingest/spill"
	"mainstay/internal/num"
	"mainstay/markov"
)

// backtest holds what is learnt from the past: panels and chains by origin. Panels are large, and quick
// to read again: only those of the fold at hand are kept.
type backtest struct {
	*study
	churnPlan, valuePlan, declinePlan schedule
	panels                            map[ingest.Day]*panel
	chains                            map[ingest.Day]*chainModel
	counts                            *markov.Counts // moves between states of all customers up to the as-of date
	today                             *panel         // the as-of date, and the sample on it until its customers are forgotten
	todayTexts                        []*Attribute   // model attributes of all customers, once the learning has ended
}

func newBacktest(st *study) *backtest {
	c := st.Clock
	t := &backtest{study: st, churnPlan: newSchedule(c, c.Horizon), valuePlan: newSchedule(c, st.label), declinePlan: scheduleAfter(c, st.declineDays, st.declineDays),
		panels: map[ingest.Day]*panel{}, chains: map[ingest.Day]*chainModel{}}
	t.today = st.newPanel(c.AsOf, st.Profiles)
	t.panels[c.AsOf] = t.today
	return t
}

// learnt ends the learning: of the past nothing is kept, of today the units. A large book needs the room.
func (t *backtest) learnt() {
	t.panels, t.chains, t.logits, t.laws.on = nil, nil, nil, nil
	t.today = &panel{Day: t.today.Day, width: t.today.width, typical: t.today.typical, clocks: t.today.clocks, Mean12: t.today.Mean12, season: t.today.season}
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

// forget drops the panels that the work at hand does not need; those that will be asked for later stay while there is room. The as-of
// date's is kept.
func (t *backtest) forget(now, later []ingest.Day) {
	room := t.room() - len(now) - 1
	for _, d := range slices.Sorted(maps.Keys(t.panels)) {
		if d == t.Clock.AsOf || slices.Contains(now, d) {
			continue
		}
		if room--; room < 0 || !slices.Contains(later, d) {
			delete(t.panels, d)
		}
	}
}

// room is how many panels memory has a share for: a third of that for customers, of which books and scores take the rest.
func (t *backtest) room() int {
	bytes := int64(len(t.today.Subjects))*int64(unsafe.Sizeof(subject{})) + int64(len(t.today.X))*8
	return int(min(t.Ledger.Space.Share(spill.Customers)/3/max(bytes, 1), math.MaxInt32))
}

// foldsAtOnce is how many folds are trained at the same time: one a thread, as far as memory has room for their panels and, at
// twice the size of what they are made of, their designs.
func (t *backtest) foldsAtOnce() int {
	for n := t.Threads; n > 1; n-- {
		if n+maxTraining+2*n*maxTraining <= t.room() {
			return n
		}
	}
	return 1
}

// read reads the panels of days that are not there, as many at the same time as folds are trained: each has stretches for one thread. The
// error is that of the context.
func (t *backtest) read(ctx context.Context, days []ingest.Day) error {
	var missing []ingest.Day
	for _, d := range days {
		if t.panels[d] == nil && !slices.Contains(missing, d) {
			missing = append(missing, d)
		}
	}
	panels := make([]*panel, len(missing))
	err := each(ctx, len(missing), t.foldsAtOnce(), func(i int) error {
		panels[i] = t.newPanel(missing[i], t.profilesOn(missing[i], t.sample))
		return nil
	})
	for i, d := range missing {
		if panels[i] != nil {
			t.panels[d] = panels[i]
		}
	}
	return err
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

// gather reads what some folds are trained and judged on: it fills panels and chains, which nothing changes until the next call, and
// returns the training panels by fold. The error is that of the context.
func (t *backtest) gather(ctx context.Context, folds []fold, later []ingest.Day) ([][]*panel, error) {
	var now []ingest.Day
	for _, f := range folds {
		now = append(append(now, f.Origin), f.Train...)
	}
	t.forget(now, later)
	if err := t.read(ctx, now); err != nil {
		return nil, err
	}
	from := make([][]*panel, len(folds))
	for i, f := range folds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t.panel(f.Origin)
		t.chain(f.Origin)
		var err error
		if from[i], err = t.training(ctx, f.Train); err != nil {
			return nil, err
		}
	}
	return from, nil
}

// predictions applies f to the eligible customers of a panel, in order.
func (b *study) predictions(p *panel, eligible func(*subject) bool, f func(p *panel, i int) float64) []float64 {
	at := make([]int32, 0, p.atRisk())
	for _, i := range p.live() {
		if eligible(&p.Subjects[i]) {
			at = append(at, i)
		}
	}
	out := make([]float64, len(at))
	num.Blocks(len(at), panelBlock, b.Threads, func(_, lo, hi int) {
		for k := lo; k < hi; k++ {
			out[k] = f(p, int(at[k]))
		}
	})
	return out
}
