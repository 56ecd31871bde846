package model

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/regress"
	"mainstay/regress/formula"
)

// cars is R's mtcars.
func cars() *formula.Data {
	return table(map[string][]float64{
		"mpg":  {21, 21, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7, 32.4, 30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26, 30.4, 15.8, 19.7, 15, 21.4},
		"wt":   {2.62, 2.875, 2.32, 3.215, 3.44, 3.46, 3.57, 3.19, 3.15, 3.44, 3.44, 4.07, 3.73, 3.78, 5.25, 5.424, 5.345, 2.2, 1.615, 1.835, 2.465, 3.52, 3.435, 3.84, 3.845, 1.935, 2.14, 1.513, 3.17, 2.77, 3.57, 2.78},
		"hp":   {110, 110, 93, 110, 175, 105, 245, 62, 95, 123, 123, 180, 180, 180, 205, 215, 230, 66, 52, 65, 97, 150, 150, 245, 175, 66, 91, 113, 264, 175, 335, 109},
		"cyl":  {6, 6, 4, 6, 8, 6, 8, 4, 4, 6, 6, 8, 8, 8, 8, 8, 8, 4, 4, 4, 4, 8, 8, 8, 8, 4, 4, 4, 8, 6, 8, 4},
		"am":   {1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1},
		"carb": {4, 4, 1, 1, 2, 1, 4, 2, 2, 4, 4, 3, 3, 3, 4, 4, 4, 1, 2, 1, 1, 2, 2, 4, 2, 1, 2, 2, 4, 6, 8, 2},
	})
}

func table(columns map[string][]float64) *formula.Data {
	d := &formula.Data{}
	for name, v := range columns {
		d.Rows = len(v)
		d.Columns = append(d.Columns, formula.Column{Name: name, Number: v})
	}
	return d
}

func foretold(t *testing.T, d, rows *formula.Data, text string, o Options) *Predictions {
	t.Helper()
	f, err := formula.Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Level, o.New = 0.95, rows
	r, err := Fit(t.Context(), d, f, o)
	if err != nil {
		t.Fatal(text, err)
	}
	return r.Predictions
}

