package attrition

import (
	"fmt"
	"testing"
)

// What the literature prints of these models (../shared/reference/README.md), to all digits printed: with the parameters that it was printed for, which are not always those
// printed beside it (docs/accuracy.md says which, and how that is known).
var (
	btydBG      = [most]float64{.2425967, 4.413659, .7929869, 2.426164}     // BTYD's walkthrough
	btydPareto  = [most]float64{.5533713, 10.5795213, .6059066, 11.6580672} // BTYD's walkthrough prints .553, 10.580, .606, 11.656 and, after fitting again, figures of these
	btydBGBB    = [most]float64{1.203528, .7497260, .6567808, 2.783796}
	hardieBG    = [most]float64{.2425945, 4.4136019, .7929199, 2.4258881} // Hardie's spreadsheets, as lifetimes tests them
	paperBG     = [most]float64{.243, 4.414, .793, 2.426}
	helpPareto  = [most]float64{.55, 10.56, .61, 11.64} // BTYD's help pages
	paperPareto = [most]float64{.5629966, 12.5590370, .4081095, 10.5148048}
	customer    = Customer{X: 26, Last: 216.0 / 7, T: 31} // 1516
)

// paradox is the "increasing frequency paradox": who bought more often and is silent as long is less likely to come back.
func paradox(t *testing.T, f *Fit, want [4]float64, tol [4]float64) {
	t.Helper()
	for i, w := range want {
		near(t, fmt.Sprint(f.Model, " paradox ", i), f.Expected(Customer{X: float64(10 + 5*i), Last: 20, T: 39}, 52, .95).Value, w, tol[i])
	}
}

func TestPublishedBG(t *testing.T) {
	btyd := given(BGNBD, btydBG[:]...)
	near(t, "1516", btyd.Expected(customer, 52, .95).Value, 25.75659, 5e-6)
	near(t, "1516 alive", btyd.Alive(customer, .95).Value, .9688523, 5e-8)
	near(t, "E X(52)", btyd.Expected(Customer{}, 52, .95).Value, 1.444004, 5e-7)
	paradox(t, btyd, [4]float64{.3474606, .04283391, .004158973, .0003583685}, [4]float64{5e-8, 5e-9, 5e-10, 5e-11})
	hardie := given(BGNBD, hardieBG[:]...)
	near(t, "x = 2", hardie.Expected(Customer{X: 2, Last: 30.43, T: 38.86}, 39, .95).Value, 1.226, 5e-4)
	for at, want := range map[float64]float64{.1429: .0078, 1: .0532, 3: .1506, 31.8571: 1.0405, 32: 1.0437} {
		near(t, fmt.Sprint("E X of ", at), hardie.Expected(Customer{}, at, .95).Value, want, 5e-5)
	}
	near(t, "E X(78) of 151 terms of the series", cutShort(hardieBG, 78, 151), 1.8576, 5e-5)
	near(t, "E X(78)", hardie.Expected(Customer{}, 78, .95).Value, 1.857956, 5e-7)
	near(t, "E X(78) of the whole series", cutShort(hardieBG, 78, 2000), 1.857956, 5e-7)
	paper := given(BGNBD, paperBG[:]...)
	near(t, "P(X(39) = 0)", paper.Distribution(Customer{}, 39, 0)[0], .5737864, 5e-8)
	near(t, "P(X(2) = 10)", paper.Distribution(Customer{}, 2, 10)[10], 1.07869e-07, 5e-13)
	for i, want := range []float64{.0019995214, .0015170236, .0011633150, .0009003148, .0007023638, .0005517902, .0004361913, .0003467171, .0002769613, .0002222260} {
		near(t, "P(X(30) = 11 …)", paper.Distribution(Customer{}, 30, 20)[11+i], want, 5e-11)
	}
}

