package segment

import (
	"math"
	"sort"
	"sync/atomic"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
)

// Decline: key accounts rarely leave outright, they buy less. A customer at risk declines who brings, over the decline label, less than
// 1 − Config.DeclineShare of the usual value (see usual), or who stands on a lower rung of the ladder at its end than now.

// declineLabel is the length of that label: a year where there are folds to judge it by, with a year before each training day that says
// what is usual; else one churn horizon.
func declineLabel(c Clock) int {
	if c.Span()-1 >= 4*valueYear {
		return valueYear
	}
	return c.Horizon
}

// declined is that outcome. Who has brought nothing in 12 months, or is a customer for less than a label, has nothing to decline from.
var declined = outcome{func(s *subject) bool { return s.atRisk && s.usual > 0 }, func(s *subject) float64 { return num.Indicator(s.declined) }}

const (
	trendRuleName = "trend-rule"
	declineFit    = "decline" // what fits are published as
)

var declineCandidates = []candidate[chanceModel]{
	{name: trendRuleName, train: trainTrendRule},
	{name: pooledName, train: func(b *study, at *origin) trained[chanceModel] { return pooledOf(b, at.train, declined) }},
	{name: firthName, offered: firthSized, train: func(b *study, at *origin) trained[chanceModel] {
		return fitFirth(b, at.train, coreSet, declined, declineFit+": "+firthName)
	}},
	{name: logisticName, large: true, train: func(b *study, at *origin) trained[chanceModel] {
		return fitLogistic(b, at.train, usualSet, declined, declineFit+": "+logisticName)
	}},
	{name: netName, large: true, offered: widens, train: func(b *study, at *origin) trained[chanceModel] {
		return fitNet(b, at.train, wideSet, declined, declineFit+": "+netName)
	}},
}

// declineTarget is what the third tournament is about.
func (a *analysis) declineTarget(later []ingest.Day) target[chanceModel] {
	return target[chanceModel]{name: targetDecline, candidates: declineCandidates, plan: a.declinePlan, later: later, outcome: declined, loss: evaluate.LogLosses,
		predict: func(m chanceModel, p *panel, i int) float64 {
			prob, _, _ := m.chance(p, i, 0)
			return prob
		}}
}

// usual is what a customer brings over a decline label at the pace of the trailing 12 months, worth past12, in a label of that season:
//
//	past12 · label ÷ days · season
//
// days is the length of the 12 months, less for a younger customer. 0 for one who is younger than a label.
func (b *study) usual(past12 float64, tenure int, season float64) float64 {
	if tenure+1 < b.declineDays {
		return 0
	}
	return past12 * float64(b.declineDays) / min(float64(tenure+1), yearDays) * season
}

// The season of a label is never taken to be more than this, nor less than its inverse; and not from fewer customers than minBand.
const mostSeason = 2

// seasonTally counts, of the customers at risk on a day who were there a year before, the purchase days of the 12 months to the day,
// and among them those of the same days of the year as the label that follows. Sums of integers have no order.
type seasonTally struct{ customers, days, label atomic.Int64 }

// add counts one customer: label is how many of the days lay in the label's days a year ago.
func (t *seasonTally) add(days, label int32) {
	t.customers.Add(1)
	t.days.Add(int64(days))
	t.label.Add(int64(label))
}

// season is how busy a label is beside the 12 months, by the year before: purchase days per day. Labels of a year have none, nor has a book
// that does not reach back a year.
func (t *seasonTally) season(label int) float64 {
	if label == valueYear || t.customers.Load() < minBand || t.days.Load() == 0 {
		return 1
	}
	s := float64(t.label.Load()) / float64(label) / (float64(t.days.Load()) / yearDays)
	return min(max(s, 1.0/mostSeason), mostSeason)
}

// settle says, once the season of a panel is known, what is usual of every subject, and who of them declined.
func (b *study) settle(p *panel, profiles *Profiles) {
	for i := range p.Subjects {
		s := &p.Subjects[i]
		s.usual = b.usual(s.past12, int(p.Day-profiles.First[s.profile]), p.season)
		came := s.soon
		if b.declineDays == b.label {
			came = s.future
		}
		s.declined = p.Decline && (s.lower || came < (1-b.Config.DeclineShare)*s.usual)
	}
}

