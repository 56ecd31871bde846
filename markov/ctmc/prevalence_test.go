package ctmc

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Shares of cav's patients in each state, as msm 1.7's prevalence.msm prints them (R 4.2.2, tight tolerances).
func TestPrevalence(t *testing.T) {
	m, d, histories := cav(t)
	f, err := m.Fit(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	got := f.Prevalence(d, histories, []float64{10, 2, 6, 20})
	for i, want := range []struct {
		observed []int
		expected []float64
	}{
		{[]int{60, 25, 21, 190}, []float64{91.589809, 28.8608568, 26.010550, 149.538784}},
		{[]int{507, 20, 7, 54}, []float64{436.974721, 74.4988233, 23.835929, 52.690526}},
		{[]int{195, 43, 28, 129}, []float64{184.164994, 51.9724246, 38.062747, 120.799834}},
		{[]int{0, 0, 0, 251}, []float64{29.533082, 9.8315137, 9.761171, 201.874233}},
	} {
		if !slices.Equal(got[i].Observed, want.observed) {
			t.Errorf("after %g: %+v, want %v", got[i].Time, got[i], want.observed)
		}
		for j, e := range want.expected {
			close(t, "expected", got[i].Expected[j], e, 1e-4*e)
		}
	}
	// By the delta method from msm's estimates and their covariance, with differences of e^{Qt} (R 4.2.2).
	for at, want := range map[int][]float64{1: {6.5276006, 4.6261969, 2.4779285, 4.2779127}, 0: {5.6592620, 2.4628865, 2.8047334, 6.4132980}} {
		for j, e := range want {
			close(t, "error of what is expected", got[at].SE[j], e, .0001*e)
		}
	}
}

// Who is counted when, and that covariates act in their turn.
func TestFollowed(t *testing.T) {
	m, d := simulate(rand.New(rand.NewPCG(5, 6)), 300, .5)
	f, err := m.Fit(d, 2)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%+v, %v", f, err)
	}
	own := &Data{X: d.X, Sets: d.Sets, Intervals: []Interval{
		{From: 0, To: 1, Time: 1, X: 0}, {From: 1, To: 2, Time: 2, X: 1}, // seen until 3
		{From: 2, To: 3, Time: 1.5, X: 0, Kind: Entered}, // ended at 1.5, counted until 4
		{From: 1, To: 0, Time: 3, X: 1, Kind: Censored},  // not known from 3 on
	}}
	histories := []History{{0, 2, math.Inf(1)}, {2, 3, 4}, {3, 4, math.Inf(1)}}
	got := f.Prevalence(own, histories, []float64{0, 1, 2.5, 3, 4, 5})
	for i, want := range [][]int{{1, 1, 1, 0}, {0, 2, 1, 0}, {0, 2, 0, 1}, {0, 0, 1, 1}, {0, 0, 0, 1}, {0, 0, 0, 0}} {
		if !slices.Equal(got[i].Observed, want) {
			t.Errorf("after %g: %v, want %v", got[i].Time, got[i].Observed, want)
		}
		var sum float64
		for _, v := range got[i].Expected {
			sum += v
		}
		close(t, "all expected", sum, float64(got[i].Total), 1e-12)
	}
	p := func(time, x float64) [][]Estimate {
		p, err := f.Probabilities(time, []float64{x}, .95)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for j := range m.States {
		want := p(2.5, 0)[2][j].Value + p(2.5, 1)[1][j].Value
		for k := range m.States {
			want += p(1, 0)[0][k].Value * p(1.5, 1)[k][j].Value
		}
		close(t, "expected", got[2].Expected[j], want, 1e-12)
	}
}

// The errors of what is expected are those of differences in the parameters, with covariates that change on the way.
func TestPrevalenceErrors(t *testing.T) {
	m, d := simulate(rand.New(rand.NewPCG(7, 8)), 300, .5)
	f, err := m.Fit(d, 2)
	if err != nil || !f.Certificate.Certified() {
		t.Fatalf("%+v, %v", f, err)
	}
	own := &Data{X: d.X, Intervals: []Interval{{From: 0, To: 1, Time: 1, X: 0}, {From: 1, To: 2, Time: 2, X: 1}, {From: 2, To: 2, Time: 1.5, X: 0}, {From: 1, To: 1, Time: 3, X: 1}}}
	histories, times := []History{{0, 3, math.Inf(1)}, {3, 4, math.Inf(1)}}, []float64{0, 1, 2.5, 3}
	got := f.Prevalence(own, histories, times)
	const h = 1e-5
	slopes := make([][]Prevalence, len(f.Theta))
	for a := range f.Theta {
		for _, sign := range []float64{1, -1} {
			moved := *f
			moved.Theta = slices.Clone(f.Theta)
			moved.Theta[a] += sign * h
			slopes[a] = append(slopes[a], moved.Prevalence(own, histories, times)...)
		}
	}
	for i, p := range got {
		for j, se := range p.SE {
			g := make([]float64, len(f.Theta))
			for a, s := range slopes {
				g[a] = (s[i].Expected[j] - s[len(times)+i].Expected[j]) / (2 * h)
			}
			close(t, "error", se, f.se(g), 1e-7)
		}
	}
}
