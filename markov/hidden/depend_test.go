package hidden

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"mainstay/internal/num"

	"pgregory.net/rapid"
)

// dependent is a relationship of two states whose moves depend on the season and a price.
func dependent() (*Model, *Params) {
	m := &Model{States: 2, Activity: Poisson, Start: Free, Spend: true, Covariates: []string{"season", "price"}}
	q := &Params{Initial: []float64{0.4, 0.6}, Moves: [][]float64{{0.8, 0.2}, {0.15, 0.85}}, Mean: []float64{0.5, 4}, SpendMean: []float64{40, 160}, SpendShape: 3,
		Slopes: [][][]float64{{{0, 0}, {1.2, -0.8}}, {{-0.4, 1}, {0, 0}}}, Centre: []float64{0.25, 1}}
	return m, q
}

func TestDependentRecovers(t *testing.T) {
	m, q := dependent()
	within, all := 0, 0
	books := 8
	if testing.Short() {
		books = 2
	}
	for book := range books {
		d, _ := simulate(m, q, 300, 16, uint64(500+book))
		f := mustFit(t, m, d, 2)
		for _, o := range f.Odds(0.95) {
			beta := q.Slopes[o.From][o.To][o.Covariate]
			all++
			if o.Ratio.Low <= math.Exp(beta) && math.Exp(beta) <= o.Ratio.High {
				within++
			}
			if z := (math.Log(o.Ratio.Value) - beta) / (o.Ratio.SE / o.Ratio.Value); !(math.Abs(z) <= 4.5) {
				t.Errorf("book %d: %+v, drawn from %v", book, o, math.Exp(beta))
			}
		}
		if chi2, df, p := f.LikelihoodRatio(); df != 4 || !(p < 1e-4) || chi2 != 2*(f.LogLik-f.Plain.LogLik) {
			t.Errorf("book %d: χ² %v, %d degrees of freedom, p %v", book, chi2, df, p)
		}
		for season := range 2 {
			x := []float64{float64(season), 1.3}
			moves, err := f.MovesAt([][]float64{x}, nil, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range movesOf(m, q, &Data{X: x}, 0) {
				for j, v := range want {
					if e := moves[i][j]; !(math.Abs(e.Value-v) <= 5*e.SE) {
						t.Errorf("book %d, season %d, move %d %d: %+v, drawn from %v", book, season, i, j, e, v)
					}
				}
			}
		}
	}
	t.Logf("%d of %d intervals hold", within, all)
}

// Averages and their errors are those of the moves at every covariate, and of differences.
func TestMovesAt(t *testing.T) {
	m, q := dependent()
	d, _ := simulate(m, q, 200, 12, 77)
	f := mustFit(t, m, d, 2)
	xs := [][]float64{{0, 0.5}, {1, 1.5}, {0, 2}}
	got, err := f.MovesAt(xs, []float64{1, 2, 1}, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	mean := func(q *Params, i, j int) (v float64) {
		for _, x := range append(xs, xs[1]) {
			v += movesOf(m, q, &Data{X: x}, 0)[i][j] / 4
		}
		return v
	}
	theta := f.working.theta()
	for i, row := range got {
		for j, e := range row {
			near(t, "mean", e.Value, mean(f.Params, i, j), 1e-12)
			g := make([]float64, len(theta))
			for c := range theta {
				const h = 1e-5
				at := append([]float64(nil), theta...)
				at[c] += h
				up := mean(f.working.params(at), i, j)
				at[c] -= 2 * h
				g[c] = (up - mean(f.working.params(at), i, j)) / (2 * h)
			}
			near(t, "error", e.SE, f.se(g), 1e-6)
		}
	}
	centre, err := f.MovesAt([][]float64{f.Centre}, nil, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range f.MoveEstimates(0.95) {
		for j, e := range row {
			near(t, "at the centre", centre[i][j].Value, e.Value, 1e-12)
			near(t, "its error", centre[i][j].SE, e.SE, 1e-9)
		}
	}
	for _, x := range [][]float64{nil, {1}, {math.NaN(), 1}} {
		if _, err := f.MovesAt([][]float64{x}, nil, 0.95); err == nil {
			t.Errorf("covariates %v are taken", x)
		}
	}
}

// Shared rows of covariates or each its own, any threads, any units and any origin of a covariate: the same fit.
func TestDependentSame(t *testing.T) {
	m, q := dependent()
	d, _ := simulate(m, q, 80, 12, 5)
	for i := range d.X { // few different rows
		d.X[i] = math.Round(d.X[i])
	}
	one := mustFit(t, m, d, 1)
	if two := mustFit(t, m, d, 2); fmt.Sprintf("%x %x", one.LogLik, one.Cov.RawSymmetric().Data) != fmt.Sprintf("%x %x", two.LogLik, two.Cov.RawSymmetric().Data) {
		t.Error("threads change the fit")
	}
	p, err := newPanel(m, d, 1)
	if err != nil {
		t.Fatal(err)
	}
	shared := p.pass(one.Params)
	p.x.code = nil
	near(t, "log L of own rows", p.pass(one.Params).logLik, shared.logLik, 1e-13)
	moved := *d
	moved.X = make([]float64, len(d.X))
	for i, v := range d.X {
		moved.X[i] = 1000*v - 7
	}
	other := mustFit(t, m, &moved, 1)
	near(t, "log L of other units", other.LogLik, one.LogLik, 1e-9)
	for i, o := range other.Odds(0.95) {
		near(t, "odds", 1000*math.Log(o.Ratio.Value), math.Log(one.Odds(0.95)[i].Ratio.Value), 1e-5)
	}
}

func TestDependentRefuses(t *testing.T) {
	m, q := dependent()
	d, _ := simulate(m, q, 60, 10, 8)
	change := func(f func(t int, x []float64)) *Data {
		out := *d
		out.X = append([]float64(nil), d.X...)
		for t := range d.Activity {
			f(t, out.X[2*t:2*t+2])
		}
		return &out
	}
	apart := &Data{Begins: []int{0}} // nobody rises but where the season is 1
	for c := range 60 {
		for t := range 12 {
			high := (t/3+c)%4 == 3 || (t/3+c)%4 == 2
			season := num.Indicator(!high && t%3 == 2 && (t/3+c)%4 == 1)
			apart.Activity = append(apart.Activity, num.Indicator(!high)*float64((t+c)%2)+num.Indicator(high)*float64(20+(7*t+c)%5))
			apart.X = append(apart.X, season)
		}
		apart.Begins = append(apart.Begins, len(apart.Activity))
	}
	for code, c := range map[string]struct {
		m *Model
		d *Data
	}{
		num.WarnCollinear:  {m, change(func(_ int, x []float64) { x[1] = 3 - 2*x[0] })},
		num.WarnSeparation: {&Model{States: 2, Activity: Poisson, Start: Free, Covariates: []string{"season"}}, apart},
	} {
		f, err := c.m.Fit(c.d, 1)
		if err != nil {
			t.Fatal(code, err)
		}
		if f.Certificate.Certified() || f.Certificate.Warnings[0].Code != code || f.Params != nil || f.Odds(0.95) != nil {
			t.Errorf("%s: %+v", code, f.Certificate)
		}
	}
	for want, d := range map[string]*Data{"constant": change(func(_ int, x []float64) { x[1] = 3 })} {
		if f, err := m.Fit(d, 1); err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != num.WarnCollinear {
			t.Errorf("%s: %v %+v", want, err, f)
		}
	}
	for _, m := range []*Model{{States: 2, Activity: Poisson, Start: Stationary, Covariates: m.Covariates}, {States: 12, Activity: Poisson, Start: Free, Covariates: make([]string, 20)}} {
		if _, err := m.Fit(d, 1); err == nil {
			t.Errorf("%+v is taken", m)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), 1e13} {
		if _, err := m.Fit(change(func(t int, x []float64) { x[1] = bad }), 1); err == nil {
			t.Errorf("a covariate of %v is taken", bad)
		}
	}
}

// dependentPeer is what peer_depend.py was run on: 80 customers over 12 periods, seed 31.
func dependentPeer() (*Model, *Data) {
	m, q := dependent()
	d, _ := simulate(m, q, 80, 12, 31)
	return m, d
}

// scipy 1.17.1: testdata/peer_depend.py, a forward algorithm of its own, standard errors by differences.
func TestDependentPeer(t *testing.T) {
	m, d := dependentPeer()
	f := mustFit(t, m, d, 2)
	near(t, "log L", f.LogLik, -5559.8779498201, 1e-10)
	for i, want := range [][2]float64{{1.426187120, 0.3175210}, {-0.940124906, 0.3242609}, {-0.876908575, 0.4947875}, {1.223851244, 0.2934399}} {
		o := f.Odds(0.95)[i]
		near(t, "slope", math.Log(o.Ratio.Value), want[0], 1e-5)
		near(t, "its error", o.Ratio.SE/o.Ratio.Value, want[1], 1e-5)
	}
	moves, err := f.MovesAt([][]float64{{0, 0}}, nil, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][2]float64{{-0.898064300, 0.3220913}, {-2.700253648, 0.3839593}} { // logits at covariates of 0
		e := moves[i][1-i]
		near(t, "constant", num.Logit(e.Value), want[0], 1e-5)
		near(t, "its error", e.SE/(e.Value*(1-e.Value)), want[1], 1e-5)
	}
	for i, want := range [][2]float64{{-0.719385815, 0.0753344}, {1.369395970, 0.0237349}} {
		near(t, "mean", math.Log(f.Mean[i]), want[0], 1e-6)
		near(t, "its error", f.MeanEstimates(0.95)[i].SE/f.Mean[i], want[1], 1e-5)
	}
	for i, want := range []float64{3.633448775, 5.056741331} {
		near(t, "spend", math.Log(f.SpendMean[i]), want, 1e-6)
	}
	near(t, "shape", math.Log(f.SpendShape), 1.122568381, 1e-6)
}

// A move of probability 0 knows how the likelihood rises with it: the derivative where it is put in with slopes of 0.
func TestDependentFromZero(t *testing.T) {
	seen := 0
	rapid.Check(t, func(t *rapid.T) {
		m, q, d := anyModel(t, 12)
		if m.Covariates == nil || m.States < 2 {
			return
		}
		p, err := newPanel(m, d, 1)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Min(p.x.scale) == 0 {
			return
		}
		q.Centre = p.x.centre
		i, j := rapid.IntRange(0, m.States-1).Draw(t, "from"), rapid.IntRange(0, m.States-1).Draw(t, "to")
		q.Moves[i][j] = 0
		toOne(q.Moves[i])
		q = p.working(q).base
		s := p.pass(q)
		if math.IsInf(s.logLik, -1) || q.Moves[i][j] != 0 || math.IsNaN(q.Moves[i][0]) {
			return
		}
		seen++
		at := func(e float64) float64 {
			next := q.clone()
			for l := range next.Moves[i] {
				next.Moves[i][l] *= 1 - e
			}
			next.Moves[i][j] = e
			return p.logLik(next)
		}
		rise := s.moves[i*m.States+j]
		h := 1e-4 / (100 + math.Abs(rise))
		if want := (4*at(h) - 3*at(0) - at(2*h)) / (2 * h); math.Abs(rise-want) > 1e-4*(1+math.Abs(want)) {
			t.Fatalf("the likelihood rises by %v with the move from %d to %d, differences give %v", rise, i, j, want)
		}
	})
	if seen == 0 {
		t.Error("no move was tried")
	}
}
