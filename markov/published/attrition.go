package published

import (
	"errors"
	"fmt"

	"mainstay/markov/attrition"
)

// donors are 11,104 donors over six years: gifts, the year of the last, and how many (Fader, Hardie & Shang 2010, table 1).
var donors = [][3]float64{
	{6, 6, 1203}, {5, 6, 728}, {4, 6, 512}, {3, 6, 357}, {2, 6, 234}, {1, 6, 129}, {5, 5, 335}, {4, 5, 284}, {3, 5, 225}, {2, 5, 173}, {1, 5, 119},
	{4, 4, 240}, {3, 4, 181}, {2, 4, 155}, {1, 4, 78}, {3, 3, 322}, {2, 3, 255}, {1, 3, 129}, {2, 2, 613}, {1, 2, 277}, {1, 1, 1091}, {0, 0, 3464},
}

// donations fits BG/BB to the donors.
func (f *figures) donations() error {
	const model, source = "BG/BB: donations", "Fader, Hardie & Shang 2010, and BTYD"
	d := &attrition.Data{}
	for _, v := range donors {
		d.X, d.Last, d.T, d.Weight = append(d.X, v[0]), append(d.Last, v[1]), append(d.T, 6), append(d.Weight, v[2])
	}
	fit, err := attrition.FitModel(attrition.BGBB, d, attrition.Options{})
	if err != nil || !fit.Certificate.Certified() {
		return errors.Join(err, fmt.Errorf("%s: %+v", model, fit.Certificate))
	}
	known, err := attrition.Known(attrition.BGBB, 1, 1.203528, .7497260, .6567808, 2.783796)
	if err != nil {
		return err
	}
	expect := func(c attrition.Customer, years float64) float64 { return known.Expected(c, years, .95).Value }
	var years []float64
	before := 0.0
	for i := 1.0; i <= 11; i++ {
		now := 11104 * expect(attrition.Customer{}, i)
		years = append(years, now-before)
		before = now
	}
	return errors.Join(
		f.printed(model, "parameter", source, fit.Params, "1.204", ".750", ".657", "2.783"),
		f.printed(model, "log-likelihood", source, []float64{fit.Certificate.LogLik}, "-33225.58"),
		f.printed(model, "gifts of year", source, years, "5535.8", "4717.1", "4147.6", "3724.7", "3395.9", "3131.6", "2913.8", "2730.5", "2573.7", "2437.9", "2318.7"),
		f.printed(model, "expected gifts", source, []float64{expect(attrition.Customer{}, 10), expect(attrition.Customer{T: 6}, 10), expect(attrition.Customer{X: 4, Last: 5, T: 6}, 10)},
			"3.179805", ".1302169", "3.627858"))
}

// leaving are figures of BG/NBD and Pareto/NBD with parameters that were printed.
func (f *figures) leaving() error {
	bg, err := attrition.Known(attrition.BGNBD, 1, .2425967, 4.413659, .7929869, 2.426164)
	if err != nil {
		return err
	}
	paper, err := attrition.Known(attrition.BGNBD, 1, .243, 4.414, .793, 2.426)
	if err != nil {
		return err
	}
	help, err := attrition.Known(attrition.ParetoNBD, 1, .55, 10.56, .61, 11.64)
	if err != nil {
		return err
	}
	isovalue, err := attrition.Known(attrition.ParetoNBD, 1, .5629966, 12.5590370, .4081095, 10.5148048)
	if err != nil {
		return err
	}
	expect := func(f *attrition.Fit, c attrition.Customer, t float64) float64 { return f.Expected(c, t, .95).Value }
	customer := attrition.Customer{X: 26, Last: 216.0 / 7, T: 31}
	var quiet, new, worth []float64
	for x := 10.0; x <= 25; x += 5 {
		quiet = append(quiet, expect(bg, attrition.Customer{X: x, Last: 20, T: 39}, 52))
	}
	for t := 1.0; t < 10; t++ {
		new = append(new, expect(help, attrition.Customer{}, t))
	}
	for x := 1.0; x <= 10; x++ {
		worth = append(worth, isovalue.Residual(attrition.Customer{X: x, Last: 30, T: 77.86}, .0027, .95).Value)
	}
	const bgs, paretos, btyd = "BG/NBD: CDNOW", "Pareto/NBD: CDNOW", "BTYD, walkthrough and help"
	return errors.Join(
		f.printed(bgs, "customer 1516", btyd, []float64{expect(bg, customer, 52)}, "25.75659"),
		f.printed(bgs, "P(alive) 1516", btyd, []float64{bg.Alive(customer, .95).Value}, ".9688523"),
		f.printed(bgs, "quiet since 20", btyd, quiet, ".3474606", ".04283391", ".004158973", ".0003583685"),
		f.printed(bgs, "P(X(39) = 0)", btyd, paper.Distribution(attrition.Customer{}, 39, 0), ".5737864"),
		f.printed(paretos, "E X(t), t =", btyd, new, ".05077821", ".09916088", ".14542507", ".18979930", ".23247466", ".27361274", ".31335159", ".35181024", ".38909211"),
		f.printed(paretos, "DERT, x =", "Fader, Hardie & Lee 2005, recomputed", worth, "2.1992", "2.8435", "2.8671", "2.4454", "1.8405", "1.2624", ".8096", ".4948", ".2920", ".1679"))
}

// contracts fits the shifted-beta-geometric model to two cohorts.
func (f *figures) contracts() error {
	const model, source = "sBG: contracts", "Fader & Hardie 2007, recomputed"
	var errs []error
	for _, c := range []struct {
		name                string
		left                []float64
		alpha, beta, loglik string
		later               []string
	}{
		{"regular", []float64{1000, 631, 468, 382, 326, 289, 262, 241}, ".704077", "1.182043", "-1680.2652", []string{"22.0", "20.4", "19.1", "18.0", "17.0"}},
		{"high end", []float64{1000, 869, 743, 653, 593, 551, 517, 491}, ".668088", "3.806095", "-1611.1581", []string{"46.0", "43.6", "41.4", "39.5", "37.8"}},
	} {
		var d attrition.Lives
		for i := 1; i < len(c.left); i++ {
			d.Periods, d.Ended, d.Weight = append(d.Periods, float64(i)), append(d.Ended, true), append(d.Weight, c.left[i-1]-c.left[i])
		}
		d.Periods, d.Ended, d.Weight = append(d.Periods, 8), append(d.Ended, false), append(d.Weight, c.left[7])
		fit, err := attrition.SBG(d)
		if err != nil {
			return err
		}
		var later []float64
		for t := 8.0; t <= 12; t++ {
			later = append(later, 100*fit.Survival(t, 0, .95).Value)
		}
		errs = append(errs,
			f.printed(model, c.name+" α, β", source, []float64{fit.Alpha, fit.Beta}, c.alpha, c.beta),
			f.printed(model, c.name+" log L", source, []float64{fit.Certificate.LogLik}, c.loglik),
			f.printed(model, c.name+" left", source, later, c.later...))
	}
	return errors.Join(errs...)
}
