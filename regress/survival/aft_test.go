package survival

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/internal/num"
	_ "mainstay/internal/seeded"
	"mainstay/regress"

	"pgregory.net/rapid"
)

// The figures of R's survreg, coefficients, errors, scale, log-likelihoods and predicted quantiles.
func TestAFTAsR(t *testing.T) {
	for _, c := range readReference(t).AFT {
		t.Run(c.Name, func(t *testing.T) {
			s := refTable(t, c.Set)
			d := s.design(append([]string{"(Intercept)"}, c.X...))
			f, err := AFT(d, s.times(c.Y), Law(c.Dist), Options{Weights: s[c.Weights], Cluster: s.numbers(c.Cluster), Robust: c.Robust, Threads: 2})
			if err != nil || !f.Certificate.Certified() {
				t.Fatal(err, f.Certificate)
			}
			agree(t, "coef", append(f.Coef, f.Scale), append(c.Coef, c.Scale), 7)
			se, robust := f.SE, f.StandardErrors()
			if f.Law != Exponential { // R's last is that of log σ
				robust = append(robust, f.ScaleSE/f.Scale)
				if f.Robust == nil {
					se = robust
				} else {
					c.SE = c.SE[:len(se)]
				}
			}
			agree(t, "se", se, c.SE, 7)
			agree(t, "robust se", robust, c.RobustSE, 7)
			agree(t, "loglik", []float64{-f.NullDev / 2, f.Certificate.LogLik}, c.Loglik, 9)
			for i, p := range []float64{.25, .5, .9} {
				q := f.Quantile(d.Row(1), 0, p)
				agree(t, "quantile", []float64{q.Value, q.SE}, []float64{c.Quantile[i], c.QuantileSE[i]}, 6)
			}
		})
	}
}

// Residuals follow from the curve of each row, and where the law is an extreme value the score of the intercept makes them sum to 0.
func TestAFTResiduals(t *testing.T) {
	for _, law := range []Law{Weibull, Exponential, LogNormal, LogLogistic} {
		s := refTable(t, "lung")
		d, times := s.design([]string{"(Intercept)", "age", "sex"}), s.times([]string{"late", "time", "status"})
		f, err := AFT(d, times, law, Options{Threads: 2})
		if err != nil || !f.Certificate.Certified() {
			t.Fatal(err, f.Certificate)
		}
		r := f.Residuals(d, times, nil)
		sum := 0.0
		for i, m := range r.Martingale {
			sum += m
			curve := f.Curve(d.Row(i), 0, []float64{max(times.Start[i], 1e-300), times.Stop[i]})
			event := 0.0
			if times.Event[i] {
				event = 1
			}
			want := curve[2].Hazard - curve[1].Hazard
			if math.Abs(r.CoxSnell[i]-want) > 1e-9 || math.Abs(m-event+want) > 1e-9 || math.Signbit(r.Deviance[i]) != math.Signbit(m) {
				t.Fatalf("%s, row %d: %v, %v, %v, expected a hazard of %v", law, i, r.CoxSnell[i], m, r.Deviance[i], want)
			}
		}
		if (law == Weibull || law == Exponential) && math.Abs(sum) > 1e-6 {
			t.Errorf("%s: martingale residuals sum to %v", law, sum)
		}
	}
}

// The derivatives of every law are those of its logarithms, also far out.
func TestLaws(t *testing.T) {
	for name, law := range laws {
		for _, w := range []float64{-50, -10, -3, -.5, 0, .5, 3, 8, 29.9, 30.1, 60} {
			for what, of := range map[string]func(float64) (float64, float64, float64){"density": law.density, "survival": law.survival} {
				l, d1, d2 := of(w)
				const h = 1e-4
				up, u1, _ := of(w + h)
				down, d1b, _ := of(w - h)
				if want := (up - down) / (2 * h); math.Abs(d1-want) > 1e-5*max(1e-3, math.Abs(want)) && math.Abs(l) > 1e-10 {
					t.Errorf("%s %s at %v: slope %v, by differences %v", name, what, w, d1, want)
				}
				if want := (u1 - d1b) / (2 * h); math.Abs(d2-want) > 1e-4*max(1e-3, math.Abs(want)) {
					t.Errorf("%s %s at %v: curvature %v, by differences %v", name, what, w, d2, want)
				}
			}
		}
		for _, p := range []float64{.01, .5, .99} {
			if l, _, _ := law.survival(law.quantile(p)); math.Abs(math.Exp(l)-(1-p)) > 1e-12 {
				t.Errorf("%s: quantile %v has survival %v", name, p, math.Exp(l))
			}
		}
	}
}

