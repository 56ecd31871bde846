package segment

import "mainstay/internal/num"

// trendRule is the rule that every sales office knows of decline: who has bought less lately goes on. Decline is the rate observed in
// training by third of the trend (last half year against the half year before): down to less than a half, up to twice
// and more, and between.
type trendRule struct{ Bands [thirds]rate }

// trendBand is the third of [−1, 1] that a trend falls into.
func trendBand(trend float64) int { return min(int((trend+1)*thirds/2), thirds-1) }

func trainTrendRule(_ *study, at *origin) trained[chanceModel] {
	bands := bandRates(at.train, declined, thirds, func(p *panel, i int) int { return trendBand(p.row(i)[fTrend]) })
	if bands == nil {
		return refused[chanceModel](num.WarnHorizonShort + ": nobody was at risk a value label before the as-of date, so no decline has been observed")
	}
	rule := &trendRule{}
	copy(rule.Bands[:], bands)
	return trained[chanceModel]{Model: rule, OK: true}
}

func (r *trendRule) chance(p *panel, i int, level float64) (prob, low, high float64) {
	band := r.Bands[trendBand(p.row(i)[fTrend])]
	prob = clampChance(band.point())
	low, high = band.interval(level)
	return prob, min(low, prob), max(high, prob)
}
