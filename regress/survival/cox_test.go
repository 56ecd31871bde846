package survival

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/internal/num"
	"mainstay/internal/refdata"
	"mainstay/regress"

	"gonum.org/v1/gonum/floats"
	"pgregory.net/rapid"
)

// Recidivism of 432 convicts (Rossi, Berk & Lenihan 1980): the figures of lifelines' tests, which are R's; log-likelihoods, standard errors and
// tests of R's survival 3.5-3.
func TestCoxRossi(t *testing.T) {
	s := readSet(t, refdata.Shared(t, "reference", "rossi.csv"))
	f, err := Cox(s.design([]string{"fin", "age", "race", "wexp", "mar", "paro", "prio"}), s.times([]string{"week", "arrest"}), Efron, Options{})
	if err != nil || !f.Certificate.Certified() {
		t.Fatal(err, f)
	}
	for j, want := range []float64{-.3794222, -.0574377, .3138998, -.1497957, -.4337039, -.0848711, .0914971} {
		if math.Abs(f.Coef[j]-want) > 5e-8 {
			t.Errorf("%s %.9f, published %.7f", f.Names[j], f.Coef[j], want)
		}
	}
	agree(t, "coef", f.Coef, []float64{-0.3794221668712, -0.0574377430138, 0.3138997859493, -0.1497956972228, -0.4337038766903, -0.0848710829908, 0.0914970793511}, 11)
	agree(t, "se", f.SE, []float64{0.1913794807128, 0.0219994706280, 0.3079927763929, 0.2122242961582, 0.3818680574649, 0.1957566719209, 0.0286485500735}, 10)
	agree(t, "loglik, tests", []float64{-f.NullDev / 2, f.Certificate.LogLik, f.Score.Statistic, f.Wald.Statistic, f.Ratio.Statistic},
		[]float64{-675.380632347, -658.747659446, 33.5286888997, 32.1126101919, 2 * (675.380632347 - 658.747659446)}, 9)
	c := f.Concordance()
	agree(t, "concordance", []float64{c.Value, c.SE, c.Concordant, c.Discordant, c.Tied}, []float64{0.640329247, 0.0266581228, 27242, 15291, 49}, 8)
	each, all, err := f.Proportional(ClockKM, nil)
	if err != nil {
		t.Fatal(err)
	}
	agree(t, "proportional", []float64{each[1].Statistic, each[3].Statistic, all.Statistic, all.P}, []float64{5.9739816611519, 4.2245956386996, 17.6944152960279, 0.0134275065763}, 9)
}

// simulated draws lives with hazard exp(x·β) in each of some strata, by weeks where ties is set, entering late where late is.
func simulated(n, k int, seed uint64, ties, late bool) (*regress.Design, *Times, Options, []float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	d, t, o := &regress.Design{}, &Times{}, Options{}
	beta := make([]float64, k)
	for j := range k {
		d.Names = append(d.Names, fmt.Sprintf("x%d", j))
		beta[j] = float64(j%3-1) * .4
	}
	for range n {
		eta := 0.0
		for j := range k {
			x := rng.NormFloat64()
			if j%2 == 1 {
				x = float64(rng.IntN(2))
			}
			d.X = append(d.X, x)
			eta += x * beta[j]
		}
		stratum := rng.IntN(3)
		life, entry, end := rng.ExpFloat64()*math.Exp(-eta)*(1+float64(stratum)), 0.0, 2*rng.Float64()
		if late {
			entry = rng.Float64() * .3
			life += entry // memoryless
			end += entry
		}
		stop := min(life, end)
		if ties {
			stop, entry = math.Ceil(stop*10), math.Floor(entry*10)
		}
		t.Stop, t.Event = append(t.Stop, stop), append(t.Event, life <= end)
		if late {
			t.Start = append(t.Start, min(entry, stop-1e-9))
		}
		o.Stratum = append(o.Stratum, int32(stratum))
		o.Weights = append(o.Weights, .5+float64(rng.IntN(4)))
		o.Offset = append(o.Offset, rng.Float64()*.1)
		o.Cluster = append(o.Cluster, int32(rng.IntN(n/3+2)))
	}
	return d, t, o, beta
}

