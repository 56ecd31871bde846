package published

import (
	"errors"
	"fmt"
	"math"

	"mainstay/markov/ctmc"
	"mainstay/markov/hidden"
)

// quakes are the numbers of major earthquakes in the world, 1900 to 2006 (Zucchini & MacDonald 2009, Hidden Markov Models for Time Series, table 1.1).
var quakes = []float64{13, 14, 8, 10, 16, 26, 32, 27, 18, 32, 36, 24, 22, 23, 22, 18, 25, 21, 21, 14, 8, 11, 14, 23, 18, 17, 19, 20, 22, 19, 13, 26,
	13, 14, 22, 24, 21, 22, 26, 21, 23, 24, 27, 41, 31, 27, 35, 26, 28, 36, 39, 21, 17, 22, 17, 19, 15, 34, 10, 15, 22, 18, 15, 20, 15, 22, 19, 16,
	30, 27, 29, 23, 20, 16, 21, 21, 25, 16, 18, 15, 18, 14, 10, 15, 8, 15, 6, 11, 8, 7, 18, 16, 13, 12, 13, 20, 15, 16, 12, 18, 15, 16, 13, 15, 16, 11, 11}

// earthquakes fits stationary Poisson models of two to four hidden states: −log L, AIC and BIC of each.
func (f *figures) earthquakes() error {
	const model, source = "hidden: earthquakes", "Zucchini & MacDonald 2009"
	var errs []error
	for k, want := range [][3]string{{"342.3183", "692.6365", "703.3278"}, {"329.4603", "676.9206", "700.976"}, {"327.8316", "687.6632", "730.4284"}} {
		m := &hidden.Model{States: 2 + k, Activity: hidden.Poisson, Start: hidden.Stationary}
		fit, err := m.Fit(&hidden.Data{Begins: []int{0, len(quakes)}, Activity: quakes}, 1)
		if err != nil {
			return err
		}
		errs = append(errs, f.printed(model, fmt.Sprintf("%d states", 2+k), source, []float64{-fit.LogLik, fit.AIC, fit.BIC}, want[:]...))
	}
	return errors.Join(errs...)
}

// twoStates fits intensities to a chain of two states seen once a year, whose maximum is known: q = −log(1 − p − p′) is shared as p to p′, and e^Q is the matrix of shares.
func (f *figures) twoStates() error {
	const model, source = "intensities: two states", "Kalbfleisch & Lawless 1985, closed form"
	d := &ctmc.Data{X: [][]float64{nil}}
	for _, v := range []struct{ from, to, n int }{{0, 0, 70}, {0, 1, 30}, {1, 0, 20}, {1, 1, 80}} {
		for range v.n {
			d.Intervals = append(d.Intervals, ctmc.Interval{From: v.from, To: v.to, Time: 1})
		}
	}
	m := &ctmc.Model{States: []string{"a", "b"}, Rates: []ctmc.Rate{{From: 0, To: 1}, {From: 1, To: 0}}}
	fit, err := m.Fit(d, 1)
	if err != nil {
		return err
	}
	var rates, after []float64
	for _, e := range fit.Intensities(nil, .95) {
		rates = append(rates, e.Value)
	}
	p, err := fit.Probabilities(2, nil, .95)
	if err != nil {
		return err
	}
	for _, row := range p {
		for _, e := range row {
			after = append(after, e.Value)
		}
	}
	var minus float64
	for _, v := range []struct{ n, p float64 }{{70, .7}, {30, .3}, {20, .2}, {80, .8}} {
		minus -= 2 * v.n * math.Log(v.p)
	}
	return errors.Join(
		f.printed(model, "intensity", source, rates, ".4158883", ".2772589"),
		f.printed(model, "P(2)", source, after, ".550000", ".450000", ".300000", ".700000"),
		f.exact(model, "−2 log L", source, []float64{-2 * fit.Certificate.LogLik}, minus))
}