// The figures are those of R 4.2.2's predict() (se.fit, intervals on the scale of the link carried over), sandwich's vcovHC and quantreg's predict.rq;
// those of the multinomial follow from nnet's covariance, which is good to five digits. glm had an epsilon of 1e-15.
func TestPredictionsAgainstR(t *testing.T) {
	rows := table(map[string][]float64{"wt": {2, 3.2, 5}, "hp": {100, 150, 60}, "cyl": {4, 6, 8}})
	for _, c := range []struct {
		formula string
		o       Options
		want    [3][]float64
		within  float64
	}{
		{"mpg ~ wt + hp + factor(cyl)", Options{Family: Gaussian}, [3][]float64{
			{27.171206306383, 0.792570892033, 25.544985163636, 28.797427449130, 21.906793036214, 32.435619576552},
			{18.838506096709, 0.981461990589, 16.824712433653, 20.852299759764, 13.441764784456, 24.235247408961},
			{15.36590208754, 2.04188777651, 11.17629443648, 19.55550973861, 8.83732918500, 21.89447499009}}, 1e-10},
		{"am ~ wt", Options{Family: Binomial}, [3][]float64{
			{0.981879590852, 0.030285003349, 0.658417439233, 0.999343945145},
			{0.302307415573, 0.125780338858, 0.118662743394, 0.582364301791},
			{3.09736114576e-04, 8.58465262107e-04, 1.35270429116e-06, 6.62633969364e-02}}, 1e-7},
		{"am ~ wt", Options{Family: Binomial, Link: "cloglog"}, [3][]float64{
			{0.99839621957580, 0.00868650055884, 0.70958290612831, 1},
			{0.272073045298, 0.107768822982, 0.119568290853, 0.547009767740},
			{0.003474784028533, 0.006228821376355, 0.000103075920726, 0.110895440456066}}, 1e-6},
		{"carb ~ wt + offset(log(hp))", Options{Family: "poisson"}, [3][]float64{
			{2.118301183697, 0.413167002301, 1.445319690308, 3.104641786135},
			{2.930673649153, 0.319857526366, 2.366280463187, 3.629683028474},
			{1.038389260885, 0.212512699947, 0.695274973074, 1.550828519475}}, 1e-9},
		{"mpg ~ wt", Options{Family: "gamma"}, [3][]float64{
			{27.66864065564, 1.13600202478, 25.52810011766, 30.20100606779},
			{18.868738404627, 0.463677673361, 17.967035582029, 19.865730078810},
			{12.774445325342, 0.512616724041, 11.806840355819, 13.914804062761}}, 1e-9},
		{"carb ~ wt", Options{Family: "quasipoisson"}, [3][]float64{
			{2.046919085611, 0.343776322827, 1.452577911219, 2.884442693695},
			{2.725489372726, 0.269829364138, 2.226561777737, 3.336216580700},
			{4.187552060179, 0.736246879055, 2.924279551982, 5.996551268437}}, 1e-9},
		{"carb ~ wt", Options{Family: "poisson", HC: regress.HC0}, [3][]float64{
			{2.046919085611, 0.287257370335, 1.554698098651, 2.694978366972},
			{2.725489372726, 0.265409833984, 2.251925207609, 3.298640778895},
			{4.187552060179, 0.398129187631, 3.475623340502, 5.045308578856}}, 1e-9},
		{"mpg ~ wt", Options{Family: Quantile, Tau: []float64{.25}}, [3][]float64{
			{24.7466666667, 24.5572974195, 24.9360359139}, {17.4466666667, 16.1990662389, 18.6942670944}, {6.49666666667, 3.47995313353, 9.51338019981}}, 1e-9},
		{"cyl ~ wt", Options{Family: Multinomial}, [3][]float64{
			{9.54541530880e-01, 5.28051780097e-01, 9.97468829231e-01, 4.54574144154e-02, 2.53111422499e-03, 4.71941686151e-01, 1.05470439729e-06, 1.18513501064e-11, 8.58087655572e-02},
			{0.2047494687420, 0.0465496811753, 0.5758663595613, 0.6212703269128, 0.2736073715905, 0.8772113929482, 0.1739802043453, 0.0241425795865, 0.6419838365795},
			{1.74505889598e-09, 1.39884668241e-15, 2.17222920890e-03, 2.69302141513e-06, 1.34650879153e-11, 3.50061853157e-01, 9.99997305234e-01, 6.49780355862e-01, 9.99999999987e-01}}, 1e-4},
	} {
		p := foretold(t, cars(), rows, c.formula, c.o)
		if len(p.Columns) != len(c.want[0]) || p.Predicted() != 3 {
			t.Fatalf("%s: %d columns, expected %d: %+v", c.formula, len(p.Columns), len(c.want[0]), p.Reasons)
		}
		for i, row := range c.want {
			for k, want := range row {
				if got := p.Columns[k].Number[i]; !(math.Abs(got-want) <= c.within*math.Abs(want)) {
					t.Errorf("%s %s, row %d, %s: %.12g, expected %.12g", c.o.Family, c.formula, i+1, p.Columns[k].Name, got, want)
				}
			}
		}
	}
}

// ovarian is R's.
func ovarian() *formula.Data {
	return table(map[string][]float64{
		"time": {59, 115, 156, 421, 431, 448, 464, 475, 477, 563, 638, 744, 769, 770, 803, 855, 1040, 1106, 1129, 1206, 1227, 268, 329, 353, 365, 377},
		"dead": {1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0},
		"age": {72.3315, 74.4932, 66.4658, 53.3644, 50.3397, 56.4301, 56.937, 59.8548, 64.1753, 55.1781, 56.7562, 50.1096, 59.6301, 57.0521, 39.2712, 43.1233, 38.8932, 44.6, 53.9068, 44.2055, 59.589, 74.5041, 43.137,
			63.2192, 64.4247, 58.3096},
		"rx": {1, 1, 1, 2, 1, 1, 2, 2, 1, 2, 1, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 1, 1, 2, 2, 2},
	})
}

