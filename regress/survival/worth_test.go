package survival

import (
	"math"
	"math/rand/v2"
	"testing"

	"mainstay/regress"

	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

// By hand: alive for 12 months at 10 a month and halved chances after 6 months.
func TestWorth(t *testing.T) {
	steps := []Step{{AtRisk: 8, Survival: 1, Low: 1, High: 1}, {Time: 6, AtRisk: 8, Events: 4, Survival: .5}, {Time: 18, AtRisk: 2, Events: 2}}
	w := Worth{Horizon: 12, Margin: 10, Year: 12}
	lower, upper := logLog(.5, math.Sqrt(4./(8*4)), 1.959963984540054)
	if v, low, high := w.Along(steps); math.Abs(v-90) > 1e-12 || math.Abs(low-60-60*lower) > 1e-9 || math.Abs(high-60-60*upper) > 1e-9 {
		t.Errorf("%v %v %v", v, low, high)
	}
	w.Age = 7 // half of the chances are behind: alive for 11 months more, and nothing is known of how surely
	if v, low, high := w.Along(steps); math.Abs(v-110) > 1e-12 || math.Abs(low-110) > 1e-12 || math.Abs(high-120) > 1e-12 {
		t.Errorf("%v %v %v", v, low, high)
	}
	w = Worth{Horizon: 6, Margin: 10, Year: 12, Rate: .1}
	delta := math.Log(1.1) / 12
	if v, _, _ := w.Along(steps); math.Abs(v-10*(1-math.Exp(-6*delta))/delta) > 1e-9 {
		t.Errorf("discounted %v", v)
	}
	if v, _, _ := (Worth{Age: 20, Horizon: 1, Year: 1}).Along(steps); !math.IsNaN(v) {
		t.Errorf("nobody reaches it: %v", v)
	}
	if v, low, _ := (Worth{Horizon: 7, Margin: 1, Year: 1}).Along([]Step{{Survival: 1}, {Time: 6, Survival: .5}}); v != 6.5 || !math.IsNaN(low) {
		t.Errorf("a curve without counts: %v %v", v, low)
	}
}

// From an age on, a curve is worth what that of the lives that reached it is, entered late, with the same ends; and the ends hold the value.
func TestWorthFromAnAge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, late := &Times{}, &Times{}
		age := rapid.IntRange(0, 12).Draw(t, "age")
		for range rapid.IntRange(1, 30).Draw(t, "lives") {
			stop, event := rapid.IntRange(1, 20).Draw(t, "stop"), rapid.Bool().Draw(t, "event")
			all.Stop, all.Event = append(all.Stop, float64(stop)), append(all.Event, event)
			if stop > age {
				late.Start, late.Stop, late.Event = append(late.Start, float64(age)), append(late.Stop, float64(stop)), append(late.Event, event)
			}
		}
		if len(late.Stop) == 0 {
			return
		}
		from := func(times *Times) []Step {
			steps, err := KaplanMeier(times, Options{Level: .9})
			if err != nil {
				t.Fatal(err)
			}
			return steps
		}
		w := Worth{Age: float64(age), Horizon: rapid.Float64Range(0, 25).Draw(t, "horizon"), Margin: 3, Rate: rapid.Float64Range(0, .5).Draw(t, "rate"), Year: 12, Level: .9}
		v, low, high := w.Along(from(all))
		lateV, lateLow, lateHigh := w.Along(from(late))
		for _, pair := range [][2]float64{{v, lateV}, {low, lateLow}, {high, lateHigh}} {
			if !(math.Abs(pair[0]-pair[1]) <= 1e-9*(1+pair[1])) {
				t.Fatalf("%v %v %v, entered late %v %v %v", v, low, high, lateV, lateLow, lateHigh)
			}
		}
		if !(low <= v && v <= high) || low < 0 || high > 3*w.length(0, w.Horizon)*(1+1e-12) {
			t.Fatalf("%v is not between %v and %v", v, low, high)
		}
	})
}

