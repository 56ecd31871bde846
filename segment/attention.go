package segment

import (
	"bytes"
	"cmp"
	"slices"
)

// Codes of attention.
const (
	attentionLeaving = "leaving" // at risk, and something is wrong
	attentionLapsed  = "lapsed"  // lapsed within the last churn horizon
	attentionDecline = "decline" // a key account at risk that is likelier than others to decline
)

// entry is an account that may need a person.
type entry struct {
	member int
	stake  float64
	code   string
}

// shortlist keeps the entries with the largest stakes: ties are in key order.
type shortlist struct {
	b       *Book
	places  int
	entries []entry // best first
	n       int     // of all that were offered
}

func (l *shortlist) order(x, y entry) int {
	return cmp.Or(cmp.Compare(y.stake, x.stake), bytes.Compare(l.b.Key(x.member), l.b.Key(y.member)))
}

func (l *shortlist) offer(e entry) {
	l.n++
	if n := len(l.entries); n == l.places && (n == 0 || l.order(e, l.entries[n-1]) > 0) {
		return
	}
	at, _ := slices.BinarySearchFunc(l.entries, e, l.order)
	l.entries = slices.Insert(l.entries[:min(len(l.entries), l.places-1)], at, e)
}

// attentionList names the accounts that need a person, by what is at stake: the value at risk, and for
// those who have just lapsed (silent for one to two churn horizons) what they brought in the better of
// the last two years beyond what is expected of the next. Half of the places are for each kind, as far
// as there are enough. A customer at risk is listed only with a reason to call (see worrying). Ties are
// in key order.
//
// A key account without such a reason is listed when it is warnLift times as likely as the mean to decline: what is at stake is that probability of the
// least that a decline takes.
func (t *teller) attentionList(s *scored, declining map[int]float64) []Attention {
	places := t.Config.Attention
	leaving, gone := shortlist{b: t.Book, places: places}, shortlist{b: t.Book, places: places}
	mean := s.meanChurn()
	for m, r := range s.relation {
		switch {
		case r == active && s.risk[m] > 0:
			if pr := t.Profiles.At(m); t.worrying(&pr, s.chance[m], mean) {
				leaving.offer(entry{m, s.risk[m], attentionLeaving})
			} else if p, warned := declining[m]; warned {
				leaving.offer(entry{m, p * t.Config.DeclineShare * t.money(Value12(&pr, t.Basis)), attentionDecline})
			}
		case r == lapsed && int(t.Clock.AsOf-t.Profiles.Last[m]) < 2*t.Clock.Horizon:
			profile := t.Profiles.At(m)
			pr := &profile
			brought := t.money(max(Value12(pr, t.Basis), ValuePrior12(pr, t.Basis)))
			if lost := brought - zeroIfUndefined(s.value[m]); lost > 0 {
				gone.offer(entry{m, lost, attentionLapsed})
			}
		}
	}
	n := min(gone.n, max(places/2, places-leaving.n))
	list := append(leaving.entries[:min(len(leaving.entries), places-n)], gone.entries[:n]...)
	slices.SortFunc(list, leaving.order)
	names := t.attribute("name")
	var out []Attention
	for _, e := range list {
		out = append(out, Attention{Key: string(t.Key(e.member)), Name: names.at(e.member), Code: e.code, Words: t.attentionWords(s, e, declining), ValueAtRisk: e.stake})
	}
	return out
}

// late is how many usual gaps a silence lasts before it is worth a call: below one and a half, every
// second customer would be late.
const late = 1.5

// worrying: likely to leave, a fifth of value lost, or late and more likely to leave than the mean.
func (t *teller) worrying(pr *Profile, churn, meanChurn float64) bool {
	silent := float64(pr.RecencyDays(t.Clock.AsOf)) >= late*usualGap(pr, t.typical.gap)
	return churn >= t.Config.Tiers.HighRisk || t.change(pr) <= -notableChange || silent && !(churn < meanChurn)
}

// attentionWords is like "silent 118 d, usual 45; 12-month revenue −38 %; leave 62 %". A silence shorter
// than usual is no reason to call.
func (t *teller) attentionWords(s *scored, e entry, declining map[int]float64) string {
	var words []byte
	m := e.member
	next := func() {
		if len(words) > 0 {
			words = append(words, "; "...)
		}
	}
	pr := t.Profile(m)
	if float64(pr.RecencyDays(t.Clock.AsOf)) >= usualGap(pr, t.typical.gap) {
		words = t.appendSilence(words, pr)
	}
	if c := t.change(pr); c >= notableChange || c <= -notableChange {
		next()
		words = t.appendChange(words, pr)
	}
	if finite(s.chance[m]) {
		next()
		what := "back "
		if s.relation[m] == active {
			what = "leave "
		}
		words = appendPercent(append(words, what...), s.chance[m])
	}
	if p, warned := declining[m]; warned && e.code != attentionLapsed {
		next()
		words = appendPercent(append(words, "decline "...), p)
	}
	return string(words)
}
