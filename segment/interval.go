package segment

import (
	"math"
	"sort"

	"mainstay/internal/num"
)

const (
	minBand  = 30 // observations behind a band of intervals
	maxBands = 10
)

// valueBands turns a prediction of value into an interval, from what came in the choosing folds
// after predictions of the same size: within bands of predicted value, the (1−level)/2 and
// (1+level)/2 quantiles of actual ÷ predicted, with the finite-sample ranks of split conformal
// prediction, ⌊(n+1)(1−level)/2⌋ and ⌈(n+1)(1+level)/2⌉ (Lei, G'Sell, Rinaldo, Tibshirani &
// Wasserman 2018, JASA 113:1094–1111, §2.2). Customers seen in several folds are counted as often,
// and the future may differ from the folds: the coverage is approximate. An interval always holds
// its own prediction.
type valueBands struct {
	upTo      []float64 // largest prediction of each band but the last
	low, high []float64 // quantiles of actual ÷ predicted
}

// newValueBands needs positive predictions; bands are cut by rank, ties never split.
func newValueBands(pred, actual []float64, level float64) *valueBands {
	type pair struct{ p, a float64 }
	var pairs []pair
	for i, p := range pred {
		if p > 0 {
			pairs = append(pairs, pair{p, actual[i]})
		}
	}
	sort.Slice(pairs, func(i, j int) bool {
		if pairs[i].p != pairs[j].p {
			return pairs[i].p < pairs[j].p
		}
		return pairs[i].a < pairs[j].a
	})
	need := max(minBand, int(math.Ceil(2/(1-level)))-1) // below this the ranks fall outside the sample
	bands := min(len(pairs)/need, maxBands)
	v := &valueBands{}
	lo := 0
	for k := 1; k <= bands; k++ {
		hi := len(pairs) * k / bands
		for hi < len(pairs) && pairs[hi].p == pairs[hi-1].p {
			hi++
		}
		if hi-lo < need || k < bands && len(pairs)-hi < need {
			continue // ties have eaten the band: the next one takes what is left
		}
		ratios := make([]float64, 0, hi-lo)
		for _, q := range pairs[lo:hi] {
			ratios = append(ratios, q.a/q.p)
		}
		sort.Float64s(ratios)
		n := float64(len(ratios))
		first := int(math.Floor((n + 1) * (1 - level) / 2))
		last := int(math.Ceil((n + 1) * (1 + level) / 2))
		v.low = append(v.low, ratios[max(first, 1)-1])
		v.high = append(v.high, ratios[min(last, len(ratios))-1])
		v.upTo = append(v.upTo, pairs[hi-1].p)
		lo = hi
	}
	return v
}

// interval is around year, for a customer whose prediction over the label (the unit of the bands) is
// label; NaN without bands or without a positive prediction.
func (v *valueBands) interval(label, year float64) (low, high float64) {
	if v == nil || len(v.low) == 0 || !(label > 0) {
		return math.NaN(), math.NaN()
	}
	k := min(sort.SearchFloat64s(v.upTo, label), len(v.low)-1)
	a, b := year*v.low[k], year*v.high[k]
	return min(a, b, year), max(a, b, year)
}

// totalError is the relative error of the book's expected total, one standard error, from the
// choosing folds: the larger of
//
//	√ mean_f (R_f − 1)²,   R_f = actual ÷ predicted total of fold f   (how far totals were off)
//	√ mean_f Σᵢ(aᵢ − R_f·pᵢ)² / (Σᵢ pᵢ)²                              (what single customers do to a total)
//
// Folds are few: it is an order of magnitude, used with a normal interval. NaN without folds.
func totalError(a *arena, pred [][]float64) float64 {
	var between, inside num.Adder
	folds := 0
	for f := 1; f < len(a.actual); f++ {
		total := num.Sum(pred[f])
		if !(total > 0) {
			continue
		}
		r := num.Sum(a.actual[f]) / total
		var squares num.Adder
		for i, p := range pred[f] {
			squares.Add(squaredError(a.actual[f][i], r*p))
		}
		between.Add((r - 1) * (r - 1))
		inside.Add(squares.Sum() / total / total)
		folds++
	}
	if folds == 0 {
		return math.NaN()
	}
	return math.Sqrt(max(between.Sum(), inside.Sum()) / float64(folds))
}
