package segment

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"sort"
)

// TierWhy is what gave the tier, and how far the next ones are while everybody else stays as they are.
type TierWhy struct {
	ByValue    string  // the tier of the expected value alone; "" unless at risk with a positive value
	Threatened bool    // moved up one for its risk, or kept at gold
	Rank, Of   int     // by expected value among the customers at risk; Rank 0 without a positive value
	Larger     float64 // share of the expected value that larger customers hold
	Steps      []TierStep
	Churn      float64 // churn probability from which, with RiskFrom, the tier moves up
	RiskFrom   float64 // value at risk from which a customer is among those that make most of it
	Key        KeyWhy
}

// TierStep says from which expected 12-month value of this customer a tier begins. Missing is From less the
// value it has: negative where it is above.
type TierStep struct {
	Tier          string
	From, Missing float64
}

// KeyWhy says what makes a key account. By rank: the customer's place by realised value among those at
// risk with a positive one, and the least realised value (Ledger's scale) with which it would be chosen.
// By conditions: which hold.
type KeyWhy struct {
	Selected   bool
	Rule       string
	ByRank     bool
	Rank, Of   int // Rank 0: not at risk, or without value
	Chosen     int // key accounts of the book
	From       int64
	Conditions []ConditionWhy
}

// ConditionWhy is one condition of the key-account rule.
type ConditionWhy struct {
	Condition string
	Holds     bool
}

func (a *analysis) explainTier(s *Score, m int) *TierWhy {
	w := &TierWhy{Churn: a.Config.Tiers.HighRisk, RiskFrom: math.NaN(), Key: a.explainKey(s, m), Of: a.scored.atRisk()}
	if !s.AtRisk {
		return w
	}
	value, risk := newRanking(a.scored.sortedAtRisk(a.scored.value)), newRanking(a.scored.sortedAtRisk(a.scored.risk))
	policy, cuts := a.Config.Tiers, &a.scored.cuts
	for _, step := range []struct {
		tier  string
		share float64
	}{{tierGold, policy.GoldShare}, {tierSilver, policy.SilverShare}} {
		from := value.least(s.Value12, step.share)
		w.Steps = append(w.Steps, TierStep{Tier: step.tier, From: from, Missing: from - s.Value12})
	}
	w.RiskFrom = risk.least(s.ValueAtRisk, policy.RiskShare)
	if s.Value12 > 0 {
		w.Rank, w.ByValue = value.rank(s.Value12), tierNames[cuts.byValue(s.Value12)]
		w.Larger = value.above(s.Value12) / value.total
		w.Threatened = cuts.threatens(s.Churn, s.ValueAtRisk)
	}
	return w
}

// least is the value with which a customer that now has the value own would begin to be within share,
// everybody else unchanged: with w₁ ≥ w₂ ≥ … the values of the others, A_j the sum of the first j and T
// their total, a value v between w_{j+1} and w_j is within where
//
//	A_j < share·(T + v),   v > A_j/share − T
//
// It is the greatest lower bound: at the value itself the customer may still be outside. +Inf where share is
// zero and no value is enough.
func (r *ranking) least(own, share float64) float64 {
	others := slices.Clone(r.sorted)
	slices.Reverse(others)
	if at := slices.Index(others, own); at >= 0 {
		others = slices.Delete(others, at, at+1)
	}
	above := make([]float64, len(others)+1)
	for j, v := range others {
		above[j+1] = above[j] + v
	}
	total := above[len(others)]
	for j := len(others); j >= 0; j-- {
		from, to := 0.0, math.Inf(1)
		if j < len(others) {
			from = others[j]
		}
		if j > 0 {
			to = others[j-1]
		}
		if v := max(from, above[j]/share-total); v < to {
			return v
		}
	}
	return math.Inf(1)
}

// explainKey says how the key-account rule sees a member.
func (a *analysis) explainKey(s *Score, m int) KeyWhy {
	selected, rule, err := a.KeyAccounts()
	if err != nil {
		return KeyWhy{} // the analysis would have failed before
	}
	w := KeyWhy{Selected: s.KeyAccount, Rule: rule, Chosen: count(selected)}
	for _, condition := range a.Config.KeyAccounts.Any {
		holds, err := a.where(condition, "key_account")
		if err != nil {
			continue // likewise
		}
		w.Conditions = append(w.Conditions, ConditionWhy{condition, holds[m]})
	}
	if w.ByRank = len(w.Conditions) == 0; !w.ByRank {
		return w
	}
	candidates, atRisk, total := a.rankByValue()
	w.Of = len(candidates)
	at := slices.IndexFunc(candidates, func(c ranked) bool { return int(c.profile) == m })
	w.Rank = at + 1
	if s.AtRisk {
		if at >= 0 {
			candidates = slices.Delete(candidates, at, at+1)
		}
		w.From = a.leastKeyValue(candidates, atRisk, total-max(s.Realised12, 0), []byte(s.Key))
	}
	return w
}

// leastKeyValue is the least realised value with which a customer at risk of that key is chosen by rank
// (see KeyAccounts), where the others are those candidates with that total: the rank r, from 0, that
// a value takes must be below the limit, and either below Min or reached before the share is made.
func (b *Book) leastKeyValue(others []ranked, atRisk int, total int64, key []byte) int64 {
	rule := b.Config.KeyAccounts
	limit := rule.limit(atRisk)
	above := make([]int64, len(others)+1)
	for j, c := range others {
		above[j+1] = above[j] + c.value
	}
	chosen := func(v int64) bool {
		r := sort.Search(len(others), func(j int) bool {
			return others[j].value < v || others[j].value == v && bytes.Compare(b.Key(int(others[j].profile)), key) > 0
		})
		return r < limit && (r < rule.Min || float64(above[r]) < rule.Share*float64(total+v))
	}
	low, high := int64(0), int64(1) // not chosen, chosen
	for !chosen(high) {
		if high > math.MaxInt64/4 {
			return math.MaxInt64 // no key accounts at all: limit and least number are zero
		}
		low, high = high, 2*high
	}
	for high-low > 1 {
		if v := low + (high-low)/2; chosen(v) {
			high = v
		} else {
			low = v
		}
	}
	return high
}

// ranked is a customer with the value it is ranked by.
type ranked struct {
	value   int64
	profile int32
}

// rankByValue lists the customers at risk who have value, largest first, ties by key bytes; how many are at risk;
// and the book's value.
func (b *Book) rankByValue() (candidates []ranked, atRisk int, total int64) {
	values, atRisk, total := b.valuesAtRisk()
	candidates = make([]ranked, 0, len(values))
	for i := range b.Profiles.Len() {
		if value := b.Profiles.Value12(i, b.Basis); value > 0 && b.atRisk(i) {
			candidates = append(candidates, ranked{value, int32(i)})
		}
	}
	slices.SortFunc(candidates, func(x, y ranked) int {
		if x.value != y.value {
			return cmp.Compare(y.value, x.value)
		}
		return bytes.Compare(b.Key(int(x.profile)), b.Key(int(y.profile)))
	})
	return candidates, atRisk, total
}
