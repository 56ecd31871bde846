package segment

import (
	"math"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// Two years of months of 100, then what came, in a label of 60 days.
func TestDeclineByHand(t *testing.T) {
	origin := date("2024-01-01")
	var rows []sale
	monthly := func(key string, from, to ingest.Day, amount, units int64) {
		for day := from; day < to; day += 30 {
			rows = append(rows, sale{key: key, day: day, amount: amount, units: units})
		}
	}
	for _, key := range []string{"falls", "holds", "leaves", "fewer units"} {
		monthly(key, origin-720, origin+1, 10_000, 1)
	}
	monthly("falls", origin+30, origin+60, 6_000, 1)         // 60 in 60 days, usual are some 200
	monthly("holds", origin+30, origin+61, 8_000, 1)         // 160: down by a fifth only
	monthly("fewer units", origin+30, origin+61, 10_000, -7) // the same money, a rung lower
	rows = append(rows, sale{key: "young", day: origin - 20, amount: 5_000}, sale{key: "young", day: origin + 10, amount: 4_000},
		sale{key: "losing", day: origin - 20, amount: 100}, sale{key: "losing", day: origin - 10, amount: -5_000}, sale{key: "late", day: origin + 100, amount: 1})
	l := handmade(origin+100, nil, rows...)
	b, err := newBook(l, nil, Clock{AsOf: l.AsOf, First: l.First, Period: Month, Horizon: 60, MedianGap: 30}, nil, DefaultConfig(), 1)
	if err != nil {
		t.Fatal(err)
	}
	st := newStudy(b)
	profiles := st.profilesOn(origin, st.sample)
	p := st.newPanel(origin, profiles)
	if st.declineDays != 60 || !p.Decline || p.season != 1 {
		t.Fatalf("label %d, known %v, season %v: five customers are too few for seasons", st.declineDays, p.Decline, p.season)
	}
	want := map[string]bool{"falls": true, "holds": false, "leaves": true, "fewer units": true}
	for i := range p.Subjects {
		s := &p.Subjects[i]
		pr := profiles.At(int(s.profile))
		key := string(l.Shard(int(pr.Shard)).Key(int(pr.Row)))
		falls, known := want[key]
		if known != declined.eligible(s) || s.declined != falls && known {
			t.Errorf("%s: declined %v (usual %v, came %v, lower rung %v), want %v", key, s.declined, s.usual, s.future, s.lower, falls)
		}
		if key == "young" && s.usual != 0 { // customer for 20 days only
			t.Errorf("young: usual %v", s.usual)
		}
		if key == "holds" && !close9(s.usual, 13*100*60/yearDays) {
			t.Errorf("holds: usual %v", s.usual)
		}
	}
}

// A season is what the same days brought a year before, for labels of less than a year.
func TestSeasonOfALabel(t *testing.T) {
	var tally seasonTally
	for range minBand - 1 {
		tally.add(12, 6)
	}
	if got := tally.season(60); got != 1 {
		t.Errorf("too few customers: %v", got)
	}
	tally.add(12, 6)
	if got := tally.season(60); got != mostSeason {
		t.Errorf("half a year's days in 60: %v, want no more than %v", got, float64(mostSeason))
	}
	if got, want := tally.season(150), 0.5/(150/yearDays); !close9(got, want) {
		t.Errorf("half a year's days in 150: %v, want %v", got, want)
	}
	if got := tally.season(valueYear); got != 1 {
		t.Errorf("a year has no season: %v", got)
	}
}

// In a book whose customers buy twice as much in summer, the usual value follows, and about as many decline in every label.
func TestSeasonsAreNoDecline(t *testing.T) {
	sim := manyBuyers()
	sim.customers, sim.lifetime, sim.returnShare = 800, 4000, 0
	var rows []sale
	for i, s := range sim.sales() {
		if month := (int(s.day) % 365) / 91; month < 2 || i%3 == 0 {
			rows = append(rows, s)
		}
	}
	asOf := sim.start + 1000
	l := handmade(asOf, nil, rows...)
	l.Has.Units = false
	a := competed(t, l, nil, sim.start, func(c *Config) { c.ValueBasis = Revenue })
	least, most := 1.0, 0.0
	for _, f := range a.declinePlan.Folds {
		p := a.newPanel(f.Origin, a.profilesOn(f.Origin, a.sample))
		_, y := declined.of(p)
		least, most = min(least, num.Mean(y)), max(most, num.Mean(y))
	}
	if !(most-least < 0.25) {
		t.Errorf("%.3f to %.3f decline from label to label", least, most)
	}
}

// Probabilities of decline come true in total, fold by fold, and are not below those of leaving where leaving is a decline.
func TestDeclineComesTrue(t *testing.T) {
	slow(t)
	for _, days := range []int{900, 2200} { // labels of a horizon, and of a year
		sim := manyBuyers()
		sim.customers, sim.days = 3000, days+1
		r := analyse(t, sim.ledger(days), 2, nil)
		if r.DeclineModel == "" || !r.DeclineCertified {
			t.Fatalf("decline by %q, certified %v: %s", r.DeclineModel, r.DeclineCertified, r.DeclineWhy)
		}
		for _, c := range r.Contests {
			if c.Target == targetDecline && c.Champion && !(math.Abs(c.Bias) < 0.08) {
				t.Errorf("%d days: %s expects %+.1f %% too many", days, c.Candidate, 100*c.Bias)
			}
		}
		f := &r.Forecast
		if !(f.DeclinersLow < f.Decliners && f.Decliners < f.DeclinersHigh) || f.Declinable == 0 {
			t.Errorf("%d days: %v [%v, %v] of %d", days, f.Decliners, f.DeclinersLow, f.DeclinersHigh, f.Declinable)
		}
		n := 0
		for _, s := range rowsOf(t, r.Scores) {
			if !finite(s.Decline) {
				continue
			}
			n++
			if !(s.DeclineLow <= s.Decline && s.Decline <= s.DeclineHigh && s.DeclineBelow > 0 && s.DeclineLow >= 0 && s.DeclineHigh <= 1) {
				t.Fatalf("%s: %v [%v, %v] below %v", s.Key, s.Decline, s.DeclineLow, s.DeclineHigh, s.DeclineBelow)
			}
			if f.DeclineDays == r.Clock.Horizon && s.Decline < s.Churn-1e-6 {
				t.Errorf("%s leaves with %v and declines with %v", s.Key, s.Churn, s.Decline)
			}
		}
		if n != f.Declinable {
			t.Errorf("%d rows, %d forecast", n, f.Declinable)
		}
	}
}
