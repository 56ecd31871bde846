package markov

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// depend draws moves between three states, of which the last is left for good, whose odds of going depend on x.
func depend(r *rand.Rand, customers int) (moves []Move, x map[int32][]float64) {
	x = map[int32][]float64{}
	for who := range customers {
		complaint := float64(r.IntN(2))
		x[int32(who)] = []float64{complaint}
		at := 0
		for t := range 12 {
			var p []float64
			switch at {
			case 0:
				p = shares(0, -1+.8*complaint, -3+1.2*complaint)
			case 1:
				p = shares(-.3-.5*complaint, 0, -1.5)
			}
			if p == nil {
				break
			}
			to := 0
			for u := r.Float64(); to < 2 && u >= p[to]; to++ {
				u -= p[to]
			}
			moves = append(moves, Move{Who: int32(who), Row: int32(who), Before: Unobserved, From: int16(at), To: int16(to), Time: float64(t)})
			at = to
		}
	}
	return moves, x
}

func shares(eta ...float64) []float64 {
	sum := 0.0
	for i, v := range eta {
		eta[i] = math.Exp(v)
		sum += eta[i]
	}
	for i := range eta {
		eta[i] /= sum
	}
	return eta
}

func known(x map[int32][]float64) func(m Move) ([]float64, bool) {
	return func(m Move) ([]float64, bool) { v, ok := x[m.Row]; return v, ok }
}

// Odds ratios cover what moves were drawn with; the test sees that covariates matter, and that noise does not.
func TestDependent(t *testing.T) {
	n := samples(t, 120)
	r := rand.New(rand.NewPCG(30, 31))
	covered, all, rejected := 0, 0, 0
	truth := map[[2]int]float64{{0, 1}: .8, {0, 2}: 1.2, {1, 0}: -.5, {1, 2}: 0}
	for range n {
		moves, x := depend(r, 200)
		d, err := FitDependent(names(3), moves, Covariates{Terms: []string{"complaint"}, X: known(x)}, nil, .95, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range d.Odds() {
			want := math.Exp(truth[[2]int{o.From, o.To}])
			if all++; o.Ratio.Low <= want && want <= o.Ratio.High {
				covered++
			}
		}
		if _, df, p := d.LikelihoodRatio(); df != 4 || p > .01 {
			t.Errorf("df %d, p %v where covariates matter", df, p)
		}
		noise := map[int32][]float64{}
		for who := range int32(len(x)) {
			noise[who] = []float64{r.NormFloat64()}
		}
		if d, err = FitDependent(names(3), moves, Covariates{Terms: []string{"noise"}, X: known(noise)}, nil, .95, 1); err != nil {
			t.Fatal(err)
		}
		if _, _, p := d.LikelihoodRatio(); p < .05 {
			rejected++
		}
	}
	t.Logf("%d samples: 95 %% intervals cover %.4f; noise matters at 5 %% in %.4f", n, float64(covered)/float64(all), float64(rejected)/float64(n))
	if share := float64(covered) / float64(all); all != 4*n || share < .92 || share > .98 {
		t.Errorf("95 %% intervals of %d odds ratios cover %.3f", all, share)
	}
	if share := float64(rejected) / float64(n); share > .11 {
		t.Errorf("noise matters at 5 %% in %.3f of samples", share)
	}
}

// With a covariate of two values the matrix of either is what was counted among its customers, and errors are multinomial;
// what is left out has the plain row.
func TestDependentMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(32, 33))
	moves, x := depend(r, 400)
	for i := range moves {
		moves[i].Who = int32(i) // each its own cluster: CR1 is then near the model's
	}
	d, err := FitDependent(names(3), moves, Covariates{Terms: []string{"complaint"}, X: known(x)}, []int{2}, .95, 1)
	if err != nil {
		t.Fatal(err)
	}
	if d.Rows[2].Fit != nil || d.Rows[2].Why != "absorbing by request" || d.Rows[2].Plain[2] != 1 {
		t.Errorf("%+v", d.Rows[2])
	}
	for _, v := range []float64{0, 1} {
		chain, err := Fit(CountMoves(names(3), moves, func(m Move) bool { return x[m.Row][0] == v }), 2)
		if err != nil {
			t.Fatal(err)
		}
		p, se, err := d.Matrix(Sample{X: [][]float64{{v}}})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "p", raw(p), raw(chain.P), 1e-7)
		near(t, "se", raw(se), raw(chain.SE), 1e-3)
	}
	p, _, _ := d.Matrix(Sample{X: [][]float64{{0}, {1}}})
	a, _, _ := d.Matrix(Sample{X: [][]float64{{0}}})
	b, _, _ := d.Matrix(Sample{X: [][]float64{{1}}})
	var mean mat.Dense
	mean.Add(a, b)
	mean.Scale(.5, &mean)
	near(t, "mean", raw(p), raw(&mean), 1e-12)
	if _, _, err := d.Matrix(); err == nil {
		t.Error("nobody")
	}
}

