package key_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
	_ "mainstay/internal/seeded"
)

func text(values ...string) *column.Vector {
	d := &column.Dict{Start: []uint32{0}}
	v := &column.Vector{N: len(values), Dict: d}
	for i, s := range values {
		d.Bytes = append(d.Bytes, s...)
		d.Start = append(d.Start, uint32(len(d.Bytes)))
		v.Code = append(v.Code, uint32(i))
	}
	return v
}

func TestOneKeyWhateverTheType(t *testing.T) {
	is := func(want string, wantStatus key.Status, v *column.Vector, typ column.Type) {
		t.Helper()
		got, st := key.Append(nil, v, typ, 0)
		if string(got) != want || st != wantStatus {
			t.Errorf("%s: got %q status %d, want %q status %d", typ.Name, got, st, want, wantStatus)
		}
	}
	ints := func(x int64) *column.Vector { return &column.Vector{N: 1, Int: []int64{x}} }
	floats := func(x float64) *column.Vector { return &column.Vector{N: 1, Float: []float64{x}} }
	typ := func(k column.Kind, scale int) column.Type { return column.Type{Kind: k, Scale: scale} }

	is("42", key.OK, ints(42), typ(column.Int, 0))
	is("42", key.OK, text("42"), typ(column.Text, 0))
	is("00042", key.OK, text("00042"), typ(column.Text, 0))
	is("42", key.OK, floats(42), typ(column.Float, 0))
	is("17850", key.OK, floats(17850.0), typ(column.Float, 0))
	is("17850.5", key.OK, floats(17850.5), typ(column.Float, 0))
	is("0", key.OK, floats(math.Copysign(0, -1)), typ(column.Float, 0))
	is("100000000000000000000000", key.OK, floats(1e23), typ(column.Float, 0))
	is("", key.Bad, floats(math.NaN()), typ(column.Float, 0))
	is("", key.Bad, floats(math.Inf(-1)), typ(column.Float, 0))
	is("42", key.OK, ints(4200), typ(column.Decimal, 2))
	is("-0.05", key.OK, ints(-50), typ(column.Decimal, 3))
	is("4.2", key.OK, ints(420), typ(column.Decimal, 2))
	is("4200", key.OK, ints(42), typ(column.Decimal, -2))
	is("-9.223372036854775808", key.OK, ints(math.MinInt64), typ(column.Decimal, 18))
	is("2011-12-09", key.OK, ints(15317), typ(column.Date, 0))
	is("true", key.OK, ints(1), typ(column.Bool, 0))
	is("", key.None, text(""), typ(column.Text, 0))
	is("", key.None, text(" \t\u3000"), typ(column.Text, 0))
	is(" a", key.OK, text(" a"), typ(column.Text, 0))
	is("", key.Bad, text("\xff"), typ(column.Text, 0))
	is("", key.Bad, text(strings.Repeat("x", key.MaxLen+1)), typ(column.Text, 0))
	is("", key.None, &column.Vector{N: 1, Null: []bool{true}, Int: []int64{0}}, typ(column.Int, 0))
	is("", key.Bad, &column.Vector{N: 1, Bad: []bool{true}, Int: []int64{0}}, typ(column.Decimal, 0))
	is("18446744073709551615", key.OK, &column.Vector{N: 1, Bad: []bool{true}, Int: []int64{-1}}, typ(column.Int, 0))
	is("18446744073709551615", key.OK, text("18446744073709551615"), typ(column.Text, 0))
}

// An integer parses from exactly one spelling: its own.
func TestParseIntProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Int64().Draw(t, "x")
		if got, ok := key.ParseInt(strconv.AppendInt(nil, x, 10)); !ok || got != x {
			t.Fatalf("%d does not parse: %d %v", x, got, ok)
		}
		s := rapid.StringMatching(`[-+]?[0-9]{0,21}`).Draw(t, "s")
		if got, ok := key.ParseInt([]byte(s)); ok && strconv.FormatInt(got, 10) != s {
			t.Fatalf("%q was taken for %d", s, got)
		}
	})
	for _, s := range []string{"", "-", "-0", "00", "042", "+1", "1.0", "9223372036854775808", "-9223372036854775809"} {
		if _, ok := key.ParseInt([]byte(s)); ok {
			t.Errorf("%q is not canonical", s)
		}
	}
}

func FuzzParseInt(f *testing.F) {
	f.Add([]byte("-9223372036854775808"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if x, ok := key.ParseInt(b); ok && strconv.FormatInt(x, 10) != string(b) {
			t.Fatalf("%q was taken for %d", b, x)
		}
	})
}
