package segment

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/stat"
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
	UpTo      []float64 // largest prediction of each band but the last
	Low, High []float64 // quantiles of actual ÷ predicted
	Spread    []float64 // standard deviation of actual ÷ predicted
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
	slices.SortFunc(pairs, func(x, y pair) int { return cmp.Or(cmp.Compare(x.p, y.p), cmp.Compare(x.a, y.a)) })
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
		num.SortFloats(ratios)
		n := float64(len(ratios))
		first := int(math.Floor((n + 1) * (1 - level) / 2))
		last := int(math.Ceil((n + 1) * (1 + level) / 2))
		v.Low = append(v.Low, ratios[max(first, 1)-1])
		v.High = append(v.High, ratios[min(last, len(ratios))-1])
		v.Spread = append(v.Spread, stat.StdDev(ratios, nil))
		v.UpTo = append(v.UpTo, pairs[hi-1].p)
		lo = hi
	}
	return v
}

// noBand is the band of a prediction without an interval.
const noBand = -1

// band is the band of a prediction over the label (the unit of the bands); noBand without bands or without a positive prediction.
func (v *valueBands) band(label float64) int {
	if v == nil || len(v.Low) == 0 || !(label > 0) {
		return noBand
	}
	return min(sort.SearchFloat64s(v.UpTo, label), len(v.Low)-1)
}

// around is the interval around year, with the standard deviation of what comes, for a customer whose prediction over
// the label lies in band k; NaN without one.
func (v *valueBands) around(k int, year float64) (low, high, deviation float64) {
	if k == noBand {
		return math.NaN(), math.NaN(), math.NaN()
	}
	a, b := year*v.Low[k], year*v.High[k]
	return min(a, b, year), max(a, b, year), math.Abs(year) * v.Spread[k]
}

// totals turns sums of expected values into intervals.
//
//	SE² = (σ·ΣV)² + Σᵢ (Vᵢ·sᵢ)²
//
// The first term is what all customers share: how far the totals of the choosing folds were off
// beyond what single customers explain, σ² = max(0, mean_f [(R_f−1)² − Σᵢ(aᵢ−R_f·pᵢ)²/(Σpᵢ)²]) with
// R_f = actual ÷ predicted total. The second is each customer's own, sᵢ the standard deviation of
// actual ÷ predicted in the band of their prediction. The interval is normal. Folds are few: it is an
// order of magnitude. Customers outside the bands (lapsed, or without a positive prediction) add
// their value and no error.
//
// Where the models learnt from a share f < 1 of the customers, all customers also share what that sample missed the
// book by, the squared error of a ratio estimator: σ² gains (1 − f) · mean_f [Σᵢ(aᵢ−R_f·pᵢ)²/(Σpᵢ)²] (Cochran 1977,
// Sampling Techniques, §6.4).
type totals struct {
	Shared float64
	Z      float64
	Known  bool
}

func newTotals(a *arena, pred [][]float64, level, share float64) totals {
	var excess, sampling num.Adder
	folds := 0
	for f := 1; f < len(a.actual); f++ {
		total := num.Sum(pred[f])
		if !(total > 0) {
			continue
		}
		r := num.Sum(a.actual[f]) / total
		var own num.Adder
		for i, p := range pred[f] {
			own.Add(squaredError(a.actual[f][i]/total, r*p/total))
		}
		excess.Add((r-1)*(r-1) - own.Sum())
		sampling.Add((1 - share) * own.Sum())
		folds++
	}
	if folds == 0 {
		return totals{}
	}
	return totals{Shared: math.Sqrt(max(0, excess.Sum()/float64(folds)) + sampling.Sum()/float64(folds)), Z: num.ZLevel(level), Known: true}
}

// interval is around a sum of values; squares is the sum of the squares of their standard deviations.
func (t totals) interval(sum, squares float64) (low, high float64) {
	if !t.Known {
		return math.NaN(), math.NaN()
	}
	half := t.Z * math.Sqrt(t.Shared*t.Shared*sum*sum+squares)
	return sum - half, sum + half
}

// sums are what an interval of a total is made of.
type sums struct{ values, squares num.Adder }

// add adds a value with its standard deviation, each where it is known.
func (s *sums) add(value, deviation float64) {
	if !math.IsNaN(value) {
		s.values.Add(value)
	}
	if finite(deviation) {
		s.squares.Add(deviation * deviation)
	}
}

func (s *sums) merge(o *sums) {
	s.values.Merge(o.values)
	s.squares.Merge(o.squares)
}

// of are both sums, for totals.interval.
func (s *sums) of() (sum, squares float64) { return s.values.Sum(), s.squares.Sum() }
