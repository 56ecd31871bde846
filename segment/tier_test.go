package segment

import (
	"math"
	"testing"
)

func TestTiersByHand(t *testing.T) {
	scores := []Score{
		{Key: "a", Value12: 60, ValueAtRisk: 1, Churn: 0.1, AtRisk: true, Relation: relationActive},
		{Key: "b", Value12: 20, ValueAtRisk: 1, Churn: 0.1, AtRisk: true, Relation: relationActive, KeyAccount: true},
		{Key: "c", Value12: 15, ValueAtRisk: 19, Churn: 0.6, AtRisk: true, Relation: relationActive},
		{Key: "d", Value12: 5, ValueAtRisk: 1, Churn: 0.6, AtRisk: true, Relation: relationActive},
		{Key: "e", Value12: 0, ValueAtRisk: 0, Churn: 0.6, AtRisk: true, Relation: relationActive},
		{Key: "f", Value12: 50, ValueAtRisk: math.NaN(), Churn: math.NaN(), Return: 0.12, Relation: relationLapsed},
		{Key: "g", Relation: relationProspect},
		{Key: "h", Value12: -12_345, ValueAtRisk: 0, Churn: 0.9, AtRisk: true, Relation: relationActive},
		{Key: "i", Value12: -20, Churn: 0.1, AtRisk: true, Relation: relationActive, KeyAccount: true},
		{Key: "j", Value12: 30, ValueAtRisk: 20, Churn: 0.7, AtRisk: true, Relation: relationActive},
	}
	recommendTiers(scores, DefaultConfig().Tiers)
	want := []string{
		"gold: value rank 1 of 8", "platinum: key account; 15.4 % of value",
		"gold: value rank 4 of 8; up one: leave 60 %", "standard: value rank 5 of 8", "standard: no value expected",
		"standard: lapsed; back 12 %", "prospect: has not bought yet",
		"standard: a loss expected: −12.3k in 12 months", "platinum: key account; a loss expected: −20 in 12 months",
		"gold: value rank 2 of 8; leave 70 %, platinum is for key accounts",
	}
	for i := range scores {
		if got := scores[i].Tier + ": " + scores[i].TierReason; got != want[i] {
			t.Errorf("%s: %s, want %s", scores[i].Key, got, want[i])
		}
	}
}