// climber places customers on the ladder, by the units of the 12 months to a day; nil where there are no units or no ladder.
type climber struct {
	ladder Ladder
	unit   float64
	first  ingest.Day // of the book
}

func newClimber(l *ingest.Ledger, floors []float64, first ingest.Day) *climber {
	if !l.Has.Units || len(floors) == 0 {
		return nil
	}
	return &climber{NewLadder(floors), math.Pow10(l.UnitsScale), first}
}

// fell reports whether customer i of a shard stands lower on a day than before; unknown, and false, where the book does not reach
// 12 months behind before.
func (c *climber) fell(s *ingest.Shard, i int, before, day ingest.Day) bool {
	return c != nil && MonthsBefore(before, 12) >= c.first-1 && c.rung(s, i, day) > c.rung(s, i, before)
}

func (c *climber) rung(s *ingest.Shard, i int, day ingest.Day) int {
	lo, hi := s.Cells(i)
	year, units := MonthsBefore(day, 12), int64(0)
	for j := lo + sort.Search(hi-lo, func(k int) bool { return s.Day[lo+k] > year }); j < hi && s.Day[j] <= day; j++ {
		units += s.Units[j]
	}
	return c.ladder.Rung(float64(units) / c.unit)
}

// declines fills in the probability that subject i of a panel of today, who leaves with a probability that has d's interval, declines. Where the label is the churn horizon and nobody is held by
// a contract, who leaves has declined: two models may not say otherwise of one customer.
func (s *scorer) declines(d *detail, leaves float64, p *panel, i int) {
	if s.decline == nil || !declined.eligible(&p.Subjects[i]) {
		return
	}
	prob, low, high := s.decline.chance(p, i, s.Config.Level)
	if s.declineDays == s.Clock.Horizon && s.held == nil && s.churn != nil {
		prob, low, high = max(prob, leaves), max(low, d.low), max(high, d.high)
	}
	d.decline = chance32{float32(prob), float32(low), float32(high)}
}

// declineBelow is the value over the label below which a member declines; false for one who is not at risk, or has nothing to decline from.
func (s *scorer) declineBelow(r relation, m int) (float64, bool) {
	if r != active || s.decline == nil {
		return 0, false
	}
	usual := s.usual(float64(s.Profiles.Value12(m, s.Basis))*s.unit, int(s.Clock.AsOf-s.Profiles.First[m]), s.today.season)
	return (1 - s.Config.DeclineShare) * usual, usual > 0
}

// declining are the key accounts that are warnLift times as likely as the mean to decline, with that probability.
func (s *scorer) declining(f *Forecast) map[int]float64 {
	out := map[int]float64{}
	for k := range s.decliners {
		for _, key := range s.decliners[k].keys {
			if key.p >= warnLift*f.Decliners/float64(f.Declinable) {
				out[key.member] = key.p
			}
		}
	}
	return out
}

// declineSums are expected decliners, with their variance, and of how many.
type declineSums struct {
	sums
	n    int
	keys []keyDecline // the key accounts among them
}

type keyDecline struct {
	member int
	p      float64
}

func (t *declineSums) add(member int, p float64, key bool) {
	if !finite(p) {
		return
	}
	t.sums.add(p, math.Sqrt(p*(1-p)))
	t.n++
	if key {
		t.keys = append(t.keys, keyDecline{member, p})
	}
}

// forecastDecline adds up who declines, with an interval like that of the leavers.
func (a *analysis) forecastDecline(f *Forecast) {
	f.DeclineDays = a.declineDays
	f.Decliners, f.DeclinersLow, f.DeclinersHigh = math.NaN(), math.NaN(), math.NaN()
	if a.scorer.decline == nil {
		return
	}
	var all sums
	for k := range a.scorer.decliners {
		all.merge(&a.scorer.decliners[k].sums)
		f.Declinable += a.scorer.decliners[k].n
	}
	f.Decliners = all.values.Sum()
	if a.stored.Decline.Contested {
		low, high := a.stored.Decline.Totals.interval(all.of())
		f.DeclinersLow, f.DeclinersHigh = max(low, 0), min(high, float64(f.Declinable))
	}
}
