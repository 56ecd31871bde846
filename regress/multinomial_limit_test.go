package regress

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mainstay/internal/num"

	"pgregory.net/rapid"
)

// neverC are rows of a constant, a flag and a number; with the flag nobody is of category c.
func neverC() (d *Design, y []int) {
	d = &Design{Names: []string{"(Intercept)", "flag", "v"}}
	for _, cell := range [][]int{{0, 0, 20, 6, 2}, {0, 1, 15, 8, 4}, {0, 2, 12, 9, 3}, {0, 3, 6, 10, 9}, {1, 0, 5, 3, 0}, {1, 2, 4, 6, 0}} {
		for c, n := range cell[2:] {
			for range n {
				d.X = append(d.X, 1, float64(cell[0]), float64(cell[1]))
				y = append(y, c)
			}
		}
	}
	return d, y
}

// An empty cell against R: optim's maximum of the likelihood in which its rows cannot be of that category, and uniroot's end of the profile.
func TestMultinomialAtLimitAgainstR(t *testing.T) {
	d, y := neverC()
	f, err := MultinomialAtLimits(d, y, []string{"a", "b", "c"}, Options{})
	if err != nil || !f.Certificate.Certified() || !slices.Equal(f.Limits, []int{4}) || f.Certificate.Warnings[0].Code != num.WarnBoundary {
		t.Fatalf("%v %+v", err, f)
	}
	for i, r := range []struct{ coef, se float64 }{{-1.1842619177, .36173779}, {.6098696442, .54198212}, {.5146824043, .19373765}, {-2.4029575806, .57843581}, {farAway, 0}, {.8409562053, .27409062}} {
		near(t, "coefficient", f.Coef[i], r.coef, 5e-6) // optim stops there
		near(t, "standard error", f.SE[i], r.se, 1e-4)
	}
	near(t, "log L", f.Certificate.LogLik, -110.62239235, 1e-9)
	near(t, "upper end", f.Upper(4, .95), .0130153117, 1e-5)
	if v := f.Upper(1, .95); !math.IsNaN(v) {
		t.Errorf("upper end of a coefficient that is not at its limit: %v", v)
	}
	if p, _ := f.Probabilities([]float64{1, 1, 3}); p[2] > 1e-20 {
		t.Errorf("chances %v", p)
	}
	if _, df, p := f.Wald(); df != 3 || math.IsNaN(p) {
		t.Errorf("Wald: df %d, p %v", df, p)
	}
	who := make([]int32, len(y))
	for i := range who {
		who[i] = int32(i)
	}
	one, _ := MultinomialAtLimits(d, y, []string{"a", "b", "c"}, Options{Cluster: who, Threads: 1})
	two, _ := MultinomialAtLimits(d, y, []string{"a", "b", "c"}, Options{Cluster: who, Threads: 2})
	if one.Robust == nil || one.Robust.At(4, 4) != 0 || !slices.Equal(one.Robust.RawSymmetric().Data, two.Robust.RawSymmetric().Data) || one.Upper(4, .9) != two.Upper(4, .9) {
		t.Errorf("%+v", one)
	}
}

// Without an empty cell the fit is Multinomial's; what is separated in another way is refused as there.
func TestMultinomialAtLimitsOtherwise(t *testing.T) {
	d, y := moves(rand.New(rand.NewPCG(8, 8)), 500)
	names := []string{"a", "b", "c"}
	whole := mustMultinomial(t, d, y, names, Options{})
	f, err := MultinomialAtLimits(d, y, names, Options{})
	if err != nil || f.Limits != nil || !slices.Equal(f.Coef, whole.Coef) || !slices.Equal(f.SE, whole.SE) {
		t.Errorf("%v %+v", err, f)
	}
	d, y = neverC()
	turned := make([]int, len(y)) // the base is what the flag's rows are never of
	for i, c := range y {
		turned[i] = 2 - c
	}
	if f, err = MultinomialAtLimits(d, turned, []string{"c", "b", "a"}, Options{}); err != nil || f.Certificate.Certified() || f.Limits != nil || !slices.Equal(f.Separating, []string{"flag"}) {
		t.Errorf("%v %+v", err, f)
	}
	for i := range y { // the rows without the flag are never of category c
		d.X[3*i+1] = 1 - d.X[3*i+1]
	}
	if f, err = MultinomialAtLimits(d, y, names, Options{}); err != nil || f.Certificate.Certified() || !slices.Equal(f.Separating, []string{"flag"}) {
		t.Errorf("%v %+v", err, f)
	}
}

// A level at its limit and a number that settles where the others go: refused, and nothing is at a limit.
func TestMultinomialAtLimitSeparatedToo(t *testing.T) {
	d, y := neverC()
	for i, c := range y {
		d.X[3*i+2] = float64(c)
	}
	f, err := MultinomialAtLimits(d, y, []string{"a", "b", "c"}, Options{})
	if err != nil || f.Certificate.Certified() || f.Limits != nil || !slices.Contains(f.Separating, "v") || !math.IsNaN(f.Upper(4, .95)) {
		t.Errorf("%v %+v", err, f)
	}
}

// Of any small table of flags a certified fit at limits is what Multinomial finds, or climbs towards for ever; and where it has ends these are ends.
func TestMultinomialAtLimitsOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(4, 60).Draw(t, "rows"), rapid.IntRange(1, 3).Draw(t, "flags")
		d := &Design{Names: []string{"(Intercept)", "f1", "f2", "f3"}[:k+1]}
		var y []int
		for range n {
			d.X = append(d.X, 1)
			for range k {
				d.X = append(d.X, float64(rapid.IntRange(0, 1).Draw(t, "x")))
			}
			y = append(y, rapid.IntRange(0, 2).Draw(t, "y"))
		}
		names := []string{"a", "b", "c"}
		f, err := MultinomialAtLimits(d, y, names, Options{})
		if err != nil {
			t.Fatal(err)
		}
		whole, err := Multinomial(d, y, names, Options{})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case !f.Certificate.Certified():
			if whole.Certificate.Certified() {
				t.Fatalf("refused: %+v", f.Certificate)
			}
			return
		case f.Limits == nil != whole.Certificate.Certified():
			t.Fatalf("limits %v, %+v", f.Limits, whole.Certificate)
		case f.Certificate.LogLik < whole.Certificate.LogLik-1e-9:
			t.Fatalf("log L %v at the limit, %v on the way", f.Certificate.LogLik, whole.Certificate.LogLik)
		}
		for _, at := range f.Limits {
			narrow, wide := f.Upper(at, .8), f.Upper(at, .95)
			nested := k > 1 && math.IsNaN(narrow) && math.IsNaN(wide) // its rows are all of another flag that is at its limit
			if !nested && !(narrow < wide) || math.IsInf(wide, 0) || f.SE[at] != 0 || f.Coef[at] != farAway {
				t.Fatalf("upper ends %v and %v", narrow, wide)
			}
		}
	})
}
