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