// drawAFT draws log T = 1 + x·β + σW with censoring and, where late is set, late entry; whoever ended before entering is not seen.
func drawAFT(n int, law Law, seed uint64, late bool) (*regress.Design, *Times) {
	rng := rand.New(rand.NewPCG(seed, 2))
	d, t := &regress.Design{Names: []string{"one", "a", "b"}}, &Times{}
	for len(t.Stop) < n {
		a, b := rng.NormFloat64(), float64(rng.IntN(2))
		scale := .7
		if law == Exponential {
			scale = 1
		}
		life := math.Exp(1 + .5*a - .3*b + scale*laws[law].quantile(1-rng.Float64()*.999999999))
		end, entry := 12*rng.Float64()+1e-6, 0.0
		if late {
			entry = rng.Float64() * 2
			end += entry
			if life <= entry {
				continue
			}
			t.Start = append(t.Start, entry)
		}
		d.X = append(d.X, 1, a, b)
		t.Stop, t.Event = append(t.Stop, min(life, end)), append(t.Event, life <= end)
	}
	return d, t
}

// Known parameters are found within their errors, with censoring and late entry; threads do not matter.
func TestAFTSimulated(t *testing.T) {
	for law := range laws {
		for _, late := range []bool{false, true} {
			d, times := drawAFT(9000, law, 4, late)
			f, err := AFT(d, times, law, Options{Robust: true})
			if err != nil || !f.Certificate.Certified() {
				t.Fatal(law, err, f.Certificate)
			}
			for j, want := range []float64{1, .5, -.3} {
				if math.Abs(f.Coef[j]-want) > 4*f.SE[j] {
					t.Errorf("%s, late %v: %s %v (%v), the truth is %v", law, late, f.Names[j], f.Coef[j], f.SE[j], want)
				}
			}
			if law != Exponential && math.Abs(f.Scale-.7) > 4*f.ScaleSE {
				t.Errorf("%s: scale %v (%v)", law, f.Scale, f.ScaleSE)
			}
			again, _ := AFT(d, times, law, Options{Robust: true, Threads: 3})
			if !slices.Equal(f.Coef, again.Coef) || !slices.Equal(f.StandardErrors(), again.StandardErrors()) {
				t.Error("threads change bytes")
			}
			steps := f.Curve(d.Row(0), 0, []float64{.5, 1, 2})
			q := f.Quantile(d.Row(0), 0, 1-steps[2].Survival)
			if math.Abs(q.Value-1) > 1e-9 || !(steps[2].Low < steps[2].Survival && steps[2].Survival < steps[2].High) {
				t.Errorf("%+v %+v", steps[2], q)
			}
		}
	}
}

// Gradient and information are derivatives of the likelihood; other units of time move the intercept alone.
func TestAFTLikelihood(t *testing.T) {
	for law, std := range laws {
		d, times := drawAFT(200, law, 8, true)
		o := Options{Threads: 1}
		fr := newFrame(d, &o)
		fr.columns = []int{0, 1, 2}
		m := newAFT(d, times, std, law == Exponential, fr, &o)
		gamma := []float64{.2, -.4, .3, 1.3}[:m.parameters()]
		at := m.at(gamma)
		const h = 1e-5
		for a := range gamma {
			up, down := slices.Clone(gamma), slices.Clone(gamma)
			up[a] += h
			down[a] -= h
			pu, pd := m.at(up), m.at(down)
			if want := (pu.loglik - pd.loglik) / (2 * h); math.Abs(at.score[a]-want) > 1e-5*(1+math.Abs(want)) {
				t.Errorf("%s: score %v, by differences %v", law, at.score[a], want)
			}
			for b := range gamma {
				if want := -(pu.score[b] - pd.score[b]) / (2 * h); math.Abs(at.info.At(a, b)-want) > 1e-5*(1+math.Abs(want)) {
					t.Errorf("%s: information %v, by differences %v", law, at.info.At(a, b), want)
				}
			}
		}
		f, err := AFT(d, times, law, o)
		if err != nil {
			t.Fatal(err)
		}
		days := &Times{Event: times.Event}
		for i := range times.Stop {
			days.Stop, days.Start = append(days.Stop, 365*times.Stop[i]), append(days.Start, 365*times.Start[i])
		}
		g, err := AFT(d, days, law, o)
		if err != nil || math.Abs(g.Coef[0]-f.Coef[0]-math.Log(365)) > 1e-7 || math.Abs(g.Coef[1]-f.Coef[1]) > 1e-7 || math.Abs(g.Scale-f.Scale) > 1e-7 {
			t.Errorf("%s: %v %v in days, %v in years", law, err, g.Coef, f.Coef)
		}
	}
}

