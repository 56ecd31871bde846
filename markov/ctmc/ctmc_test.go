package ctmc

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mainstay/internal/num"
	"mainstay/internal/refdata"
	_ "mainstay/internal/seeded"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// every gives each covariate a coefficient of its own on each of the rates with these numbers (none: on all).
func every(m *Model, rates ...int) {
	if rates == nil {
		for r := range m.Rates {
			rates = append(rates, r)
		}
	}
	m.Effects = nil
	for c := range m.Covariates {
		for _, r := range rates {
			m.Effects = append(m.Effects, Effect{c, []int{r}})
		}
	}
}

// common gives each covariate one coefficient for all rates.
func common(m *Model) {
	m.Effects = nil
	for c := range m.Covariates {
		e := Effect{Covariate: c}
		for r := range m.Rates {
			e.Rates = append(e.Rates, r)
		}
		m.Effects = append(m.Effects, e)
	}
}

// cav are R msm's patients with heart transplants: two ways between three stages, death from each at a known time.
func cav(t testing.TB, covariates ...string) (*Model, *Data, []History) {
	t.Helper()
	file, err := os.Open(refdata.Shared(t, "reference", "msm_cav.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(row []string, name string) float64 {
		v, err := strconv.ParseFloat(row[slices.Index(rows[0], name)], 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	m := &Model{States: []string{"1", "2", "3", "4"}, Rates: []Rate{{0, 1}, {0, 3}, {1, 0}, {1, 2}, {1, 3}, {2, 1}, {2, 3}}, Covariates: covariates}
	every(m)
	d := &Data{}
	var histories []History
	for i := 2; i < len(rows); i++ {
		a, b := rows[i-1], rows[i]
		if a[0] != b[0] {
			continue
		}
		if rows[i-2][0] != a[0] {
			histories = append(histories, History{Lo: len(d.Intervals), End: math.Inf(1)})
		}
		histories[len(histories)-1].Hi = len(d.Intervals) + 1
		v := Interval{From: int(number(a, "state")) - 1, To: int(number(b, "state")) - 1, Time: number(b, "years") - number(a, "years"), X: len(d.X)}
		if v.To == 3 {
			v.Kind = Entered
		}
		var x []float64
		for _, name := range covariates {
			x = append(x, number(a, name))
		}
		d.X, d.Intervals = append(d.X, x), append(d.Intervals, v)
	}
	return m, d, histories
}

func close(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: %.12g, want %.12g ± %g", what, got, want, tol)
	}
}

// The figures that msm's own tests and course print, and those of msm 1.7 with tight tolerances (R 4.2.2).
func TestCav(t *testing.T) {
	m, d, _ := cav(t)
	f, err := m.Fit(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !f.Certificate.Certified() {
		t.Fatalf("%+v", f.Certificate)
	}
	close(t, "−2LL", -2*f.LogLik, 3968.7978930519, 1e-4)
	close(t, "−2LL, tight", -2*f.LogLik, 3968.7978812, 1e-6)
	q := f.Intensities(nil, .95)
	for r, want := range []Estimate{{Value: .127874, SE: .0090227, Low: .111358, High: .146840}, {Value: .0424853, SE: .0047634, Low: .0341039, High: .0529267}, {Value: .225102, SE: .0339215, Low: .167536, High: .302447},
		{Value: .342595, SE: .0395836, Low: .273170, High: .429665}, {Value: .0402664, SE: .026055, Low: .0113281, High: .143129}, {Value: .130624, SE: .0330806, Low: .0795162, High: .214580}, {Value: .306459, SE: .0393896, Low: .238214, High: .394257}} {
		tol := 2e-4
		close(t, "q", q[r].Value, want.Value, tol*want.Value)
		close(t, "low", q[r].Low, want.Low, 3e-3*want.Low)
		close(t, "high", q[r].High, want.High, 3e-3*want.High)
		close(t, "SE", q[r].SE, want.SE, 3e-3*want.SE)
	}
	again, err := m.Fit(d, 1)
	if err != nil || !slices.Equal(again.Theta, f.Theta) {
		t.Error("another number of threads, another fit")
	}
}

func TestCavBySex(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds of processor")
	}
	m, d, _ := cav(t, "sex")
	f, err := m.Fit(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	// of the 21 intervals of women that begin in stage 2 two end in death, which the likelihood would rather have by way of
	// stage 3: their rate from 2 to 4 tends to 0, and its coefficient to −∞; msm stops 4e-4 short of the likelihood's limit
	if c := f.Certificate; !c.Certified() || len(f.Limits) != 1 || f.Limits[0] != (Limit{4, -1, 0}) || !strings.Contains(c.Warnings[0].Message, `the effect of sex on moves from "2" to "4" has no finite estimate`) {
		t.Fatalf("%+v, %+v", f.Certificate, f.Limits)
	}
	close(t, "−2LL", -2*f.LogLik, 3954.77700438268, 1e-3)
	ratios := f.HazardRatios(.95)
	t.Logf("−2LL %.6f, %+v", -2*f.LogLik, ratios)
	if r := ratios[4]; r.Value != 0 || !math.IsNaN(r.SE) || r.Low != 0 || math.Abs(r.High-5.717) > .02 {
		t.Errorf("at the limit: %+v", r)
	}
	for e, msm := range []float64{.5660134, 1.1193279, 1.2863832, 1.0595723, 0, 1.1087496, 2.4108148} { // msm 1.7 at its default tolerance, which ends at 3954.944
		close(t, "hazard ratio", ratios[e].Value, msm, .02*msm)
	}
	common(m)
	if f, err = m.Fit(d, 2); err != nil || !f.Certificate.Certified() {
		t.Fatalf("%+v, %v", f.Certificate, err)
	}
	every(m, 0, 1, 2, 3, 5, 6) // all but that one, as msm 1.7 fits it with tight tolerances
	if f, err = m.Fit(d, 2); err != nil || !f.Certificate.Certified() {
		t.Fatalf("%+v, %v", f.Certificate, err)
	}
	for e, want := range []Estimate{{Value: .575037, SE: 0, Low: .3415858, High: .9680366}, {Value: 1.079281, SE: 0, Low: .5933986, High: 1.9630091}, {Value: 1.265435, SE: 0, Low: .4813929, High: 3.3264418},
		{Value: 1.007513, SE: 0, Low: .4747846, High: 2.1379835}, {Value: 1.158950, SE: 0, Low: .1417169, High: 9.4778115}, {Value: 2.277419, SE: 0, Low: 1.0970654, High: 4.7277390}} {
		v := f.HazardRatios(.95)[e]
		close(t, "hazard ratio", v.Value, want.Value, 1e-4*want.Value)
		close(t, "low", v.Low, want.Low, 1e-3*want.Low)
		close(t, "high", v.High, want.High, 1e-3*want.High)
	}
}

// Psoriatic arthritis (Gladman, Farewell & Nadeau 1995): one way through four states, and with covariates of which one acts
// alike on all rates, the other on the first two, as msm's manual fits it; figures of msm 1.7 with tight tolerances (R 4.2.2).
// The data come with R's msm and are not kept here.
func TestPsor(t *testing.T) {
	csvText, err := exec.Command("Rscript", "-e", "write.csv(msm::psor, row.names = FALSE)").Output()
	if err != nil {
		t.Skip("SKIPPED: no R with the package msm, which brings the data")
	}
	rows, err := csv.NewReader(bytes.NewReader(csvText)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	m := &Model{States: []string{"1", "2", "3", "4"}, Rates: []Rate{{0, 1}, {1, 2}, {2, 3}}}
	d, plain := &Data{}, &Data{X: [][]float64{nil}}
	for i := 2; i < len(rows); i++ {
		var a, b [5]float64 // ptnum, months, state, hieffusn, ollwsdrt
		for c := range a {
			a[c], _ = strconv.ParseFloat(rows[i-1][c], 64)
			b[c], _ = strconv.ParseFloat(rows[i][c], 64)
		}
		if a[0] != b[0] {
			continue
		}
		v := Interval{From: int(a[2]) - 1, To: int(b[2]) - 1, Time: b[1] - a[1]}
		plain.Intervals = append(plain.Intervals, v)
		if rows[i-1][4] != "NA" {
			v.X = len(d.X)
			d.Intervals, d.X = append(d.Intervals, v), append(d.X, []float64{a[4], a[3]})
		}
	}
	f, err := m.Fit(plain, 2)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%+v, %v", f, err)
	}
	close(t, "−2LL", -2*f.LogLik, 1246.01528046, 1e-6)
	for r, want := range []Estimate{{Value: .0912459, SE: 0, Low: .0732544, High: .1136563}, {Value: .1571597, SE: 0, Low: .1253809, High: .1969932}, {Value: .2598214, SE: 0, Low: .2012858, High: .3353798}} {
		e := f.Intensities(nil, .95)[r]
		close(t, "q", e.Value, want.Value, 1e-4*want.Value)
		close(t, "low", e.Low, want.Low, 1e-3*want.Low)
		close(t, "high", e.High, want.High, 1e-3*want.High)
	}
	m.Covariates = []string{"ollwsdrt", "hieffusn"}
	m.Effects = []Effect{{0, []int{0, 1}}, {0, []int{2}}, {1, []int{0, 1, 2}}}
	if f, err = m.Fit(d, 2); err != nil || !f.Certificate.Certified() {
		t.Fatalf("%+v, %v", f, err)
	}
	close(t, "−2LL", -2*f.LogLik, 1114.89946115, 1e-6)
	for e, want := range []Estimate{{Value: .5651917, SE: 0, Low: .3853463, High: .8289729}, {Value: 1.6408254, SE: 0, Low: .8154282, High: 3.3017107}, {Value: 1.645976, SE: 0, Low: 1.148308, High: 2.359331}} {
		v := f.HazardRatios(.95)[e]
		close(t, "hazard ratio", v.Value, want.Value, 1e-4*want.Value)
		close(t, "low", v.Low, want.Low, 1e-3*want.Low)
		close(t, "high", v.High, want.High, 1e-3*want.High)
	}
	// With effects of opposite sign, constraint = list(hieffusn = c(1, -1, 1), ollwsdrt = c(-1, 1, 2)): msm's tests print 1129.52877932181.
	every(m)
	l := newLikelihood(m, d, 2)
	a := mat.NewDense(9, 6, nil) // of the nine parameters by six
	for r, c := range [][2]float64{{0, 1}, {1, 1}, {2, 1}, {3, -1}, {3, 1}, {4, 1}, {5, 1}, {5, -1}, {5, 1}} {
		a.Set(r, int(c[0]), c[1])
	}
	climb := num.Climb(func(x []float64) (float64, []float64, *mat.SymDense) {
		var theta, slope mat.VecDense
		var half, full mat.Dense
		theta.MulVec(a, mat.NewVecDense(6, x))
		logLik, score, _ := l.sums(theta.RawVector().Data)
		slope.MulVec(a.T(), mat.NewVecDense(9, score))
		half.Mul(l.information(theta.RawVector().Data), a)
		full.Mul(a.T(), &half)
		hessian := mat.NewSymDense(6, nil)
		for i := range 6 {
			slope.SetVec(i, slope.AtVec(i)/1e3)
			for j := i; j < 6; j++ {
				hessian.SetSym(i, j, -full.At(i, j)/1e3)
			}
		}
		return logLik / 1e3, slope.RawVector().Data, hessian
	}, []float64{-2.3, -1.8, -1.3, 0, 0, 0})
	if !climb.Converged {
		t.Error("effects of opposite sign do not settle")
	}
	close(t, "−2LL", -2e3*climb.Value, 1129.528770, 1e-5)
}

// The likelihood at fixed rates, as msm's tests print it.
func TestCavFixed(t *testing.T) {
	m, d, _ := cav(t)
	l := newLikelihood(m, d, 2)
	theta := make([]float64, 7)
	for r, q := range []float64{.25, .25, .166, .166, .166, .25, .25} {
		theta[r] = math.Log(q)
	}
	logLik, _, _ := l.sums(theta)
	close(t, "−2LL", -2*logLik, 4908.81676837903, 1e-7)
}

// e^A: of a nilpotent, a diagonal and a rotation exactly; and e^{A+B} = e^A e^B where they commute.
func TestExponential(t *testing.T) {
	e := newExponential(2, 0)
	for _, c := range [][2][]float64{
		{{0, 3, 0, 0}, {1, 3, 0, 1}},
		{{1, 0, 0, -20}, {math.E, 0, 0, math.Exp(-20)}},
		{{0, -7, 7, 0}, {math.Cos(7), -math.Sin(7), math.Sin(7), math.Cos(7)}},
		{{-1e4, 1e4, 0, 0}, {0, 1, 0, 1}},
	} {
		got := e.of(&dual{v: slices.Clone(c[0])})
		for i, want := range c[1] {
			close(t, "e^A", got.v[i], want, 1e-12*max(1, math.Abs(want)))
		}
	}
}

// Derivatives are those of Van Loan's block matrix, e^[A E; 0 A] = [e^A L(A, E); 0 e^A] (Van Loan 1978), and of differences.
func TestDerivatives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "n")
		size := math.Exp(rapid.Float64Range(-6, 4).Draw(t, "log size"))
		draw := func() []float64 {
			out := rapid.SliceOfN(rapid.Float64Range(-1, 1), n*n, n*n).Draw(t, "entries")
			for i := range out {
				out[i] *= size
			}
			return out
		}
		a, direction := draw(), draw()
		for i := range n { // as of intensities, that nothing grows
			a[i*n+i] = -math.Abs(a[i*n+i]) - float64(n)*size
		}
		x := newExponential(n, 1).of(&dual{slices.Clone(a), [][]float64{slices.Clone(direction)}})
		block := make([]float64, 4*n*n)
		for i := range n {
			for j := range n {
				block[i*2*n+j], block[(n+i)*2*n+n+j], block[i*2*n+n+j] = a[i*n+j], a[i*n+j], direction[i*n+j]
			}
		}
		b := newExponential(2*n, 0).of(&dual{v: block})
		for i := range n {
			for j := range n {
				if want := b.v[i*2*n+n+j]; math.Abs(x.d[0][i*n+j]-want) > 1e-11*max(1, size) {
					t.Fatalf("L = %v, Van Loan %v", x.d[0][i*n+j], want)
				}
				if want := b.v[i*2*n+j]; math.Abs(x.v[i*n+j]-want) > 1e-12 {
					t.Fatalf("e^A = %v, block %v", x.v[i*n+j], want)
				}
			}
		}
	})
}

