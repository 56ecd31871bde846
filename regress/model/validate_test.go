package model

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/internal/num"
	"mainstay/regress/formula"

	"pgregory.net/rapid"
)

// book is customers over months: y depends on x and on region, won is a logistic draw, noise is noise.
func book(n int, seed uint64) *formula.Data {
	rng := rand.New(rand.NewPCG(seed, 1))
	d := &formula.Data{Rows: n, Columns: []formula.Column{{Name: "y"}, {Name: "x"}, {Name: "noise"}, {Name: "region"}, {Name: "won"}, {Name: "customer"}}}
	for i := range n {
		x, region := rng.NormFloat64(), []string{"north", "south", "west"}[rng.IntN(3)]
		eta := 0.5 + x
		if region == "south" {
			eta -= 1
		}
		won := "no"
		if rng.Float64() < num.Expit(eta-1) {
			won = "yes"
		}
		d.Columns[0].Number = append(d.Columns[0].Number, eta+rng.NormFloat64())
		d.Columns[1].Number = append(d.Columns[1].Number, x)
		d.Columns[2].Number = append(d.Columns[2].Number, rng.NormFloat64())
		d.Columns[3].Text = append(d.Columns[3].Text, region)
		d.Columns[4].Text = append(d.Columns[4].Text, won)
		d.Columns[5].Text = append(d.Columns[5].Text, fmt.Sprint("c", i/4))
	}
	return d
}

// shuffled is d in another order.
func shuffled(d *formula.Data, order []int) *formula.Data {
	out := &formula.Data{Rows: d.Rows}
	for _, c := range d.Columns {
		out.Columns = append(out.Columns, formula.Column{Name: c.Name, Number: pick(c.Number, order), Text: pick(c.Text, order)})
	}
	return out
}

// Neither the fit nor the folds depend on the order of the table, to the last bit; the seed changes the
// folds.
func TestOrderOfRowsDoesNotMatter(t *testing.T) {
	d := book(300, 7)
	order := rand.New(rand.NewPCG(3, 3)).Perm(d.Rows)
	for _, o := range []Options{
		{Family: Binomial, Folds: &Folds{K: 5, Seed: 1}},
		{Family: Gaussian, Folds: &Folds{K: 4, Seed: 2, Group: "customer"}, Cluster: "customer"},
	} {
		o.Level, o.Threads = 0.9, 3
		text := "won ~ x*region + noise"
		if o.Family == Gaussian {
			text = "y ~ x + scale(noise) + region"
		}
		a, b := mustFit(t, d, text, o), mustFit(t, shuffled(d, order), text, o)
		if fmt.Sprintf("%+v", *a.Validation) != fmt.Sprintf("%+v", *b.Validation) || fmt.Sprint(a.Coefficients) != fmt.Sprint(b.Coefficients) {
			t.Errorf("%s: another order of rows gives\n%+v\nnot\n%+v", text, *b.Validation, *a.Validation)
		}
		folds := *o.Folds
		folds.Seed++
		o.Folds = &folds
		if c := mustFit(t, d, text, o); c.Validation.Brier == a.Validation.Brier && c.Validation.RMSE == a.Validation.RMSE {
			t.Error("another seed gives the same folds")
		}
	}
}

func newTestStudy(t testing.TB, d *formula.Data, text string, o Options) *study {
	t.Helper()
	f, err := formula.Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := prepare(d, f, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every row is predicted once, by a fit that has not seen it, its group, or its future.
func TestFoldsAreHonest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(20, 80).Draw(t, "n"), rapid.IntRange(2, 6).Draw(t, "k")
		d := book(n, rapid.Uint64().Draw(t, "seed"))
		o := Options{Family: Binomial, Folds: &Folds{K: k, Seed: rapid.Uint64().Draw(t, "fold seed")}}
		kind := rapid.IntRange(0, 2).Draw(t, "kind")
		switch kind {
		case 1:
			o.Folds.Group = "customer"
		case 2:
			o.Folds.Time = "region" // any column; Days say when
			for range n {
				o.Folds.Days = append(o.Folds.Days, rapid.Int32Range(0, 40).Draw(t, "day"))
			}
		}
		f, _ := formula.Parse("won ~ x", nil)
		s, _, err := prepare(d, f, o)
		if err != nil && strings.Contains(err.Error(), "two outcomes are needed") { // 1 book of 20 rows in some thousands has but one
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		folds, err := s.split(d)
		if err != nil {
			if kind == 0 || !strings.Contains(err.Error(), "few") {
				t.Fatal(err)
			}
			t.Skip(err)
		}
		checkFolds(t, s, d, folds, kind)
	})
}