// byDefinition is the log partial likelihood, term by term.
func byDefinition(d *regress.Design, t *Times, ties Ties, o *Options, beta []float64) float64 {
	n := t.Rows()
	eta := make([]float64, n)
	for i := range n {
		eta[i] = floats.Dot(d.Row(i), beta) + o.offset(i)
	}
	total := 0.0
	done := map[[2]float64]bool{}
	for i := range n {
		key := [2]float64{float64(o.Stratum[i]), t.Stop[i]}
		if !t.Event[i] || done[key] {
			continue
		}
		done[key] = true
		risk, dying, weight, deaths := 0.0, 0.0, 0.0, 0
		for j := range n {
			if o.Stratum[j] != o.Stratum[i] || t.Stop[j] < t.Stop[i] || t.Start != nil && t.Start[j] >= t.Stop[i] {
				continue
			}
			risk += o.weight(j) * math.Exp(eta[j])
			if t.Event[j] && t.Stop[j] == t.Stop[i] {
				dying += o.weight(j) * math.Exp(eta[j])
				weight += o.weight(j)
				deaths++
				total += o.weight(j) * eta[j]
			}
		}
		for l := range deaths {
			share := 0.0
			if ties == Efron {
				share = float64(l) / float64(deaths)
			}
			total -= weight / float64(deaths) * math.Log(risk-share*dying)
		}
	}
	return total
}

// The likelihood is that of the definition, its gradient and information are its derivatives, in every combination of late entry, ties and method.
func TestCoxLikelihood(t *testing.T) {
	for _, late := range []bool{false, true} {
		for _, tied := range []bool{false, true} {
			for _, ties := range []Ties{Efron, Breslow} {
				d, times, o, _ := simulated(150, 3, 7, tied, late)
				w := newWalk(d, times, ties, &o)
				gamma := []float64{.3, -.2, .5}
				at := w.evaluate(gamma)
				beta := make([]float64, 3)
				for j := range beta {
					beta[j] = gamma[j] / w.scale[j]
				}
				if want := byDefinition(d, times, ties, &o, beta); math.Abs(at.loglik-want) > 1e-9*math.Abs(want) {
					t.Errorf("late %v, tied %v, %v: log-likelihood %v, by definition %v", late, tied, ties, at.loglik, want)
				}
				const h = 1e-5
				for a := range gamma {
					up, down := slices.Clone(gamma), slices.Clone(gamma)
					up[a] += h
					down[a] -= h
					pu, pd := w.evaluate(up), w.evaluate(down)
					if want := (pu.loglik - pd.loglik) / (2 * h); math.Abs(at.score[a]-want) > 1e-5*(1+math.Abs(want)) {
						t.Errorf("late %v, tied %v, %v: score %v, by differences %v", late, tied, ties, at.score[a], want)
					}
					for b := range gamma {
						if want := -(pu.score[b] - pd.score[b]) / (2 * h); math.Abs(at.info.At(a, b)-want) > 1e-5*(1+math.Abs(want)) {
							t.Errorf("late %v, tied %v, %v: information %v, by differences %v", late, tied, ties, at.info.At(a, b), want)
						}
					}
				}
			}
		}
	}
}

