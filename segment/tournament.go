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
	ok     bool // certified in the final fit and in half of the choosing folds at least
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
	targetChurn   = "churn"
	targetValue   = "value"
	targetDecline = "decline"
)

func squaredError(actual, pred float64) float64 { return (actual - pred) * (actual - pred) }

func squaredErrors(actual, pred []float64) []float64 {
	losses := make([]float64, len(pred))
	for i, p := range pred {
		losses[i] = squaredError(actual[i], p)
	}
	return losses
}

// losses of a trial by fold, nil for one in which it could not be trained. ok is false where a prediction is no number.
func (a *arena) losses(t *trial) (losses [][]float64, ok bool) {
	losses = make([][]float64, len(a.actual))
	for f, pred := range t.pred {
		if pred == nil {
			continue
		}
		losses[f] = a.loss(a.actual[f], pred)
		if len(losses[f]) != len(pred) {
			return nil, false
		}
	}
	return losses, true
}

// choosing are what came and what a trial predicted, in the choosing folds in which it could be trained, with the customers.
func (a *arena) choosing(t *trial) (actual, pred []float64, ids []int32) {
	for f := 1; f < len(a.actual); f++ {
		if t.pred[f] != nil {
			actual, pred, ids = append(actual, a.actual[f]...), append(pred, t.pred[f]...), append(ids, a.ids[f]...)
		}
	}
	return actual, pred, ids
}

// rows is the tournament's table.
func (a *arena) rows(trials []trial, champion, threads int) []Contest {
	out := make([]Contest, len(trials))
	num.Blocks(len(trials), 1, threads, func(k, _, _ int) {
		t, c := &trials[k], emptyContest(a.target, trials[k].name, k+1)
		c.Certified, c.Champion, c.Note = t.ok, k == champion, t.note
		if losses, ok := a.losses(t); ok && len(losses) > 0 {
			if len(losses[0]) > 0 {
				c.LastLoss = num.Mean(losses[0])
				c.LastBias = bias(a.actual[0], t.pred[0])
			}
			if loss := slices.Concat(losses[1:]...); len(loss) > 0 {
				actual, pred, ids := a.choosing(t)
				c.Folds, c.N = len(losses)-1-t.missing(), len(loss)
				c.Loss, c.LossSE = regress.ClusterMeanSE(loss, ids)
				a.describe(&c, t, actual, pred)
			}
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

// describe adds what does not choose but helps to judge, over the choosing folds in which the candidate was trained.
func (a *arena) describe(c *Contest, t *trial, actual, pred []float64) {
	c.Bias = bias(actual, pred)
	if a.target != targetValue {
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
	var best, held float64 // by the true top tenths, and those it named
	for f := 1; f < len(a.actual); f++ {
		if t.pred[f] != nil {
			best += topTenth(a.actual[f], a.actual[f])
			held += topTenth(t.pred[f], a.actual[f])
		}
	}
	if best > 0 {
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
