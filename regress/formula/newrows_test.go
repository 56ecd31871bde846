package formula

import (
	"math"
	"slices"
	"testing"

	_ "mainstay/internal/seeded"

	"pgregory.net/rapid"
)

// Rows of the fit are coded as the fit has them, whichever of them are asked for; a row that lacks a column is told.
func TestNewRowsAreCodedAsThoseOfTheFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 20).Draw(t, "n")
		d := &Data{Rows: n, Columns: []Column{{Name: "y"}, {Name: "x"}, {Name: "k"}, {Name: "g"}, {Name: "won", Logical: true}}}
		for range n {
			for c, from := range [][]float64{{1}, {1, -2.5, 7, math.NaN()}, {1, 2, 3}} {
				d.Columns[c].Number = append(d.Columns[c].Number, rapid.SampledFrom(from).Draw(t, "number"))
			}
			d.Columns[3].Text = append(d.Columns[3].Text, rapid.SampledFrom([]string{"a", "b", "c", ""}).Draw(t, "text"))
			d.Columns[4].Text = append(d.Columns[4].Text, rapid.SampledFrom([]string{"true", "false"}).Draw(t, "logical"))
		}
		f, err := Parse("y ~ "+rapid.SampledFrom([]string{"x", "x * g", "g - 1", "factor(k) + poly(x, 2, raw = TRUE)", "scale(x) + won", "relevel(g, ref = \"b\") + I(k > 1)", "g:won + offset(x)", "x + strata(g, k)"}).Draw(t, "right"), nil)
		if err != nil {
			t.Fatal(err)
		}
		fr, err := NewFrame(f, d, nil)
		if err != nil {
			return
		}
		coding, err := fr.Learn(nil)
		if err != nil {
			return
		}
		design, _ := coding.Design(nil)
		from := rapid.IntRange(0, n-1).Draw(t, "from")
		var rows []int
		for i := from; i < n; i++ {
			rows = append(rows, i)
		}
		got, why, err := coding.Code(d, rows)
		if err != nil {
			t.Fatal(err)
		}
		numbers, _ := fr.Strata()
		at := 0
		for i, row := range rows {
			place := slices.Index(fr.Rows, row)
			if (place >= 0) != (why[i] == "") {
				t.Fatalf("row %d: %q", row, why[i])
			}
			if place < 0 {
				continue
			}
			same := got.Rows[at] == row && slices.Equal(got.Design.Row(at), design.Row(place))
			same = same && (fr.Offset() == nil || got.Offset[at] == fr.Offset()[place]) && (numbers == nil || got.Strata[at] == numbers[place])
			if !same {
				t.Fatalf("%s, row %d: %v, expected %v", f, row, got.Design.Row(at), design.Row(place))
			}
			at++
		}
		if at != len(got.Rows) {
			t.Fatal("rows that nobody asked for")
		}
	})
}
