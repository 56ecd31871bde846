package segment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mainstay/internal/num"
)

// Codes of attention.
const (
	attentionLeaving = "leaving" // at risk, and something is wrong
	attentionLapsed  = "lapsed"  // lapsed within the last churn horizon
)

// entry is an account that may need a person.
type entry struct {
	score *Score
	stake float64
	code  string
}

// attentionList names the accounts that need a person, by what is at stake: the value at risk, and for
// those who have just lapsed (silent for one to two churn horizons) what they brought in the better of
// the last two years beyond what is expected of the next. Half of the places are for each kind, as far
// as there are enough. A customer at risk is listed only with a reason to call (see worrying). Ties are
// in key order.
func (t *teller) attentionList(scores []Score) []Attention {
	var leaving, lapsed []entry
	mean := meanChurn(scores)
	for i := range scores {
		s := &scores[i]
		switch {
		case s.AtRisk && s.ValueAtRisk > 0 && t.worrying(s, mean):
			leaving = append(leaving, entry{s, s.ValueAtRisk, attentionLeaving})
		case s.Relation == relationLapsed && s.Profile.RecencyDays(t.Clock.AsOf) < 2*t.Clock.Horizon:
			brought := t.money(max(s.Realised12, ValuePrior12(s.Profile, t.Basis)))
			if lost := brought - zeroIfUndefined(s.Value12); lost > 0 {
				lapsed = append(lapsed, entry{s, lost, attentionLapsed})
			}
		}
	}
	byStake(leaving)
	byStake(lapsed)
	places := t.Config.Attention
	gone := min(len(lapsed), max(places/2, places-len(leaving)))
	list := append(leaving[:min(len(leaving), places-gone)], lapsed[:gone]...)
	byStake(list)
	var out []Attention
	for _, e := range list {
		out = append(out, Attention{Key: e.score.Key, Name: e.score.Name, Code: e.code, Words: t.attentionWords(e.score), ValueAtRisk: e.stake})
	}
	return out
}

func byStake(list []entry) {
	slices.SortFunc(list, func(x, y entry) int {
		return cmp.Or(cmp.Compare(y.stake, x.stake), strings.Compare(x.score.Key, y.score.Key))
	})
}

// late is how many usual gaps a silence lasts before it is worth a call: below one and a half, every
// second customer would be late.
const late = 1.5

// worrying: likely to leave, a fifth of value lost, or late and more likely to leave than the mean.
func (t *teller) worrying(s *Score, meanChurn float64) bool {
	silent := float64(s.Profile.RecencyDays(t.Clock.AsOf)) >= late*usualGap(s.Profile, t.typical.gap)
	return s.Churn >= t.Config.Tiers.HighRisk || t.change(s.Profile) <= -notableChange || silent && !(s.Churn < meanChurn)
}

// meanChurn is the mean churn probability of the customers at risk, NaN without any.
func meanChurn(scores []Score) float64 {
	var sum num.Adder
	n := 0
	for i := range scores {
		if finite(scores[i].Churn) {
			sum.Add(scores[i].Churn)
			n++
		}
	}
	return sum.Sum() / float64(n)
}

// attentionWords is like "silent 118 d, usual 45; 12-month revenue −38 %; leave 62 %". A silence shorter
// than usual is no reason to call.
func (t *teller) attentionWords(s *Score) string {
	var words []string
	if float64(s.Profile.RecencyDays(t.Clock.AsOf)) >= usualGap(s.Profile, t.typical.gap) {
		words = append(words, t.silence(s.Profile))
	}
	if c := t.change(s.Profile); c >= notableChange || c <= -notableChange {
		words = append(words, t.changeWords(s.Profile))
	}
	switch {
	case finite(s.Churn):
		words = append(words, fmt.Sprintf("leave %.0f %%", 100*s.Churn))
	case finite(s.Return):
		words = append(words, fmt.Sprintf("back %.0f %%", 100*s.Return))
	}
	return strings.Join(words, "; ")
}
