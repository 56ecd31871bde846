package model

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"mainstay/regress/formula"
)

// calls are counts that depend on x, and a day of each row.
func calls(n, span int) (*formula.Data, []int32) {
	d, rng := book(n, 5), rand.New(rand.NewPCG(5, 5))
	counts, days := formula.Column{Name: "calls"}, make([]int32, n)
	for i, x := range d.Columns[1].Number {
		counts.Number = append(counts.Number, math.Floor(3*rng.ExpFloat64()*math.Exp(0.5*x)))
		days[i] = int32(i % span)
	}
	d.Columns = append(d.Columns, counts)
	return d, days
}

// Counts held out are scored by their deviance under a penalty as without one: they agree where there is almost none.
func TestPenaltyOfCountsHeldOut(t *testing.T) {
	d, _ := calls(200, 20)
	o := Options{Family: "poisson", Level: 0.95, Folds: &Folds{K: 4, Seed: 1}}
	deviance := func() float64 {
		for _, s := range mustFit(t, d, "calls ~ x + noise", o).Validation.More {
			if s.Name == "mean_deviance" {
				return s.Value
			}
		}
		return math.NaN()
	}
	want := deviance()
	o.Penalty = &Penalty{Alpha: 1, Lambda: 1e-9}
	close(t, "mean deviance", []float64{deviance()}, []float64{want}, 1e-6)
}

// Whoever stops the program does not wait for all the folds by which λ is chosen.
func TestPenaltyStops(t *testing.T) {
	d, _ := calls(200, 20)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	f, _ := formula.Parse("calls ~ x", nil)
	if _, err := Fit(ctx, d, f, Options{Family: "poisson", Level: 0.95, Penalty: &Penalty{Alpha: 1, Choose: LeastDeviance}}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// λ is chosen forward in time by as many folds as the days allow, and what a gap keeps from teaching does not teach there either.
func TestPenaltyChosenWithinTheGap(t *testing.T) {
	d, days := calls(200, 20)
	o := Options{Family: "poisson", Level: 0.95, Folds: &Folds{K: 2, Time: "region", Days: days, Gap: 1, Window: 6}, Penalty: &Penalty{Alpha: 1, Choose: LeastDeviance}}
	mustFit(t, d, "calls ~ x + noise", o)
	s := newTestStudy(t, d, "calls ~ x + noise", o)
	folds, _, err := s.foldsOfPenalty(nil)
	if err != nil || !folds.Forward {
		t.Fatal(folds, err)
	}
	day := pick(days, s.fr.Rows)
	for k := int32(1); int(k) < folds.K; k++ {
		first := int32(math.MaxInt32)
		for i, of := range folds.Of {
			if of == k {
				first = min(first, day[i])
			}
		}
		for i, of := range folds.Of {
			if of >= k {
				continue
			}
			if before := first - day[i]; folds.Skip(i, k) == (before > 1 && before <= 7) {
				t.Fatalf("fold %d: a row %d days before it: silent %v", k, before, folds.Skip(i, k))
			}
		}
	}
}
