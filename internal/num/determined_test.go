package num

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDetermined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(8, 40).Draw(t, "n")
		unit := rapid.Float64Range(-1, 1)
		rows := make([][]float64, n)
		for i := range rows { // the first two columns cannot be constant or the same
			rows[i] = []float64{float64(i%2) + .1*unit.Draw(t, "x"), float64(i/2%2) + .1*unit.Draw(t, "y"), 0}
		}
		row := func(i int) []float64 { return rows[i] }
		if j := Determined(n, 2, row); j != -1 {
			t.Fatalf("column %d of two that differ is determined", j)
		}
		a, b, c := unit.Draw(t, "a"), unit.Draw(t, "b"), 1e3*unit.Draw(t, "c")
		for _, r := range rows {
			r[2] = a*r[0] + b*r[1] + c
		}
		if j := Determined(n, 3, row); j != 2 {
			t.Fatalf("column %d is determined, expected the last", j)
		}
		for _, r := range rows {
			r[0] = c
		}
		if j := Determined(n, 3, row); j != 0 {
			t.Fatalf("column %d is determined, expected the first, a constant", j)
		}
	})
	if j := Determined(3, 0, func(int) []float64 { return nil }); j != -1 {
		t.Fatal("nothing is determined")
	}
}
