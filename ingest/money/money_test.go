package money

import (
	"math"
	"math/big"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestTotalAgainstBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOf(rapid.Int64()).Draw(t, "xs")
		scale := rapid.IntRange(0, MaxScale).Draw(t, "scale")
		cut := rapid.IntRange(0, len(xs)).Draw(t, "cut")
		var a, b Total
		want := new(big.Int)
		for i, x := range xs {
			if i < cut {
				a.Add(x)
			} else {
				b.Add(x)
			}
			want.Add(want, big.NewInt(x))
		}
		whole := a
		whole.Merge(b)
		if whole.big().Cmp(want) != 0 {
			t.Fatalf("sum is %v, want %v", whole.big(), want)
		}
		if x, ok := whole.Int64(); ok != want.IsInt64() || ok && x != want.Int64() {
			t.Fatalf("Int64 is %d, %v; want %v", x, ok, want)
		}
		if got := whole.Cmp(a); got != want.Cmp(a.big()) {
			t.Fatalf("Cmp is %d", got)
		}
		exact := new(big.Rat).SetFrac(want, bigPow10(scale))
		if got := whole.Format(scale); got != exact.FloatString(scale) && !(want.Sign() == 0) {
			t.Fatalf("Format is %s, want %s", got, exact.FloatString(scale))
		}
		if f, _ := exact.Float64(); whole.Float64(scale) != f {
			t.Fatalf("Float64 is %v, want %v", whole.Float64(scale), f)
		}
		var times Total
		for i, x := range xs {
			times.AddTimes(x, i)
			times.AddUint(uint64(x))
			want.Add(want, new(big.Int).Mul(big.NewInt(x), big.NewInt(int64(i-1))))
			want.Add(want, new(big.Int).SetUint64(uint64(x)))
		}
		if times.big().Cmp(want) != 0 {
			t.Fatalf("sum of multiples is %v, want %v", times.big(), want)
		}
		whole.Sub(b)
		if whole != a {
			t.Fatal("a + b − b is not a")
		}
	})
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		x     int64
		scale int
		want  string
	}{
		{0, 0, "0"}, {0, 2, "0.00"}, {5, 2, "0.05"}, {-5, 2, "-0.05"}, {-123450, 2, "-1234.50"}, {7, 0, "7"},
		{math.MinInt64, 0, "-9223372036854775808"}, {math.MinInt64, 18, "-9.223372036854775808"}, {math.MaxInt64, 4, "922337203685477.5807"},
	} {
		if got := Format(c.x, c.scale); got != c.want {
			t.Errorf("Format(%d, %d) = %s, want %s", c.x, c.scale, got, c.want)
		}
	}
}

func TestParseDecimal(t *testing.T) {
	for _, c := range []struct {
		in     string
		want   Decimal
		status Status
	}{
		{"0", Decimal{}, OK}, {"-0.00", Decimal{}, OK}, {"12", Decimal{12, 0}, OK}, {"1200", Decimal{12, -2}, OK},
		{"-1234.50", Decimal{-12345, 1}, OK}, {" +.5\t", Decimal{5, 1}, OK}, {"5.", Decimal{5, 0}, OK},
		{"1e3", Decimal{1, -3}, OK}, {"1.5E-7", Decimal{15, 8}, OK}, {"0.0010200", Decimal{102, 5}, OK},
		{"999999999999999999", Decimal{999999999999999999, 0}, OK}, {"1234567890123456789", Decimal{}, TooLarge},
		{"", Decimal{}, Null}, {"  ", Decimal{}, Null},
		{"1,234", Decimal{}, Unparsable}, {"$5", Decimal{}, Unparsable}, {"NaN", Decimal{}, Unparsable}, {"1.2.3", Decimal{}, Unparsable},
		{".", Decimal{}, Unparsable}, {"-", Decimal{}, Unparsable}, {"1e", Decimal{}, Unparsable}, {"1e+", Decimal{}, Unparsable},
		{"1e401", Decimal{}, Unparsable}, {"0x1F", Decimal{}, Unparsable}, {"1_000", Decimal{}, Unparsable}, {"(5)", Decimal{}, Unparsable},
	} {
		if got, st := ParseDecimal([]byte(c.in)); got != c.want || st != c.status {
			t.Errorf("ParseDecimal(%q) = %v, %v; want %v, %v", c.in, got, st, c.want, c.status)
		}
	}
}

// Every finite float is its shortest decimal form, and the form reads back.
func TestFloatShortestForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawFloat(t)
		d, st := FromFloat(x)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			if st != NotFinite {
				t.Fatalf("%v has status %v", x, st)
			}
			return
		}
		back, _ := d.rat().Float64()
		if st != OK || back != x {
			t.Fatalf("%v became %v (%v)", x, d, st)
		}
		places := rapid.IntRange(0, 9).Draw(t, "places")
		if c, ok := fromFloatAt(x, places); ok && (Decimal{c, places}).rat().Cmp(d.rat()) != 0 {
			t.Fatalf("fast path of %v at %d places gives %d, want %v", x, places, c, d)
		}
	})
}