// cutShort is E X(t) of BG/NBD by Fader, Hardie & Lee 2005, eq. 9, with so many terms of its series: Hardie's spreadsheet stops where the last is still 5e-6.
func cutShort(p [most]float64, t float64, terms int) float64 {
	r, alpha, a, b := p[0], p[1], p[2], p[3]
	sum, term, none := 0.0, 1.0, given(NBD, r, alpha).Distribution(Customer{}, t, 0)[0]
	for n := range terms {
		k := float64(n)
		sum += term
		term *= (r + k) * (b + k) / ((a + b - 1 + k) * (k + 1)) * t / (alpha + t)
	}
	return (a + b - 1) / (a - 1) * (1 - none*sum)
}

// Seven figures of BTYD's walkthrough hang on four parameters, of which it prints three decimals: all hold, to all digits, with one vector 4e-6 below the largest
// log L and within .0023 standard errors of the maximum.
func TestPublishedPareto(t *testing.T) {
	btyd := given(ParetoNBD, btydPareto[:]...)
	near(t, "1516", btyd.Expected(customer, 52, .95).Value, 25.45647, 5e-6)
	near(t, "1516 alive", btyd.Alive(customer, .95).Value, .997874, 5e-7)
	near(t, "E X(52)", btyd.Expected(Customer{}, 52, .95).Value, 1.473434, 5e-7)
	paradox(t, btyd, [4]float64{.7062289, .1442396, .02250658, .00309267}, [4]float64{5e-8, 5e-8, 5e-9, 5e-9})
	fitted := estimate(t, ParetoNBD, cdnow(t), Options{})
	btyd.Certificate = fitted.Certificate
	l, err := btyd.LogLik(cdnow(t), 1)
	if err != nil || fitted.Certificate.LogLik-l > 4e-6 {
		t.Errorf("log L %v, at the maximum %v, %v", l, fitted.Certificate.LogLik, err)
	}
	for i, v := range btydPareto {
		near(t, fitted.Names[i], (v-fitted.Params[i])/fitted.SE[i], 0, .0023)
	}
	near(t, "E X(52) of the fit", fitted.Expected(Customer{}, 52, .95).Value, 1.473434, 5e-7)

	help := given(ParetoNBD, helpPareto[:]...)
	for i, want := range []float64{0, .05077821, .09916088, .14542507, .18979930, .23247466, .27361274, .31335159, .35181024, .38909211} {
		near(t, "E X", help.Expected(Customer{}, float64(i), .95).Value, want, 6e-9)
	}
	isovalue := given(ParetoNBD, paperPareto[:]...)
	near(t, "DERT", isovalue.Residual(Customer{X: 7, Last: 35, T: 77.86}, .0027, .95).Value, 1.864183, 5e-7)
	for i, want := range []float64{2.1992, 2.8435, 2.8671, 2.4454, 1.8405, 1.2624, .8096, .4948, .2920, .1679} {
		near(t, "DERT by x", isovalue.Residual(Customer{X: float64(1 + i), Last: 30, T: 77.86}, .0027, .95).Value, want, 5e-5)
	}
	heavy := given(ParetoNBD, .5143, 2.8845, .2856, 14.1087) // CLVTools#100
	for _, c := range []Customer{{X: 221, Last: 103.43, T: 103.57}, {X: 254, Last: 97.14, T: 97.29}, {X: 161, Last: 94.71, T: 98}, {X: 204, Last: 98.57, T: 99.43}} {
		alive, next := heavy.Alive(c, .95), heavy.Expected(c, 52, .95)
		if !(alive.Low > 0 && alive.Low <= alive.Value && alive.High <= 1 && next.Low > 0 && next.High < 1000) {
			t.Errorf("%+v: %+v %+v", c, alive, next)
		}
	}
}

