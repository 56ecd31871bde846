package survival

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Remission of leukaemia patients on 6-MP, in weeks (Freireich et al. 1963, Blood 21:699–716); the
// estimates and standard errors are those of Klein & Moeschberger 2003, Survival Analysis, example 4.1.
func TestKaplanMeierFreireich(t *testing.T) {
	times := []float64{6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35}
	event := make([]bool, len(times))
	for _, i := range []int{0, 1, 2, 4, 6, 9, 10, 14, 15} {
		event[i] = true
	}
	steps, err := KaplanMeier(&Times{Stop: times, Event: event}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		time, survival, se, atRisk float64
	}{{0, 1, 0, 21}, {6, .857, .0764, 21}, {7, .807, .0869, 17}, {10, .753, .0963, 15}, {13, .690, .1068, 12}, {16, .627, .1141, 11}, {22, .538, .1282, 7}, {23, .448, .1346, 6}}
	if len(steps) != len(want) {
		t.Fatalf("%d steps, want %d", len(steps), len(want))
	}
	for i, w := range want {
		s := steps[i]
		if s.Time != w.time || s.AtRisk != w.atRisk || math.Abs(s.Survival-w.survival) > 5e-4 || math.Abs(s.SE-w.se) > 1e-4 {
			t.Errorf("step %d: %+v, want %+v", i, s, w)
		}
	}
	if m := Median(steps); m != 23 {
		t.Errorf("median %v, want 23", m)
	}
	if s, ok := At(steps, 9.5); !ok || s.Time != 7 {
		t.Errorf("at 9.5: %+v", s)
	}
}

// A curve never rises, stays in [0, 1] and in its interval; without censoring it is the empirical one; the
// order of the rows does not matter.
func TestKaplanMeierProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type life struct {
			time  float64
			event bool
		}
		lives := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) life {
			return life{float64(rapid.IntRange(0, 30).Draw(t, "time")), rapid.Bool().Draw(t, "event")}
		}), 1, 60).Draw(t, "lives")
		fit := func(lives []life, all bool) []Step {
			var times []float64
			var event []bool
			for _, l := range lives {
				times, event = append(times, l.time), append(event, l.event || all)
			}
			steps, err := KaplanMeier(&Times{Stop: times, Event: event}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			return steps
		}
		steps := fit(lives, false)
		for i, s := range steps {
			if s.Survival < 0 || s.Survival > 1 || i > 0 && (s.Survival > steps[i-1].Survival || s.Time < steps[i-1].Time) {
				t.Fatalf("step %d: %+v after %+v", i, s, steps[max(i-1, 0)])
			}
			if s.Survival > 0 && !(s.Low <= s.Survival && s.Survival <= s.High) {
				t.Fatalf("outside its interval: %+v", s)
			}
		}
		for _, s := range fit(lives, true) {
			beyond := 0
			for _, l := range lives {
				if l.time > s.Time {
					beyond++
				}
			}
			if want := float64(beyond) / float64(len(lives)); s.Events > 0 && math.Abs(s.Survival-want) > 1e-12 {
				t.Fatalf("uncensored at %v: %v, want %v", s.Time, s.Survival, want)
			}
		}
		again := fit(rapid.Permutation(lives).Draw(t, "shuffled"), false)
		for i := range steps {
			if steps[i].Survival != again[i].Survival {
				t.Fatalf("row order matters: %+v, %+v", steps[i], again[i])
			}
		}
	})
}
