package segment

import (
	"testing"
)

func TestBasis(t *testing.T) {
	f := func(set string, want, why string, rows ...sale) {
		t.Helper()
		l := handmade(18000, nil, rows...)
		cfg := DefaultConfig()
		cfg.ValueBasis = set
		got, reason, err := Basis(l, ProfilesOn(l, 18000, 90, 1), cfg)
		if err != nil || got != want || reason != why {
			t.Errorf("got %q, %q, %v; want %q, %q", got, reason, err, want, why)
		}
	}
	known := sale{key: "a", day: 17999, amount: 9500, cost: 5000, costed: true}
	unknown := sale{key: "b", day: 17999, amount: 500}
	f("auto", Margin, "margin: cost is known for 95.0 % of the trailing-12-month net revenue; the rest counts as no margin", known, unknown)
	f("revenue", Revenue, "revenue: set in the configuration", known)
	unknown.amount = 600
	f("auto", Revenue, "revenue: cost is known for 94.1 % of the trailing-12-month net revenue, margin needs 95 %", known, unknown)
	f("margin", Margin, "margin: set in the configuration; cost is known for 94.1 % of the trailing-12-month net revenue; the rest counts as no margin", known, unknown)

	l := handmade(18000, nil, known, unknown)
	profiles := ProfilesOn(l, 18000, 90, 1)
	if got := Uncosted12(profiles); got != 600 {
		t.Errorf("uncosted %d, want 600", got)
	}
	l.Has.Cost = false
	cfg := DefaultConfig()
	if got, _, err := Basis(l, profiles, cfg); got != Revenue || err != nil {
		t.Errorf("without cost: %q, %v", got, err)
	}
	cfg.ValueBasis = Margin
	if _, _, err := Basis(l, profiles, cfg); err == nil {
		t.Error("margin without cost passes")
	}
}