// Weighted moves against R's nnet::multinom with a sandwich computed beside it.
func TestDependentWeightsAgainstR(t *testing.T) {
	n := [][]int{{20, 6, 2}, {15, 8, 4}, {12, 9, 3}, {6, 10, 9}}
	w := [][]float64{{1, 2, .5}, {1.5, 1, 1}, {.7, 1.2, 2}, {1, .8, 1.1}}
	var moves []Move
	var x, weight []float64
	for v := range n {
		for to := range n[v] {
			for range n[v][to] {
				moves = append(moves, Move{Row: int32(len(moves)), Before: Unobserved, To: int16(to)})
				x, weight = append(x, float64(v)), append(weight, w[v][to])
			}
		}
	}
	cov := Covariates{Terms: []string{"x"}, X: func(m Move) ([]float64, bool) { return x[m.Row : m.Row+1], true }, Weight: func(m Move) float64 { return weight[m.Row] }}
	d, err := FitDependent(names(3), moves, cov, nil, .95, 1)
	if err != nil || d.Rows[0].Fit == nil {
		t.Fatal(err, d.Rows[0].Why)
	}
	near(t, "coefficients", d.Rows[0].Fit.Coef, []float64{-.7977422768, .3487169543, -2.7679503644, 1.0992543915}, 1e-7)
	odds := d.Odds()
	if len(odds) != 2 || odds[0].Clustered || math.Abs(odds[0].Ratio.SE/odds[0].Ratio.Value-.2417574636) > 1e-7 {
		t.Errorf("%+v", odds)
	}
	p, _, err := d.Matrix(Sample{X: [][]float64{{1.5}}})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "at 1.5", p.RawRowView(0), []float64{.4792924120, .3641784626, .1565291254}, 1e-7)
	all := Sample{Weight: weight}
	for i := range x {
		all.X = append(all.X, x[i:i+1])
	}
	if p, _, err = d.Matrix(all, Sample{}, Sample{}); err != nil {
		t.Fatal(err)
	}
	near(t, "averaged", p.RawRowView(0), []float64{.4879931446, .3327615738, .1792452816}, 1e-7)
	near(t, "plain", d.Rows[0].Plain, []float64{.4879931446, .3327615738, .1792452816}, 3e-8) // a constant makes the means those of the weights
	if chi2, df, pv := d.Test(); df != 2 || !(chi2 > 0) || !(pv < .01) || !d.Weighted() {
		t.Errorf("test %v %v %v", chi2, df, pv)
	}
}

// A covariate that does not vary out of one state is left out there, and the test is of the others; more coefficients than moves are no fit.
func TestDependentDropped(t *testing.T) {
	moves, x := depend(rand.New(rand.NewPCG(32, 33)), 200)
	constant := func(m Move) ([]float64, bool) {
		if m.From == 1 {
			return []float64{1}, true
		}
		return x[m.Row], true
	}
	cov := Covariates{Terms: []string{"complaint"}, X: constant, Weight: func(Move) float64 { return 2 }}
	d, err := FitDependent(names(3), moves, cov, nil, .95, 1)
	if err != nil {
		t.Fatal(err)
	}
	if chi2, df, p := d.Test(); df != 2 || math.IsNaN(chi2) || !(p < .01) || len(d.Rows[1].Fit.Dropped) != 1 {
		t.Errorf("χ² %v, df %d, p %v", chi2, df, p)
	}
	noise := rand.New(rand.NewPCG(34, 35))
	wide := Covariates{X: func(Move) ([]float64, bool) {
		out := make([]float64, 200)
		for i := range out {
			out[i] = noise.NormFloat64()
		}
		return out, true
	}}
	for c := range 200 {
		wide.Terms = append(wide.Terms, strconv.Itoa(c))
	}
	if d, err = FitDependent(names(3), moves[:250], wide, nil, .95, 1); err != nil {
		t.Fatal(err)
	}
	if row := d.Rows[0]; row.Fit != nil || !strings.Contains(row.Why, "moves are too few for") {
		t.Errorf("%d moves with 200 covariates: %q", row.N, row.Why)
	}
}