// The fast path must take what money usually looks like.
func TestFloatFastPathTakesCents(t *testing.T) {
	for c := int64(-100000); c <= 100000; c++ {
		x := float64(c) / 100
		if got, ok := fromFloatAt(x, 4); !ok || got != c*100 {
			t.Fatalf("%v gives %d, %v", x, got, ok)
		}
	}
}

func TestRoundHalfEven(t *testing.T) {
	for _, c := range []struct {
		in    string
		scale int
		want  int64
		diff  int64 // 10^-18
	}{
		{"2.5", 0, 2, -5e17}, {"3.5", 0, 4, 5e17}, {"-2.5", 0, -2, 5e17}, {"-3.5", 0, -4, -5e17}, {"2.51", 0, 3, 49e16},
		{"0.00005", 4, 0, -5e13}, {"0.00015", 4, 2, 5e13}, {"17.819999999999993", 4, 178200, 7000},
		{"1e-30", 4, 0, 0}, {"5e-20", 18, 0, 0},
	} {
		d, _ := ParseDecimal([]byte(c.in))
		var r Rounding
		got, st := d.Round(c.scale, &r)
		diff, _ := r.Sum.Int64()
		if got != c.want || st != OK || diff != c.diff || r.Rows != 1 {
			t.Errorf("%s at %d: %d (%v), gave %d in %d rows; want %d, %d", c.in, c.scale, got, st, diff, r.Rows, c.want, c.diff)
		}
	}
}

func TestConvertAgainstRat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "x")
		if rapid.Bool().Draw(t, "small") {
			x %= 1e9
		}
		rate := Decimal{rapid.Int64Range(-1, 1e12).Draw(t, "rate"), rapid.IntRange(-3, 20).Draw(t, "places")}
		scale := rapid.IntRange(0, 9).Draw(t, "scale")
		dir := Direction(rapid.IntRange(0, 1).Draw(t, "dir"))
		var r Rounding
		got, st := Convert(x, rate, dir, scale, &r)
		if rate.Coef <= 0 {
			if st != Unparsable {
				t.Fatal("a rate that is not positive was used")
			}
			return
		}
		exact := new(big.Rat).SetInt64(x)
		if dir == LocalPerBase {
			exact.Quo(exact, rate.rat())
		} else {
			exact.Mul(exact, rate.rat())
		}
		checkRounded(t, got, st, exact, 0, r, MaxScale-scale)
	})
}

// checkRounded holds a coefficient against exact · 10^scale rounded half to even, and the
// Rounding of that one row against the difference, in units of 10^-(scale+unit).
func checkRounded(t *rapid.T, got int64, st Status, exact *big.Rat, scale int, r Rounding, unit int) {
	t.Helper()
	scaled := new(big.Rat).Mul(exact, new(big.Rat).SetInt(bigPow10(scale)))
	want := ratHalfEven(scaled)
	if !want.IsInt64() {
		if st != TooLarge || got != 0 {
			t.Fatalf("got %d (%v), want too large (%v)", got, st, want)
		}
		return
	}
	if want.Int64() == math.MinInt64 && st == TooLarge {
		return // the one value whose magnitude does not fit
	}
	if st != OK || got != want.Int64() {
		t.Fatalf("got %d (%v), want %v", got, st, want)
	}
	diff := new(big.Rat).Sub(new(big.Rat).SetInt(want), scaled)
	rows := int64(0)
	if diff.Sign() != 0 {
		rows = 1
	}
	diff.Mul(diff, new(big.Rat).SetInt(bigPow10(unit)))
	cut := new(big.Int).Quo(diff.Num(), diff.Denom())
	if r.Rows != rows || r.Sum.big().Cmp(cut) != 0 {
		t.Fatalf("rounding is %d rows, %v; want %d, %v", r.Rows, r.Sum.big(), rows, cut)
	}
}

func ratHalfEven(x *big.Rat) *big.Int {
	two := big.NewInt(2)
	num := new(big.Int).Add(new(big.Int).Mul(x.Num(), two), x.Denom()) // floor(x + ½)
	den := new(big.Int).Mul(x.Denom(), two)
	q, m := new(big.Int).DivMod(num, den, new(big.Int))
	if m.Sign() == 0 && q.Bit(0) == 1 {
		q.Sub(q, big.NewInt(1))
	}
	return q
}

func (d Decimal) rat() *big.Rat {
	if d.Places < 0 {
		return new(big.Rat).SetInt(new(big.Int).Mul(big.NewInt(d.Coef), bigPow10(-d.Places)))
	}
	return new(big.Rat).SetFrac(big.NewInt(d.Coef), bigPow10(d.Places))
}

// drawFloat draws what columns hold: prices, noise, and any bits at all.
func drawFloat(t *rapid.T) float64 {
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		f, _ := strconv.ParseFloat(strconv.FormatInt(rapid.Int64Range(-1e9, 1e9).Draw(t, "cents"), 10)+"e-2", 64)
		return f
	case 1:
		return float64(rapid.Int64Range(-1e6, 1e6).Draw(t, "cents")) * 0.01
	case 2:
		return math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
	}
	return rapid.Float64().Draw(t, "float")
}