// Intervals hold the truth at least as often as they say: exponential lives, from an age on.
func TestWorthCoverage(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	const books, rate = 400, .08
	truth := (1 - math.Exp(-12*rate)) / rate
	held := 0
	for range books {
		times := &Times{}
		for range 120 {
			life, censored := r.ExpFloat64()/rate, 30*r.Float64()
			times.Stop, times.Event = append(times.Stop, min(life, censored)), append(times.Event, life <= censored)
		}
		steps, err := KaplanMeier(times, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, low, high := (Worth{Age: 5, Horizon: 12, Margin: 1, Year: 12}).Along(steps); low <= truth && truth <= high {
			held++
		}
	}
	if held < books*95/100 {
		t.Errorf("%d of %d intervals of 95%% hold the truth", held, books)
	}
}

// fitLaw fits a law to lives drawn with a column.
func fitLaw(t *testing.T, law Law, scale float64, n int) *AFTFit {
	r := rand.New(rand.NewPCG(9, uint64(n)))
	d, times := &regress.Design{Names: []string{"(Intercept)", "x"}}, &Times{}
	for range n {
		x := r.NormFloat64()
		life := math.Exp(3 + .5*x + scale*laws[law].quantile(r.Float64()))
		d.X = append(d.X, 1, x)
		times.Stop, times.Event = append(times.Stop, min(life, 40)), append(times.Event, life <= 40)
	}
	f, err := AFT(d, times, law, Options{Robust: true})
	if err != nil || !f.Certificate.Certified() {
		t.Fatal(err, f)
	}
	return f
}

// The integral against closed forms and a fine sum, its slopes against differences, for every law, short and long lives.
func TestAFTWorth(t *testing.T) {
	x := []float64{1, .7}
	for law, scale := range map[Law]float64{Weibull: 1.4, Exponential: 1, LogNormal: .9, LogLogistic: .3} {
		f := fitLaw(t, law, scale, 500)
		for _, w := range []Worth{{Horizon: 12, Margin: 2, Year: 12}, {Age: 30, Horizon: 24, Margin: 2, Rate: .1, Year: 12}, {Horizon: math.Inf(1), Margin: 2, Rate: .1, Year: 12}, {Age: 1e-3, Horizon: 5000, Margin: 1, Rate: .02, Year: 12}} {
			got := f.Worth(x, 0, w)
			eta := f.Coef[0] + .7*f.Coef[1]
			log := func(u float64) float64 { l, _, _ := laws[law].survival((math.Log(u) - eta) / f.Scale); return l }
			h, sum, base := w.Horizon, 0.0, 0.0
			if math.IsInf(h, 1) {
				h = 4000
			}
			if w.Age > 0 {
				base = log(w.Age)
			}
			const n = 400_000 // midpoints in s, u = h·s⁴
			for i := range n {
				s := (float64(i) + .5) / n
				u := h * s * s * s * s
				sum += math.Exp(log(w.Age+u)-base-w.delta()*u) * 4 * h * s * s * s / n
			}
			if math.Abs(got.Value-w.Margin*sum) > 1e-8*got.Value || !(got.Low < got.Value && got.Value < got.High) {
				t.Errorf("%s %+v: %+v, by a fine sum %v", law, w, got, w.Margin*sum)
			}
			if one := f.WorthAt(eta, w); one != got.Value {
				t.Errorf("%s: %v and %v", law, one, got.Value)
			}
			var g [3]float64
			for j, p := range []*float64{&f.Coef[0], &f.Coef[1], &f.Scale} {
				at, step := *p, 1e-5
				*p = at * math.Exp(step)
				up := f.Worth(x, 0, w).Value
				*p = at * math.Exp(-step)
				g[j] = (up - f.Worth(x, 0, w).Value) / (2 * step)
				if *p = at; j < 2 {
					g[j] /= at // of β, and of log σ
				}
			}
			if law == Exponential {
				g[2] = 0
			}
			if se := f.jointSE(g[:]); math.Abs(se-got.SE) > 1e-6*se {
				t.Errorf("%s %+v: SE %v, by differences %v", law, w, got.SE, se)
			}
		}
	}
	f := fitLaw(t, Weibull, 1.4, 500)
	k, lambda := 1/f.Scale, math.Exp(f.Coef[0]+.7*f.Coef[1])
	want := lambda / k * math.Gamma(1/k) * mathext.GammaIncReg(1/k, math.Pow(12/lambda, k))
	if got := f.Worth(x, 0, Worth{Horizon: 12, Margin: 1, Year: 12}).Value; math.Abs(got-want) > 1e-10*want {
		t.Errorf("weibull: %v, by the incomplete gamma function %v", got, want)
	}
	one := fitLaw(t, Exponential, 1, 500)
	rate := math.Exp(-one.Coef[0]-.7*one.Coef[1]) + math.Log(1.1)/12
	if got := one.Worth(x, 0, Worth{Age: 99, Horizon: 12, Margin: 1, Year: 12, Rate: .1}).Value; math.Abs(got-(1-math.Exp(-12*rate))/rate) > 1e-10*got {
		t.Errorf("exponential: %v", got)
	}
	for _, w := range []Worth{{Horizon: -1, Year: 1}, {Horizon: math.Inf(1), Year: 1}, {Horizon: 1}, {Horizon: 1, Year: 1, Margin: math.NaN()}} {
		if got := f.Worth(x, 0, w); !math.IsNaN(got.Value) || !math.IsNaN(got.High) {
			t.Errorf("%+v: %+v", w, got)
		}
	}
}
