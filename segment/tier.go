package segment

import (
	"math"
	"slices"
	"strconv"
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

// Their places among the names.
const (
	platinum = iota
	gold
	silver
	standard
	prospectTier
)

// tierCuts are where the tiers begin, as values of customers at risk.
type tierCuts struct {
	policy       TierPolicy
	gold, silver float64 // least Value12
	risk         float64 // least ValueAtRisk of those who make most of it
	total        float64 // positive Value12 of the customers at risk
	atRisk       int
}

// newTierCuts takes the values of the customers at risk in ascending order, of whom there are so many.
func newTierCuts(values, risks []float64, atRisk int, policy TierPolicy) tierCuts {
	value, risk := rankingOf(values), rankingOf(risks)
	return tierCuts{policy: policy, gold: value.cut(policy.GoldShare), silver: value.cut(policy.SilverShare),
		risk: risk.cut(policy.RiskShare), total: value.total, atRisk: atRisk}
}

// recommendTiers fills the tiers: platinum are the key accounts; gold the customers at risk
// that together make GoldShare of their expected 12-month value, silver SilverShare; standard the
// other customers; prospects are apart. A customer likely to leave (HighRisk), among those that
// make RiskShare of the value at risk, moves one tier up, to gold at most: platinum is for key accounts.
func (s *scored) recommendTiers(cuts tierCuts, keys []bool) {
	s.cuts = cuts
	for m := range s.tier {
		switch {
		case keys[m]:
			s.tier[m] = platinum
		case s.relation[m] == prospects:
			s.tier[m] = prospectTier
		case s.relation[m] == active && s.value[m] > 0:
			s.tier[m] = cuts.byValue(s.value[m])
			if cuts.threatens(s.chance[m], s.risk[m]) {
				s.tier[m] = max(s.tier[m]-1, gold)
			}
		default:
			s.tier[m] = standard
		}
	}
}

// threatens reports whether a customer is likely to leave, and among those that make most of the value at
// risk.
func (c *tierCuts) threatens(churn, risk float64) bool {
	return churn >= c.policy.HighRisk && risk >= c.risk
}

// byValue is the tier of a customer at risk with a positive expected value.
func (c *tierCuts) byValue(value float64) uint8 {
	switch {
	case value >= c.gold:
		return gold
	case value >= c.silver:
		return silver
	}
	return standard
}

// appendTierReason says why a member has its tier, in a few words.
func (s *scored) appendTierReason(dst []byte, m int) []byte {
	value, at := s.value[m], s.relation[m]
	switch {
	case s.tier[m] == platinum:
		return s.appendKeyReason(append(dst, "key account; "...), m)
	case at == prospects:
		return append(dst, "has not bought yet"...)
	case at == neverBought:
		return append(dst, "no purchase day yet"...)
	case at == lapsed:
		dst = append(dst, "lapsed"...)
		if finite(s.chance[m]) {
			dst = appendPercent(append(dst, "; back "...), s.chance[m])
		}
		return dst
	case !(value > 0):
		return appendNoValue(dst, value)
	}
	dst = strconv.AppendInt(append(dst, "value rank "...), int64(s.of-int(s.upTo[m])+1), 10)
	dst = strconv.AppendInt(append(dst, " of "...), int64(s.cuts.atRisk), 10)
	if s.cuts.threatens(s.chance[m], s.risk[m]) {
		if s.cuts.byValue(value) == gold {
			return append(appendPercent(append(dst, "; leave "...), s.chance[m]), ", platinum is for key accounts"...)
		}
		dst = appendPercent(append(dst, "; up one: leave "...), s.chance[m])
	}
	return dst
}

// appendNoValue is the reason of a customer at risk whose expected value is not above zero, or unknown.
func appendNoValue(dst []byte, value float64) []byte {
	if value < 0 {
		return append(append(append(dst, "a loss expected: "...), compact(value)...), " in 12 months"...)
	}
	return append(dst, "no value expected"...)
}

func (s *scored) appendKeyReason(dst []byte, m int) []byte {
	switch {
	case s.relation[m] == active && s.value[m] > 0 && s.cuts.total > 0:
		return append(strconv.AppendFloat(dst, 100*s.value[m]/s.cuts.total, 'f', 1, 64), " % of value"...)
	case s.relation[m] == active:
		return appendNoValue(dst, s.value[m])
	}
	return append(dst, relationNames[s.relation[m]]...)
}

// tierRows sums the tiers up, in their order.
func (b *Book) tierRows(s *scored, keys []bool) []TierRow {
	rows := make([]TierRow, len(tierNames))
	for i, name := range tierNames {
		rows[i].Tier = name
	}
	for m, tier := range s.tier {
		r := &rows[tier]
		r.Customers++
		if keys[m] {
			r.KeyAccounts++
		}
		if b.isCustomer(m) {
			r.Net12 += b.Profiles.Net12.At(m)
		}
		r.Value12 += zeroIfUndefined(s.value[m])
		r.ValueAtRisk += zeroIfUndefined(s.risk[m])
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