// simulate follows customers of three states and death through their exact times, looked at now and then.
func simulate(r *rand.Rand, customers int, effect float64) (*Model, *Data) {
	m := &Model{States: []string{"new", "loyal", "quiet", "gone"}, Rates: []Rate{{0, 1}, {0, 2}, {1, 2}, {2, 1}, {2, 3}}, Covariates: []string{"x"}}
	common(m)
	d := &Data{X: [][]float64{{0}, {1}}, Sets: [][]int{{0, 1, 2}}}
	for range customers {
		x := r.IntN(2)
		at, now, seen, seenAt := 0, 0.0, 0, 0.0
		look := r.ExpFloat64()
		for end := 12.0; now < end; {
			rate := 0.0
			var out []float64
			for i, q := range truth {
				if m.Rates[i].From != at {
					q = 0
				}
				q *= math.Exp(effect * float64(x))
				out, rate = append(out, q), rate+q
			}
			next := now + r.ExpFloat64()/rate
			for look < next && look < end {
				d.Intervals = append(d.Intervals, Interval{From: seen, To: at, Time: look - seenAt, X: x})
				seen, seenAt = at, look
				look += .05 + r.ExpFloat64()
			}
			if now = next; now >= end {
				d.Intervals = append(d.Intervals, Interval{From: seen, To: 0, Time: end - seenAt, X: x, Kind: Censored})
				break
			}
			u := r.Float64() * rate
			for i, q := range out {
				if u -= q; u < 0 {
					at = m.Rates[i].To
					break
				}
			}
			if at == 3 {
				d.Intervals = append(d.Intervals, Interval{From: seen, To: 3, Time: now - seenAt, X: x, Kind: Entered})
				break
			}
		}
	}
	return m, d
}