// Many rows, so that blocks count: known coefficients are found within their errors, martingale residuals sum to 0, and one thread gives the bytes of three.
func TestCoxSimulated(t *testing.T) {
	for _, late := range []bool{false, true} {
		for _, tied := range []bool{false, true} {
			d, times, o, beta := simulated(20000, 4, 3, tied, late)
			for i := range o.Offset { // the truth has none
				o.Offset[i], o.Weights[i] = 0, 1
			}
			f, err := Cox(d, times, Efron, o)
			if err != nil || !f.Certificate.Certified() {
				t.Fatal(err, f.Certificate)
			}
			for j := range beta {
				bias := .0
				if tied { // rounding up to tenths moves coefficients towards 0 a little
					bias = .02
				}
				if math.Abs(f.Coef[j]-beta[j]) > 4*f.SE[j]+bias {
					t.Errorf("late %v, tied %v: %v, the truth is %v (SE %v)", late, tied, f.Coef[j], beta[j], f.SE[j])
				}
			}
			if sum := num.Sum(f.Martingale()); math.Abs(sum) > 1e-6 {
				t.Errorf("martingale residuals sum to %v", sum)
			}
			o.Threads = 3
			again, err := Cox(d, times, Efron, o)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(f.Coef, again.Coef) || !slices.Equal(f.StandardErrors(), again.StandardErrors()) || !slices.Equal(f.Martingale(), again.Martingale()) || f.Certificate.LogLik != again.Certificate.LogLik {
				t.Errorf("late %v, tied %v: threads change bytes", late, tied)
			}
		}
	}
}

// A row cut in two at any time, with the same columns, is the same life; a row of weight 2 is two rows; units do not matter.
func TestCoxProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, times, o, _ := simulated(60, 2, rapid.Uint64().Draw(t, "seed"), rapid.Bool().Draw(t, "ties"), rapid.Bool().Draw(t, "late"))
		for i := range o.Weights {
			o.Weights[i] = 1 + float64(int(o.Weights[i]))
		}
		base, err := Cox(d, times, Efron, o)
		if err != nil {
			t.Fatal(err)
		}
		if !base.Certificate.Certified() {
			t.Skip()
		}
		same := func(what string, f *CoxFit, err error, scale float64) {
			if err != nil || !f.Certificate.Certified() {
				t.Fatalf("%s: %v %+v", what, err, f)
			}
			for j := range f.Coef {
				if math.Abs(f.Coef[j]*scale-base.Coef[j]) > 1e-7*(1+math.Abs(base.Coef[j])) || math.Abs(f.SE[j]*scale-base.SE[j]) > 1e-7*base.SE[j] {
					t.Fatalf("%s: %v (%v), want %v (%v)", what, f.Coef, f.SE, base.Coef, base.SE)
				}
			}
		}
		cut, cutD, cutO := &Times{}, &regress.Design{Names: d.Names}, Options{}
		for i := range times.Stop {
			start := -1.0
			if times.Start != nil {
				start = times.Start[i]
			}
			middle := start + (times.Stop[i]-start)*.37
			for half := range 2 {
				cut.Start = append(cut.Start, []float64{start, middle}[half])
				cut.Stop = append(cut.Stop, []float64{middle, times.Stop[i]}[half])
				cut.Event = append(cut.Event, half == 1 && times.Event[i])
				cutD.X = append(cutD.X, d.Row(i)...)
				cutO.Weights, cutO.Offset, cutO.Stratum = append(cutO.Weights, o.Weights[i]), append(cutO.Offset, o.Offset[i]), append(cutO.Stratum, o.Stratum[i])
			}
		}
		f, err := Cox(cutD, cut, Efron, cutO)
		same("cut in two", f, err, 1)
		scaled := &regress.Design{Names: d.Names}
		for _, v := range d.X {
			scaled.X = append(scaled.X, v*1000+5)
		}
		f, err = Cox(scaled, times, Efron, o)
		same("other units", f, err, 1000)
		// With Efron's ties a weight is not a copy; with Breslow's it is.
		base, err = Cox(d, times, Breslow, o)
		if err != nil || !base.Certificate.Certified() {
			t.Skip()
		}
		twice, twiceD, twiceO := &Times{}, &regress.Design{Names: d.Names}, Options{}
		for i := range times.Stop {
			for range int(o.Weights[i]) {
				if times.Start != nil {
					twice.Start = append(twice.Start, times.Start[i])
				}
				twice.Stop, twice.Event = append(twice.Stop, times.Stop[i]), append(twice.Event, times.Event[i])
				twiceD.X = append(twiceD.X, d.Row(i)...)
				twiceO.Offset, twiceO.Stratum = append(twiceO.Offset, o.Offset[i]), append(twiceO.Stratum, o.Stratum[i])
			}
		}
		f, err = Cox(twiceD, twice, Breslow, twiceO)
		same("copies", f, err, 1)
	})
}