// R's survfit (conf.type "log-log") of coxph and of groups, predict.coxph and predict.survreg.
func TestLivesPredictedAgainstR(t *testing.T) {
	nan := math.NaN()
	rows := table(map[string][]float64{"age": {50, 60, 70}, "rx": {1, 2, 1}})
	for _, c := range []struct {
		formula string
		family  Family
		want    [3][]float64
	}{
		{"Surv(time, dead) ~ age + rx", Cox, [3][]float64{
			{0.602693129303, 0.245601474054, 1.47897731277, nan, 431, nan, 0.993251189923, 0.906181517214, 0.999534641777, 0.879621145762, 0.552293530053, 0.972668930154, 0.641676259817, 0.202902377581, 0.883900305398},
			{1.176972923811, 0.552056579038, 2.50928132366, 638, 365, nan, 0.986862926107, 0.871787343952, 0.998726284604, 0.778426199845, 0.476068883030, 0.918940092857, 0.420451426294, 0.105032448562, 0.716679947048},
			{11.475161052924, 3.115649039824, 42.26384920362, 268, 59, 365, 0.879034087705774, 3.97921605683e-01, 0.982122286818, 0.086976138137129, 3.45081858701e-04, 0.473246682873, 0.000214453546492, 6.94114656794e-15, 0.112047297720}}},
		{"Surv(time, dead) ~ age + strata(rx)", Cox, [3][]float64{
			{6: 0.99039848892044, 7: 8.58018141636e-01, 8: 0.999392322069, 9: 0.87677400343029, 10: 4.88466925964e-01, 11: 0.976151874116, 12: 0.63021089318890, 13: 1.77434041834e-01, 14: 0.884017533313, 3: nan, 4: 329, 5: nan},
			{6: 1, 7: 1, 8: 1, 9: 0.80581777628224, 10: 4.19153581958e-01, 11: 0.947805012686, 12: 0.42304744150675, 13: 1.08165686911e-01, 14: 0.716949473652, 3: 563, 4: 353, 5: nan},
			{6: 0.86030208631499, 7: 3.42842196277e-01, 8: 0.979071204593, 9: 0.12860512490106, 10: 6.43479022380e-04, 11: 0.564147878600, 12: 0.00074596750223, 13: 1.04777354206e-18, 14: 0.285799083752, 3: 268, 4: 59, 5: 431}}},
		{"Surv(time, dead) ~ rx", KaplanMeier, [3][]float64{
			{638, 156, nan, 0.92307692, 0.56635947, 0.98879406, 0.61538462, 0.30833689, 0.81844871, 0.43076923, 0.15565224, 0.68297155},
			{nan, 464, nan, 1, 1, 1, 0.84615385, 0.51220359, 0.95914546, 0.56410256, 0.24363470, 0.79284818},
			{638, 156, nan, 0.92307692, 0.56635947, 0.98879406, 0.61538462, 0.30833689, 0.81844871, 0.43076923, 0.15565224, 0.68297155}}},
		{"Surv(time, dead) ~ age + rx", "weibull", [3][]float64{
			{966.137092210, 500.585581158, 1864.657944769}, {772.496597478, 473.791434946, 1259.522543254}, {198.620972977, 121.663838359, 324.256504139}}},
	} {
		p := foretold(t, ovarian(), rows, c.formula, Options{Family: c.family, Times: []float64{100, 365, 700}})
		for i, row := range c.want {
			for k, want := range row {
				got := p.Columns[k].Number[i]
				if want == 0 { // not looked at
					continue
				}
				if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-7*math.Abs(want)+1e-20 {
					t.Errorf("%s %s, row %d, %s: %.12g, expected %.12g", c.family, c.formula, i+1, p.Columns[k].Name, got, want)
				}
			}
		}
	}
}

// Rows of the fit are predicted as the fit has them, lie within its reach, and do not depend on threads; beyond it they are marked.
func TestPredictionsOfTheRowsOfTheFit(t *testing.T) {
	for _, family := range Families() {
		text := "hp ~ wt + carb"
		switch {
		case slices.Contains([]Family{Binomial, Firth, "quasibinomial"}, family):
			text = "am ~ wt"
		case family == Multinomial || family == FirthMultinomial:
			text = "factor(am) ~ wt"
		case family == GammaGamma:
			text = "hp ~ carb"
		case TakenBy("times") != nil && slices.Contains(TakenBy("times"), family):
			text = "Surv(carb, am) ~ wt"
		}
		if family == "discrete" {
			text = "Surv(cyl, am) ~ 1"
		}
		d := cars()
		if family == GammaGamma { // purchases that agree with their mean the less, the fewer they are
			for i := range d.Rows {
				d.Column("carb").Number[i] = float64(1 + i%4)
				d.Column("hp").Number[i] = math.Exp(math.Sin(float64(i*i)) + math.Sin(float64(5*i))/math.Sqrt(float64(1+i%4)))
			}
		}
		one := foretold(t, d, d, text, Options{Family: family, Threads: 1})
		two := foretold(t, d, d, text, Options{Family: family, Threads: 3})
		if one.Predicted() != d.Rows || one.Beyond != 0 {
			t.Errorf("%s: %d of %d rows predicted, %d beyond: %+v", family, one.Predicted(), d.Rows, one.Beyond, one.Reasons)
		}
		for k := range one.Columns {
			if name := one.Columns[k].Name; two.Columns[k].Name != name || !sameNumbers(one.Columns[k].Number, two.Columns[k].Number) {
				t.Errorf("%s: %s depends on threads", family, name)
			}
			if one.Columns[k].About == "" {
				t.Errorf("%s: %s is not explained", family, one.Columns[k].Name)
			}
			for i, v := range one.Columns[k].Number {
				if math.IsInf(v, 0) {
					t.Errorf("%s: row %d has %s %v", family, i, one.Columns[k].Name, v)
				}
			}
		}
	}
}

