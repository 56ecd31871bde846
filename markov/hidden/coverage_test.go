package hidden

import (
	"math"
	"os"
	"strconv"
	"testing"

	"mainstay/internal/num"
)

// tally is how many intervals hold the truth, of how many.
type tally struct{ held, asked int }

func (c *tally) take(e Estimate, truth float64) {
	if !math.IsNaN(e.Low) { // on an edge, or known
		c.asked++
		if e.Low <= truth && truth <= e.High {
			c.held++
		}
	}
}

func (c *tally) each(e []Estimate, truth []float64) {
	for i, v := range truth {
		c.take(e[i], v)
	}
}

// covered are the intervals of a fit by what they are of: moves, odds ratios, what is seen in the states.
func covered(f *Fit, q *Params) (of [3]tally) {
	moves := f.MoveEstimates(0.95)
	truth := q.Moves
	if f.Slopes != nil { // at the mean of the covariates that were drawn
		truth = movesOf(&f.Model, q, &Data{X: f.Centre}, 0)
	}
	for i, row := range moves {
		if f.States == 2 { // the other is the same again
			row = row[1-i : 2-i]
			of[0].take(row[0], truth[i][1-i])
			continue
		}
		of[0].each(row, truth[i])
	}
	for _, o := range f.Odds(0.95) {
		of[1].take(o.Ratio, math.Exp(q.Slopes[o.From][o.To][o.Covariate]))
	}
	of[2].each(f.InitialEstimates(0.95)[1:], q.Initial[1:])
	of[2].each(f.MeanEstimates(0.95), q.Mean)
	of[2].each(f.SpendMeanEstimates(0.95), q.SpendMean)
	of[2].each(f.SpendShapeEstimate(0.95), []float64{q.SpendShape})
	if q.Size != nil {
		of[2].each(f.SizeEstimates(0.95), q.Size)
	}
	return of
}

// Intervals of 95 % hold what books were drawn with as often as they say. MAINSTAY_BOOKS=400 is what docs/accuracy.md tells of.
func TestCoverage(t *testing.T) {
	books := 16
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_BOOKS")); err == nil {
		books = n
	} else if testing.Short() {
		t.Skip("SKIPPED: fits of simulated books")
	}
	plain, q := dependent()
	plain.Covariates = nil
	q = q.clone()
	q.Slopes, q.Centre = nil, nil
	counts, wide := *plain, q.clone()
	counts.Activity, wide.Size = NegativeBinomial, []float64{1, 4}
	three, qThree := truth(Poisson)
	seasons, qSeasons := dependent()
	for _, c := range []struct {
		name      string
		m         *Model
		q         *Params
		customers int
	}{{"poisson", plain, q, 100}, {"negative binomial", &counts, wide, 200}, {"three states", three, qThree, 300}, {"covariates", seasons, qSeasons, 150}} {
		results, refused := make([][3]tally, books), make([]bool, books)
		num.Blocks(books, 1, 2, func(book, _, _ int) {
			d, _ := simulate(c.m, c.q, c.customers, 12, uint64(9000+book))
			f, err := c.m.Fit(d, 1)
			if refused[book] = err != nil || !f.Certificate.Certified(); !refused[book] {
				results[book] = covered(f, c.q)
			}
		})
		var of [3]tally
		var all tally
		no := 0
		for book, r := range results {
			no += int(num.Indicator(refused[book]))
			for k, v := range r {
				of[k].held, of[k].asked = of[k].held+v.held, of[k].asked+v.asked
				all.held, all.asked = all.held+v.held, all.asked+v.asked
			}
		}
		share := float64(all.held) / float64(all.asked)
		t.Logf("%s: %.1f %% of %d intervals of %d books hold (moves, odds ratios, the rest: %v), %d refused", c.name, 100*share, all.asked, books-no, of, no)
		if limit := 0.02 + 3.5*math.Sqrt(.95*.05/float64(books)); math.Abs(share-.95) > limit || no > books/10 {
			t.Errorf("%s: %.1f %%, %d refused", c.name, 100*share, no)
		}
	}
}
