package segment

import (
	"context"
	"fmt"
	"math"
	"slices"

	"mainstay/ingest"
)

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

// rows is the tournament's table.
func (c *contest[M]) rows(threads int) []Contest {
	return c.arena.rows(c.trials, c.champion, threads)
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

// target is something about customers to be predicted, and who competes to.
type target[M any] struct {
	name       string
	candidates []candidate[M] // simplest first
	plan       schedule
	incumbent  string
	later      []ingest.Day // days whose panels are asked for afterwards
	outcome    outcome
	loss       func(actual, pred []float64) []float64 // by customer
	predict    func(m M, p *panel, i int) float64     // applies a model to subject i, who is eligible
	around     func(b *study, at *origin) func(M) M   // what corrects every model trained on a day, learnt once a day; nil for nothing
}

// compete trains every candidate on every fold and on the as-of date, several folds at a time, and decides.
func compete[M any](ctx context.Context, t *backtest, g target[M], progress Progress) (*contest[M], error) {
	g.candidates = offered(t.study, g.candidates)
	c := &contest[M]{arena: arena{target: g.name, loss: g.loss}, champion: -1}
	// The fits that score the as-of date are trained like those of a fold, on all that is known.
	stages := append([]fold{{Origin: t.Clock.AsOf, Train: g.plan.Final}}, g.plan.Folds...)
	fits := make([][]trained[M], len(stages))
	preds := make([][][]float64, len(stages))
	c.arena.ids, c.arena.actual = make([][]int32, len(g.plan.Folds)), make([][]float64, len(g.plan.Folds))
	small := "" // why large candidates are barred
	for at := 0; at < len(stages); {
		n := min(t.foldsAtOnce(), len(stages)-at)
		from, err := t.gather(ctx, stages[at:at+n], g.later)
		if err != nil {
			return nil, err
		}
		if at == 0 {
			small = g.outcome.tooSmall(from[0])
		}
		err = each(ctx, n, t.Threads, func(i int) (err error) {
			k, day := at+i, stages[at+i].Origin
			if k > 0 {
				c.arena.ids[k-1], c.arena.actual[k-1] = g.outcome.of(t.panels[day])
			}
			fits[k], preds[k], err = g.stage(ctx, t.study, &origin{day, t.panels[day], from[i], t.chains[day]}, small, k > 0)
			return err
		})
		if err != nil {
			return nil, err
		}
		at += n
		report(progress, phaseTournament+g.name, float64(at)/float64(len(stages)))
	}
	c.judge(namesOf(g.candidates), stages, fits, preds)
	c.bar()
	c.decide(t.Clock, g.plan, g.incumbent, t.Threads)
	return c, nil
}

// stage trains the candidates on what is known on a day and, for a fold, predicts. small says why large ones are barred.
func (g *target[M]) stage(ctx context.Context, b *study, at *origin, small string, predict bool) (fits []trained[M], preds [][]float64, err error) {
	fits, preds = make([]trained[M], len(g.candidates)), make([][]float64, len(g.candidates))
	around := func(m M) M { return m }
	if g.around != nil {
		around = g.around(b, at)
	}
	for j, one := range g.candidates {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if one.large && small != "" {
			fits[j] = refused[M](small)
			continue
		}
		fit := one.train(b, at)
		if fit.OK {
			fit.Model = around(fit.Model)
			if predict {
				preds[j] = b.predictions(at.panel, g.outcome.eligible, func(p *panel, i int) float64 { return g.predict(fit.Model, p, i) })
			}
		}
		fits[j] = fit
	}
	return fits, preds, nil
}

// foldOf begins what is said of a fold in which a candidate could not be trained.
const foldOf = "fold of "

// judge makes trials of what was trained in every stage, the first of which is that of the as-of date.
func (c *contest[M]) judge(names []string, stages []fold, fits [][]trained[M], preds [][][]float64) {
	c.final = fits[0]
	for j, name := range names {
		tr := trial{name: name, ok: fits[0][j].OK, note: fits[0][j].Note, pred: make([][]float64, len(stages)-1)}
		for f := range tr.pred {
			tr.pred[f] = preds[f+1][j]
			if fit := &fits[f+1][j]; !fit.OK && tr.ok && f > 0 && tr.missed == "" { // the last fold does not choose
				tr.missed = foldOf + stages[f+1].Origin.String() + ": " + fit.Note
			}
		}
		c.trials = append(c.trials, tr)
	}
}

// bar takes out the candidates that could be trained in fewer than half of the choosing folds, and says of those that missed some
// how many they are judged on: the early folds may hold too little history for the richer ones.
func (c *contest[M]) bar() {
	for k := range c.trials {
		t := &c.trials[k]
		choosing := len(t.pred) - 1
		missed := t.missing()
		switch {
		case !t.ok || missed == 0:
		case 2*missed > choosing:
			t.ok, t.note = false, t.missed
		default:
			t.note = fmt.Sprintf("judged on %d of %d folds; %s", choosing-missed, choosing, t.missed)
		}
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
