// Package published recomputes figures about Markov chains, hidden states and latent attrition that others have printed, so that anybody can see
// on their own machine how many digits agree.
package published

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mainstay/internal/num"
	"mainstay/markov"

	"gonum.org/v1/gonum/mat"
)

// exactFloor is how many digits must agree with a figure that is known exactly: two of a double's fifteen are
// left to rounding.
const exactFloor = 13

// Agreements are all figures, in a fixed order. An error is a computation that failed outright.
func Agreements() ([]num.Agreement, error) {
	var f figures
	err := errors.Join(f.sequence(), f.visits(), f.oz(), f.drunkard(), f.mailing(), f.kullback(), f.burkett(), f.proportions(),
		f.donations(), f.leaving(), f.contracts(), f.earthquakes(), f.twoStates())
	return f.all, err
}

type figures struct{ all []num.Agreement }

// exact sets computed figures beside those that are known exactly, named by quantity and place from 1 on.
func (f *figures) exact(model, quantity, source string, computed []float64, known ...float64) error {
	return f.add(model, quantity, source, computed, len(known), func(i int) (float64, int, error) { return known[i], 0, nil })
}

// printed sets computed figures beside published ones, whose digits count as they are printed.
func (f *figures) printed(model, quantity, source string, computed []float64, texts ...string) error {
	return f.add(model, quantity, source, computed, len(texts), func(i int) (float64, int, error) {
		v, err := strconv.ParseFloat(texts[i], 64)
		return v, len(strings.TrimLeft(strings.ReplaceAll(texts[i], ".", ""), "-0")), err
	})
}

func (f *figures) add(model, quantity, source string, computed []float64, n int, published func(i int) (float64, int, error)) error {
	if len(computed) != n {
		return fmt.Errorf("%s, %s: %d figures computed, %d published", model, quantity, len(computed), n)
	}
	for i, c := range computed {
		v, digits, err := published(i)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", model, quantity, err)
		}
		a := num.Agreement{Model: model, Quantity: quantity, Source: source, Computed: c, Published: v, Digits: digits}
		if digits == 0 {
			a.Floor = exactFloor
		}
		if n > 1 {
			a.Quantity = fmt.Sprintf("%s %d", quantity, i+1)
		}
		f.all = append(f.all, a)
	}
	return nil
}

// sequence is the example of R's markovchain: a chain fitted to one sequence of letters.
func (f *figures) sequence() error {
	const model, source = "chain: abaaaabababaabbba", "R markovchain, vignette"
	var s []int
	for _, letter := range "abaaaabababaabbba" {
		s = append(s, int(letter-'a'))
	}
	counts, err := markov.CountSequences([]string{"a", "b"}, [][]int{s})
	if err != nil {
		return err
	}
	chain, err := markov.Fit(counts)
	if err != nil {
		return err
	}
	var n []float64
	for _, v := range counts.N {
		n = append(n, float64(v))
	}
	return errors.Join(
		f.exact(model, "moves", source, n, 4, 5, 5, 2),
		f.printed(model, "probability", source, chain.P.RawMatrix().Data, ".4444", ".5556", ".7143", ".2857"),
		f.printed(model, "log-likelihood", source, []float64{chain.Certificate.LogLik}, "-10.37054"))
}

// visits is the share of five periods spent in each of two states.
func (f *figures) visits() error {
	const model, source, periods = "visits: two states", "R markovchain, noofVisitsDist", 5
	p := mat.NewDense(2, 2, []float64{.4, .6, .3, .7})
	var share []float64
	for state := range 2 {
		v, err := markov.ExpectedVisits(p, []bool{state == 0, state == 1}, periods, 0)
		if err != nil {
			return err
		}
		share = append(share, v[0]/periods)
	}
	return f.printed(model, "share", source, share, ".348148", ".651852")
}

// oz is the weather in the Land of Oz.
func (f *figures) oz() error {
	const model, source = "stationary: Land of Oz", "Grinstead & Snell 1997, ch. 11"
	p := mat.NewDense(3, 3, []float64{.5, .25, .25, .5, 0, .5, .25, .25, .5})
	pi, err := markov.Stationary(p)
	if err != nil {
		return err
	}
	return errors.Join(
		f.exact(model, "π", source, pi, .4, .2, .4),
		f.exact(model, "period", source, []float64{float64(markov.Classes(p)[0].Period)}, 1))
}