func checkFolds(t *rapid.T, s *study, d *formula.Data, folds []fold, kind int) {
	tested := make([]int, len(s.y))
	least, most := math.Inf(1), 0.0 // events
	for _, f := range folds {
		if len(f.test) == 0 || len(f.train()) == 0 {
			t.Fatalf("an empty fold: %+v", folds)
		}
		events := 0.0
		for _, i := range f.test {
			tested[i]++
			events += s.y[i]
			if slices.Contains(f.train(), i) {
				t.Fatalf("row %d teaches and is predicted", i)
			}
			for _, j := range f.train() {
				a, b := s.fr.Rows[i], s.fr.Rows[j]
				switch {
				case kind == 1 && d.Column("customer").Text[a] == d.Column("customer").Text[b]:
					t.Fatal("a group is on both sides")
				case kind == 2 && s.o.Folds.Days[b] >= s.o.Folds.Days[a]:
					t.Fatal("the future teaches about the past")
				}
			}
		}
		least, most = min(least, events), max(most, events)
	}
	if kind == 0 && most-least > 1 {
		t.Fatalf("events between %v and %v in a fold", least, most)
	}
	for i, n := range tested {
		if n != 1 && (kind != 2 || n > 1) {
			t.Fatalf("row %d is predicted %d times", i, n)
		}
	}
}

// What is held out teaches nothing: other responses, levels and sizes there leave the predictions alone.
func TestHeldOutRowsTeachNothing(t *testing.T) {
	d := book(200, 5)
	o := Options{Family: Gaussian, Folds: &Folds{K: 4, Seed: 9, Group: "customer"}}
	text := "y ~ scale(x)*region + poly(noise, 2, raw = TRUE)"
	s := newTestStudy(t, d, text, o)
	folds, err := s.split(d)
	if err != nil {
		t.Fatal(err)
	}
	before, _, err := s.predict(folds[1], "")
	if err != nil {
		t.Fatal(err)
	}
	byRow := map[int]float64{}
	for p, i := range folds[1].test {
		row := s.fr.Rows[i]
		byRow[row] = before.predicted[p]
		d.Columns[0].Number[row] = 1e6 // y of the rows held out
	}
	changed := newTestStudy(t, d, text, o)
	if folds, err = changed.split(d); err != nil {
		t.Fatal(err)
	}
	after, _, err := changed.predict(folds[1], "")
	if err != nil {
		t.Fatal(err)
	}
	for p, i := range folds[1].test {
		if want, same := byRow[changed.fr.Rows[i]]; !same || math.Abs(after.predicted[p]-want) > 1e-12 {
			t.Fatalf("row %d: %v, before %v", changed.fr.Rows[i], after.predicted[p], want)
		}
	}
}

