package segment

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
)

const nobodyAtRisk = num.WarnHorizonShort + ": nobody was at risk one horizon before the as-of date, so no churn has been observed"

// recencyRule is the rule that every sales office knows: the longer the silence, the worse. Churn is
// the rate observed in training (see rate.point) among customers whose silence, as a share of the churn horizon,
// fell into the same third. Those at risk by a contract alone, silent for a horizon or longer, are a
// band of their own.
type recencyRule struct {
	Horizon int
	longest int              // silence that a customer of the book can have, in days
	Bands   [thirds + 1]rate // the last: at risk by a contract alone
}

const thirds = 3

// bandOf is the third of the horizon that a recency falls into, or the band beyond.
func (r *recencyRule) bandOf(recency int32) int { return thirdOf(recency, r.Horizon) }

func thirdOf(recency int32, horizon int) int { return min(thirds*int(recency)/horizon, thirds) }

func trainRecencyRule(b *study, at *origin) trained[chanceModel] {
	rule := &recencyRule{Horizon: b.Clock.Horizon, longest: b.Clock.Span()}
	bands := bandRates(at.train, churned, len(rule.Bands), func(p *panel, i int) int { return rule.bandOf(p.Subjects[i].recency) })
	if bands == nil {
		return refused[chanceModel](nobodyAtRisk)
	}
	copy(rule.Bands[:], bands)
	return trained[chanceModel]{Model: rule, OK: true}
}

func (r *recencyRule) chance(p *panel, i int, level float64) (prob, low, high float64) {
	band := r.Bands[r.bandOf(p.Subjects[i].recency)]
	prob = clampChance(band.point())
	low, high = band.interval(level)
	return prob, min(low, prob), max(high, prob)
}

// bandRates are the rates of an outcome by band; one that nobody was seen in takes the rate of all. nil without anybody.
func bandRates(train []*panel, o outcome, bands int, bandOf func(p *panel, i int) int) []rate {
	y, ids := make([][]float64, bands+1), make([][]int32, bands+1) // the last: all
	n, _ := o.count(train)
	for k := range y {
		most := n // of a band about its share
		if k < bands {
			most = n/bands + n/16
		}
		y[k], ids[k] = make([]float64, 0, most), make([]int32, 0, most)
	}
	for _, p := range train {
		for _, i := range p.live() {
			if s := &p.Subjects[i]; o.eligible(s) {
				for _, k := range [...]int{bandOf(p, int(i)), bands} {
					y[k], ids[k] = append(y[k], o.came(s)), append(ids[k], s.id)
				}
			}
		}
	}
	if len(y[bands]) == 0 {
		return nil
	}
	rates, whole := make([]rate, bands), clusteredRate(y[bands], ids[bands])
	for k := range rates {
		if rates[k] = whole; len(y[k]) > 0 {
			rates[k] = clusteredRate(y[k], ids[k])
		}
	}
	return rates
}

// rate is an observed proportion with the number of independent observations it is worth.
type rate struct{ P, N float64 }

// point is (k + ½)/(n + 1), the mean under Jeffreys' prior (Brown, Cai & DasGupta 2001, §4.1.2): nobody has been seen often enough to be certain.
func (r rate) point() float64 { return (r.P*r.N + 0.5) / (r.N + 1) }

// interval is Wilson's (see num.Wilson) on the effective number of observations.
func (r rate) interval(level float64) (low, high float64) { return num.Wilson(r.P*r.N, r.N, level) }

// clusteredRate is the mean of y (0 or 1). Its effective size is p(1−p)/SE², with the standard error
// clustered by customer: one customer seen at four origins is not four customers (Kish 1965,
// Survey Sampling, §8.2, design effect). It is at most the number of rows, and the number of
// customers where all rows agree.
func clusteredRate(y []float64, ids []int32) rate {
	mean, se := regress.ClusterMeanSE(y, ids)
	if v := mean * (1 - mean); v > 0 && se > 0 {
		return rate{mean, min(v/(se*se), float64(len(y)))}
	}
	distinct := map[int32]bool{}
	for _, id := range ids {
		distinct[id] = true
	}
	if math.IsNaN(mean) {
		mean = 0
	}
	return rate{mean, float64(len(distinct))}
}
