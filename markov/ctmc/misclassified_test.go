package ctmc

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/internal/num"

	"pgregory.net/rapid"
)

// cavSeen are the patients of cav whose stages are seen with mistakes: one way through three stages, death from each.
func cavSeen(t testing.TB, covariates ...string) (*Misclassified, Looks) {
	t.Helper()
	_, d, histories := cav(t, covariates...)
	m := &Misclassified{Model: Model{States: []string{"1", "2", "3", "4"}, Rates: []Rate{{0, 1}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}, Covariates: covariates},
		Mistakes: []Mistake{{0, 1}, {1, 0}, {1, 2}, {2, 1}}, First: FirstKnown}
	every(&m.Model)
	begins := []int{0}
	for _, h := range histories {
		begins = append(begins, h.Hi)
	}
	return m, Looks{d, begins}
}

// cavStart are the values that msm's tests start from.
func cavStart(p *panel) []float64 {
	theta := make([]float64, p.parameters())
	for r, q := range []float64{.148, .0171, .202, .081, .126} {
		theta[r] = math.Log(q)
	}
	for i, e := range []float64{.1 / .9, .1 / .8, .1 / .8, .1 / .9} {
		theta[p.chain()+i] = math.Log(e)
	}
	return theta
}

// The likelihood at fixed values, as msm's tests print it.
func TestMisclassifiedCavFixed(t *testing.T) {
	m, d := cavSeen(t)
	if err := d.check(m); err != nil {
		t.Fatal(err)
	}
	p := newPanel(m, d, 2)
	close(t, "−2LL", -2*p.pass(cavStart(p)).logLik, 4296.9155995778, 1e-7)
}

// R msm 1.7 with reltol = 1e-15 (3951.82919869367 as its tests print it at a looser one): estimates and intervals as it prints them. Of a state with two mistakes msm prints intervals that do not
// follow from its own covariance; by the delta method this gives 0.0383 as the error of seeing 1 of 2.
func TestMisclassifiedCav(t *testing.T) {
	m, d := cavSeen(t)
	f := fitted(t, m, d)
	close(t, "−2LL", -2*f.LogLik, 3951.82919852, 1e-7)
	for r, want := range []Estimate{{Value: .10136, Low: .086630, High: .11859}, {Value: .04068, Low: .032533, High: .05088}, {Value: .22674, Low: .169057, High: .30411},
		{Value: .03394, Low: .008596, High: .13402}, {Value: .30845, Low: .243612, High: .39055}} {
		e := f.Intensities(nil, .95)[r]
		close(t, "q", e.Value, want.Value, 1e-5)
		close(t, "low", e.Low, want.Low, 2e-5)
		close(t, "high", e.High, want.High, 1e-4)
	}
	seen := f.SeenAs(.95)
	for _, c := range []struct{ s, o, value, low, high float64 }{{0, 1, .007662, .003253, .01794}, {2, 1, .124391, .062539, .23226}, {1, 0, .245029, .17776, .32761}, {1, 1, .703927, .62848, .76967}, {1, 2, .051045, .02966, .08648}} {
		e := seen[int(c.s)][int(c.o)]
		close(t, "seen", e.Value, c.value, 1e-6)
		close(t, "low", e.Low, c.low, 1e-5)
		close(t, "high", e.High, c.high, 1e-5)
	}
	close(t, "error", seen[1][0].SE, .0383, 1e-4)
	if chi2, df, p := f.Mistaken(); !math.IsInf(chi2, 1) || df != 4 || p != 0 {
		t.Errorf("without mistakes nobody recovers, and χ² is %v, df %d, p %v", chi2, df, p)
	}
	if f.Agree < 2 {
		t.Errorf("%d of %d climbs ended at the top", f.Agree, f.Starts)
	}
}

// The first look without mistakes (obstrue = firstobs): msm's likelihood, and its probabilities of true stages given all looks (viterbi.msm), which take deaths as if they had been looked at rather
// than at their time.
func TestMisclassifiedCavFirstSeen(t *testing.T) {
	m, d := cavSeen(t)
	m.First = FirstSeen
	f := fitted(t, m, d)
	close(t, "−2LL", -2*f.LogLik, 3933.73790140, 1e-7)
	for r, want := range []float64{.089627329, .041359833, .258695129, .033259084, .307626516} {
		close(t, "q", f.Intensities(nil, .95)[r].Value, want, 2e-6)
	}
	for i := range f.panel.d.Intervals {
		if v := &f.panel.d.Intervals[i]; v.Kind == Entered {
			v.Kind = Seen
		}
	}
	for i, want := range []float64{0, 1.280009e-01, 9.597878e-01, 9.779109e-01, 8.683337e-01, 4.919432e-02, 0, 0, 2.965210e-01, 1.181683e-01} { // of stage 2, the first looks
		close(t, "smoothed", f.TrueStates().Smoothed[i][1], want, 2e-6)
	}
}