// A group in which nobody has the event has an infinite coefficient: the fit is refused and the column named, whatever the others.
func TestCoxMonotone(t *testing.T) {
	for _, late := range []bool{false, true} {
		d, times, o, _ := simulated(300, 3, 5, true, late)
		for i := range times.Stop {
			if i%10 == 0 {
				times.Event[i] = false
			}
		}
		wide := &regress.Design{Names: append(slices.Clone(d.Names), "vip")}
		for i := range times.Stop {
			vip := 0.0
			if i%10 == 0 {
				vip = 1
			}
			wide.X = append(append(wide.X, d.Row(i)...), vip)
		}
		f, err := Cox(wide, times, Efron, o)
		if err != nil {
			t.Fatal(err)
		}
		if f.Certificate.Certified() || !slices.Equal(f.Separating, []string{"vip"}) || f.Certificate.Warnings[0].Code != num.WarnMonotone || f.Coef[3] != 0 {
			t.Errorf("late %v: %+v", late, f)
		}
	}
	// Two columns together: nobody with a + b below 2 has it, though both values of each have.
	d, times := &regress.Design{Names: []string{"a", "b", "c"}}, &Times{}
	for i := range 40 {
		a, b := float64(i%2), float64(i/2%2)
		d.X = append(d.X, a, b, float64(i*i%7))
		times.Stop, times.Event = append(times.Stop, float64(i+1)), append(times.Event, a != b || a == 1)
	}
	for i := range times.Stop { // those with a = b = 0 outlive all others
		if i%4 == 0 {
			times.Stop[i] = 100
		} else if i%4 != 3 {
			times.Event[i] = false
		}
	}
	f, err := Cox(d, times, Efron, Options{})
	if err != nil || f.Certificate.Certified() || len(f.Separating) == 0 {
		t.Errorf("%v %+v", err, f)
	}
}

// Columns that others determine are named; so are those that do not vary among those at risk together.
func TestCoxCollinear(t *testing.T) {
	d, times, o, _ := simulated(200, 2, 9, false, false)
	wide := &regress.Design{Names: []string{"x0", "one", "x1", "sum", "stratum"}}
	for i := range times.Stop {
		r := d.Row(i)
		wide.X = append(wide.X, r[0], 1, r[1], r[0]-2*r[1], float64(o.Stratum[i]))
	}
	f, err := Cox(wide, times, Efron, o)
	if err != nil || !f.Certificate.Certified() {
		t.Fatal(err, f.Certificate)
	}
	if !slices.Equal(f.Dropped, []string{"one", "sum", "stratum"}) {
		t.Errorf("dropped %v", f.Dropped)
	}
	if m := f.Certificate.Warnings[1].Message; !strings.Contains(m, `"x0", "x1"`) {
		t.Errorf("not named: %s", m)
	}
	plain, err := Cox(d, times, Efron, o)
	if err != nil || math.Abs(plain.Coef[0]-f.Coef[0]) > 1e-9 || math.Abs(plain.Coef[1]-f.Coef[2]) > 1e-9 || f.Ratio.DF != 2 {
		t.Errorf("%v: %v, alone %v", err, f.Coef, plain.Coef)
	}
}

