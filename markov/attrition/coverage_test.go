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
	const customers = 2000
	for _, m := range []Model{BGNBD, MBGNBD, ParetoNBD} {
		truth := [most]float64{.8, 6, .9, 2.5}
		if m == ParetoNBD {
			truth = [most]float64{.8, 6, .7, 12}
		}
		held, asked, refused, ridges := make([]bool, 4*books), 0, make([]bool, books), make([]bool, books)
		num.Blocks(books, 1, 2, func(book, _, _ int) {
			d, _, _, _ := simulated(rand.New(rand.NewPCG(uint64(book), 77)), m, 1, customers, truth, nil)
			f, err := FitModel(m, d, Options{})
			if err != nil || !f.Certificate.Certified() {
				refused[book] = true
				return
			}
			for i, v := range truth {
				held[4*book+i] = math.Abs(math.Log(f.Params[i]/v)) <= 1.959964*f.SE[i]/f.Params[i]
			}
			ridges[book] = len(f.Certificate.Warnings) > 0
		})
		var by [4]int
		total, flat := 0, 0
		for book := range books {
			if refused[book] {
				continue
			}
			asked++
			if ridges[book] {
				flat++
			}
			for i := range by {
				if held[4*book+i] {
					by[i]++
					total++
				}
			}
		}
		share := float64(total) / float64(4*asked)
		t.Logf("%s: %.1f %% of intervals hold (%v of %d books), %d refused, %d with a warning", m, 100*share, by, asked, books-asked, flat)
		if limit := 0.02 + 3.5*math.Sqrt(.95*.05/float64(asked)); math.Abs(share-.95) > limit {
			t.Errorf("%s: %.1f %%", m, 100*share)
		}
	}
}
