package hidden

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever the data, a fit is certified with finite figures and states in order, or refused without parameters; never a panic.
func TestAnyDataEndWell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &Model{States: rapid.IntRange(1, 3).Draw(t, "states"), Activity: rapid.SampledFrom([]Law{Poisson, NegativeBinomial}).Draw(t, "law"),
			Start: rapid.SampledFrom([]Start{Free, Stationary}).Draw(t, "start"), Spend: rapid.Bool().Draw(t, "spend")}
		d := &Data{Begins: []int{0}}
		counts := rapid.SampledFrom([][]float64{{0, 1}, {0, 0, 0, 5}, {2}, {0, 1, 2, 3, 40}, {1e9, 0, math.NaN()}, {7, 8, 9}}).Draw(t, "counts")
		for range rapid.IntRange(1, 30).Draw(t, "customers") {
			for range rapid.IntRange(1, 8).Draw(t, "periods") {
				d.Activity = append(d.Activity, rapid.SampledFrom(counts).Draw(t, "count"))
				d.Spend = append(d.Spend, rapid.SampledFrom([]float64{0, math.NaN(), 1e-9, 5, 5, 12.5, 1e12}).Draw(t, "spent"))
			}
			d.Begins = append(d.Begins, len(d.Activity))
		}
		f, err := m.Fit(d, 1)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Certificate.Certified() {
			if f.Params != nil || len(f.Certificate.Warnings) == 0 {
				t.Fatalf("refused with parameters or without a reason: %+v", f.Certificate)
			}
			return
		}
		if !inOrder(f.Params) || math.IsNaN(f.LogLik) || math.IsInf(f.LogLik, 0) {
			t.Fatalf("%+v, log L %v", f.Params, f.LogLik)
		}
		for _, row := range append(f.MoveEstimates(0.95), f.InitialEstimates(0.95), f.MeanEstimates(0.95)) {
			for _, e := range row {
				if math.IsNaN(e.Value) || math.IsNaN(e.SE) || e.SE > 0 && !(e.Low <= e.Value && e.Value <= e.High) {
					t.Fatalf("%+v of %+v", e, f.Params)
				}
			}
		}
		s, err := f.Decode(d, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.Smoothed {
			var a, b float64
			for j := range s.Smoothed[i] {
				a, b = a+s.Smoothed[i][j], b+s.Filtered[i][j]
			}
			if math.Abs(a-1) > 1e-9 || math.Abs(b-1) > 1e-9 {
				t.Fatalf("probabilities sum to %v and %v", a, b)
			}
		}
	})
}

// Counts of millions that are no Poisson's are refused with the law that they may follow, not with fewer states.
func TestHugeCounts(t *testing.T) {
	d := &Data{Begins: []int{0}}
	for c := range 12 {
		for i := range 6 {
			level := float64((c+i/3)%2*5 + 1)
			d.Activity = append(d.Activity, math.Round(1e7*level*(1+float64((c*7+i*5)%9)/9)))
		}
		d.Begins = append(d.Begins, len(d.Activity))
	}
	f, err := (&Model{States: 2, Activity: Poisson, Start: Free}).Fit(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	if said := f.Certificate.Warnings; f.Certificate.Certified() || !strings.Contains(said[len(said)-1].Message, "take the negative binomial") {
		t.Errorf("%+v", f.Certificate)
	}
}
