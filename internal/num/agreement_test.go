package num

import (
	"math"
	"testing"
)

func TestLRE(t *testing.T) {
	for _, c := range []struct {
		a    Agreement
		want float64
	}{
		{Agreement{Computed: 1.001, Published: 1}, 3},
		{Agreement{Computed: -2, Published: -2}, 15},
		{Agreement{Computed: -2, Published: -2, Digits: 6}, 6},
		{Agreement{Computed: 2.0000000001, Published: 2, Digits: 6}, 6},
		{Agreement{Computed: 1e-9, Published: 0}, 9},
		{Agreement{Computed: 50, Published: 1}, 0},
		{Agreement{Computed: math.NaN(), Published: 1}, 0},
		{Agreement{Computed: math.Inf(1), Published: 1}, 0},
	} {
		if got := c.a.LRE(); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%+v: %v digits, want %v", c.a, got, c.want)
		}
	}
}

func TestAgreementHolds(t *testing.T) {
	for _, c := range []struct {
		a    Agreement
		want bool
	}{
		{Agreement{Computed: 1.0004, Published: 1, Digits: 4}, true}, // rounds to 1.000
		{Agreement{Computed: 1.002, Published: 1, Digits: 4}, false},
		{Agreement{Computed: 1.002, Published: 1, Digits: 4, Floor: 2}, true},
		{Agreement{Computed: 1 + 1e-13, Published: 1}, false},
		{Agreement{Computed: 1e-15, Published: 0}, true},
		{Agreement{Computed: math.NaN(), Published: 1, Digits: 1}, false},
	} {
		if got := c.a.Holds(); got != c.want {
			t.Errorf("%+v: holds %v, want %v", c.a, got, c.want)
		}
	}
}
