package moves

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

func hiddenConfig(period string) HiddenConfig {
	return HiddenConfig{Config: Config{ID: "id", Time: "time", Period: period, AsOf: ingest.Date(2024, 6, 30)}, Activity: "n", Spend: "y"}
}

const hiddenRows = "id,time,n,y\nb,2024-03-01,1,5\na,2024-01-05,2,10\na,2024-01-20,1,2.5\na,2024-04-02,,\n,2024-01-01,9,9\na,2024-07-02,9,9\n"

func TestReadHidden(t *testing.T) {
	for name, want := range map[string]string{
		"month": "[0 4 5] [3 NaN NaN NaN 1] [12.5 0 0 NaN 5] [1 2 3 4 1]",
		"zero":  "[0 4 6] [3 0 0 NaN 1 0] [12.5 0 0 NaN 5 0] [1 2 3 4 1 2]",
		"auto":  "[0 3 4] [2 1 NaN 1] [10 2.5 NaN 5] [1 2 3 1]",
		"rows":  "[0 4 6] [2 0 0 1 1 0] [] [1 2 3 4 1 2]",
	} {
		c := hiddenConfig("month")
		c.Zero = name == "zero" || name == "rows"
		switch name {
		case "auto":
			c.Period = Auto
		case "rows":
			c.Activity, c.Spend = "", ""
		}
		p, err := ReadHidden(read(t, hiddenRows), c)
		if err != nil {
			t.Fatal(name, err)
		}
		if got := fmt.Sprint(p.Data.Begins, p.Data.Activity, p.Data.Spend, p.Number); got != want {
			t.Errorf("%s: %s, expected %s", name, got, want)
		}
		if fmt.Sprint(p.IDs) != "[a b]" || len(p.Times) != len(p.Data.Activity) || !strings.Contains(strings.Join(p.Notes, "; "), "1 row without id was set aside") {
			t.Errorf("%s: %v %v %v", name, p.IDs, p.Times, p.Notes)
		}
	}
}

func TestReadHiddenRefuses(t *testing.T) {
	for want, csv := range map[string]string{
		"the activity of \"a\" in this period is 1.5": "id,time,n,y\na,2024-01-01,1.5,2\n",
		"the activity of \"a\" in this period is -1":  "id,time,n,y\na,2024-01-01,-1,2\n",
		"the spend of \"a\" in this period is 1e-16":  "id,time,n,y\na,2024-01-01,1,1e-16\n",
		"column \"n\" is not numeric":                 "id,time,n,y\na,2024-01-01,x,2\n",
		"name it with --spend":                        "id,time,n\na,2024-01-01,1\n",
		"no row counts":                               "id,time,n,y\na,2025-01-01,1,2\n",
	} {
		if _, err := ReadHidden(read(t, csv), hiddenConfig("month")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, expected %q", err, want)
		}
	}
	c := hiddenConfig("0.001")
	if _, err := ReadHidden(read(t, "id,time,n,y\na,0,1,2\na,1e12,1,2\n"), c); err == nil || !strings.Contains(err.Error(), "longer period") {
		t.Errorf("%v: gaps without an end", err)
	}
	c = hiddenConfig(Auto)
	c.Zero = true
	var setting *ConfigError
	if _, err := ReadHidden(read(t, hiddenRows), c); !errors.As(err, &setting) {
		t.Errorf("%v", err)
	}
}

// A period of which more was returned than bought has its activity only, and is counted; that times of ids are not evenly apart is said where they are the periods.
func TestHiddenNotes(t *testing.T) {
	const rows = "id,time,n,y\na,2024-01-01,1,5\na,2024-01-20,1,-7.5\na,2024-02-01,2,-4\na,2024-02-09,1,4\na,2024-04-01,1,3\nb,2024-01-01,1,-1\n"
	for period, want := range map[string]struct {
		spend string
		said  []string
	}{
		"month": {"[NaN 0 0 3 NaN]", []string{"2 periods of which more was returned than bought (3.5 in all) have their activity only"}},
		Auto: {"[5 NaN NaN 4 3 NaN]", []string{"3 periods of which more was returned than bought (12.5 in all)",
			"from one time of an id to its next it is 8 to 52 days, and each counts as one period; with --period"}},
	} {
		p, err := ReadHidden(read(t, rows), hiddenConfig(period))
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(p.Notes, "; ")
		for _, s := range want.said {
			if !strings.Contains(said, s) {
				t.Errorf("%s: %q does not say %q", period, said, s)
			}
		}
		if got := fmt.Sprint(p.Data.Spend); got != want.spend || strings.Contains(said, "with --period") != (period == Auto) {
			t.Errorf("%s: %s, %s", period, got, said)
		}
	}
}