var truth = []float64{.6, .3, .25, .35, .2}

// The analytic score is that of differences, whatever the kind of interval, and so is the information; with every time its own, and with
// times that many share, of which the derivatives are taken the other way round.
func TestScore(t *testing.T) {
	for _, shared := range []bool{false, true} {
		m, d := simulate(rand.New(rand.NewPCG(1, 2)), 40, .5)
		d.Intervals = append(d.Intervals, Interval{From: 1, To: 2, Time: .7, X: 1, Kind: Moved})
		if shared {
			for i := range d.Intervals {
				d.Intervals[i].Time = math.Ceil(d.Intervals[i].Time)
			}
		}
		l := newLikelihood(m, d, 1)
		theta := []float64{-.5, -1, -1.2, -.9, -1.6, .3}
		_, score, _ := l.sums(theta)
		info := l.information(theta)
		for i := range theta {
			const h = 1e-5
			at := slices.Clone(theta)
			at[i] += h
			up, upScore, _ := l.sums(at)
			at[i] -= 2 * h
			down, downScore, _ := l.sums(at)
			close(t, "score", score[i], (up-down)/(2*h), 1e-6*max(1, math.Abs(score[i])))
			for j := range theta {
				close(t, "information", info.At(i, j), (downScore[j]-upScore[j])/(2*h), 1e-5*max(1, math.Abs(info.At(i, j))))
			}
		}
	}
}