// A rare industry whose customers never leave, compared with the others or they with it, a flag without which nobody moves, and a number that settles where moves go:
// these states are fitted by the penalised likelihood, and what is predicted does not hang on which level is compared with which.
func TestDependentSeparated(t *testing.T) {
	moves, x := depend(rand.New(rand.NewPCG(32, 33)), 120)
	industry := func(m Move) float64 { return float64((m.Row%10 + 9) / 10) } // 0 of a tenth
	var kept []Move
	for _, m := range moves {
		if industry(m) == 1 || m.To != 2 {
			kept = append(kept, m)
		}
	}
	fit := func(terms []string, of func(m Move) []float64) *Dependent {
		t.Helper()
		d, err := FitDependent(names(3), kept, Covariates{Terms: terms, X: func(m Move) ([]float64, bool) { return of(m), true }}, nil, .95, 2)
		if err != nil || d.Rows[0].Fit == nil || d.Rows[1].Fit == nil {
			t.Fatalf("%v %+v", err, d.Rows[0])
		}
		for _, o := range d.Odds() {
			r := o.Ratio
			if o.Profile != d.Rows[o.From].Fit.Penalised || !(r.SE > 0 && r.Low < r.Value && r.Value < r.High && o.P >= 0 && o.P <= 1) {
				t.Errorf("%+v", o)
			}
		}
		if chi2, df, p := d.Test(); df != 4*len(terms) || !(chi2 > 0) || !(p < .05) {
			t.Errorf("χ² %v, df %d, p %v", chi2, df, p)
		}
		return d
	}
	common := fit([]string{"complaint", "common"}, func(m Move) []float64 { return []float64{x[m.Row][0], industry(m)} })
	rare := fit([]string{"complaint", "rare"}, func(m Move) []float64 { return []float64{x[m.Row][0], 1 - industry(m)} })
	if !common.Rows[0].Fit.Penalised || !rare.Rows[0].Fit.Penalised || common.Rows[0].Apart[0].Code != num.WarnSeparation || !slices.Equal(common.Rows[0].By, []string{"common"}) || common.Rows[0].Clustered() {
		t.Errorf("%+v", common.Rows[0])
	}
	p, se, err := common.Matrix(Sample{X: [][]float64{{1, 0}}})
	q, qse, _ := rare.Matrix(Sample{X: [][]float64{{1, 1}}})
	if err != nil || !(p.At(0, 2) > 0 && p.At(0, 2) < .05 && se.At(0, 2) > 0) || math.Abs(p.At(0, 0)+p.At(0, 1)+p.At(0, 2)-1) > 1e-12 {
		t.Errorf("%v %v %v", p, se, err)
	}
	near(t, "whatever is compared", raw(p), raw(q), 1e-8)
	near(t, "its errors", raw(se), raw(qse), 1e-8)
	chi2, df, _ := common.Test()
	other, otherDF, _ := rare.Test()
	near(t, "test", []float64{chi2, float64(df)}, []float64{other, float64(otherDF)}, 1e-7)
	settled := fit([]string{"fate"}, func(m Move) []float64 { return []float64{float64(m.To)} })
	if chi2, _, _ := settled.Test(); chi2 < 200 {
		t.Errorf("χ² %v of a number that settles all", chi2)
	}
	weighted, err := FitDependent(names(3), kept, Covariates{Terms: []string{"fate"}, X: func(m Move) ([]float64, bool) { return []float64{float64(m.To)}, true }, Weight: func(m Move) float64 { return 7 }}, nil, .95, 1)
	if err != nil {
		t.Fatal(err)
	}
	chi2, df, _ = weighted.Test()
	want, _, _ := settled.Test()
	near(t, "weights that are alike", []float64{chi2, float64(df)}, []float64{want, 4}, 1e-7)
}
