package example

import (
	"fmt"
	"sort"
)

const (
	visitGap         = 160  // mean days between the visits of an account of median revenue
	quoteRate        = 0.9  // quotes a year
	complaintRate    = 0.12 // complaints a year while all is well
	complaintLeaving = 1.6  // complaints a year in the leavingDays before an account leaves
	leavingDays      = 150
	surveyMean       = 7.6 // satisfaction, 0 to 10, each November
	surveyComplained = 2.2 // lower after a complaint within a year
	surveyAnswer     = 0.7 // share that answers
	tenderChance     = 0.7 // public buyers tender once a year
	prospectFrom     = 400 // prospects are worked on from at most so many days before the end
)

type activity struct {
	customer string
	on       day
	kind     string
	value    string
	person   string
}

// activities are dated events: visits by the account manager (of prospects too), quotes and tenders with
// their value, complaints, and a yearly survey with a score from 0 to 10. They go on for as long as an
// account buys. Complaints tell of leaving, they do not cause it.
//
// Five lines are wrong on purpose: one without a date, one of a customer that does not exist, one of the year
// 2062, one with a misspelt kind, one with a score that is no number.
func (b *book) activities() csvTable {
	var all []activity
	for i, a := range b.sorted() {
		r := newRandom(uint64(11_000 + i))
		if a.prospect {
			all = append(all, b.courtship(a, r)...)
			continue
		}
		for _, l := range a.lives {
			all = append(all, a.visits(l, r)...)
			all = append(all, a.offers(l, r)...)
			all = append(all, a.moods(l, r)...)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].on < all[j].on })
	t := csvTable{{"customer_id", "date", "kind", "value", "person"}}
	for _, e := range all {
		t = append(t, []string{e.customer, e.on.text(), e.kind, e.value, e.person})
	}
	return append(t,
		[]string{t[20][0], "", "visit", "", t[20][4]},
		[]string{"C9999", "2026-03-03", "visit", "", "Helen Marsh"},
		[]string{t[30][0], "2062-05-11", "quote", "12500.00", t[30][4]},
		[]string{t[40][0], "2026-06-18", "vist", "", t[40][4]},
		[]string{t[50][0], "2026-09-30", "survey", "n/a", ""})
}

// every draws days of a Poisson process of so many a year during a life.
func (r *random) every(l life, yearly float64) []day {
	var out []day
	for d := float64(l.from) + r.exponential()*365/yearly; day(d) <= l.to; d += r.exponential() * 365 / yearly {
		out = append(out, day(d))
	}
	return out
}

// visits come more often to larger accounts.
func (a *account) visits(l life, r *random) []activity {
	gap := visitGap / max(0.3, min(a.yearly/medianYearly, 4))
	var out []activity
	for d := float64(l.from) + gap*r.uniform(); day(d) <= l.to; d += gap * r.gamma(4) {
		on := workday(day(d))
		out = append(out, activity{a.key, on, "visit", "", a.manager(on)})
	}
	return out
}

func (a *account) offers(l life, r *random) []activity {
	var out []activity
	for _, on := range r.every(l, quoteRate) {
		value := fmt.Sprintf("%.2f", a.yearly*r.between(0.02, 0.15))
		out = append(out, activity{a.key, workday(on), "quote", value, a.manager(on)})
	}
	if a.industry.name != "Public sector" {
		return out
	}
	for _, autumn := range []string{"2024-09-16", "2025-09-15", "2026-09-14"} {
		if on := date(autumn) + day(r.intn(12)); on >= l.from && on <= l.to && r.chance(tenderChance) {
			out = append(out, activity{a.key, workday(on), "tender", fmt.Sprintf("%.2f", a.yearly*r.between(0.3, 0.6)), a.manager(on)})
		}
	}
	return out
}

// moods are complaints and survey scores.
func (a *account) moods(l life, r *random) []activity {
	complaints := r.every(l, complaintRate)
	if l.to < windowEnd {
		complaints = append(complaints, r.every(life{from: max(l.from, l.to-leavingDays), to: l.to}, complaintLeaving)...)
	}
	var out []activity
	for _, on := range complaints {
		out = append(out, activity{a.key, on, "complaint", "", ""})
	}
	for _, november := range []string{"2024-11-04", "2025-11-03"} {
		on := date(november) + day(r.intn(18))
		score := surveyMean + 1.4*r.normal()
		for _, c := range complaints {
			if c < on && c > on-365 {
				score -= surveyComplained
			}
		}
		if answered := r.chance(surveyAnswer); answered && on >= l.from && on <= l.to {
			out = append(out, activity{a.key, on, "survey", fmt.Sprintf("%.0f", max(0, min(score, 10))), ""})
		}
	}
	return out
}

// courtship is how a prospect is worked on: visits, then perhaps a quote.
func (b *book) courtship(a *account, r *random) []activity {
	team := b.staff.teams[a.region]
	manager := team[len(team)-1]
	on := windowEnd - day(r.intn(prospectFrom))
	var out []activity
	for range r.intn(4) {
		if on > windowEnd {
			return out
		}
		out = append(out, activity{a.key, workday(on), "visit", "", manager})
		on += 20 + day(r.intn(70))
	}
	if len(out) > 1 && on <= windowEnd {
		out = append(out, activity{a.key, workday(on), "quote", fmt.Sprintf("%.2f", a.yearly*r.between(0.1, 0.3)), manager})
	}
	return out
}
