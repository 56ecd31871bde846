package latent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
	"mainstay/markov/attrition"
)

func tableOf(t *testing.T, csv string) *table.Table {
	t.Helper()
	tb, err := table.Read(context.Background(), store.Memory{"t.csv": []byte(csv)}, []string{"t.csv"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

// Fader & Hardie 2007, recomputed (../shared/reference/README.md): parameters, log L, and the years that the fit has not seen.
func TestSurvivors(t *testing.T) {
	var b strings.Builder
	b.WriteString("plan,period,left\n")
	for k, s := range [][]int{{1000, 631, 468, 382, 326, 289, 262, 241}, {1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394}} {
		for i, n := range s {
			fmt.Fprintf(&b, "%s,%d,%d\n", []string{"regular", "high end"}[k], i, n)
		}
	}
	c := ContractDefaults
	c.Survivors, c.By, c.Until = "left", "plan", 7
	s, err := Contracts(tableOf(t, b.String()), c)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []struct {
		name                string
		alpha, beta, loglik float64
		later               []float64
	}{
		{"high end", .668088, 3.806095, -1611.1581, []float64{46.0, 43.6, 41.4, 39.5, 37.8}},
		{"regular", .704077, 1.182043, -1680.2652, []float64{22.0, 20.4, 19.1, 18.0, 17.0}},
	} {
		g := s.Groups[k]
		if g.Name != want.name || len(g.Rows) < 13 {
			t.Fatalf("%s with %d rows, want %s", g.Name, len(g.Rows), want.name)
		}
		near(t, g.Name+" α", g.Fit.Alpha, want.alpha, 5e-7)
		near(t, g.Name+" β", g.Fit.Beta, want.beta, 5e-6)
		near(t, g.Name+" log L", g.Fit.Certificate.LogLik, want.loglik, 5e-5)
		for i, v := range want.later {
			near(t, g.Name+" S", 100*g.Rows[8+i].Survival.Value, v, .05)
		}
		sum := 0.0
		for i := 0; i < 20000; i++ {
			sum += g.Fit.Survival(float64(i), 0, .95).Value / math.Pow(1.1, float64(i))
		}
		near(t, g.Name+" when new", g.New.Value, sum, 1e-9)
		if r := g.Rows[3]; !(r.Survival.Low < r.Survival.Value && r.Survival.Value < r.Survival.High && r.Survival.High < 1) || math.IsNaN(r.Seen) {
			t.Errorf("%+v", r)
		}
	}
	near(t, "seen after 12", s.Groups[0].Rows[12].Seen, .394, 1e-12)
	if !math.IsNaN(s.Groups[1].Rows[8].Seen) || s.Groups[0].Rows[8].Fitted || !s.Groups[0].Rows[7].Fitted {
		t.Error("what was not seen is seen, or fitted")
	}
}

// Of cohorts of shares one note is enough.
func TestShares(t *testing.T) {
	c := ContractDefaults
	c.Survivors, c.Cohort = "left", "cohort"
	s, err := Contracts(tableOf(t, "cohort,period,left\na,0,100\na,1,80\nb,0,100\nb,1,70\n"), c)
	if err != nil || len(s.Notes) != 1 {
		t.Errorf("%v, %v", err, s)
	}
}

// A contract beside another, or a row that is there twice, is no renewal, whatever the order of rows; one that follows early, late or with the day of the change in both is.
func TestContractsBeside(t *testing.T) {
	c := ContractDefaults
	c.AsOf = ingest.Date(2026, 1, 31)
	for name, of := range map[string]struct {
		rows            string
		periods, beside float64
	}{
		"twice":         {"a,2020-01-01,2020-12-31\na,2020-01-01,2020-12-31\n", 1, 1},
		"twice a month": {"a,2020-01-01,2020-01-31\na,2020-01-01,2020-01-31\na,2020-02-01,2020-02-29\n", 2, 1},
		"two products":  {"a,2020-01-01,2020-12-31\na,2020-03-01,2021-02-28\na,2021-01-01,2021-12-31\n", 2, 1},
		"an add-on":     {"a,2020-01-01,2020-03-31\na,2020-01-01,2022-12-31\na,2020-06-01,2020-08-31\n", 1, 2},
		"open beside":   {"a,2020-01-01,\na,2021-01-01,2021-12-31\n", 1, 1},
		"early":         {"a,2020-01-01,2020-12-31\na,2020-12-05,2021-12-31\n", 2, 0},
		"late":          {"a,2020-01-01,2020-12-31\na,2021-01-30,2021-12-31\n", 2, 0},
		"day of change": {"a,2020-01-01,2021-01-01\na,2021-01-01,2022-01-01\n", 2, 0},
		"single days":   {"a,2020-01-01,2020-01-01\na,2020-01-02,2020-01-02\n", 2, 0},
	} {
		lines := strings.SplitAfter(of.rows, "\n")
		slices.Reverse(lines)
		for _, rows := range []string{of.rows, strings.Join(lines, "")} {
			s, err := Contracts(tableOf(t, "customer,start,end\n"+rows), c)
			if err != nil {
				t.Fatal(err)
			}
			if p := s.Groups[0].Lives.Periods; len(p) != 1 || p[0] != of.periods || (len(s.Notes) == 1) != (of.beside > 0) {
				t.Errorf("%s: %v, want %v; %v", name, p, of.periods, s.Notes)
			}
		}
	}
}

// Losses are known a grace later than renewals seem to be: retention is not too high for it. 9 of 10 renew every month, and all began within three months.
func TestDecided(t *testing.T) {
	chance := rand.New(rand.NewPCG(5, 1))
	asOf := ingest.Date(2024, 3, 31)
	var rows strings.Builder
	rows.WriteString("customer,start,end\n")
	for i := range 20_000 {
		start := ingest.Date(2024, 1, 1) + ingest.Day(i%90)
		end := ""
		for day := start + 30; day < asOf; day += 30 {
			if chance.Float64() < .1 {
				end = day.String()
				break
			}
		}
		fmt.Fprintf(&rows, "c%d,%s,%s\n", i, start, end)
	}
	c := ContractDefaults
	c.AsOf, c.Every = asOf, "month"
	s, err := Contracts(tableOf(t, rows.String()), c)
	if err != nil {
		t.Fatal(err)
	}
	r := s.Groups[0].Rows[1]
	if se := math.Sqrt(.1 * .9 / r.AtRisk); !(math.Abs(r.Seen-.9) < 4*se) {
		t.Errorf("%v of %v there, want .9 ± %.2g", r.Seen, r.AtRisk, se)
	}
}

// Of calendar periods the rate is that of a year.
func TestPeriodRate(t *testing.T) {
	c := ContractDefaults
	for every, want := range map[string]float64{"contract": .1, "year": .1, "quarter": math.Pow(1.1, .25) - 1, "month": math.Pow(1.1, 1./12) - 1} {
		c.Every = every
		near(t, every, c.PeriodRate(), want, 1e-15)
	}
	c.Survivors = "left"
	near(t, "survivors", c.PeriodRate(), .1, 0)
}

// Contracts that follow each other are one life; periods are contracts, or calendar time. Who is within the grace has come to the last day, and is not known to be renewed.
func TestLives(t *testing.T) {
	const csv = `customer,start,end
a,2020-01-01,2020-12-31
a,2021-01-10,2021-12-31
b,2020-01-31,
c,2020-03-01,2020-06-30
c,2021-03-01,2023-01-31
d,2025-01-01,2025-12-31
e,2022-01-01,2022-12-31
`
	c := ContractDefaults
	c.AsOf = ingest.Date(2023, 1, 31)
	for every, want := range map[string]string{
		"contract": "[2 1 1 1 1] [true false true false false]",
		"month":    "[24 36 4 22 12] [true false true false false]",
		"year":     "[2 3 1 2 1] [true false true false false]",
	} {
		c.Every = every
		s := &ContractStudy{Config: c}
		groups, err := s.contracts(tableOf(t, csv))
		if err != nil {
			t.Fatal(err)
		}
		l := groups["all"]
		if got := fmt.Sprint(l.Periods, l.Ended); got != want {
			t.Errorf("%s: %s, want %s", every, got, want)
		}
		if len(s.Notes) != 1 || !strings.Contains(s.Notes[0], "1 contract starts after 2023-01-31") {
			t.Errorf("%v", s.Notes)
		}
	}
	for bad, want := range map[string]string{
		"customer,start,end\na,2020-13-01,\n":           "2020-13-01",
		"customer,start,end\na,2020-02-01,2020-01-01\n": "ends before it starts",
		"customer,start,end\na,,\n":                     "no start",
		"customer,start,end\n ,2020-01-01,\n":           "no customer",
		"who,start,end\na,2020-01-01,\n":                "customer",
		"customer,start,end\na,2024-01-01,\n":           "no contract of 1 rows starts until 2023-01-31",
	} {
		if _, err := Contracts(tableOf(t, bad), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", bad, err, want)
		}
	}
	c.Survivors = "left"
	for bad, want := range map[string]string{
		"period,left\n0,10\n1,11\n":   "cannot rise",
		"period,left\n0,10\n2,9\n":    "period 2 where 1 is expected",
		"period,left\n0,10\n1,many\n": `line 3: "many"`,
		"period,left\n0,1e300\n1,5\n": "1e300",
		"period,left\n0,10\n1.5,9\n":  "renewals since the start",
	} {
		if _, err := Contracts(tableOf(t, bad), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", bad, err, want)
		}
	}
}

// Equal lives are one, weighted: nothing that is said of them changes.
func TestMergedLivesAreTheSame(t *testing.T) {
	all := attrition.Lives{Periods: []float64{2, 1, 2, 3, 2, 1, 4, 1, 5, 5}, Ended: []bool{true, true, false, true, true, false, false, true, true, false}, Weight: []float64{1, 1, 30, 2, 1, 5, 3, 40, 9, 20}}
	few := merged(&all)
	if len(few.Periods) != 8 || few.Weight[0] != 41 || !few.Ended[0] || few.Periods[2] != 2 || few.Weight[2] != 2 {
		t.Fatalf("merged into %v", few)
	}
	c := ContractDefaults
	a, b := ContractGroup{Lives: all}, ContractGroup{Lives: few}
	if err := errors.Join(a.ask(&c), b.ask(&c)); err != nil {
		t.Fatal(err)
	}
	if a.Ended != b.Ended || !a.Fit.Certificate.Certified() || math.Abs(a.Fit.Alpha-b.Fit.Alpha) > 1e-8*a.Fit.Alpha || len(a.Rows) != len(b.Rows) {
		t.Fatalf("%+v, merged %+v", a, b)
	}
	for k := range a.Rows {
		if a.Rows[k].AtRisk != b.Rows[k].AtRisk || !(math.Abs(a.Rows[k].Seen-b.Rows[k].Seen) <= 1e-12) && !(math.IsNaN(a.Rows[k].Seen) && math.IsNaN(b.Rows[k].Seen)) {
			t.Errorf("row %d: %+v, merged %+v", k, a.Rows[k], b.Rows[k])
		}
	}
}