func sameNumbers(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// A row that cannot be predicted says why; what the fit could not tell apart is not predicted where it is apart.
func TestRowsThatCannotBePredicted(t *testing.T) {
	d := &formula.Data{Rows: 12, Columns: []formula.Column{{Name: "y"}, {Name: "x"}, {Name: "twice"}, {Name: "g"}}}
	for i := range d.Rows {
		d.Columns[0].Number = append(d.Columns[0].Number, math.Sin(float64(i)))
		d.Columns[1].Number = append(d.Columns[1].Number, float64(i%5))
		d.Columns[2].Number = append(d.Columns[2].Number, float64(2*(i%5)+1))
		d.Columns[3].Text = append(d.Columns[3].Text, []string{"a", "b"}[i%2])
	}
	rows := &formula.Data{Rows: 6, Columns: []formula.Column{{Name: "x", Number: []float64{1, 1, math.NaN(), -1, 3, 90}}, {Name: "twice", Number: []float64{3, 3, 3, -1, 8, 181}},
		{Name: "g", Text: []string{"a", "z", "a", "b", "b", "a"}}}}
	p := foretold(t, d, rows, "y ~ log(I(x + 1)) + x + twice + g", Options{Family: Gaussian})
	for i, want := range []string{"", `g has the level "z", which no row of the fit had`, "x is missing", "log(I(x + 1)) is no finite number of at most 1e100", "other columns determine twice in the rows of the fit, and not here", ""} {
		if p.Why[i] != want {
			t.Errorf("row %d: %q, expected %q", i+1, p.Why[i], want)
		}
		for _, c := range p.Columns {
			if math.IsNaN(c.Number[i]) != (want != "") {
				t.Errorf("row %d: %s is %v", i+1, c.Name, c.Number[i])
			}
		}
	}
	if p.Predicted() != 2 || p.Beyond != 1 || !p.Outside[5] || p.Outside[0] || len(p.Reasons) != 4 {
		t.Errorf("%+v", p)
	}
	for _, c := range []struct {
		rows *formula.Data
		says string
	}{
		{&formula.Data{Rows: 1}, `no column "x"`},
		{&formula.Data{Rows: 1, Columns: []formula.Column{{Name: "x", Text: []string{"a"}}, {Name: "twice", Number: []float64{1}}, {Name: "g", Text: []string{"a"}}}}, "text"},
	} {
		f, _ := formula.Parse("y ~ x + twice + g", nil)
		if _, err := Fit(t.Context(), d, f, Options{Family: Gaussian, Level: .95, New: c.rows}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, expected %q", err, c.says)
		}
	}
	empty := &formula.Data{Rows: 2, Columns: []formula.Column{{Name: "x", Number: []float64{math.NaN(), math.NaN()}}, {Name: "twice", Number: []float64{1, 1}}, {Name: "g", Text: []string{"a", "a"}}}}
	if p := foretold(t, d, empty, "y ~ x + twice + g", Options{Family: Gaussian}); p.Predicted() != 0 || len(p.Columns) == 0 {
		t.Errorf("%+v", p)
	}
}

// Intervals of the mean and of a response hold what they say: a simulation with known parameters.
func TestPredictionIntervalsHold(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	draw := rand.New(rand.NewPCG(11, 11))
	const runs, n = 400, 60
	mean, response, count := 0, 0, 0
	rows := table(map[string][]float64{"x": {0.8}})
	for range runs {
		x, y, c := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range x {
			x[i] = draw.NormFloat64()
			y[i] = 1 + 2*x[i] + draw.NormFloat64()
			for mean, sum := math.Exp(0.3+0.5*x[i]), draw.ExpFloat64(); sum < mean; sum += draw.ExpFloat64() {
				c[i]++ // arrivals until mean
			}
		}
		d := table(map[string][]float64{"x": x, "y": y, "c": c})
		p := foretold(t, d, rows, "y ~ x", Options{Family: Gaussian})
		at := func(k int) float64 { return p.Columns[k].Number[0] }
		mean += holds(at(2), at(3), 2.6)
		response += holds(at(4), at(5), 2.6+draw.NormFloat64())
		p = foretold(t, d, rows, "c ~ x", Options{Family: "poisson"})
		count += holds(at(2), at(3), math.Exp(0.7))
	}
	for name, got := range map[string]int{"mean": mean, "response": response, "count": count} {
		if share := float64(got) / runs; math.Abs(share-0.95) > 4*math.Sqrt(.95*.05/runs) {
			t.Errorf("%s: %v of intervals of 95 %% hold", name, share)
		}
	}
}

func holds(low, high, v float64) int {
	if low <= v && v <= high {
		return 1
	}
	return 0
}