// Covariates are those of the last row of a period; without one, those all ids share in it, else those of the period before.
func TestHiddenCovariates(t *testing.T) {
	const rows = "id,time,n,y,season,kind\n" +
		"a,2024-01-05,1,,0,5\na,2024-01-20,1,,0,6\na,2024-04-02,1,,3,\n" + // February and March without a row, April without a kind
		"b,2024-02-01,1,,1,\nb,2024-03-01,1,,2,7\nb,2024-04-01,1,,3,8\n" + // nothing known of the kind before March, so nor of that month's season
		"c,2024-01-01,1,,0,\n" // nothing ever
	c := hiddenConfig("month")
	c.Activity, c.Spend, c.On, c.Zero, c.AsOf = "", "", "season + kind", true, ingest.Date(2024, 4, 30)
	p, err := ReadHidden(read(t, rows), c)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(p.IDs, p.Data.Begins, p.Data.X, p.Number, p.Latest, p.Covariates.Names); got != "[a b] [0 4 6] [0 6 0 6 2 6 3 6 2 7 3 8] [1 2 3 4 2 3] [true true] [season kind]" {
		t.Error(got)
	}
	said := strings.Join(p.Notes, "; ")
	for _, want := range []string{"3 rows lack kind", "3 periods have no row with covariates", "1 period before the first known", "1 id of whom no covariates", "season: the same for all ids"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q lacks %q", said, want)
		}
	}
	xs, weights := p.DistinctX()
	if fmt.Sprint(xs, weights) != "[[0 6] [2 6] [3 6] [2 7] [3 8]] [2 1 1 1 1]" {
		t.Error(xs, weights)
	}
	if xs, weights, err = p.Covariates.DistinctAt("season=9"); err != nil || fmt.Sprint(xs, weights) != "[[9 5] [9 6] [9 7] [9 8]] [1 1 1 1]" {
		t.Error(xs, weights, err)
	}
	for _, text := range []string{"", "season", "season=", "=1", "season=x", "month=1"} {
		_, _, err := p.Covariates.DistinctAt(text)
		var setting *ConfigError
		if !errors.As(err, &setting) {
			t.Errorf("%q: %v", text, err)
		}
	}
	c.On = "kind"
	if _, err := ReadHidden(read(t, "id,time,kind\na,2024-01-01,\n"), c); err == nil {
		t.Error("no covariate is known, and it is read")
	}
}

// Whatever the table, reading ends in a panel that the model takes, or in an error.
func FuzzReadHidden(f *testing.F) {
	f.Add(hiddenRows, "month", true)
	f.Add("id,time,n,y\na,1,1,2\na,3,1,2\n", "1", false)
	f.Add("id,time,n,y,x\na,2024-01,1,2,u\na,2024-03,1,2,v\nb,2024-02,1,2,u\n", "month", true)
	f.Add("id,time,n,y\na,-1e300,1,2\nb,1e300,1e400,2\n", "1", true)
	f.Fuzz(func(t *testing.T, csv, period string, zero bool) {
		tab, err := table.Read(context.Background(), store.Memory{"t.csv": []byte(csv)}, []string{"t.csv"}, 1)
		if err != nil {
			return
		}
		c := hiddenConfig(period)
		c.Zero = zero
		if tab.Rows > 0 && len(tab.Names()) > 4 {
			c.On = "`" + strings.ReplaceAll(tab.Names()[4], "`", "") + "`"
		}
		p, err := ReadHidden(tab, c)
		if err == nil && c.On != "" && len(p.Data.X) != len(p.Data.Activity)*len(p.Covariates.Names) {
			t.Errorf("%d values of %d covariates in %d periods", len(p.Data.X), len(p.Covariates.Names), len(p.Data.Activity))
		}
		if err == nil && (p.Data.Begins[len(p.Data.Begins)-1] != len(p.Data.Activity) || len(p.IDs)+1 != len(p.Data.Begins)) {
			t.Errorf("%+v", p)
		}
	})
}