// Eighty columns of noise look good to the fit and are worth nothing out of it.
func TestValidationSeesThroughNoise(t *testing.T) {
	const n, k = 400, 80
	rng := rand.New(rand.NewPCG(11, 11))
	d := &formula.Data{Rows: n, Columns: []formula.Column{{Name: "y"}, {Name: "won"}}}
	terms := make([]string, k)
	for i := range n {
		d.Columns[0].Number = append(d.Columns[0].Number, rng.NormFloat64())
		d.Columns[1].Number = append(d.Columns[1].Number, float64(i%2))
	}
	for j := range terms {
		terms[j] = fmt.Sprint("x", j)
		c := formula.Column{Name: terms[j]}
		for range n {
			c.Number = append(c.Number, rng.NormFloat64())
		}
		d.Columns = append(d.Columns, c)
	}
	right := " ~ " + strings.Join(terms, " + ")
	r := mustFit(t, d, "won"+right, Options{Family: Binomial, Level: 0.95, Folds: &Folds{K: 5, Seed: 1}})
	v := r.Validation
	if math.Abs(v.AUC.Value-0.5) > 3*v.AUC.SE || v.LogLoss.Value < v.BaseLogLoss || v.Slope.Value > 0.5 || r.Measures.McFadden < 0.1 {
		t.Errorf("%+v, McFadden %v", v.Scores, r.Measures.McFadden)
	}
	r = mustFit(t, d, "y"+right, Options{Family: Gaussian, Level: 0.95, Folds: &Folds{K: 5, Seed: 1}})
	if v = r.Validation; v.R2 > 0 || v.RMSE.Value < r.Measures.Sigma || r.Measures.R2 < 0.1 {
		t.Errorf("%+v, %+v", v.Scores, r.Measures)
	}
}

// Levels that no training row has are counted and predicted as the average.
func TestUnseenLevels(t *testing.T) {
	r := mustFit(t, book(120, 2), "y ~ x + region", Options{Family: Gaussian, Level: 0.95, Folds: &Folds{K: 3, Seed: 1, Group: "region"}})
	if v := r.Validation; v.Unseen != 120 || v.N != 120 || v.Folds[0].Unseen != v.Folds[0].Test || !(v.RMSE.Value < 2) {
		t.Errorf("%+v", v)
	}
}

// A fold that cannot be trusted refuses the whole.
func TestRefusals(t *testing.T) {
	d := &formula.Data{Rows: 8, Columns: []formula.Column{
		{Name: "won", Number: []float64{0, 0, 0, 0, 1, 1, 1, 1}}, {Name: "x", Number: []float64{1, 2, 3, 4, 5, 6, 7, 8}}, {Name: "z", Number: []float64{1, 2, 5, 4, 3, 6, 8, 7}},
		{Name: "w", Number: []float64{1, 2, 1, 1, -2, 1, 1, 1}}, {Name: "t", Text: []string{"a", "b", "a", "b", "a", "b", "a", "b"}},
	}}
	for _, c := range []struct {
		text string
		o    Options
		want string
	}{
		{"won ~ x", Options{Family: Binomial}, `the fit cannot be trusted and is not shown: separation: complete separation: column "x"`},
		{"won ~ z", Options{Family: Binomial, Folds: &Folds{K: 8}}, "of the cross-validation cannot be trusted"},
		{"won ~ z", Options{Family: Binomial, Folds: &Folds{K: 9}}, "9 folds of 8 rows"},
		{"won ~ z", Options{Family: Binomial, Folds: &Folds{K: 3, Group: "t"}}, "t has 2 values in the rows used, too few for 3 folds"},
		{"won ~ z", Options{Family: Binomial, Weights: "w"}, "row 5, w: a weight of -2"},
		{"won ~ z", Options{Family: Binomial, Weights: "t"}, "the weights t are text"},
		{"won ~ z", Options{Family: "gama"}, "unknown family"},
		{"won ~ nobody", Options{Family: Gaussian}, `there is no column "nobody"`},
		{"won ~ z", Options{Family: Gaussian, Rows: []int{}}, "there are no rows to fit"},
	} {
		f, err := formula.Parse(c.text, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.o.Level = 0.95
		if _, err = Fit(t.Context(), d, f, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: %v, want %q", c.text, c.o, err, c.want)
		}
		if refused := new(RefusedError); strings.Contains(c.want, "trusted") != errors.As(err, &refused) {
			t.Errorf("%v is of the wrong type", err)
		}
	}
}