// Without columns there is still a baseline.
func TestCoxWithoutColumns(t *testing.T) {
	_, times, _, _ := simulated(100, 2, 9, true, true)
	f, err := Cox(&regress.Design{}, times, Breslow, Options{})
	if err != nil || !f.Certificate.Certified() {
		t.Fatal(err, f.Certificate)
	}
	steps, err := f.Curves().Of(nil, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	km, err := KaplanMeier(times, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range steps {
		if math.Abs(steps[i].Hazard-km[i].Hazard) > 1e-12 || math.Abs(steps[i].HazardSE-km[i].HazardSE) > 1e-12 {
			t.Fatalf("step %d: %+v, Nelson-Aalen %+v", i, steps[i], km[i])
		}
	}
}

// What cannot be fitted is an error with its row, or a fit that is refused; never a panic, NaN or Inf.
func TestCoxBadInput(t *testing.T) {
	good := func() (*regress.Design, *Times, Options) {
		d, t, o, _ := simulated(30, 2, 1, true, true)
		return d, t, o
	}
	for want, spoil := range map[string]func(d *regress.Design, t *Times, o *Options){
		"row 3":           func(d *regress.Design, t *Times, o *Options) { t.Stop[3] = math.NaN() },
		"row 4":           func(d *regress.Design, t *Times, o *Options) { t.Start[4] = t.Stop[4] },
		`column "x1"`:     func(d *regress.Design, t *Times, o *Options) { d.X[11] = math.Inf(1) },
		"weight":          func(d *regress.Design, t *Times, o *Options) { o.Weights[2] = -1 },
		"weights for":     func(d *regress.Design, t *Times, o *Options) { o.Weights = o.Weights[1:] },
		"offset":          func(d *regress.Design, t *Times, o *Options) { o.Offset[2] = math.NaN() },
		"no rows":         func(d *regress.Design, t *Times, o *Options) { *t = Times{} },
		"every row":       func(d *regress.Design, t *Times, o *Options) { clear(o.Weights) },
		"does not hold":   func(d *regress.Design, t *Times, o *Options) { d.X = d.X[2:] },
		"level":           func(d *regress.Design, t *Times, o *Options) { o.Level = 2 },
		"stratum numbers": func(d *regress.Design, t *Times, o *Options) { o.Stratum = o.Stratum[1:] },
	} {
		d, times, o := good()
		spoil(d, times, &o)
		if _, err := Cox(d, times, Efron, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	d, times, o := good()
	clear(times.Event)
	if f, err := Cox(d, times, Efron, o); err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != num.WarnTooFew {
		t.Errorf("no events: %v %+v", err, f)
	}
}

// Whatever the numbers, a fit ends in an error, a refusal or finite figures.
func TestCoxWild(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "rows")
		value := rapid.OneOf(rapid.Float64Range(-1e6, 1e6), rapid.SampledFrom([]float64{0, 1, -1, 1e-30, 1e90, 3}))
		d, times, o := &regress.Design{Names: []string{"a", "b"}}, &Times{}, Options{Robust: rapid.Bool().Draw(t, "robust")}
		late := rapid.Bool().Draw(t, "late")
		for range n {
			d.X = append(d.X, value.Draw(t, "a"), value.Draw(t, "b"))
			stop := float64(rapid.IntRange(1, 6).Draw(t, "stop"))
			times.Stop, times.Event = append(times.Stop, stop), append(times.Event, rapid.Bool().Draw(t, "event"))
			if late {
				times.Start = append(times.Start, float64(rapid.IntRange(0, int(stop)-1).Draw(t, "start")))
			}
			o.Stratum = append(o.Stratum, int32(rapid.IntRange(0, 1).Draw(t, "stratum")))
		}
		f, err := Cox(d, times, Ties(rapid.IntRange(0, 1).Draw(t, "ties")), o)
		if err != nil || !f.Certificate.Certified() {
			return
		}
		if !allFinite(append(f.Coef, f.SE...)) {
			t.Fatalf("%+v", f)
		}
		f.Concordance()
		for _, c := range []Clock{ClockKM, ClockRank, ClockIdentity, ClockLog} {
			if _, _, err := f.Proportional(c, nil); err != nil {
				t.Fatal(err)
			}
		}
		curves := f.Curves()
		for _, s := range curves.Strata() {
			steps, err := curves.Of(d.Row(0), 0, s)
			if err != nil {
				t.Fatal(err)
			}
			for i := 1; i < len(steps); i++ {
				if steps[i].Survival > steps[i-1].Survival {
					t.Fatalf("rises: %+v", steps)
				}
			}
		}
	})
}
