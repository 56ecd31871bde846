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