func TestAFTRefused(t *testing.T) {
	d, times := drawAFT(300, Weibull, 4, false)
	wide := &regress.Design{Names: []string{"one", "a", "vip"}}
	for i := range times.Stop {
		vip := 0.0
		if i%9 == 0 {
			vip, times.Event[i] = 1, false
		}
		wide.X = append(wide.X, 1, d.Row(i)[1], vip)
	}
	f, err := AFT(wide, times, Weibull, Options{})
	if err != nil || f.Certificate.Certified() || !slices.Equal(f.Infinite, []string{"vip"}) || f.Certificate.Warnings[0].Code != num.WarnMonotone {
		t.Errorf("%v %+v", err, f)
	}
	zeros := &regress.Design{Names: []string{"zero"}, X: make([]float64, times.Rows())}
	for law := range laws {
		if f, err := AFT(zeros, times, law, Options{}); err != nil || f.Certificate.Certified() || f.Certificate.Warnings[1].Code != num.WarnTooFew {
			t.Errorf("%s, a column of zeros alone: %v %+v", law, err, f)
		}
	}
	times.Stop[5] = 0
	if _, err := AFT(d, times, Weibull, Options{}); err == nil || !strings.Contains(err.Error(), "row 5") {
		t.Errorf("a time of 0: %v", err)
	}
}

// Whatever the numbers, a fit ends in an error, a refusal or finite figures.
func TestAFTWild(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "rows")
		value := rapid.OneOf(rapid.Float64Range(-1e6, 1e6), rapid.SampledFrom([]float64{0, 1, 1e-30, 1e90}))
		time := rapid.OneOf(rapid.Float64Range(1e-6, 1e6), rapid.SampledFrom([]float64{1, 2, 1e-90, 1e90}))
		d, times := &regress.Design{Names: []string{"one", "a"}}, &Times{}
		one := rapid.SampledFrom([]float64{1, 0, -3}).Draw(t, "one")
		late := rapid.Bool().Draw(t, "late")
		for range n {
			d.X = append(d.X, one, value.Draw(t, "a"))
			times.Stop, times.Event = append(times.Stop, time.Draw(t, "stop")), append(times.Event, rapid.Bool().Draw(t, "event"))
			if late {
				times.Start = append(times.Start, times.Stop[len(times.Stop)-1]*rapid.SampledFrom([]float64{0, .5, .9}).Draw(t, "start"))
			}
		}
		f, err := AFT(d, times, rapid.SampledFrom([]Law{Weibull, Exponential, LogNormal, LogLogistic}).Draw(t, "law"), Options{})
		if err != nil || !f.Certificate.Certified() {
			return
		}
		if !allFinite(append(append(f.Coef, f.SE...), f.Scale)) {
			t.Fatalf("%+v", f)
		}
		if q := f.Quantile(d.Row(0), 0, .5); !math.IsNaN(q.Value) && !(q.Low <= q.Value && q.Value <= q.High) {
			t.Fatalf("%+v", q)
		}
		if w := f.Worth(d.Row(0), 0, Worth{Age: 1, Horizon: 2, Margin: 1, Year: 1}); !math.IsNaN(w.Value) && !(w.Low <= w.Value && w.Value <= w.High && w.Value <= 2+1e-9) {
			t.Fatalf("%+v", w)
		}
		for _, s := range f.Curve(d.Row(0), 0, []float64{1}) {
			if !(s.Low <= s.Survival && s.Survival <= s.High) {
				t.Fatalf("%+v", s)
			}
		}
	})
}
