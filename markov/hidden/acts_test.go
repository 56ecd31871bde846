package hidden

import (
	"fmt"
	"math"
	"testing"
)

// falling is a relationship of three states in which a complaint acts on falls alone, and the season on all moves.
func falling() (*Model, *Params) {
	m := &Model{States: 3, Activity: Poisson, Start: Free, Covariates: []string{"season", "price"}, Acts: []Act{{Up: true, Down: true}, {Down: true}}}
	q := &Params{Initial: []float64{0.3, 0.4, 0.3}, Moves: [][]float64{{0.8, 0.15, 0.05}, {0.1, 0.8, 0.1}, {0.05, 0.15, 0.8}}, Mean: []float64{0.4, 3, 10}, Centre: []float64{0.25, 1},
		Slopes: [][][]float64{{{0, 0}, {0.8, 0}, {0.8, 0}}, {{0, 1.2}, {0, 0}, {0.8, 0}}, {{0, 1.2}, {0, 1.2}, {0, 0}}}}
	return m, q
}

// What covariates act on is found, and that they do not act on the rest: twice the rise of the likelihood with more slopes than the truth has is χ², with fewer it is large.
func TestActs(t *testing.T) {
	m, q := falling()
	all := *m
	all.Acts = nil
	fewer := *m
	fewer.Acts = []Act{{Up: true, Down: true}, {Up: true}}
	books, mean := 3, 0.0
	if testing.Short() {
		books = 1
	}
	for book := range books {
		d, _ := simulate(m, q, 150, 14, uint64(900+book))
		f, full, wrong := mustFit(t, m, d, 2), mustFit(t, &all, d, 2), mustFit(t, &fewer, d, 2)
		for _, o := range f.Odds(0.95) {
			if o.Covariate == 1 && o.To > o.From {
				t.Errorf("book %d: a price acts on the way up: %+v", book, o)
			}
			beta := q.Slopes[o.From][o.To][o.Covariate]
			if z := (math.Log(o.Ratio.Value) - beta) / (o.Ratio.SE / o.Ratio.Value); !(math.Abs(z) <= 4.5) {
				t.Errorf("book %d: %+v, drawn from %v", book, o, math.Exp(beta))
			}
		}
		if f.Parameters != 2+6+3+6+3 || len(f.Odds(0.95)) != 9 || full.Parameters != f.Parameters+3 {
			t.Errorf("%d and %d parameters, %d odds", f.Parameters, full.Parameters, len(f.Odds(0.95)))
		}
		chi2, df, p := full.Against(f)
		if df != 3 || !(p > 1e-4) || !(full.LogLik >= f.LogLik-1e-9 && f.LogLik >= f.Plain.LogLik) {
			t.Errorf("book %d: of more moves χ² %v, df %d, p %v", book, chi2, df, p)
		}
		mean += chi2 / float64(books)
		if chi2, df, p := full.Against(wrong); df != 3 || !(p < 1e-4) {
			t.Errorf("book %d: of too few moves χ² %v, df %d, p %v", book, chi2, df, p)
		}
		if _, df, p := f.Against(full); df != 0 || !math.IsNaN(p) {
			t.Errorf("book %d: the larger model is tested against the smaller: df %d, p %v", book, df, p)
		}
	}
	t.Logf("mean χ² of 3 slopes that are 0: %.2f", mean)
}

// Both directions are all moves; single moves are the directions they lie in.
func TestActsAlike(t *testing.T) {
	m, q := dependent()
	d, _ := simulate(m, q, 80, 12, 5)
	fit := func(acts []Act) string {
		m := *m
		m.Acts = acts
		f := mustFit(t, &m, d, 1)
		return fmt.Sprintf("%x %x", f.LogLik, f.Cov.RawSymmetric().Data)
	}
	both := Act{Up: true, Down: true}
	if fit(nil) != fit([]Act{both, both}) {
		t.Error("up and down are not all moves")
	}
	if fit([]Act{both, {Down: true}}) != fit([]Act{{Moves: [][2]int{{0, 1}, {1, 0}}}, {Moves: [][2]int{{1, 0}}}}) {
		t.Error("a move is not its direction")
	}
	for _, bad := range [][]Act{{both}, {both, {}}, {both, {Moves: [][2]int{{1, 1}}}}, {both, {Moves: [][2]int{{0, 2}}}}} {
		m := *m
		m.Acts = bad
		if _, err := m.Fit(d, 1); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
