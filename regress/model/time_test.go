package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainstay/regress/formula"
)

// What teaches a fold lies before its gap, and within the window where there is one.
func TestGapAndWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(20, 80).Draw(t, "n")
		o := Options{Family: Binomial, Folds: &Folds{K: rapid.IntRange(2, 5).Draw(t, "k"), Time: "region", Gap: rapid.IntRange(0, 10).Draw(t, "gap"), Window: rapid.IntRange(0, 30).Draw(t, "window")}}
		for range n {
			o.Folds.Days = append(o.Folds.Days, rapid.Int32Range(0, 60).Draw(t, "day"))
		}
		d := book(n, 3)
		f, _ := formula.Parse("won ~ x", nil)
		s, _, err := prepare(d, f, o)
		if err != nil {
			t.Fatal(err)
		}
		folds, err := s.split(d)
		if err != nil {
			if !strings.Contains(err.Error(), "few") {
				t.Fatal(err)
			}
			t.Skip(err)
		}
		for _, f := range folds {
			taught := map[int]bool{}
			for _, i := range f.train() {
				taught[i] = true
			}
			for i, row := range s.fr.Rows {
				before := int(f.from - o.Folds.Days[row]) // days
				if want := before > o.Folds.Gap && (o.Folds.Window == 0 || before <= o.Folds.Gap+o.Folds.Window); want != taught[i] {
					t.Fatalf("a row %d days before a fold, gap %d, window %d: teaches %v", before, o.Folds.Gap, o.Folds.Window, taught[i])
				}
			}
		}
	})
}

// The unit of weights changes no score, and a row of weight 0 is not scored; rows that weigh more count more.
func TestScoresByWeight(t *testing.T) {
	d := book(300, 8)
	days := make([]int32, 300)
	for i := range days {
		days[i] = int32(i * 37 % 101)
	}
	scores := func(family Family, text string, weight func(i int) float64) *Validation {
		rows := *d
		c := formula.Column{Name: "w"}
		for i := range d.Rows {
			c.Number = append(c.Number, weight(i))
		}
		rows.Columns = append(slices.Clone(d.Columns), c)
		r, err := Fit(t.Context(), &rows, parse(t, text), Options{Family: family, Level: 0.95, Weights: "w", Folds: &Folds{K: 3, Time: "region", Days: days}})
		if err != nil {
			t.Fatal(err)
		}
		return r.Validation
	}
	for family, text := range map[Family]string{Gaussian: "y ~ x", Binomial: "won ~ x"} {
		value := func(v *Validation) []float64 {
			return []float64{v.RMSE.Value, v.RMSE.SE, v.MAE.Value, v.R2, v.AUC.Value, v.LogLoss.Value, v.Brier.Value, v.BaseLogLoss}
		}
		one, seven := scores(family, text, func(int) float64 { return 1 }), scores(family, text, func(int) float64 { return 7 })
		for k, v := range value(one) {
			if w := value(seven)[k]; math.Abs(v-w) > 1e-9 || math.IsNaN(v) != math.IsNaN(w) {
				t.Errorf("%s: score %d is %v by weights of 1 and %v by 7", family, k, v, w)
			}
		}
		late := scores(family, text, func(i int) float64 { return float64(i % 3) })
		if late.N >= one.N || math.Abs(late.LogLoss.Value-one.LogLoss.Value) < 1e-12 || late.RMSE.Value == one.RMSE.Value {
			t.Errorf("%s: weights do not count: %d rows, %v", family, late.N, late.LogLoss)
		}
	}
}

