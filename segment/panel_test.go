package segment

import (
	"testing"

	"mainstay/ingest"
)

// A value label of a year closes before a churn horizon of 500 days does: each label is filled where it
// is known, and only there.
func TestLabelsOfDifferentLengths(t *testing.T) {
	const horizon = 500
	sim := manyBuyers()
	sim.customers, sim.days = 200, 2000
	asOf := sim.start + 1900
	l := handmade(asOf, nil, sim.sales()...)
	b := newStudy(mustBook(l, nil, func(c *Config) { c.ChurnHorizon, c.ValueBasis = horizon, Revenue }))
	if b.label != valueYear || b.label >= horizon {
		t.Fatalf("value label of %d days", b.label)
	}
	for _, c := range []struct {
		back         ingest.Day
		churn, value bool
	}{{horizon, true, true}, {horizon - 1, false, true}, {valueYear, false, true}, {valueYear - 1, false, false}} {
		day := asOf - c.back
		profiles := ProfilesOn(l, day, horizon, 2)
		p := b.newPanel(day, profiles)
		if p.Churn != c.churn || p.Value != c.value {
			t.Fatalf("%d days back: churn %v, value %v known", c.back, p.Churn, p.Value)
		}
		for i := range p.Subjects {
			s := &p.Subjects[i]
			pr := profiles.At(int(s.profile))
			sh := l.Shard(int(pr.Shard))
			key, silent, bought, future := sh.Key(int(pr.Row)), true, false, 0.0
			lo, hi := sh.Cells(int(pr.Row))
			for j := lo; j < hi; j++ {
				ahead := sh.Day[j] - day
				if ahead > 0 && ahead <= horizon && l.Purchase(sh, j) {
					silent = false
				}
				if ahead > 0 && ahead <= valueYear {
					future += float64(sh.Net(j)) / 100
					bought = bought || l.Purchase(sh, j)
				}
			}
			if s.churned != (c.churn && silent) {
				t.Errorf("%d days back, %s: churned %v", c.back, key, s.churned)
			}
			if s.bought != (c.value && bought) || c.value && !close9(s.future, future) || !c.value && s.future != 0 {
				t.Errorf("%d days back, %s: bought %v, future %v, want %v, %v", c.back, key, s.bought, s.future, bought, future)
			}
		}
	}
}
