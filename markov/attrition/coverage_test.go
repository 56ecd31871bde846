package attrition

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"mainstay/internal/num"
)

// Intervals of 95 % hold the parameters that books were drawn with as often as they say: pooled over the parameters of a model, on the log
// scale. MAINSTAY_BOOKS=1000 is what docs/accuracy.md tells of.
func TestCoverage(t *testing.T) {
	books := 40
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_BOOKS")); err == nil {
		books = n
	} else if testing.Short() {
		t.Skip("SKIPPED: fits of simulated books")
	}
	for _, c := range []struct {
		m         Model
		customers int
		truth     [most]float64
	}{
		{BGNBD, 2000, [most]float64{.8, 6, .9, 2.5}}, {MBGNBD, 2000, [most]float64{.8, 6, .9, 2.5}}, {ParetoNBD, 2000, [most]float64{.8, 6, .7, 12}},
		{ParetoNBD, 400, [most]float64{.8, 6, .7, 12}}, // s and β lie on a ridge: profile likelihood
	} {
		m := c.m
		held, asked, refused, ridges, wald := make([]bool, 4*books), 0, make([]bool, books), make([]int, books), make([]int, books)
		num.Blocks(books, 1, 2, func(book, _, _ int) {
			d, _, _, _ := simulated(rand.New(rand.NewPCG(uint64(book), 77)), m, 1, c.customers, c.truth, nil)
			f, err := FitModel(m, d, Options{})
			if err != nil || !f.Certificate.Certified() {
				refused[book] = true
				return
			}
			bounds, err := f.Bounds(d, .95, 1)
			if err != nil {
				t.Error(err)
				return
			}
			for i, v := range c.truth {
				held[4*book+i] = bounds[i].Low <= v && v <= bounds[i].High
				if bounds[i].Profile {
					ridges[book]++
					if math.Abs(math.Log(f.Params[i]/v)) <= 1.959964*f.SE[i]/f.Params[i] {
						wald[book]++
					}
				}
			}
		})
		var by [4]int
		total, flat, byWald := 0, 0, 0
		for book := range books {
			if refused[book] {
				continue
			}
			asked++
			flat += ridges[book]
			byWald += wald[book]
			for i := range by {
				if held[4*book+i] {
					by[i]++
					total++
				}
			}
		}
		share := float64(total) / float64(4*asked)
		t.Logf("%s, %d customers: %.1f %% of intervals hold (%v of %d books), %d refused; %d by profile likelihood (%d of these would hold by standard errors)", m, c.customers, 100*share, by, asked, books-asked, flat, byWald)
		if limit := 0.02 + 3.5*math.Sqrt(.95*.05/float64(asked)); math.Abs(share-.95) > limit {
			t.Errorf("%s: %.1f %%", m, 100*share)
		}
	}
}
