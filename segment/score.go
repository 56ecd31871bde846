package segment

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// What a row of the score file is.
const (
	relationActive      = "active" // at risk
	relationLapsed      = "lapsed"
	relationProspect    = "prospect"
	relationNeverBought = "never_bought" // rows, but no purchase day
)

// relation is its code: an index into relationNames.
type relation uint8

const (
	prospects relation = iota
	neverBought
	lapsed
	active
)

var relationNames = [...]string{prospects: relationProspect, neverBought: relationNeverBought, lapsed: relationLapsed, active: relationActive}

// scorer applies the champions to the as-of date.
type scorer struct {
	*backtest
	teller   *teller
	churn    chanceModel // nil where nothing is known
	value    valueModel
	decline  chanceModel // nil where nothing is known
	chain    *chainModel
	returns  *returns
	bands    *valueBands
	future   []float64 // residual ÷ 12-month value by chain state; nil without a certified chain
	survival float64   // mean annual survival of customers at risk

	labels    [ingest.Shards]sums // of the values expected over the label, of the customers at risk
	decliners [ingest.Shards]declineSums
	keys      []bool // by member: a key account
}

// scored are the scores of a book in columns by member: what a model had to be asked for. What follows from these and from the
// profile (intervals of value, residual value, words) is made when a row is (see row.go).
type scored struct {
	relation []relation
	state    []uint8   // of states.Names; meaningful where a purchase is known
	chance   []float64 // active: churn probability; lapsed: probability of return; NaN otherwise
	value    []float64 // Value12
	risk     []float64 // ValueAtRisk
	future   []float64 // active: residual ÷ Value12 where the value champion looks beyond 12 months; nil where it does not
	band     []int8    // of the value's interval (see valueBands), −1 without one
	tier     []uint8   // of tierNames
	cuts     tierCuts
	*details // of the customers
	ranks
}

func newScored(members int) *scored {

	s := &scored{
		relation: make([]relation, members), state: make([]uint8, members), chance: undefined(members),
		value: undefined(members), risk: undefined(members), band: make([]int8, members),
		tier: make([]uint8, members),
	}
	for m := range s.band {
		s.band[m] = noBand
	}
	return s
}

// scored has room for the scores of all members by the champions.
func (s *scorer) scored() *scored {
	sc := newScored(s.Members())
	if _, ok := s.value.(lifelong); ok {
		sc.future = undefined(s.Members())
	}
	return sc
}

func undefined(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.NaN()
	}
	return x
}

// churn is the churn probability of a member, NaN unless at risk.
func (s *scored) churn(m int) float64 {
	if s.relation[m] == active {
		return s.chance[m]
	}
	return math.NaN()
}

// scoreAll scores every member of the book. Errors are that of the context, and of temporary files.
func (s *scorer) scoreAll(ctx context.Context) (*scored, error) {
	sc := s.scored()
	var err error
	if sc.details, err = s.newDetails(); err != nil {
		return nil, err
	}
	for m := range sc.relation {
		switch {
		case !s.isCustomer(m):
			sc.relation[m] = prospects
		case s.Profiles.Frequency[m] == 0:
			sc.relation[m] = neverBought
		}
	}
	var failed [ingest.Shards]error
	s.eachToday(func(k int, p *panel) {
		if ctx.Err() != nil {
			return
		}
		first, end := s.Profiles.OfShard(k)
		words := make([]uint64, (end-first)*detailWords)
		for i := range p.Subjects {
			m := int(p.Subjects[i].profile)
			var d detail
			if p.Subjects[i].atRisk {
				var label, deviation float64
				d, label, deviation = s.active(sc, m, p, i)
				s.labels[k].add(label, deviation)
				s.declines(&d, sc.chance[m], p, i)
				s.decliners[k].add(m, float64(d.decline.p), s.keys[m])
			} else {
				d = s.lapsed(sc, m, p, i)
			}
			d.put(words[(m-first)*detailWords:])
		}
		failed[k] = sc.shard(k, words)
	})
	if err := cmp.Or(cmp.Or(failed[:]...), ctx.Err()); err != nil { // a full disk is told once
		return nil, errors.Join(err, sc.Close())
	}
	s.survival = sc.meanSurvival(s.Clock.Horizon)
	return sc, nil
}

