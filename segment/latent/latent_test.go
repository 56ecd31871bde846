package latent

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/internal/num"
	"mainstay/internal/refdata"
	"mainstay/regress/spend"

	"gonum.org/v1/gonum/mat"
)

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: got %.10g, want %.10g ± %g", what, got, want, tol)
	}
}

func cdnow(t *testing.T) *ingest.Ledger {
	ctx, cfg := context.Background(), ingest.DefaultConfig()
	cfg.ZeroDays = "count" // as the literature counts
	p, err := ingest.NewPlan(ctx, store.Dir{}, []string{refdata.Shared(t, "data", "cdnow_sample.parquet")}, cfg, 2, time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	l, err := ingest.Build(ctx, store.Dir{}, p, 2, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The holdout of CDNOW as recomputed for the reference (../shared/reference/README.md), from the transactions on; and what is expected by
// earlier purchases, as BTYD's walkthrough prints it.
func TestCDNOW(t *testing.T) {
	l := cdnow(t)
	until := ingest.Date(1997, 9, 30)
	for _, c := range []struct {
		model                  string
		total, mae, rmse, corr float64
		expected               []float64
	}{
		{"bg/nbd", 1653.4, .7855, 1.6080, .6256, []float64{.225, .523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157}},
		{"mbg/nbd", 1577.1, .7648, 1.6072, .6273, nil},
		{"pareto/nbd", 1665.5, .7545, 1.6028, .6302, []float64{.138, .600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403}},
	} {
		cfg := Defaults
		cfg.Model, cfg.Until = c.model, until
		s, err := Run(l, l.AsOf, cfg, nil, 2)
		if err != nil || !s.Fit.Certificate.Certified() {
			t.Fatal(err, s)
		}
		h := s.Holdout
		near(t, c.model+" bought", h.Bought, 1882, 0)
		near(t, c.model+" total", h.Total, c.total, .5) // the reference is fitted to times rounded to 0.01
		near(t, c.model+" MAE", h.MAE, c.mae, 1e-4)
		near(t, c.model+" RMSE", h.RMSE, c.rmse, 1e-4)
		near(t, c.model+" correlation", h.Correlation, c.corr, 1e-4)
		near(t, "x ÷ T", h.NaiveTotal, 2930.1, .05)
		for i, want := range c.expected {
			near(t, c.model+" by repeats", h.ByCount[i].Expected, want, 2e-3)
		}
		last := s.Curve[0]
		for _, p := range s.Curve {
			if p.Day <= s.AsOf {
				last = p
			}
		}
		near(t, "bought in all", last.BoughtCumulative, 2457+1882, 60) // the last week may not be whole
		near(t, "spend", s.Spend.Mean, 35.22, .1)
	}
}

// Periods begin the day after the first purchase; those that are not over are left out.
func TestPeriods(t *testing.T) {
	w := window{until: 70, asOf: 100, unit: 10, periods: true}
	x, last, later, n := inPeriods([]ingest.Day{0, 5, 10, 11, 40, 69, 75, 99}, w)
	for i, v := range []float64{x, last, n, later} {
		if want := []float64{4, 7, 7, 2}[i]; v != want {
			t.Errorf("%d: %v, want %v", i, v, want)
		}
	}
}

// What bg/bb expects are periods: a period with a purchase brings what all days in it bring.
func TestPeriodMean(t *testing.T) {
	var c Customers
	w := window{until: 70, asOf: 100, unit: 10, periods: true}
	days := []ingest.Day{5, 7, 8, 30, 72}
	sum := 0.0
	for i, day := range days[1:] {
		if w.counts(days[0], day) {
			sum += []float64{10, 20, 40, 80}[i]
		}
	}
	c.add(0, 0, days, sum, w)
	near(t, "periods", c.Data.X[0], 2, 0)
	near(t, "mean", c.Mean[0], 35, 0)
	w.until = 68 // the last period is not over
	if w.counts(5, 66) || !w.counts(5, 65) {
		t.Error("a period that is not over counts, or one that is does not")
	}
}

// In the curve of bg/bb a period with any purchase counts once, when it ends, as it lies about the day of the fit; one that is not over does not.
func TestPeriodMarks(t *testing.T) {
	w := window{until: 68, asOf: 99, unit: 10, periods: true}
	days := []ingest.Day{5, 7, 8, 30, 64, 66, 97, 98} // in periods 1, 1, 3, 6, 7, 10, 10 of 6, and 9 by the as-of date
	if got := w.marks(days); !slices.Equal(got, []ingest.Day{18, 38, 68, 78}) {
		t.Error(got)
	}
	w.periods = false
	if got := w.marks(days); !slices.Equal(got, days[1:]) {
		t.Error(got)
	}
}

// Returns lower what purchase days bring, whatever day they are on, but those before the second purchase, which are of the first, and those after the fit.
func TestReturns(t *testing.T) {
	days := []ingest.Day{1, 3, 10, 12, 20, 30, 40}
	sales, returns := []int64{500, 0, 100, 0, 100, 0, 0}, []int64{0, -400, 0, -30, -10, -60, -99}
	counts := make([]uint32, len(days))
	l := &ingest.Ledger{First: 1, AsOf: 50}
	if err := l.Put(0, ingest.Shard{KeyBytes: []byte("a"), KeyStart: []uint32{0, 1}, CellStart: []uint32{0, uint32(len(days))}, Day: days, Lines: counts, Sales: sales, Returns: returns}); err != nil {
		t.Fatal(err)
	}
	c := gather(l, 35, 50, 1, false, 1)
	near(t, "repeats", c.Data.X[0], 2, 0)
	near(t, "mean", c.Mean[0], (100-30+90-60)/2., 0)
}

// Who gave everything back has a value, next to nothing of its own.
func TestNothingLeft(t *testing.T) {
	s := &Study{Spend: &spend.Fit{P: 6, Q: 4, Gamma: 15, LogCov: mat.NewSymDense(3, nil), Certificate: num.Certificate{Converged: true, InfoPosDef: true}}, Customers: &Customers{Mean: []float64{-5, 0, 30}}}
	for i, want := range []float64{6 * 15 / (6*2 + 3.), 6 * 15 / (6*2 + 3.), 6 * (15 + 60) / (6*2 + 3.)} {
		near(t, "per purchase", s.Spend.Conditional(2, s.mean(i), .95).Mean, want, 1e-6)
	}
}

// Of bg/bb the horizon is whole periods.
func TestHorizon(t *testing.T) {
	for _, of := range []struct {
		model, unit   string
		horizon, want float64
	}{{"bg/bb", "quarter", 30, 1}, {"bg/bb", "quarter", 365, 4}, {"mbg/nbd", "week", 30, 30 / 7.}} {
		s := &Study{Config: Config{Model: of.model, Horizon: of.horizon}}
		s.UnitDays, _ = UnitDays(of.unit)
		near(t, of.model, s.Horizon(), of.want, 0)
	}
}

func TestCheck(t *testing.T) {
	for _, set := range []func(c *Config){
		func(c *Config) { c.Model = "bgnbd" }, func(c *Config) { c.Unit = "weeks" }, func(c *Config) { c.K = 13 }, func(c *Config) { c.Horizon = math.NaN() },
		func(c *Config) { c.Rate = -1 }, func(c *Config) { c.Level = 1 },
		func(c *Config) { c.Model, c.Unit, c.Horizon = "bg/bb", "day", 2001 },
		func(c *Config) { c.Model, c.K = "bg/nbd", 2 }, func(c *Config) { c.On, c.K = "industry", 2 },
	} {
		c := Defaults
		if set(&c); c.Check() == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}
