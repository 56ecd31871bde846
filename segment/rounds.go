package segment

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"
)

// decide names the champion, in two rounds, by mean loss over the choosing folds (fold 0, the last, does not choose). champion is −1
// when nothing can be decided.
//
// The first round is among the candidates that could be trained wherever the most often trained one could: the simplest (trials come
// simplest first) whose mean loss is within one standard error of the best, where the difference is paired by observation and its
// error clustered by customer (the one-standard-error rule: Breiman, Friedman, Olshen & Stone 1984, §3.4.3).
//
// The second is between its winner and every candidate that needs more history, each on the folds in which both could be trained:
// it must be better by more than one standard error; of several the one that is so by most wins. What such a candidate
// loses by missing folds thus never decides between two others.
//
// An eligible incumbent within one standard error of the best of the first round, or of the winner of the second, stays.
func (a *arena) decide(trials []trial, incumbent string, threads int) (champion int, why string) {
	r := a.judged(trials, threads)
	first := r.complete()
	if len(first) == 0 {
		return -1, "no candidate could be judged"
	}
	best := slices.MinFunc(first, func(x, y int) int { return cmpFloat(r.mean(x), r.mean(y)) })
	champion = first[slices.IndexFunc(first, func(k int) bool { return r.within(k, best) })]
	why = "the best, and no simpler candidate within one standard error"
	if champion != best {
		why = "the simplest within one standard error of the best (" + trials[best].name + ")"
	}
	base, most := champion, 0.0
	for k := range trials {
		if r.losses[k] == nil || slices.Contains(first, k) {
			continue
		}
		if gain, se := r.gap(base, k); gain > se && gain > most {
			champion, most, best = k, gain, k
			why = fmt.Sprintf("better than %s by more than one standard error in the %d folds of both", trials[base].name, r.common(base, k))
		}
	}
	for k := range trials {
		if trials[k].name == incumbent && r.losses[k] != nil && r.within(k, best) {
			return k, "the incumbent, within one standard error of the best"
		}
	}
	return champion, why
}

// alike are the trials that are no worse than one by more than one standard error, itself among them.
func (a *arena) alike(trials []trial, to, threads int) (out []int) {
	r := a.judged(trials, threads)
	for k := range trials {
		if k == to || r.losses[k] != nil && r.losses[to] != nil && r.within(k, to) {
			out = append(out, k)
		}
	}
	return out
}

// round is what the choice is made from.
type round struct {
	ids    [][]int32     // by fold
	losses [][][]float64 // by trial, then by fold; nil for one that takes no part, or could not be trained in a fold
}

func (a *arena) judged(trials []trial, threads int) *round {
	r := &round{ids: a.ids, losses: make([][][]float64, len(trials))}
	num.Blocks(len(trials), 1, threads, func(k, _, _ int) {
		if !trials[k].ok {
			return
		}
		losses, ok := a.losses(&trials[k])
		if ok && len(slices.Concat(losses[min(1, len(losses)):]...)) > 0 {
			r.losses[k] = losses
		}
	})
	return r
}

// complete are the trials that were trained in all the choosing folds of the one trained in most, simplest first.
func (r *round) complete() (out []int) {
	most := -1
	for k := range r.losses {
		if r.losses[k] != nil && (most < 0 || r.common(k, k) > r.common(most, most)) {
			most = k
		}
	}
	for k := range r.losses {
		if r.losses[k] != nil && r.common(k, most) == r.common(most, most) {
			out = append(out, k)
		}
	}
	return out
}

// common counts the choosing folds of two trials.
func (r *round) common(x, y int) (n int) {
	for f := 1; f < len(r.ids); f++ {
		n += int(num.Indicator(r.losses[x][f] != nil && r.losses[y][f] != nil))
	}
	return n
}

// mean loss over the choosing folds.
func (r *round) mean(k int) float64 { return num.Mean(slices.Concat(r.losses[k][1:]...)) }

// gap is the mean loss of x less that of y over the choosing folds of both, with its clustered standard error.
func (r *round) gap(x, y int) (mean, se float64) {
	var diff []float64
	var ids []int32
	for f := 1; f < len(r.ids); f++ {
		if r.losses[x][f] != nil && r.losses[y][f] != nil {
			for i, v := range r.losses[x][f] {
				diff = append(diff, v-r.losses[y][f][i])
			}
			ids = append(ids, r.ids[f]...)
		}
	}
	return regress.ClusterMeanSE(diff, ids)
}

// within reports whether x is within one standard error of y. An undefined error (one customer) cannot separate.
func (r *round) within(x, y int) bool {
	if x == y {
		return true
	}
	mean, se := r.gap(x, y)
	return !(mean > se) && !math.IsNaN(mean)
}

func cmpFloat(x, y float64) int { return int(num.Indicator(x > y)) - int(num.Indicator(x < y)) }
