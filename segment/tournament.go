package segment

import (
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"
	"mainstay/regress/evaluate"
)

// trial is one candidate's showing: its predictions fold by fold.
type trial struct {
	name   string
	ok     bool // certified in the final fit and in every choosing fold that is kept
	note   string
	missed string      // the first choosing fold in which it could not be trained, and why
	pred   [][]float64 // by fold; nil where the candidate could not predict
}

// missing counts the choosing folds in which the candidate could not be trained.
func (t *trial) missing() int {
	n := 0
	for f := 1; f < len(t.pred); f++ {
		if t.pred[f] == nil {
			n++
		}
	}
	return n
}

// arena is what the candidates for one target are judged on.
type arena struct {
	target string
	ids    [][]int32                              // by fold: customers
	actual [][]float64                            // by fold: what came
	loss   func(actual, pred []float64) []float64 // by customer
}

// The tournament's targets.
const (
	targetChurn = "churn"
	targetValue = "value"
)

func squaredError(actual, pred float64) float64 { return (actual - pred) * (actual - pred) }

func squaredErrors(actual, pred []float64) []float64 {
	losses := make([]float64, len(pred))
	for i, p := range pred {
		losses[i] = squaredError(actual[i], p)
	}
	return losses
}

// losses of a trial over folds from .. to, with their clusters; nil where it could not predict.
func (a *arena) losses(t *trial, from, to int) (loss []float64, ids []int32) {
	for f := from; f < to; f++ {
		if t.pred[f] == nil {
			return nil, nil
		}
		one := a.loss(a.actual[f], t.pred[f])
		if len(one) != len(t.pred[f]) {
			return nil, nil // a prediction is no number
		}
		loss, ids = append(loss, one...), append(ids, a.ids[f]...)
	}
	return loss, ids
}

// decide names the champion: the simplest eligible candidate (trials come simplest first) whose mean
// loss is within one standard error of the best, where the difference is paired by observation and
// its error clustered by customer (the one-standard-error rule: Breiman, Friedman, Olshen & Stone
// 1984, §3.4.3). An eligible incumbent within one standard error stays. Fold 0, the last, does not
// choose. champion is −1 when nothing can be decided.
func (a *arena) decide(trials []trial, incumbent string, threads int) (champion int, why string) {
	folds := len(a.actual)
	best, bestMean := -1, math.Inf(1)
	losses, ids := make([][]float64, len(trials)), make([][]int32, len(trials)) // the same clusters for all
	num.Blocks(len(trials), 1, threads, func(k, _, _ int) {
		if trials[k].ok {
			losses[k], ids[k] = a.losses(&trials[k], 1, folds)
		}
	})
	for k := range trials {
		if len(losses[k]) == 0 {
			continue
		}
		if m := num.Mean(losses[k]); m < bestMean {
			best, bestMean = k, m
		}
	}
	if best < 0 {
		return -1, "no candidate could be judged"
	}
	within := func(k int) bool {
		if len(losses[k]) == 0 {
			return false
		}
		if k == best {
			return true
		}
		diff := make([]float64, len(losses[k]))
		for i := range diff {
			diff[i] = losses[k][i] - losses[best][i]
		}
		mean, se := regress.ClusterMeanSE(diff, ids[k])
		return !(mean > se) // an undefined error (one customer) cannot separate
	}
	for k := range trials {
		if trials[k].name == incumbent && within(k) {
			return k, "the incumbent, within one standard error of the best"
		}
	}
	for k := range trials {
		if within(k) {
			if k == best {
				return k, "the best, and no simpler candidate within one standard error"
			}
			return k, "the simplest within one standard error of the best (" + trials[best].name + ")"
		}
	}
	return best, "the best"
}

// rows is the tournament's table.
func (a *arena) rows(trials []trial, champion, threads int) []Contest {
	var best float64 // value held by the true top tenths
	if a.target == targetValue {
		for f := 1; f < len(a.actual); f++ {
			best += topTenth(a.actual[f], a.actual[f])
		}
	}
	out := make([]Contest, len(trials))
	num.Blocks(len(trials), 1, threads, func(k, _, _ int) {
		t, c := &trials[k], emptyContest(a.target, trials[k].name, k+1)
		c.Certified, c.Champion, c.Note = t.ok, k == champion, t.note
		folds := len(a.actual)
		if folds > 0 {
			if last, _ := a.losses(t, 0, 1); len(last) > 0 {
				c.LastLoss = num.Mean(last)
				c.LastBias = bias(a.actual[0], t.pred[0])
			}
		}
		if loss, ids := a.losses(t, 1, folds); len(loss) > 0 {
			c.Folds, c.N = folds-1, len(loss)
			c.Loss, c.LossSE = regress.ClusterMeanSE(loss, ids)
			a.describe(&c, t, best)
		}
		out[k] = c
	})
	return out
}

// emptyContest is a row in which nothing has been measured yet.
func emptyContest(target, name string, rank int) Contest {
	nan := math.NaN()
	return Contest{Target: target, Candidate: name, Rank: rank, Loss: nan, LossSE: nan, RMSE: nan, Bias: nan,
		AUC: nan, Brier: nan, TopCapture: nan, LastLoss: nan, LastBias: nan}
}

// describe adds what does not choose but helps to judge, over the choosing folds; best is the value held by the
// true top tenths.
func (a *arena) describe(c *Contest, t *trial, best float64) {
	var actual, pred []float64
	for f := 1; f < len(a.actual); f++ {
		actual = append(actual, a.actual[f]...)
		pred = append(pred, t.pred[f]...)
	}
	c.Bias = bias(actual, pred)
	if a.target == targetChurn {
		for _, y := range actual {
			c.Events += int(y)
		}
		c.Brier = evaluate.Brier(actual, pred)
		if auc, ok := evaluate.AUC(actual, pred); ok {
			c.AUC = auc
		}
		return
	}
	c.RMSE = math.Sqrt(c.Loss)
	if best > 0 {
		var held float64
		for f := 1; f < len(a.actual); f++ {
			held += topTenth(t.pred[f], a.actual[f])
		}
		c.TopCapture = held / best
	}
}

// bias is total predicted ÷ actual − 1, NaN without an actual total.
func bias(actual, pred []float64) float64 {
	total := num.Sum(actual)
	if total == 0 {
		return math.NaN()
	}
	return num.Sum(pred)/total - 1
}

// topTenth is the value held by the tenth of the customers (at least one) that rank highest by key;
// customers that tie across the border share the places left.
func topTenth(key, value []float64) float64 {
	n := len(key)
	if n == 0 {
		return 0
	}
	places := max(int(math.Round(float64(n)/10)), 1)
	border := num.Nth(slices.Clone(key), n-places)
	var sum, tied num.Adder
	above, ties := 0, 0
	for i, k := range key {
		switch {
		case k > border:
			sum.Add(value[i])
			above++
		case k == border:
			tied.Add(value[i])
			ties++
		}
	}
	sum.Add(float64(places-above) / float64(ties) * tied.Sum())
	return sum.Sum()
}
