package num

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestWilson(t *testing.T) {
	// Rows 1 to 4: Newcombe 1998, Statistics in Medicine 17:857–872, table I, method 3, to its
	// four places; more digits from statsmodels 0.14 proportion_confint(method="wilson").
	for _, c := range []struct{ k, n, level, low, high float64 }{
		{81, 263, .95, 0.2552885198782742, 0.36620957698280004},
		{15, 148, .95, 0.0623863995307363, 0.16048724172330803},
		{1, 29, .95, 0.006113214292762653, 0.17175521879320288},
		{0, 10, .95, 0, 0.2775327998628892},
		{5, 5, .90, 0.6488834992348986, 1},
		{0, 0, .95, 0, 1},
		{3, 2, .95, 0, 1},
		{1, 2, 1, 0, 1},
	} {
		low, high := Wilson(c.k, c.n, c.level)
		if math.Abs(low-c.low) > 1e-14 || math.Abs(high-c.high) > 1e-14 {
			t.Errorf("Wilson(%v, %v, %v) = %v, %v, want %v, %v", c.k, c.n, c.level, low, high, c.low, c.high)
		}
	}
}

func TestWilsonHoldsTheProportion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := float64(rapid.IntRange(1, 1e6).Draw(t, "n"))
		k := float64(rapid.IntRange(0, int(n)).Draw(t, "k"))
		low, high := Wilson(k, n, rapid.Float64Range(.01, .99).Draw(t, "level"))
		if !(0 <= low && low <= k/n && k/n <= high && high <= 1 && low < high) {
			t.Fatalf("%v of %v: [%v, %v]", k, n, low, high)
		}
	})
}

func TestNormal(t *testing.T) {
	// scipy 1.x norm.ppf.
	for _, c := range []struct{ got, want float64 }{
		{NormalQuantile(.975), 1.959963984540054},
		{ZLevel(.95), 1.959963984540054},
		{NormalQuantile(1e-10), -6.361340902404056},
	} {
		if math.Abs(c.got/c.want-1) > 1e-13 {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	if !math.IsNaN(NormalQuantile(2)) || !math.IsNaN(ZLevel(1)) {
		t.Error("outside the domain must be NaN, not a panic")
	}
}

func TestLogit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-30, 30).Draw(t, "x")
		p := Expit(x)
		// Logit amplifies the rounding of p by 1/(1−p).
		if got := Logit(p); math.Abs(got-x) > 1e-15*(math.Abs(x)+4/(1-p)) {
			t.Fatalf("Logit(Expit(%v)) = %v", x, got)
		}
	})
	if Expit(1000) != 1 || Expit(-1000) != 0 {
		t.Error("far tails")
	}
}

// The quick ones are package math's, to rounding.
func TestQuick(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-700, 700).Draw(t, "x")
		if got, want := QuickExp(x), math.Exp(x); math.Abs(got/want-1) > 2e-15 {
			t.Fatalf("e^%v: %v, want %v", x, got, want)
		}
		y := math.Exp(x)
		if got, want := QuickLog(y), math.Log(y); math.Abs(got-want) > 6e-16*max(1, math.Abs(want)) {
			t.Fatalf("log %v: %v, want %v", y, got, want)
		}
		y = rapid.Float64Range(0.4, 3).Draw(t, "y")
		if got, want := QuickLog(y), math.Log(y); math.Abs(got-want) > 6e-16 {
			t.Fatalf("log %v: %v, want %v", y, got, want)
		}
	})
	if QuickExp(-1e9) != 0 || !math.IsInf(QuickExp(1e9), 1) || !math.IsNaN(QuickExp(math.NaN())) || QuickExp(0) != 1 {
		t.Error(QuickExp(-1e9), QuickExp(1e9), QuickExp(math.NaN()), QuickExp(0))
	}
}
