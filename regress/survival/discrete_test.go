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

// Robust errors are R's sandwich::vcovCL of glm on the expanded periods: by life without a factor (HC0, cadjust = FALSE), by institution with that of CR1; also where the rows of
// a cluster do not lie together, and the curve goes by them.
func TestDiscreteRobustAsR(t *testing.T) {
	s := refTable(t, "lung")
	d := s.design([]string{"age", "sex", "ph.ecog"})
	times := &Times{}
	for i, days := range s["time"] {
		month := math.Ceil(days / 90)
		times.Stop = append(times.Stop, min(month, 8))
		times.Event = append(times.Event, s["status"][i] == 1 && month <= 8)
	}
	for link, want := range map[regress.Link][2][]float64{
		regress.Logit: {{0.7355149956707, 0.7661710719500, 0.7777809222089, 0.7981567537543, 0.8085803203165, 0.7941430612141, 0.8433321444094, 0.8871369370582, 0.0112239292694, 0.2082187560728, 0.1554659424611},
			{0.56034996415620, 0.56083394036260, 0.62954962774278, 0.64041144788869, 0.82105468867510, 0.61647001271924, 0.57171767136899, 0.54569277972171, 0.00802984083103, 0.15702861427799, 0.15580681065339}},
		regress.Cloglog: {{0.65872026250447, 0.68403291813317, 0.69432788330928, 0.70846136508943, 0.71774745159208, 0.70241351628229, 0.74975918584488, 0.76332658458132, 0.00997974647353, 0.18645534087674, 0.13697761457080},
			{0.49484829561523, 0.48628167077772, 0.54946324319743, 0.56061633316961, 0.71688384146545, 0.53797546136674, 0.50469565202714, 0.47102463570623, 0.00696446955242, 0.13669506184465, 0.13893387495607}},
	} {
		for k, o := range []Options{{Robust: true, Threads: 2}, {Cluster: s.numbers("inst"), Threads: 3}} {
			f, err := Discrete(d, times, link, o)
			if err != nil || !f.Certificate.Certified() {
				t.Fatal(err, f)
			}
			agree(t, string(link), f.StandardErrors(), want[k], 7)
			first, zero := f.Curve([]float64{0, 0, 0}, 0)[1], f.StandardErrors()[0]
			_, slope := f.logRest(f.Coef[0])
			agree(t, "curve", []float64{first.HazardSE}, []float64{zero * math.Abs(slope)}, 9)
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
