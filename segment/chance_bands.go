package segment

import (
	"math"
	"slices"
	"sort"
	"sync"

	"mainstay/internal/num"
)

// banded gives every prediction of a model an interval: the model's own, else that of the bands. Whoever scores or explains asks it.
type banded struct {
	Model chanceModel
	Bands *chanceBands // worked out when first asked for, and nil until then: most models have errors of their own

	once sync.Once
	work func() *chanceBands // nil of a stored one
}

func (m *banded) inner() chanceModel { return m.Model }

// bands are nil of a stored model that no customer asked for them.
func (m *banded) bands() *chanceBands {
	m.once.Do(func() {
		if m.work != nil {
			m.Bands = m.work()
		}
	})
	return m.Bands
}

func (m *banded) chance(p *panel, i int, level float64) (prob, low, high float64) {
	prob, low, high = m.Model.chance(p, i, level)
	if math.IsNaN(low) || math.IsNaN(high) {
		low, high = m.bands().around(prob)
	}
	return prob, low, high
}

// withIntervals is the final model of a trial, every prediction with an interval; nil where it has none.
func withIntervals(c *contest[chanceModel], k int, level float64) chanceModel {
	if k < 0 || c.final[k].Model == nil {
		return nil
	}
	return &banded{Model: c.final[k].Model, work: func() *chanceBands {
		actual, pred, ids := c.arena.choosing(&c.trials[k])
		bands := newChanceBands(actual, pred, ids, level)
		for j := range c.final {
			if m, ok := innermost(c.final[j].Model).(*pooled); ok {
				bands.Half = m.half(level)
			}
		}
		return bands
	}}
}

// chanceBands are intervals of probabilities that come without standard errors, from what came in the choosing folds after
// predictions of the same size: within up to ten bands of predicted probability, Wilson's interval of the observed rate on the effective number of
// observations (see clusteredRate), kept as a distance in log-odds from the band's mean prediction and widened to hold the prediction itself.
type chanceBands struct {
	UpTo      []float64 `store:"loose"` // largest prediction of each band but the last
	Low, High []float64 `store:"loose"` // distances; −Inf and +Inf where the rate's interval ends at 0 or 1
	Half      float64   `store:"loose"` // without bands: half the width for all, in log-odds; +Inf where nothing is known
}

func newChanceBands(actual, pred []float64, ids []int32, level float64) *chanceBands {
	order := num.Argsort(pred)
	order = slices.DeleteFunc(order, func(i int32) bool { return !(pred[i] > 0 && pred[i] < 1) })
	v := &chanceBands{Half: math.Inf(1)}
	bands := min(len(order)/minBand, maxBands)
	lo := 0
	for k := 1; k <= bands; k++ {
		hi := len(order) * k / bands
		for hi < len(order) && pred[order[hi]] == pred[order[hi-1]] {
			hi++
		}
		if hi-lo < minBand || k < bands && len(order)-hi < minBand {
			continue // ties have eaten the band: the next one takes what is left
		}
		var y []float64
		var who []int32
		var sum num.Adder
		for _, i := range order[lo:hi] {
			y, who = append(y, actual[i]), append(who, ids[i])
			sum.Add(pred[i])
		}
		low, high := clusteredRate(y, who).interval(level)
		mean := num.Logit(sum.Sum() / float64(hi-lo))
		v.Low, v.High = append(v.Low, min(num.Logit(low)-mean, 0)), append(v.High, max(num.Logit(high)-mean, 0))
		v.UpTo = append(v.UpTo, pred[order[hi-1]])
		lo = hi
	}
	return v
}

// around is the interval around a probability; none around NaN, 0 and 1, nor without bands.
func (v *chanceBands) around(p float64) (low, high float64) {
	if !(p > 0 && p < 1) {
		return p, p
	}
	if v == nil {
		return math.NaN(), math.NaN()
	}
	down, up := -v.Half, v.Half
	if len(v.UpTo) > 0 {
		k := min(sort.SearchFloat64s(v.UpTo, p), len(v.UpTo)-1)
		down, up = v.Low[k], v.High[k]
	}
	at := num.Logit(p)
	return min(num.Expit(at+down), p), max(num.Expit(at+up), p)
}
