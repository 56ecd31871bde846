package segment

import (
	"context"
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

// scorer applies the champions to the as-of date.
type scorer struct {
	*backtest
	teller   *teller
	churn    churnModel // nil where nothing is known
	value    valueModel
	chain    *chainModel
	returns  *returns
	bands    *valueBands
	future   []float64 // residual ÷ 12-month value by chain state; nil without a certified chain
	survival float64   // mean annual survival of customers at risk

	deviation []float64                // by member: standard deviation of the 12-month value; NaN where unknown
	labels    [ingest.Shards]labelSums // of the customers at risk
}

// labelSums add up what is expected over the value label, and the squares of the standard deviations.
type labelSums struct{ sum, squares num.Adder }

func (l *labelSums) add(label, deviation float64) {
	if !math.IsNaN(label) {
		l.sum.Add(label)
	}
	if finite(deviation) {
		l.squares.Add(deviation * deviation)
	}
}

// scoreAll fills a Score for every member of the book, in member order. The error is that of the
// context, or of the key-account rule.
func (s *scorer) scoreAll(ctx context.Context) ([]Score, error) {
	scores := make([]Score, s.Members())
	s.deviation = make([]float64, s.Members())
	for m := range s.deviation {
		s.deviation[m] = math.NaN()
	}
	if err := s.identify(scores); err != nil {
		return nil, err
	}
	s.eachToday(func(k int, p *panel) {
		if ctx.Err() != nil {
			return
		}
		for i := range p.Subjects {
			if sc := &scores[p.Subjects[i].profile]; p.Subjects[i].atRisk {
				s.labels[k].add(s.active(sc, p, i))
			} else {
				s.lapsed(sc, p, i)
			}
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.survival = meanSurvival(scores, s.Clock.Horizon)
	for m := range scores {
		if sc := &scores[m]; sc.Relation == relationLapsed {
			sc.Residual = geometric(sc.Value12, s.survival, s.Config.DiscountRate)
		}
	}
	valueScores(scores)
	return scores, nil
}

// identify fills what needs no model.
func (s *scorer) identify(scores []Score) error {
	keys, _, err := s.KeyAccounts()
	if err != nil {
		return err
	}
	text := map[string][]string{}
	for _, name := range []string{"name", "parent", "manager", "industry", "region"} {
		text[name] = s.texts(name)
	}
	nan := math.NaN()
	profiles := make([]Profile, s.Profiles.Len())
	for m := range scores {
		sc := &scores[m]
		*sc = Score{Key: string(s.Key(m)), Name: text["name"][m], Parent: text["parent"][m], Manager: text["manager"][m],
			Industry: text["industry"][m], Region: text["region"][m], KeyAccount: keys[m],
			Churn: nan, ChurnLow: nan, ChurnHigh: nan, Return: nan, Value12: nan, Value12Low: nan, Value12High: nan,
			Residual: nan, ValueAtRisk: nan, ValueScore: nan}
		sc.Accounts = s.accountsOf(m)
		if !s.isCustomer(m) {
			sc.Relation, sc.State = relationProspect, relationProspect
			sc.Reasons[0] = fact{code: codeProspect, words: "no purchase yet"}.String()
			continue
		}
		pr := &profiles[m]
		*pr = s.Profiles.At(m)
		sc.Profile = pr
		sc.Realised12 = Value12(pr, s.Basis)
		if pr.Frequency == 0 {
			sc.Relation, sc.State = relationNeverBought, relationNeverBought
			sc.Reasons[0] = fact{code: codeNeverBought, words: "rows, but no day with a positive net amount"}.String()
		}
	}
	return nil
}

// active scores subject i of a panel of today, who is at risk, and returns the value expected over the label with
// its standard deviation, NaN where unknown.
func (s *scorer) active(sc *Score, p *panel, i int) (label, deviation float64) {
	label, deviation = math.NaN(), math.NaN()
	at := &p.Subjects[i]
	sc.Relation, sc.AtRisk, sc.State = relationActive, true, s.states.Names[at.state]
	if s.churn != nil {
		sc.Churn, sc.ChurnLow, sc.ChurnHigh = s.churn.churn(p, i, s.Config.Level)
	}
	if s.value != nil {
		o := s.outlook(p, i)
		label = o.label
		_, _, deviation = s.bands.interval(label, label)
		sc.Value12 = o.year
		sc.Value12Low, sc.Value12High, s.deviation[at.profile] = s.bands.interval(o.label, o.year)
		sc.Value12Low = s.floor(sc.Value12Low)
		// Where a model cannot switch attrition off, the churn champion says how much is at stake.
		sc.ValueAtRisk = max(0, o.stayed-o.year)
		if math.IsNaN(o.stayed) {
			sc.ValueAtRisk = max(0, sc.Churn*o.year)
		}
		sc.Residual = s.residual(int(at.state), sc.Value12, annualSurvival(sc.Churn, s.Clock.Horizon))
	}
	switch m := s.churn.(type) {
	case *logisticModel:
		sc.Reasons = threeReasons(s.teller.regressed(m, p, i, sc.Profile))
	case *chainModel:
		sc.Reasons = threeReasons(s.teller.observed(sc.State, p, i, sc.Profile))
	default:
		sc.Reasons = threeReasons(s.teller.observed("", p, i, sc.Profile))
	}
	return label, deviation
}

// outlook is what the value champion expects of subject i, who is at risk. Who is under contract and does
// not buy has not left: what would come without attrition is then nothing that a model of purchases knows.
func (s *scorer) outlook(p *panel, i int) outlook {
	o := s.value.outlook(p, i)
	if s.Profiles.Contract(int(p.Subjects[i].profile)) {
		o.stayed = math.NaN()
	}
	return o
}

// lapsed scores subject i of a panel of today, who has lapsed, all but the residual value.
func (s *scorer) lapsed(sc *Score, p *panel, i int) {
	at := &p.Subjects[i]
	sc.Relation, sc.State = relationLapsed, s.states.Names[at.state]
	sc.Return, sc.Value12 = s.returns.of(at)
	sc.Reasons = threeReasons(s.teller.lapsed(sc.Profile))
}

// residual is the discounted value of all future of a customer at risk, from the undiscounted value of
// the next 12 months: times the chain's multiplier for the state, or, without a certified chain, a
// geometric series of years.
func (s *scorer) residual(state int, year, survival float64) float64 {
	if m := s.multiplier(state); finite(m) {
		return year * m
	}
	return geometric(year, survival, s.Config.DiscountRate)
}

// multiplier is the chain's for a state of the book, NaN where it has none.
func (s *scorer) multiplier(state int) float64 {
	if s.future != nil {
		if at := s.chain.fold[state]; at >= 0 {
			return s.future[at]
		}
	}
	return math.NaN()
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

// meanSurvival is the mean annual survival of customers at risk: what is assumed of one who comes back.
func meanSurvival(scores []Score, horizon int) float64 {
	var sum num.Adder
	n := 0
	for i := range scores {
		if scores[i].AtRisk && finite(scores[i].Churn) {
			sum.Add(annualSurvival(scores[i].Churn, horizon))
			n++
		}
	}
	return sum.Sum() / float64(n)
}

// valueScores fills the value score: the percentile of value_12m among the customers at risk, ties in
// the middle of their ranks,
//
//	100 · (number below + ½ number equal) ÷ number at risk.
//
// The lapsed are placed on the same scale.
func valueScores(scores []Score) {
	var reference []float64
	for i := range scores {
		if scores[i].AtRisk && finite(scores[i].Value12) {
			reference = append(reference, scores[i].Value12)
		}
	}
	if len(reference) == 0 {
		return
	}
	slices.Sort(reference)
	for i := range scores {
		if v := scores[i].Value12; finite(v) {
			below, _ := slices.BinarySearch(reference, v)
			upTo, _ := slices.BinarySearchFunc(reference, v, func(x, target float64) int {
				if x <= target {
					return -1
				}
				return 1
			})
			scores[i].ValueScore = 100 * float64(below+upTo) / 2 / float64(len(reference))
		}
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
