package segment

import (
	"fmt"
	"math"
	"slices"
)

// The service tiers, best first; their order is that of the tier table.
const (
	tierPlatinum = "platinum"
	tierGold     = "gold"
	tierSilver   = "silver"
	tierStandard = "standard"
	tierProspect = "prospect"
)

var tierNames = []string{tierPlatinum, tierGold, tierSilver, tierStandard, tierProspect}

// ranking orders values from the largest; equal values share a rank and a share.
type ranking struct {
	sorted []float64 // descending, positive values only
	above  []float64 // sum of the values before each
	total  float64
}

func newRanking(values []float64) *ranking {
	r := &ranking{}
	for _, v := range values {
		if v > 0 {
			r.sorted = append(r.sorted, v)
		}
	}
	slices.SortFunc(r.sorted, func(x, y float64) int {
		if x > y {
			return -1
		}
		if x < y {
			return 1
		}
		return 0
	})
	for _, v := range r.sorted {
		r.above = append(r.above, r.total)
		r.total += v
	}
	return r
}

// rank is 1 + the number of larger values.
func (r *ranking) rank(v float64) int {
	at, _ := slices.BinarySearchFunc(r.sorted, v, func(x, target float64) int {
		if x > target {
			return -1
		}
		return 1
	})
	return at + 1
}

// within reports whether the larger values together make less than share of the total: whether v is in
// the smallest set of largest values that makes it.
func (r *ranking) within(v, share float64) bool {
	return v > 0 && r.above[r.rank(v)-1] < share*r.total
}

// recommendTiers fills Tier and TierReason: platinum are the key accounts; gold the customers at risk
// that together make GoldShare of their expected 12-month value, silver SilverShare; standard the
// other customers; prospects are apart. A customer likely to leave (HighRisk), among those that
// make RiskShare of the value at risk, moves one tier up, to gold at most: platinum is for key accounts.
func recommendTiers(scores []Score, policy TierPolicy) {
	var values, risks []float64
	atRisk := 0
	for i := range scores {
		if s := &scores[i]; s.AtRisk {
			atRisk++
			values = append(values, s.Value12)
			risks = append(risks, s.ValueAtRisk)
		}
	}
	value, risk := newRanking(values), newRanking(risks)
	for i := range scores {
		s := &scores[i]
		switch {
		case s.KeyAccount:
			s.Tier, s.TierReason = tierPlatinum, keyReason(s, value.total)
		case s.Relation == relationProspect:
			s.Tier, s.TierReason = tierProspect, "has not bought yet"
		case s.Relation == relationNeverBought:
			s.Tier, s.TierReason = tierStandard, "no purchase day yet"
		case !s.AtRisk:
			s.Tier, s.TierReason = tierStandard, lapsedReason(s)
		default:
			s.Tier, s.TierReason = tierStandard, noValueReason(s)
			if s.Value12 > 0 {
				threatened := policy.threatens(s, risk)
				s.Tier = tierByValue(value, s.Value12, policy, threatened)
				s.TierReason = fmt.Sprintf("value rank %d of %d", value.rank(s.Value12), atRisk)
				if threatened {
					s.TierReason += riskReason(s, tierByValue(value, s.Value12, policy, false))
				}
			}
		}
	}
}

// threatens reports whether a customer is likely to leave, and among those that make most of the value at
// risk.
func (p TierPolicy) threatens(s *Score, risk *ranking) bool {
	return s.Churn >= p.HighRisk && risk.within(s.ValueAtRisk, p.RiskShare)
}

// tierByValue is the tier of a customer at risk with a positive expected value.
func tierByValue(all *ranking, value float64, policy TierPolicy, threatened bool) string {
	level := slices.Index(tierNames, tierStandard)
	switch {
	case all.within(value, policy.GoldShare):
		level = slices.Index(tierNames, tierGold)
	case all.within(value, policy.SilverShare):
		level = slices.Index(tierNames, tierSilver)
	}
	if threatened {
		level = max(level-1, slices.Index(tierNames, tierGold))
	}
	return tierNames[level]
}

// riskReason says what a high risk did to the tier that value alone gives.
func riskReason(s *Score, byValue string) string {
	if byValue == tierGold {
		return fmt.Sprintf("; leave %.0f %%, platinum is for key accounts", 100*s.Churn)
	}
	return fmt.Sprintf("; up one: leave %.0f %%", 100*s.Churn)
}

// noValueReason is that of a customer at risk whose expected value is not above zero, or unknown.
func noValueReason(s *Score) string {
	if s.Value12 < 0 {
		return "a loss expected: " + compact(s.Value12) + " in 12 months"
	}
	return "no value expected"
}

func keyReason(s *Score, total float64) string {
	switch {
	case s.Relation == relationActive && s.Value12 > 0 && total > 0:
		return fmt.Sprintf("key account; %.1f %% of value", 100*s.Value12/total)
	case s.Relation == relationActive:
		return "key account; " + noValueReason(s)
	}
	return "key account; " + s.Relation
}

func lapsedReason(s *Score) string {
	if finite(s.Return) {
		return fmt.Sprintf("lapsed; back %.0f %%", 100*s.Return)
	}
	return "lapsed"
}

// tierRows sums the tiers up, in their order.
func tierRows(scores []Score) []TierRow {
	rows := make([]TierRow, len(tierNames))
	for i, name := range tierNames {
		rows[i].Tier = name
	}
	for i := range scores {
		s := &scores[i]
		r := &rows[slices.Index(tierNames, s.Tier)]
		r.Customers++
		if s.KeyAccount {
			r.KeyAccounts++
		}
		if s.Profile != nil {
			r.Net12 += s.Profile.Net12
		}
		r.Value12 += zeroIfUndefined(s.Value12)
		r.ValueAtRisk += zeroIfUndefined(s.ValueAtRisk)
	}
	prospects := &rows[slices.Index(tierNames, tierProspect)]
	prospects.Value12, prospects.ValueAtRisk = math.NaN(), math.NaN() // no model speaks of them
	return rows
}

func zeroIfUndefined(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}