// Holdout by earlier purchases and the tracking of cumulative purchases, weeks 20 and 25, of 2,357 customers, the first of whom began 38.86 weeks before the end.
func TestPublishedTracking(t *testing.T) {
	d := cdnow(t)
	longest := 0.0
	for _, v := range d.T {
		longest = max(longest, v)
	}
	for _, c := range []struct {
		f       *Fit
		weeks   [2]float64
		holdout [8]float64
	}{
		{given(BGNBD, btydBG[:]...), [2]float64{1312.5, 1669.6}, [8]float64{.225, .523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157}},
		{given(ParetoNBD, btydPareto[:]...), [2]float64{1308.9, 1674.3}, [8]float64{.138, .600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403}},
	} {
		points, err := c.f.Curve(d, []float64{20 - longest, 25 - longest}, .95, 2)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range points {
			near(t, string(c.f.Model)+" weeks 20, 25", p.Cumulative.Value, c.weeks[i], .0501)
		}
		scores, err := c.f.Scores(d, Questions{Horizon: 39, Level: .95})
		if err != nil {
			t.Fatal(err)
		}
		var sum, n [8]float64
		for i, s := range scores {
			k := int(min(7, d.X[i]))
			sum[k], n[k] = sum[k]+s.Expected.Value, n[k]+1
		}
		for k, want := range c.holdout {
			near(t, fmt.Sprint(c.f.Model, " holdout after ", k), sum[k]/n[k], want, 5.01e-4)
		}
	}
}

func TestPublishedDonations(t *testing.T) {
	f := given(BGBB, btydBGBB[:]...)
	near(t, "E X(10)", f.Expected(Customer{}, 10, .95).Value, 3.179805, 1e-6)
	near(t, "(0,0)", f.Expected(Customer{T: 6}, 10, .95).Value, .1302169, 5e-8)
	near(t, "(4,5)", f.Expected(Customer{X: 4, Last: 5, T: 6}, 10, .95).Value, 3.627858, 5e-7)
	for _, c := range []struct{ x, last, want float64 }{{0, 0, .11}, {2, 4, .59}, {6, 6, .93}} {
		one := f.Expected(Customer{X: c.x, Last: c.last, T: 6}, 1, .95).Value // buys in 2002: is alive in it, and p
		near(t, "alive 2002", one*(btydBGBB[0]+btydBGBB[1]+6)/(btydBGBB[0]+c.x), c.want, .0051)
	}
	const donors = 11104
	before := 0.0
	for i, want := range []float64{5535.8, 4717.1, 4147.6, 3724.7, 3395.9, 3131.6, 2913.8, 2730.5, 2573.7, 2437.9, 2318.7} {
		now := donors * f.Expected(Customer{}, float64(1+i), .95).Value
		near(t, fmt.Sprint("year ", 1+i), now-before, want, .0501)
		before = now
	}
	c := columns(t, "donations.csv", 0, 1, 2, 3)
	fitted := estimate(t, BGBB, &Data{X: c[0], Last: c[1], T: c[2], Weight: c[3]}, Options{})
	counts := fitted.Distribution(Customer{}, 6, 6)
	near(t, "n0", donors*counts[0], 3454.9, .0501)
	near(t, "n6", donors*counts[6], 1253.1, .0501)
	total := 0.0
	for i, n := range c[3] {
		total += n * fitted.Expected(Customer{X: c[0][i], Last: c[1][i], T: c[2][i]}, 5, .95).Value
	}
	near(t, "five periods", total, 12884.2, .0501)
}

// A model with known parameters says what it says, without errors; mistakes are said.
func TestKnown(t *testing.T) {
	f, err := Known(BGNBD, 1, btydBG[:]...)
	if err != nil {
		t.Fatal(err)
	}
	if e := f.Expected(customer, 52, .95); e.SE != 0 || e.Low != e.Value || e.High != e.Value {
		t.Errorf("%+v", e)
	}
	for _, bad := range [][]float64{{1, 2, 3}, {1, 2, 3, 0}, {1, 2, 3, -1}} {
		if _, err := Known(BGNBD, 1, bad...); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
	if _, err := Known("bgnbd", 1, 1, 2, 3, 4); err == nil {
		t.Error("no error for a model that does not exist")
	}
}
