package segment

import (
	"slices"
	"testing"
)

func TestLadder(t *testing.T) {
	f := func(floors []float64, want ...string) {
		t.Helper()
		if l := NewLadder(floors); !slices.Equal(l.Names, want) {
			t.Errorf("%v: %q, want %q", floors, l.Names, want)
		}
	}
	f([]float64{100, 50, 10, 5}, "≥100", "50–99", "10–49", "5–9", "1–4", "none")
	f([]float64{3, 2}, "≥3", "2", "1", "none")
	f([]float64{10, 1}, "≥10", "1–9", "under 1", "none")
	f([]float64{2.5, 0.5}, "≥2.5", "0.5 to under 2.5", "under 0.5", "none")
	f(nil, "any", "none")

	l := NewLadder([]float64{100, 50, 10, 5})
	g := func(units float64, want string) {
		t.Helper()
		if got := l.Names[l.Rung(units)]; got != want {
			t.Errorf("%v units: %s, want %s", units, got, want)
		}
	}
	g(1000, "≥100")
	g(100, "≥100")
	g(99.5, "50–99")
	g(50, "50–99")
	g(5, "5–9")
	g(4.9, "1–4")
	g(0.1, "1–4")
	g(0, "none")
	g(-3, "none")
}