// Estimates of simulated customers lie where they should, and 95 % intervals cover. MAINSTAY_BOOKS draws
// so many samples; docs/statistics.md tells of some.
func TestCoverage(t *testing.T) {
	books := 25
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_BOOKS")); err == nil {
		books = n
	} else if testing.Short() {
		t.Skip("SKIPPED: simulation")
	}
	r := rand.New(rand.NewPCG(3, 4))
	covered, all := 0, 0
	for range books {
		m, d := simulate(r, 250, .5)
		f, err := m.Fit(d, 2)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Certificate.Certified() {
			t.Fatalf("%+v", f.Certificate)
		}
		estimates := append(f.Intensities([]float64{0}, .95), f.HazardRatios(.95)...)
		for i, want := range append(slices.Clone(truth), math.Exp(.5)) {
			if all++; estimates[i].Low <= want && want <= estimates[i].High {
				covered++
			}
		}
	}
	share := float64(covered) / float64(all)
	t.Logf("95 %% intervals of %d figures cover %.4f", all, share)
	if share < .9 || share > .995 { // 25 samples tell no more: the six figures of one go together
		t.Errorf("95 %% intervals cover %.3f", share)
	}
}

// Times, probabilities and lives, with errors, against differences of the same figures.
func TestAnswers(t *testing.T) {
	m, d := simulate(rand.New(rand.NewPCG(5, 6)), 300, .5)
	f, err := m.Fit(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	all := func() []Estimate {
		x := []float64{1}
		p, err := f.Probabilities(2.5, x, .95)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Concat(append(p, f.Intensities(x, .95), f.Stays(x, .95), f.Next(x, .95), f.Lives(x, .95), f.HazardRatios(.95))...)
	}
	base := all()
	gradients := make([][]float64, len(base))
	const h = 1e-6
	for i, v := range f.Theta {
		f.Theta[i] = v + h
		up := all()
		f.Theta[i] = v - h
		down := all()
		f.Theta[i] = v
		for e := range base {
			g := (up[e].Value - down[e].Value) / (2 * h)
			if math.IsNaN(g) { // endless
				g = 0
			}
			gradients[e] = append(gradients[e], g)
		}
	}
	for e, v := range base {
		close(t, "standard error", v.SE, f.se(gradients[e]), 1e-5*max(1, v.SE))
	}
	sum := 0.0
	p, _ := f.Probabilities(2.5, nil, .95)
	for _, v := range p[0] {
		sum += v.Value
	}
	close(t, "row", sum, 1, 1e-12)
}

// What cannot be is said, and never a panic.
func TestRefuses(t *testing.T) {
	m := &Model{States: []string{"a", "b", "c"}, Rates: []Rate{{0, 1}, {1, 2}}}
	ok := Interval{From: 0, To: 1, Time: 1}
	for _, c := range []struct {
		m *Model
		v Interval
	}{
		{m, Interval{From: 1, To: 0, Time: 1}}, {m, Interval{From: 0, To: 1}}, {m, Interval{From: 0, To: 9, Time: 1}}, {m, Interval{From: 0, To: 0, Time: 1, Kind: Entered}},
		{m, Interval{From: 0, To: 2, Time: 1, Kind: Moved}}, {m, Interval{From: 0, To: 1, Time: math.NaN()}}, {m, Interval{From: 0, To: 0, Time: 1, Kind: Censored}},
		{&Model{States: []string{"a", "b"}, Rates: []Rate{{0, 0}}}, ok}, {&Model{States: []string{"a", "b"}, Rates: []Rate{{0, 1}, {0, 1}}}, ok}, {&Model{States: []string{"a", "b"}}, ok},
		{&Model{States: []string{"a", "b"}, Rates: []Rate{{0, 1}}, Covariates: []string{"x"}, Effects: []Effect{{0, nil}}}, ok},
	} {
		if f, err := c.m.Fit(&Data{Intervals: []Interval{c.v}}, 1); err == nil {
			t.Errorf("%+v, %+v: %+v", c.m, c.v, f)
		}
	}
	f, err := m.Fit(&Data{Intervals: []Interval{ok}}, 1)
	if err != nil || f.Certificate.Certified() || f.Theta != nil {
		t.Errorf("%+v, %v", f, err)
	}
	back := &Model{States: []string{"a", "b"}, Rates: []Rate{{0, 1}, {1, 0}}} // nobody comes back
	d := &Data{}
	for i := range 40 {
		d.Intervals = append(d.Intervals, Interval{From: 0, To: i % 2, Time: 1}, Interval{From: 1, To: 1, Time: 3})
	}
	f, err = back.Fit(d, 1)
	if err != nil || f.Certificate.Certified() || f.Cov != nil {
		t.Errorf("%+v, %v", f, err)
	}
}

// What cannot be told apart is said at once: a constant, a covariate twice. On rates of their own two that are alike may be.
func TestRefusesCollinear(t *testing.T) {
	d := &Data{}
	for i := range 200 {
		x := float64(i % 7)
		d.X = append(d.X, []float64{x, 2 * x, 3})
		d.Intervals = append(d.Intervals, Interval{From: i % 2, To: i / 2 % 2, Time: 1 + float64(i%3), X: i})
	}
	m := &Model{States: []string{"a", "b"}, Rates: []Rate{{0, 1}, {1, 0}}, Covariates: []string{"x", "2x", "3"}}
	for _, c := range []struct {
		effects []Effect
		says    string
	}{
		{[]Effect{{0, []int{0}}, {2, []int{1}}}, `"3"`},
		{[]Effect{{1, []int{0, 1}}, {0, []int{0, 1}}}, `"2x"`},
		{[]Effect{{0, []int{0}}, {1, []int{1}}}, ""},
	} {
		m.Effects = c.effects
		f, err := m.Fit(d, 1)
		if err != nil || f.Certificate.Certified() != (c.says == "") || c.says != "" && !strings.Contains(fmt.Sprint(f.Certificate.Warnings), c.says) {
			t.Errorf("%v: %v, %+v", c.effects, err, f.Certificate)
		}
	}
}
