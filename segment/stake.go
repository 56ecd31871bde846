package segment

import (
	"math"

	"mainstay/internal/num"
)

// stakeRange is between which multiples of it the champion's value at risk lies by the candidates for value that predict as well, as far as the tournament tells: 1 and 1 where
// there are none, NaN where it is no multiple. They are judged by what comes in a label; how much of it hangs on who leaves is seen by nobody, and laws that agree on the one differ in the other.
type stakeRange struct{ Low, High float64 }

// mostStakes bounds the customers of whom it is learnt, by every model alike.
const mostStakes = 5_000

// stakeRange asks the candidates no worse than the value champion by more than one standard error about customers of today.
func (a *analysis) stakeRange() stakeRange {
	c := a.value
	if !c.contested {
		return stakeRange{1, 1}
	}
	own := a.stakes(c.final[c.champion].Model)
	var others []float64
	for _, k := range c.arena.alike(c.trials, c.champion, a.Threads) {
		if k == c.champion || !c.final[k].OK {
			continue
		}
		others = append(others, a.stakes(c.final[k].Model))
	}
	return newStakeRange(own, others)
}

// newStakeRange is that of the champion's own and of others; NaN where it puts nothing at risk and another something, which is no multiple of it.
func newStakeRange(own float64, others []float64) stakeRange {
	out := stakeRange{1, 1}
	for _, other := range others {
		switch {
		case own > 0:
			out.Low, out.High = min(out.Low, other/own), max(out.High, other/own)
		case other > 0:
			return stakeRange{math.NaN(), math.NaN()}
		}
	}
	return out
}

// stakes is the value at risk of some customers of today, as scores have it.
func (a *analysis) stakes(m valueModel) float64 {
	p := a.today
	step := (p.atRisk() + mostStakes - 1) / mostStakes
	var sum num.Adder
	for _, k := range p.live() {
		i := int(k)
		if !oneOf(p.Subjects[i].id, forLatent, step) {
			continue
		}
		o, chance := a.outlookBy(m, p, i), math.NaN()
		if churn := a.stored.Churn.Model; churn != nil && math.IsNaN(o.stayed) {
			chance, _, _ = churn.chance(p, i, 0)
		}
		sum.Add(zeroIfUndefined(o.atStake(chance)))
	}
	return sum.Sum()
}