// active scores member m, who is at risk: subject i of a panel of today. It returns the value expected over the label with
// its standard deviation, NaN where unknown.
func (s *scorer) active(sc *scored, m int, p *panel, i int) (d detail, label, deviation float64) {
	d, label, deviation = noDetail, math.NaN(), math.NaN()
	at := &p.Subjects[i]
	sc.relation[m], sc.state[m] = active, uint8(at.state)
	if s.churn != nil {
		sc.chance[m], d.low, d.high = s.churn.chance(p, i, s.Config.Level)
	}
	if s.value != nil {
		o := s.outlookBy(s.value, p, i)
		label, sc.value[m], sc.band[m] = o.label, o.year, int8(s.bands.band(o.label))
		_, _, deviation = s.bands.around(int(sc.band[m]), label)
		sc.risk[m] = o.atStake(sc.chance[m])
		if model, ok := s.value.(lifelong); ok {
			sc.future[m] = model.multiplier(p, i)
		}
	}
	d.trend = p.row(i)[fTrend]
	switch model := innermost(s.churn).(type) {
	case contributor:
		parts := model.contributions(p, i)
		if u := contractOf(s.churn); u != nil {
			parts[slices.Index(reasonCodes[:], codeContract)] += u.share(p, i, s.Config.Level)
		}
		d.reasons, d.effects = parts.strongest()
	case *chainModel:
		d.reasons = s.teller.observed(m, true)
	default:
		d.reasons = s.teller.observed(m, false)
	}
	if at.held { // whatever else is true of them
		d.reasons, d.effects = [3]reason{reasonOf(codeContract, -1)}, noEffects
	}
	return d, label, deviation
}

// outlookBy is what a value model expects of subject i, who is at risk. Who is under contract and does
// not buy has not left: what would come without attrition is then nothing that a model of purchases knows.
func (b *study) outlookBy(m valueModel, p *panel, i int) outlook {
	o := m.outlook(p, i)
	if b.Profiles.Contract(int(p.Subjects[i].profile)) {
		o.stayed = math.NaN()
	}
	return o
}

// lapsed scores member m, who has lapsed: subject i of a panel of today.
func (s *scorer) lapsed(sc *scored, m int, p *panel, i int) detail {
	at := &p.Subjects[i]
	sc.relation[m], sc.state[m] = lapsed, uint8(at.state)
	sc.chance[m], sc.value[m] = s.returns.of(at)
	d := noDetail
	d.reasons[0], d.reasons[1] = reasonOf(codeLapsed, 0), reasonOf(codeFrequency, 0)
	return d
}

// residual is the discounted value of all future of a customer, from the undiscounted value of the next 12 months: for
// one at risk times that of the value champion, of one that looks so far, else the chain's multiplier for the state, or, without a certified chain, a geometric series of years.
// Who has lapsed survives like the mean, and so does, after it, whom a contract holds beyond the horizon.
func (s *scorer) residual(sc *scored, m int) float64 {
	switch sc.relation[m] {
	case active:
		if sc.future != nil && finite(sc.future[m]) {
			return sc.value[m] * sc.future[m]
		}
		if f := s.multiplier(int(sc.state[m])); finite(f) {
			return sc.value[m] * f
		}
		survival := s.survival
		if sc.chance[m] != 0 {
			survival = annualSurvival(sc.chance[m], s.Clock.Horizon)
		}
		return geometric(sc.value[m], survival, s.Config.DiscountRate)
	case lapsed:
		return geometric(sc.value[m], s.survival, s.Config.DiscountRate)
	}
	return math.NaN()
}

// multiplier is the chain's for a state of the book, NaN where it has none.
func (s *scorer) multiplier(state int) float64 {
	if s.future != nil {
		if at := s.chain.Fold[state]; at >= 0 {
			return s.future[at]
		}
	}
	return math.NaN()
}

// interval is that of a member's 12-month value, with its standard deviation; NaN without one.
func (s *scorer) interval(sc *scored, m int) (low, high, deviation float64) {
	low, high, deviation = s.bands.around(int(sc.band[m]), sc.value[m])
	return s.floor(low), high, deviation
}

// geometric is the value of all future years, the first worth year, each later one the survival r of
// the one before, discounted at the annual rate d to mid-year:
//
//	V · (1+d)^−½ · Σ_{k≥0} (r/(1+d))^k = V · (1+d)^½ / (1+d−r)
//
// NaN where the series has no end: d = 0 and r = 1.
func geometric(year, r, d float64) float64 {
	v := year * math.Sqrt(1+d) / (1 + d - r)
	if !finite(v) {
		return math.NaN()
	}
	return v
}

// annualSurvival is (1−p)^(year ÷ horizon): the chance of a customer to pass every churn horizon of a
// year, each like the first.
func annualSurvival(p float64, horizon int) float64 {
	return math.Pow(1-p, yearDays/float64(horizon))
}

// meanSurvival is the mean annual survival of customers who may leave: what is assumed of one who comes back.
func (s *scored) meanSurvival(horizon int) float64 {
	var sum num.Adder
	n := 0
	for m := range s.relation {
		if p := s.churn(m); finite(p) && p != 0 {
			sum.Add(annualSurvival(p, horizon))
			n++
		}
	}
	return sum.Sum() / float64(n)
}

// meanChurn is the mean churn probability of the customers at risk, NaN without any.
func (s *scored) meanChurn() float64 {
	var sum num.Adder
	n := 0
	for m := range s.relation {
		if p := s.churn(m); finite(p) {
			sum.Add(p)
			n++
		}
	}
	return sum.Sum() / float64(n)
}

// atRisk is the number of customers at risk.
func (s *scored) atRisk() int {
	n := 0
	for _, r := range s.relation {
		n += int(num.Indicator(r == active))
	}
	return n
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