// With the donor's age, which acts alike on all moves, R msm 1.7 with reltol = 1e-13.
func TestMisclassifiedCavAge(t *testing.T) {
	m, d := cavSeen(t, "dage")
	common(&m.Model)
	f := fitted(t, m, d)
	close(t, "−2LL", -2*f.LogLik, 3943.76710862, 1e-6)
	e := f.HazardRatios(.95)[0]
	close(t, "ratio", e.Value, 1.0104724, 1e-6)
	close(t, "low", e.Low, 1.0032844, 1e-5)
	close(t, "high", e.High, 1.0177118, 1e-5)
	close(t, "seen", f.Shown[1*4], .2523887683, 1e-5)
	for r, want := range []float64{.102174886, .040634244, .210482185, .038135987, .292154847} {
		close(t, "q", f.Intensities(nil, .95)[r].Value, want, 1e-5)
	}
}

func fitted(t testing.TB, m *Misclassified, d Looks) *MisclassifiedFit {
	t.Helper()
	f, err := m.Fit(d, 2)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%+v, %v", f, err)
	}
	return f
}

// anySeen draws a model of three states, the last of which is entered at known times, parameters, and a few short histories that it explains.
func anySeen(t *rapid.T) (*Misclassified, Looks, []float64) {
	m := &Misclassified{Model: Model{States: []string{"a", "b", "c"}, Rates: []Rate{{0, 1}, {1, 0}, {1, 2}}}, Mistakes: []Mistake{{0, 1}, {1, 0}}, First: First(rapid.IntRange(0, 2).Draw(t, "first"))}
	d := Looks{&Data{X: [][]float64{{}}, Sets: [][]int{{0, 1}}}, []int{0}}
	if rapid.Bool().Draw(t, "covariate") {
		m.Covariates, d.X = []string{"size"}, [][]float64{{0}, {1.5}, {-1}}
		every(&m.Model)
	}
	for range rapid.IntRange(1, 3).Draw(t, "customers") {
		from := rapid.IntRange(0, 1).Draw(t, "from")
		for i := range rapid.IntRange(1, 4).Draw(t, "looks") {
			v := Interval{From: from, To: rapid.IntRange(0, 1).Draw(t, "to"), Time: rapid.Float64Range(.1, 3).Draw(t, "time"), X: rapid.IntRange(0, len(d.X)-1).Draw(t, "x")}
			switch end := rapid.IntRange(0, 9).Draw(t, "kind"); {
			case end == 0:
				v.To, v.Kind = 2, Entered
			case end == 1 && i > 0:
				v.To, v.Kind = 0, Censored
			}
			d.Intervals = append(d.Intervals, v)
			if from = v.To; v.Kind != Seen {
				break
			}
		}
		d.Begins = append(d.Begins, len(d.Intervals))
	}
	if err := d.check(m); err != nil {
		t.Fatal(err)
	}
	p := newPanel(m, d, 1)
	theta := make([]float64, p.parameters())
	for i := range theta {
		theta[i] = rapid.Float64Range(-2, 1).Draw(t, "theta")
	}
	return m, d, theta
}

// The likelihood is the sum over all paths of true states, and what is said of states follows from it; the score is its derivative.
func TestMisclassifiedPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, d, theta := anySeen(t)
		p := newPanel(m, d, 1)
		s := p.pass(theta)
		f := &MisclassifiedFit{Fit: &Fit{Model: &m.Model}, Misclassified: m, panel: p, parameters: theta, Shown: p.shown(theta)}
		truth, want := f.TrueStates(), 0.0
		for c := range len(d.Begins) - 1 {
			lo, hi := d.Begins[c], d.Begins[c+1]
			sum, states, best, path := everyPath(p, theta, lo, hi)
			want += math.Log(sum)
			for i, row := range states {
				for s, v := range row {
					if got := truth.Smoothed[lo+c+i][s]; math.Abs(got-v/sum) > 1e-9 {
						t.Fatalf("look %d, state %d: %v, of all paths %v", i, s, got, v/sum)
					}
				}
			}
			if got := pathChance(p, theta, lo, hi, truth.Path[lo+c:hi+c+1]); math.Abs(got-best) > 1e-9*best {
				t.Fatalf("path %v of %v, the best is %v of %v", truth.Path[lo+c:hi+c+1], got, path, best)
			}
		}
		if math.Abs(s.logLik-want) > 1e-9*(1+math.Abs(want)) {
			t.Fatalf("log L %v, of all paths %v", s.logLik, want)
		}
		for i := range theta {
			const h = 1e-5
			at := slices.Clone(theta)
			at[i] += h
			up := p.pass(at).logLik
			at[i] -= 2 * h
			if want := (up - p.pass(at).logLik) / (2 * h); math.Abs(s.score[i]-want) > 1e-6*(1+math.Abs(want)) {
				t.Fatalf("score %d is %v, differences give %v", i, s.score[i], want)
			}
		}
		p.tables = nil // matrices made when needed are those that are kept
		if again := p.pass(theta); again.logLik != s.logLik || !slices.Equal(again.score, s.score) {
			t.Fatalf("%v and %v", again, s)
		}
	})
}

