package hidden

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"mainstay/internal/num"
)

func mustFit(t testing.TB, m *Model, d *Data, threads int) *Fit {
	t.Helper()
	f, err := m.Fit(d, threads)
	if err != nil {
		t.Fatal(err)
	}
	if !f.Certificate.Certified() {
		t.Fatalf("refused: %+v", f.Certificate)
	}
	return f
}

// −log L, AIC and BIC of stationary Poisson models of the earthquakes: Zucchini & MacDonald 2009, as a public replication prints them.
func TestEarthquakes(t *testing.T) {
	for _, want := range []struct {
		states          int
		minus, aic, bic float64
	}{{2, 342.3183, 692.6365, 703.3278}, {3, 329.4603, 676.9206, 700.976}, {4, 327.8316, 687.6632, 730.4284}} {
		f := mustFit(t, &Model{States: want.states, Activity: Poisson, Start: Stationary}, series(quakes), 1)
		for i, pair := range [][2]float64{{-f.LogLik, want.minus}, {f.AIC, want.aic}, {f.BIC, want.bic}} {
			if math.Abs(pair[0]-pair[1]) > 2e-4 {
				t.Errorf("%d states, figure %d: %.4f, published %.4f", want.states, i, pair[0], pair[1])
			}
		}
	}
}

func TestSameBytesForAnyThreads(t *testing.T) {
	m, q := truth(NegativeBinomial)
	d, _ := simulate(m, q, 120, 12, 3)
	var first string
	for _, threads := range []int{1, 2, 5} {
		f := mustFit(t, m, d, threads)
		s, err := f.Decode(d, threads)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%x %x %v %x %v", f.LogLik, f.Mean, f.Cov.RawSymmetric().Data, s.Smoothed, s.Path)
		if first == "" {
			first = text
		}
		if text != first {
			t.Errorf("%d threads give other figures", threads)
		}
	}
}

// What the data were drawn from lies within the intervals about as often as they say.
func TestSimulationRecovers(t *testing.T) {
	for _, law := range []Law{Poisson, NegativeBinomial} {
		m, q := truth(law)
		within, all := 0, 0
		books := 4
		if testing.Short() {
			books = 1
		}
		for book := range books {
			d, states := simulate(m, q, 300, 16, uint64(100+book))
			f := mustFit(t, m, d, 2)
			count := func(name string, e Estimate, want float64) {
				all++
				if e.Low <= want && want <= e.High {
					within++
				}
				if !(math.Abs(e.Value-want) <= 5*e.SE) {
					t.Errorf("%s book %d %s: %+v, drawn from %v", law, book, name, e, want)
				}
			}
			list := func(name string, e []Estimate, want []float64) {
				for i := range want {
					count(fmt.Sprint(name, i), e[i], want[i])
				}
			}
			for i, row := range f.MoveEstimates(0.95) {
				list(fmt.Sprint("move", i), row, q.Moves[i])
			}
			list("initial", f.InitialEstimates(0.95), q.Initial)
			list("mean", f.MeanEstimates(0.95), q.Mean)
			list("spend", f.SpendMeanEstimates(0.95), q.SpendMean)
			list("shape", f.SpendShapeEstimate(0.95), []float64{q.SpendShape})
			s, err := f.Decode(d, 2)
			if err != nil {
				t.Fatal(err)
			}
			right := 0
			for i, state := range states {
				if s.Path[i] == state {
					right++
				}
			}
			if share := float64(right) / float64(len(states)); share < 0.8 {
				t.Errorf("%s: %v of the states decoded", law, share)
			}
			list("long run", f.LongRun(0.95), stationary(q.Moves))
		}
		share := float64(within) / float64(all)
		t.Logf("%s: %d of %d within", law, within, all)
		if share < 0.85 {
			t.Errorf("%s: %.3f of the intervals of 95 %% hold the truth", law, share)
		}
	}
}