// Other responses from a fold's first day on change none of its predictions: the future is not looked at.
func TestTheFutureTeachesNothing(t *testing.T) {
	d := book(300, 8)
	days := make([]int32, 300)
	for i := range days {
		days[i] = int32(i * 37 % 101)
	}
	o := Options{Family: Gaussian, Folds: &Folds{K: 4, Time: "region", Days: days, Gap: 3}}
	predicted := func() (byRow map[int]float64, from int32) {
		s := newTestStudy(t, d, "y ~ scale(x)*region + noise", o)
		folds, err := s.split(d)
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := s.predict(folds[2], "")
		if err != nil {
			t.Fatal(err)
		}
		byRow = map[int]float64{}
		for k, i := range folds[2].test {
			byRow[s.fr.Rows[i]] = p.predicted[k]
		}
		return byRow, folds[2].from
	}
	before, from := predicted()
	for i := range days {
		if days[i] >= from-3 {
			d.Columns[0].Number[i] = float64(i) * 1e4
		}
	}
	after, _ := predicted()
	for row, want := range before {
		if got, same := after[row]; !same || math.Abs(got-want) > 1e-11 {
			t.Fatalf("row %d: %v, before %v", row, got, want)
		}
	}
}

// TestGapCatchesLeakage: a response that sums 30 days to come is known to the rows just before a fold, whose 30 days are partly
// the fold's. Nothing can be predicted, and without a gap the customers' means seem to tell more than they do.
func TestGapCatchesLeakage(t *testing.T) {
	const customers, span, ahead = 30, 400, 30
	rng := rand.New(rand.NewPCG(21, 21))
	d := &formula.Data{Columns: []formula.Column{{Name: "y"}, {Name: "customer"}, {Name: "day"}}}
	var days []int32
	for c := range customers {
		shocks := make([]float64, span+ahead+1)
		for i := range shocks {
			shocks[i] = rng.NormFloat64()
		}
		for day := 0; day < span; day += 5 {
			sum := 0.0
			for _, z := range shocks[day+1 : day+ahead+1] {
				sum += z
			}
			d.Columns[0].Number = append(d.Columns[0].Number, sum)
			d.Columns[1].Text = append(d.Columns[1].Text, fmt.Sprint("c", c))
			d.Columns[2].Number = append(d.Columns[2].Number, float64(day))
			days = append(days, int32(day))
		}
	}
	d.Rows = len(days)
	r2 := func(gap int) float64 {
		f, _ := formula.Parse("y ~ customer", nil)
		r, err := Fit(t.Context(), d, f, Options{Family: Gaussian, Level: 0.95, Cluster: "customer", Folds: &Folds{K: 10, Time: "day", Days: days, Gap: gap, Window: 20}})
		if err != nil {
			t.Fatal(err)
		}
		return r.Validation.R2
	}
	if leaky, honest := r2(0), r2(ahead); leaky < honest+0.2 || honest > 0 {
		t.Errorf("R² %.2f without a gap, %.2f with one of 30 days", leaky, honest)
	}
}

// The folds that choose λ keep the gap and the window of those that validate, with fewer folds where days are few.
func TestPenaltyKeepsTheGap(t *testing.T) {
	const gap, window = 5, 60
	d := book(200, 4)
	for _, span := range []int{101, 25} {
		days := make([]int32, d.Rows)
		for i := range days {
			days[i] = int32(i * 37 % span)
		}
		s := newTestStudy(t, d, "y ~ x + noise", Options{Family: Gaussian, Penalty: &Penalty{Alpha: 1, Choose: LeastDeviance}, Folds: &Folds{K: 2, Time: "region", Days: days, Gap: gap, Window: window}})
		folds, words, err := s.foldsOfPenalty(nil)
		if err != nil {
			t.Fatal(span, err)
		}
		day := pick(days, s.fr.Rows)
		for k := int32(1); int(k) < folds.K; k++ {
			from := int32(span)
			for i, of := range folds.Of {
				if of == k {
					from = min(from, day[i])
				}
			}
			for i, of := range folds.Of {
				before := int(from - day[i])
				if taught := of < k && !folds.Skip(i, k); taught != (before > gap && before <= gap+window) {
					t.Fatalf("%s: a row %d days before fold %d teaches: %v", words, before, k, taught)
				}
			}
		}
	}
}