// everyPath sums the probabilities of all paths of true states of a customer, by look and state too, and finds the likeliest.
func everyPath(p *panel, theta []float64, lo, hi int) (sum float64, states [][]float64, best float64, path []int) {
	k, n := len(p.m.States), hi-lo
	states = make([][]float64, n+1)
	for i := range states {
		states[i] = make([]float64, k)
	}
	at := make([]int, n+1)
	for number := 0; number < int(math.Pow(float64(k), float64(n+1))); number++ {
		for i, rest := 0, number; i <= n; i, rest = i+1, rest/k {
			at[i] = rest % k
		}
		v := pathChance(p, theta, lo, hi, at)
		sum += v
		for i, s := range at {
			states[i][s] += v
		}
		if v > best {
			best, path = v, slices.Clone(at)
		}
	}
	return sum, states, best, path
}

// pathChance is the probability of a path and what was seen, by hand.
func pathChance(p *panel, theta []float64, lo, hi int, path []int) float64 {
	k, shown := len(p.m.States), p.shown(theta)
	o := p.d.Intervals[lo].From
	chance := num.Indicator(path[0] == o)
	switch p.m.First {
	case FirstKnown:
		chance = num.Indicator(path[0] == p.m.Known) * shown[path[0]*k+o]
	case FirstFree:
		chance = p.begun(theta)[path[0]] * shown[path[0]*k+o]
	}
	w := newWorker(&p.m.Model, p.d.Data)
	for i := lo; i < hi && chance > 0; i++ {
		v, from, to := p.d.Intervals[i], path[i-lo], path[i-lo+1]
		matrix := make([]float64, p.size())
		p.matrix(w, theta, v, matrix)
		switch v.Kind {
		case Seen:
			chance *= matrix[from*k+to] * shown[to*k+v.To]
		case Censored:
			chance *= matrix[from*k+to] * num.Indicator(slices.Contains(p.d.Sets[v.To], to))
		case Entered:
			var enter float64
			for r, rate := range p.m.Rates {
				if rate.To == v.To {
					enter += matrix[from*k+rate.From] * w.q[r]
				}
			}
			chance *= enter * num.Indicator(to == v.To)
		}
	}
	return chance
}

// accounts are stages that people assign: growing and stable, lost at a known time; customers, looks and the share of mistakes of both kinds.
func accounts(m *Misclassified, customers, looks int, shown [2]float64, seed uint64) Looks {
	r := rand.New(rand.NewPCG(seed, 11))
	q := [2][3]float64{{0, .5, .05}, {.3, 0, .2}}
	d := Looks{&Data{X: [][]float64{{}}}, []int{0}}
	look := func(state int) int {
		if state < 2 && r.Float64() < shown[state] {
			return 1 - state
		}
		return state
	}
	for range customers {
		state := int(num.Indicator(r.Float64() < .4))
		seen := look(state)
		for range looks {
			t := .2 + r.Float64()
			now := 0.0
			for state < 2 {
				leave := q[state][0] + q[state][1] + q[state][2]
				stay := r.ExpFloat64() / leave
				if now+stay > t {
					break
				}
				now += stay
				u := r.Float64() * leave
				for to, rate := range q[state] {
					if u -= rate; u < 0 {
						state = to
						break
					}
				}
			}
			if state == 2 {
				d.Intervals = append(d.Intervals, Interval{From: seen, To: 2, Time: now, Kind: Entered})
				break
			}
			next := look(state)
			d.Intervals = append(d.Intervals, Interval{From: seen, To: next, Time: t})
			seen = next
		}
		d.Begins = append(d.Begins, len(d.Intervals))
	}
	return d
}

func accountModel() *Misclassified {
	return &Misclassified{Model: Model{States: []string{"growing", "stable", "lost"}, Rates: []Rate{{0, 1}, {0, 2}, {1, 0}, {1, 2}}}, Mistakes: []Mistake{{0, 1}, {1, 0}}}
}