func TestChoose(t *testing.T) {
	m, q := truth(Poisson)
	d, _ := simulate(m, q, 200, 14, 5)
	c, err := m.Choose(d, 1, 4, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	if c.Candidates[c.ByBIC].States != 3 {
		t.Errorf("BIC chooses %d states, drawn from 3", c.Candidates[c.ByBIC].States)
	}
	if k := c.Candidates[c.ByHoldout].States; k < 3 {
		t.Errorf("the holdout chooses %d states, drawn from 3", k)
	}
}

// States are in order whatever the data's, and a dormant one without any activity is on the edge, warned of.
func TestDormantState(t *testing.T) {
	m := &Model{States: 2, Activity: Poisson, Start: Free, Spend: true}
	q := &Params{Initial: []float64{0.2, 0.8}, Moves: [][]float64{{0.95, 0.05}, {0.1, 0.9}}, Mean: []float64{0, 4}, SpendMean: []float64{1, 30}, SpendShape: 4}
	d, _ := simulate(m, q, 150, 12, 9)
	f := mustFit(t, m, d, 1)
	if f.Mean[0] != 0 || !math.IsNaN(f.SpendMean[0]) || len(f.Certificate.Warnings) == 0 || f.Certificate.Warnings[0].Code != num.WarnBoundary {
		t.Errorf("means %v, spend %v, %+v", f.Mean, f.SpendMean, f.Certificate.Warnings)
	}
	if e := f.MeanEstimates(0.95); e[0].SE != 0 || !math.IsNaN(e[0].Low) || !(e[1].SE > 0) {
		t.Errorf("%+v", e)
	}
}

func TestRefusals(t *testing.T) {
	many := func(v ...float64) []float64 {
		var out []float64
		for len(out) < 400 {
			out = append(out, v...)
		}
		return out[:400]
	}
	for name, c := range map[string]struct {
		m    *Model
		d    *Data
		code string
	}{
		"short":     {&Model{States: 3, Activity: Poisson, Start: Free}, series([]float64{1, 2, 3}), num.WarnTooFew},
		"silent":    {&Model{States: 2, Activity: Poisson, Start: Free}, series(many(0)), num.WarnTooFew},
		"all alike": {&Model{States: 2, Activity: Poisson, Start: Free}, series(many(3)), ""},
		"one price": {&Model{States: 2, Activity: Poisson, Start: Free, Spend: true}, &Data{Begins: []int{0, 400}, Activity: many(1, 2, 0, 3), Spend: many(5)}, num.WarnBoundary},
	} {
		f, err := c.m.Fit(c.d, 1)
		if err != nil {
			t.Fatal(name, err)
		}
		if c.code != "" && (f.Certificate.Certified() || f.Certificate.Warnings[0].Code != c.code) {
			t.Errorf("%s: %+v", name, f.Certificate)
		}
		if !f.Certificate.Certified() {
			if f.Params != nil || f.MoveEstimates(0.95) != nil || f.LongRun(0.95) != nil || f.MeanEstimates(0.95) != nil {
				t.Errorf("%s: a refused fit has parameters", name)
			}
			if _, err := f.Decode(c.d, 1); err == nil {
				t.Errorf("%s: a refused fit decodes", name)
			}
		}
		if _, err := json.Marshal(f.Certificate); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBadInput(t *testing.T) {
	m := &Model{States: 2, Activity: Poisson, Start: Free, Spend: true}
	for want, d := range map[string]*Data{
		"customer 1, period 0 (the first are 0): activity 1.5":     {Begins: []int{0, 1, 2}, Activity: []float64{1, 1.5}, Spend: []float64{1, 1}},
		"customer 0, period 1 (the first are 0): activity -1":      {Begins: []int{0, 2}, Activity: []float64{1, -1}, Spend: []float64{1, 1}},
		"customer 0, period 1 (the first are 0): spend -3":         {Begins: []int{0, 2}, Activity: []float64{1, 1}, Spend: []float64{1, -3}},
		"customer 0, period 0 (the first are 0): spend +Inf":       {Begins: []int{0, 2}, Activity: []float64{1, 1}, Spend: []float64{math.Inf(1), 3}},
		"2 periods of activity, 0 of spend":                        {Begins: []int{0, 2}, Activity: []float64{1, 1}},
		"customer 1 (the first is 0) has no periods":               {Begins: []int{0, 1, 1}, Activity: []float64{1}, Spend: []float64{1}},
		"customers do not cover the 1 periods":                     {Begins: []int{0}, Activity: []float64{1}, Spend: []float64{1}},
		"customer 0 (the first is 0) has no periods: leave it out": {Begins: []int{0, 5, 2}, Activity: []float64{1, 1}, Spend: []float64{1, 1}},
	} {
		_, err := m.Fit(d, 1)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, expected %q", err, want)
		}
	}
	var bad *DataError
	if _, err := m.Fit(&Data{Begins: []int{0, 1}, Activity: []float64{-1}, Spend: []float64{0}}, 1); !errors.As(err, &bad) {
		t.Errorf("%v is no DataError", err)
	}
	for _, m := range []*Model{{States: 0, Activity: Poisson, Start: Free}, {States: 13, Activity: Poisson, Start: Free}, {States: 2, Start: Free}, {States: 2, Activity: Poisson}} {
		if _, err := m.Fit(series([]float64{1}), 1); err == nil {
			t.Errorf("%+v is taken", m)
		}
	}
	wide := make([]float64, mostCounts+1)
	for i := range wide {
		wide[i] = float64(i)
	}
	if _, err := (&Model{States: 2, Activity: Poisson, Start: Free}).Fit(series(wide), 1); err == nil {
		t.Error("any number of different counts is taken")
	}
}

// R 4.2.2: testdata/peer.R, a forward algorithm of its own under optim's BFGS, standard errors by its numerical Hessian of log parameters.
func TestPeer(t *testing.T) {
	m, d := peerData()
	f := mustFit(t, m, d, 1)
	near(t, "log L", f.LogLik, -3671.1492338, 1e-10)
	figures := []struct {
		name       string
		got        Estimate
		value, log float64 // log: standard error of the logarithm
	}{
		{"mean 0", f.MeanEstimates(0.95)[0], 0.557799423, 0.0987201},
		{"mean 1", f.MeanEstimates(0.95)[1], 3.881788988, 0.0502319},
		{"size 0", f.SizeEstimates(0.95)[0], 1.52491817, 0.3938881},
		{"size 1", f.SizeEstimates(0.95)[1], 4.58922655, 0.2501287},
		{"spend 0", f.SpendMeanEstimates(0.95)[0], 48.3124394, 0.0769561},
		{"spend 1", f.SpendMeanEstimates(0.95)[1], 192.7915285, 0.0479396},
		{"shape", f.SpendShapeEstimate(0.95)[0], 2.07076731, 0.0778269},
	}
	for _, x := range figures {
		near(t, x.name, x.got.Value, x.value, 2e-6)
		near(t, x.name+" error", x.got.SE/x.got.Value, x.log, 2e-4)
	}
	moves := f.MoveEstimates(0.95)
	near(t, "move 0 1", moves[0][1].Value, 0.137920337, 1e-6)
	near(t, "move 1 0", moves[1][0].Value, 0.222344050, 1e-6)
	near(t, "move 0 1 error", moves[0][1].SE/(moves[0][0].Value*moves[0][1].Value), 0.1835104, 2e-4)
	near(t, "initial", f.InitialEstimates(0.95)[1].Value, 0.40381034, 1e-6)
	near(t, "initial error", f.InitialEstimates(0.95)[1].SE/(f.Initial[0]*f.Initial[1]), 0.3150021, 2e-4)
}

// A sample leads to the same end as all customers would alone.
func TestSampleLeads(t *testing.T) {
	m, q := truth(Poisson)
	const few = 3000
	d, _ := simulate(m, q, 400, 24, 17)
	if s := d.sample(few); len(s.Activity) > few+24 || len(s.Activity) < few/2 {
		t.Fatalf("%d periods sampled of %d", len(s.Activity), len(d.Activity))
	}
	f, err := m.fit(d, 2, few)
	if err != nil || !f.Certificate.Certified() {
		t.Fatal(err, f.Certificate)
	}
	p, err := newPanel(m, d, 2)
	if err != nil {
		t.Fatal(err)
	}
	best, trace := p.em(q, longRun, gain) // from the truth
	near(t, "log L", f.LogLik, trace[len(trace)-1], 1e-7)
	for i, v := range best.Mean {
		near(t, "mean", f.Mean[i], v, 1e-3)
	}
}

// Counts that vary more than Poisson's are seen to, and those of the law are not.
func TestDispersion(t *testing.T) {
	m, q := truth(NegativeBinomial)
	q.Size = []float64{0.5, 0.7, 1}
	wide, _ := simulate(m, q, 200, 12, 31)
	for _, c := range []struct {
		law       Law
		low, high float64
	}{{Poisson, 1.5, 10}, {NegativeBinomial, 0.8, 1.2}} {
		f, err := (&Model{States: 2, Activity: c.law, Start: Free}).Fit(&Data{Begins: wide.Begins, Activity: wide.Activity}, 2)
		if err != nil || !f.Certificate.Certified() || !(f.Dispersion > c.low && f.Dispersion < c.high) {
			t.Errorf("%v: dispersion %v, expected %v to %v: %v, %+v", c.law, f.Dispersion, c.low, c.high, err, f.Certificate)
		}
	}
	m, q = truth(Poisson)
	d, _ := simulate(m, q, 200, 12, 32)
	if f, err := m.Fit(d, 2); err != nil || math.Abs(f.Dispersion-1) > .1 {
		t.Errorf("of the law itself the dispersion is %v: %v", f.Dispersion, err)
	}
}
