package survival

import (
	"math"
	"slices"
	"strings"
	"testing"

	"mainstay/internal/num"
	"mainstay/regress"
)

// R's glm on the expanded months of lung: both links.
func TestDiscreteAsR(t *testing.T) {
	s := refTable(t, "lung")
	d := s.design([]string{"age", "sex", "ph.ecog"})
	times := &Times{}
	for i, days := range s["time"] {
		month := math.Ceil(days / 90)
		times.Stop = append(times.Stop, min(month, 8))
		times.Event = append(times.Event, s["status"][i] == 1 && month <= 8)
	}
	for _, c := range readReference(t).Discrete {
		f, err := Discrete(d, times, regress.Link(c.Link), Options{Threads: 2})
		if err != nil || !f.Certificate.Certified() {
			t.Fatal(err, f)
		}
		agree(t, c.Link+" coef", f.Coef, c.Coef, 7)
		agree(t, c.Link+" se", f.SE, c.SE, 6)
		agree(t, c.Link+" loglik", []float64{f.Certificate.LogLik}, []float64{c.Loglik}, 9)
		bare, err := Discrete(&regress.Design{}, times, regress.Link(c.Link), Options{})
		if err != nil {
			t.Fatal(err)
		}
		shifted, err := Discrete(d, times, regress.Link(c.Link), Options{Offset: make([]float64, len(times.Stop))})
		if err != nil {
			t.Fatal(err)
		}
		agree(t, c.Link+" null deviance", []float64{f.NullDev, shifted.NullDev}, []float64{bare.Deviance, bare.Deviance}, 9)
		steps := f.Curve(d.Row(0), 0)
		if len(steps) != 9 || !(steps[8].Low < steps[8].Survival && steps[8].Survival < steps[8].High) {
			t.Errorf("%+v", steps)
		}
	}
}

// With the link cloglog the coefficients are those of the hazards in continuous time that were drawn; late entry and many blocks change nothing.
func TestDiscreteSimulated(t *testing.T) {
	d, times, _, beta := simulated(20000, 3, 6, false, true)
	for i := range times.Stop { // grouped into tenths; who enters within a period is seen from the next on
		times.Stop[i], times.Start[i] = math.Ceil(times.Stop[i]*10), math.Ceil(times.Start[i]*10)
	}
	var kept []int32
	for i := range times.Stop {
		if times.Stop[i] > times.Start[i] && times.Stop[i] <= 20 {
			kept = append(kept, int32(i))
		}
	}
	d, times = pickRows(d, kept), times.pick(kept)
	var one *DiscreteFit
	for _, threads := range []int{1, 3} {
		f, err := Discrete(d, times, regress.Cloglog, Options{Threads: threads})
		if err != nil || !f.Certificate.Certified() {
			t.Fatal(err, f.Certificate)
		}
		if one == nil {
			one = f
		} else if !slices.Equal(f.Coef, one.Coef) {
			t.Error("threads change bytes")
		}
		for j := range beta {
			got, se := f.Coef[len(f.Periods)+j], f.SE[len(f.Periods)+j]
			if math.Abs(got-beta[j]) > 5*se+.1*math.Abs(beta[j]) { // three baselines were drawn as one, and lives cut at 20: towards 0
				t.Errorf("%v (%v), the truth is %v", got, se, beta[j])
			}
		}
	}
}

func TestDiscreteBadInput(t *testing.T) {
	d := &regress.Design{Names: []string{"a"}, X: []float64{1, 2, 3}}
	times := &Times{Stop: []float64{1, 2.5, 3}, Event: []bool{true, false, true}}
	if _, err := Discrete(d, times, regress.Logit, Options{}); err == nil || !strings.Contains(err.Error(), "row 1") {
		t.Error(err)
	}
	times.Stop[1] = 2
	if _, err := Discrete(d, times, "log", Options{}); err == nil {
		t.Error("no such link")
	}
	f, err := Discrete(d, &Times{Stop: times.Stop, Event: make([]bool, 3)}, regress.Logit, Options{})
	if err != nil || f.Certificate.Certified() || f.Certificate.Warnings[0].Code != num.WarnTooFew {
		t.Error(err, f)
	}
	if f.Curve([]float64{1}, 0) != nil {
		t.Error("a refused fit has no curve")
	}
}

// By hand: alive for 12 months at 10 a month and halved chances after 6 months.
func TestWorth(t *testing.T) {
	steps := []Step{{Survival: 1, Low: 1, High: 1}, {Time: 6, Survival: .5, Low: .25, High: .75}, {Time: 18, Survival: 0, Low: math.NaN(), High: math.NaN()}}
	w := Worth{Horizon: 12, Margin: 10, Year: 12}
	if v, low, high := w.Along(steps); math.Abs(v-90) > 1e-12 || math.Abs(low-75) > 1e-12 || math.Abs(high-105) > 1e-12 {
		t.Errorf("%v %v %v", v, low, high)
	}
	w.Age = 7 // half of the chances are behind: alive for 11 months more
	if v, _, _ := w.Along(steps); math.Abs(v-110) > 1e-12 {
		t.Errorf("%v", v)
	}
	// Early events are few, so that the ends lie far apart there: a share of them must not leave the value out.
	early := []Step{{Survival: 1, Low: 1, High: 1}, {Time: 1, Survival: .9, Low: .73, High: .97}, {Time: 2, Survival: .8, Low: .7, High: .88}}
	if v, low, high := (Worth{Age: 1, Horizon: 3, Margin: 1, Year: 12}).Along(early); !(low < v && v < high) {
		t.Errorf("%v is not between %v and %v", v, low, high)
	}
	w = Worth{Horizon: 6, Margin: 10, Year: 12, Rate: .1}
	delta := math.Log(1.1) / 12
	if v, _, _ := w.Along(steps); math.Abs(v-10*(1-math.Exp(-6*delta))/delta) > 1e-9 {
		t.Errorf("discounted %v", v)
	}
	if v, _, _ := (Worth{Age: 20, Horizon: 1, Year: 1}).Along(steps); !math.IsNaN(v) {
		t.Errorf("nobody reaches it: %v", v)
	}
}