// What books are drawn from is found, with its errors; that mistakes are made, too; the chain that knows of none moves too fast. The bytes do not depend on threads.
func TestMisclassifiedRecovers(t *testing.T) {
	m := accountModel()
	truth := []float64{.5, .05, .3, .2}
	books := 3
	if testing.Short() {
		books = 1
	}
	for book := range books {
		d := accounts(m, 300, 10, [2]float64{.1, .2}, uint64(book))
		f := fitted(t, m, d)
		apart := func(what string, e Estimate, truth float64) {
			if z := (e.Value - truth) / e.SE; !(math.Abs(z) <= 4.5) {
				t.Errorf("book %d: %s %+v, drawn from %v", book, what, e, truth)
			}
		}
		for r, e := range f.Intensities(nil, .95) {
			apart("intensity", e, truth[r])
		}
		apart("mistake", f.SeenAs(.95)[0][1], .1)
		apart("mistake", f.SeenAs(.95)[1][0], .2)
		apart("beginning", f.Beginnings(.95)[1], .4)
		if chi2, df, p := f.Mistaken(); df != 2 || !(p < 1e-6) || math.IsInf(chi2, 0) {
			t.Errorf("book %d: χ² %v, df %d, p %v", book, chi2, df, p)
		}
		if fast := f.Without.Intensities(nil, .95)[0].Value; !(fast > 1.3*truth[0]) {
			t.Errorf("book %d: without mistakes the intensity is %v", book, fast)
		}
	}
	d := accounts(m, 60, 6, [2]float64{.1, .2}, 99)
	one, _ := m.Fit(d, 1)
	two, _ := m.Fit(d, 2)
	if fmt.Sprintf("%x %x", one.LogLik, one.Shown) != fmt.Sprintf("%x %x", two.LogLik, two.Shown) {
		t.Error("threads change the fit")
	}
}

// Where no mistakes are made their chances are 0 or next to it, and the test seldom says otherwise.
func TestMisclassifiedNone(t *testing.T) {
	m := accountModel()
	books, found, edges := 5, 0, 0
	if testing.Short() {
		books = 2
	}
	for book := range books {
		f, err := m.Fit(accounts(m, 120, 8, [2]float64{}, uint64(300+book)), 2)
		if err != nil || !f.Certificate.Certified() {
			t.Fatalf("book %d: %+v, %v", book, f, err)
		}
		chi2, _, p := f.Mistaken()
		if !(chi2 >= 0 && p >= 0 && p <= 1) {
			t.Errorf("book %d: χ² %v, p %v", book, chi2, p)
		}
		found += int(num.Indicator(p < .01))
		edges += int(num.Indicator(f.Shown[1] == 0 || f.Shown[3] == 0))
	}
	if found > 1 || edges == 0 {
		t.Errorf("of %d books without mistakes %d are said to have some, and %d have one at 0", books, found, edges)
	}
	close(t, "one chance", mixtureUpper(2.705543454, 1), .05, 1e-6)
	close(t, "none", mixtureUpper(0, 3), 1, 0)
}

func TestMisclassifiedRefuses(t *testing.T) {
	m := accountModel()
	d := accounts(m, 40, 5, [2]float64{.1, .2}, 7)
	for want, change := range map[string]func(m *Misclassified, d *Looks){
		"expected two different ones":            func(m *Misclassified, _ *Looks) { m.Mistakes = []Mistake{{0, 0}} },
		"is named twice":                         func(m *Misclassified, _ *Looks) { m.Mistakes = []Mistake{{0, 1}, {0, 1}} },
		`"lost" is entered at known times`:       func(m *Misclassified, _ *Looks) { m.Mistakes = []Mistake{{0, 2}} },
		"all begin in state 3":                   func(m *Misclassified, _ *Looks) { m.First, m.Known = FirstKnown, 3 },
		`all begin in "lost"`:                    func(m *Misclassified, _ *Looks) { m.First, m.Known = FirstKnown, 2 },
		"no true states lead to":                 func(m *Misclassified, _ *Looks) { m.Rates, m.Mistakes = m.Rates[:2], nil },
		"do not cover":                           func(_ *Misclassified, d *Looks) { d.Begins = d.Begins[:3] },
		"nothing is seen wrongly":                func(_ *Misclassified, d *Looks) { d.Intervals[0].Kind = Moved },
		"expected above 0":                       func(_ *Misclassified, d *Looks) { d.Intervals[0].Time = 0 },
		"expected at least one rate, and 120 of": func(m *Misclassified, _ *Looks) { m.Rates = nil },
	} {
		next, data := *m, Looks{&Data{Intervals: slices.Clone(d.Intervals), X: d.X}, d.Begins}
		change(&next, &data)
		if _, err := next.Fit(data, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	few := Looks{&Data{Intervals: d.Intervals[:d.Begins[1]], X: d.X}, d.Begins[:2]}
	if f, err := m.Fit(few, 1); err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != num.WarnTooFew || f.TrueStates() != nil || f.SeenAs(.95) != nil {
		t.Errorf("%+v, %v", f, err)
	}
}
