package latent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/column"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
	"mainstay/internal/refdata"
)

func histories(t *testing.T, tb *table.Table, h HistoryColumns, change func(c *Config)) *Study {
	t.Helper()
	c := Defaults
	change(&c)
	s, err := Histories(tb, h, c, 2)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Tables as R writes them: CDNOW's holdout and fits, donations with a count of customers. Figures: ../shared/reference/README.md.
func TestHistoriesOfReference(t *testing.T) {
	read := func(name string) *table.Table {
		got, err := table.Read(context.Background(), store.Dir{}, []string{refdata.Shared(t, "reference", name)}, 1)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	s := histories(t, read("cdnow_cbs.csv"), HistoryColumns{Later: "x.star"}, func(c *Config) { c.Model, c.Horizon = "pareto/nbd", 39*7 })
	near(t, "log L", s.Fit.Certificate.LogLik, -9594.976, 0.01)
	near(t, "bought", s.Holdout.Bought, 1882, 0)
	near(t, "total", s.Holdout.Total, 1665.5, 0.1)
	near(t, "MAE", s.Holdout.MAE, .7545, 1e-4)
	if len(s.Notes) != 1 || s.Customers.Count() != 2357 || s.Spend != nil || !math.IsNaN(s.Totals.Value.Value) || !(s.Totals.Purchases.Value > s.Totals.Expected.Value) {
		t.Errorf("%q, %d customers, %+v", s.Notes, s.Customers.Count(), s.Totals)
	}
	s = histories(t, read("donations.csv"), HistoryColumns{Count: "custs"}, func(c *Config) { c.Model, c.Unit, c.Horizon = "bg/bb", "year", 5*365.25 })
	near(t, "log L", s.Fit.Certificate.LogLik, -33225.58, 0.01)
	near(t, "purchases of 5 years", s.Totals.Expected.Value, 12884.2, 0.1)
	if s.Customers.Count() != 11104 || s.Customers.Repeaters() != 11104-3464 {
		t.Errorf("%d customers, %d repeaters", s.Customers.Count(), s.Customers.Repeaters())
	}
}

// kinds draws histories with amounts, covariates and how many customers there are of each.
func kinds(r *rand.Rand, n int) (text string, counts []int) {
	var b strings.Builder
	b.WriteString("who,x,t.x,T.cal,mean,later,n,group\n")
	for i := range n {
		end := 20 + 30*r.Float64()
		rate, leaves := 0.05+0.3*r.ExpFloat64(), 40*r.ExpFloat64()
		x, last := 0, 0.0
		for at := r.ExpFloat64() / rate; at < min(end, leaves); at += r.ExpFloat64() / rate {
			x, last = x+1, at
		}
		counts = append(counts, 1+r.IntN(3))
		fmt.Fprintf(&b, "c%d,%d,%.6f,%.6f,%.2f,%d,%d,%s\n", i, x, last, end, 20+10*r.ExpFloat64(), r.IntN(3), counts[i], []string{"a", "b"}[i%2])
	}
	return b.String(), counts
}

// A row of so many customers is as many rows of one: fits, sums with their errors, the holdout, segments and covariates.
func TestCountsAreRows(t *testing.T) {
	text, counts := kinds(rand.New(rand.NewPCG(1, 2)), 300)
	lines := strings.SplitAfter(text, "\n")
	all := lines[0]
	for i, n := range counts {
		all += strings.Repeat(lines[i+1], n)
	}
	for _, change := range []func(c *Config){
		func(c *Config) { c.Model = "mbg/nbd" },
		func(c *Config) { c.Model, c.By = "mbg/nbd", "group" },
		func(c *Config) { c.Model, c.On = "mbg/nbd", "group" },
	} {
		h := HistoryColumns{ID: "who", Mean: "mean", Later: "later"}
		b := histories(t, tableOf(t, all), h, change)
		h.Count = "n"
		a := histories(t, tableOf(t, text), h, change)
		if len(a.Notes) != 0 || len(b.Notes) != 1 || !strings.Contains(b.Notes[0], fmt.Sprint("who stands in one before: ", len(b.Customers.Names)-300)) {
			t.Errorf("notes %q of counts, %q of rows that repeat names", a.Notes, b.Notes)
		}
		if a.Customers.Count() != b.Customers.Count() || a.Customers.Repeaters() != b.Customers.Repeaters() {
			t.Fatalf("%d customers, %d rows", a.Customers.Count(), b.Customers.Count())
		}
		near(t, "log L", a.Fit.Certificate.LogLik, b.Fit.Certificate.LogLik, 1e-6)
		same := func(what string, got, want float64) {
			t.Helper()
			if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("%s: %v of counts, %v of rows", what, got, want)
			}
		}
		same("alive", a.Totals.Alive.Value, b.Totals.Alive.Value)
		same("expected, its error", a.Totals.Expected.SE, b.Totals.Expected.SE)
		same("value", a.Totals.Value.Value, b.Totals.Value.Value)
		same("value, its error", a.Totals.Value.SE, b.Totals.Value.SE)
		same("residual, its error", a.Totals.Residual.SE, b.Totals.Residual.SE)
		same("purchases to come", a.Totals.Purchases.Value, b.Totals.Purchases.Value)
		same("holdout", a.Holdout.Total, b.Holdout.Total)
		same("its RMSE", a.Holdout.RMSE, b.Holdout.RMSE)
		same("its correlation", a.Holdout.Correlation, b.Holdout.Correlation)
		if a.Holdout.ByCount[0] != b.Holdout.ByCount[0] && math.Abs(a.Holdout.ByCount[0].Expected-b.Holdout.ByCount[0].Expected) > 1e-6 {
			t.Errorf("%+v of counts, %+v of rows", a.Holdout.ByCount[0], b.Holdout.ByCount[0])
		}
	}
}

// Cells that no model knows name their row and column; so do columns that are not there.
func TestHistoriesRefuse(t *testing.T) {
	for text, want := range map[string]string{
		"x,t.x,T\n1,5,4\n":     `column "t.x", row 0: line 2: the last purchase is at 5`,
		"x,t.x,T\n0,3,9\n":     "no repeat purchase",
		"x,t.x,T\nmany,3,9\n":  `"many": expected a number`,
		"x,t.x,T\n1.5,3,9\n":   `column "x", row 0: line 2: 1.5 repeat purchases, expected a count`,
		"x,t.x,T\n1,3,9\n,3,9": "expected a number",
		"x,t.x,T\n1,3,1e300\n": `column "T", row 0: line 2: observed for 1e+300, expected a time from 0 to 1e+09`,
		"x,t.x,T\n1e300,3,9\n": `column "x", row 0: line 2: 1e+300 repeat purchases`,
	} {
		_, err := Histories(tableOf(t, text), HistoryColumns{}, Defaults, 1)
		var cell *column.Error
		if !errors.As(err, &cell) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	good := "x,t.x,T,n\n1,3,9,2\n2,3,9,-1\n"
	var cell *column.Error
	if _, err := Histories(tableOf(t, good), HistoryColumns{Count: "n"}, Defaults, 1); !errors.As(err, &cell) || !strings.Contains(err.Error(), "whole number") {
		t.Error(err)
	}
	var missing *table.MappingError
	if _, err := Histories(tableOf(t, "y,t.x,T\n1,3,9\n"), HistoryColumns{}, Defaults, 1); !errors.As(err, &missing) || missing.Role != "x" || !strings.Contains(err.Error(), "--x") {
		t.Error(err)
	}
	regular, known := Defaults, Defaults // k given, of auto too: without gaps its likelihood lacks a factor
	regular.Model, known.K = "mbg/cnbd-k", 3
	var config *ingest.ConfigError
	for _, c := range []Config{regular, known} {
		if _, err := Histories(tableOf(t, good), HistoryColumns{}, c, 1); !errors.As(err, &config) || !strings.Contains(err.Error(), "--gaps") {
			t.Errorf("%s, k = %d: %v", c.Model, c.K, err)
		}
	}
}