// drunkard walks between four corners until he is home or in the bar.
func (f *figures) drunkard() error {
	const model, source = "absorption: drunkard", "Grinstead & Snell 1997, ch. 11"
	p := mat.NewDense(5, 5, []float64{1, 0, 0, 0, 0, .5, 0, .5, 0, 0, 0, .5, 0, .5, 0, 0, 0, .5, 0, .5, 0, 0, 0, 0, 1})
	a, err := markov.Absorb(p, []int{0, 4})
	if err != nil {
		return err
	}
	return errors.Join(
		f.exact(model, "N", source, a.Fundamental.RawMatrix().Data, 1.5, 1, .5, 1, 2, 1, .5, 1, 1.5),
		f.exact(model, "t", source, a.Steps, 3, 4, 3),
		f.exact(model, "B", source, a.Probability.RawMatrix().Data, .75, .25, .5, .5, .25, .75))
}

// mailing is the catalogue company: recency 1 to 4 and former customers, a purchase brings 40, a mailing costs 4.
func (f *figures) mailing() error {
	const model, source, rate = "value: catalogue company", "Pfeifer & Carraway 2000, recomputed", .2
	p := mat.NewDense(5, 5, []float64{.3, .7, 0, 0, 0, .2, 0, .8, 0, 0, .15, 0, 0, .85, 0, .05, 0, 0, 0, .95, 0, 0, 0, 0, 1})
	reward := []float64{36, -4, -4, -4, 0}
	four, err := markov.ValueFinite(p, reward, rate, 4)
	if err != nil {
		return err
	}
	endless, err := markov.ValueInfinite(p, reward, rate)
	if err != nil {
		return err
	}
	p.SetRow(3, []float64{0, 0, 0, 0, 1}) // nobody in recency 4 is worth a mailing
	reward[3] = 0
	stopped, err := markov.ValueInfinite(p, reward, rate)
	if err != nil {
		return err
	}
	return errors.Join(
		f.printed(model, "four periods", source, four, "50.1150", "4.2199", ".5921", "-1.9801", "0"),
		f.printed(model, "endless", source, endless, "52.3196", "5.5538", "1.2508", "-1.8200", "0"),
		f.printed(model, "no mail to recency 4", source, stopped, "53.1494", "6.6207", "2.6437", "0", "0"))
}

// kullback tests counts against a given matrix.
func (f *figures) kullback() error {
	const model, source = "fit to a given matrix", "Kullback, Kupperman & Ku 1962, as R markovchain tests it"
	c := &markov.Counts{States: []string{"1", "2", "3"}, N: []int64{51, 11, 8, 12, 31, 9, 6, 11, 10}}
	t, err := markov.FitTest(c, mat.NewDense(3, 3, []float64{5. / 8, 1. / 4, 1. / 8, 1. / 4, 1. / 2, 1. / 4, 1. / 4, 3. / 8, 3. / 8}))
	if err != nil {
		return err
	}
	return errors.Join(
		f.printed(model, "G²", source, []float64{t.G2}, "6.518384096"),
		f.exact(model, "df", source, []float64{float64(t.DF)}, 6))
}

// burkett tests whether four rows have one distribution.
func (f *figures) burkett() error {
	const model, source = "homogeneity of rows", "Burkett et al., in R markovchain, vignette"
	var rows []*markov.Counts
	for _, n := range [][2]int64{{127, 59}, {11, 7}, {36, 20}, {9, 4}} {
		rows = append(rows, &markov.Counts{States: []string{"a", "b"}, N: []int64{n[0], n[1], 0, 0}})
	}
	t, err := markov.HomogeneityTest(rows)
	if err != nil {
		return err
	}
	return errors.Join(
		f.printed(model, "χ²", source, []float64{t.X2}, ".64"),
		f.printed(model, "p", source, []float64{t.PX2}, ".89"),
		f.exact(model, "df", source, []float64{float64(t.DF)}, 3))
}

// proportions are the score intervals that every probability of a move gets.
func (f *figures) proportions() error {
	const model, source, level = "interval of a proportion", "Newcombe 1998, table I, method 3", .95
	var errs []error
	for _, c := range []struct {
		k, n      float64
		low, high string
	}{
		{81, 263, ".2553", ".3662"}, {15, 148, ".0624", ".1605"}, {0, 20, "0", ".1611"}, {1, 29, ".0061", ".1718"},
	} {
		low, high := num.Wilson(c.k, c.n, level)
		of := fmt.Sprintf("of %g/%g", c.k, c.n)
		errs = append(errs, f.printed(model, "low "+of, source, []float64{low}, c.low), f.printed(model, "high "+of, source, []float64{high}, c.high))
	}
	return errors.Join(errs...)
}
