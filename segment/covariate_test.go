package segment

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// sideTables reads tables beside the transactions from CSV text; an empty one is not given.
func sideTables(t *testing.T, asOf ingest.Day, accounts, activities, people string) *table.Inputs {
	t.Helper()
	files := store.Memory{"accounts.csv": []byte(accounts), "activities.csv": []byte(activities), "people.csv": []byte(people)}
	in, ctx, scope := &table.Inputs{}, context.Background(), table.Scope{Customer: "customer_id", AsOf: int32(asOf)}
	var err error
	if accounts != "" {
		if in.Accounts, err = table.ReadAccounts(ctx, files, []string{"accounts.csv"}, table.AccountsConfig{}, "customer_id", int32(asOf), 2); err != nil {
			t.Fatal(err)
		}
	}
	if activities != "" {
		if in.Activities, err = table.ReadActivities(ctx, files, []string{"activities.csv"}, table.ActivitiesConfig{}, scope); err != nil {
			t.Fatal(err)
		}
	}
	if people != "" {
		if in.People, err = table.ReadPeople(ctx, files, []string{"people.csv"}, table.PeopleConfig{}, scope); err != nil {
			t.Fatal(err)
		}
	}
	return in
}

// covariatesOf are the columns of the sources of a customer on a day, by name.
func covariatesOf(b *Book, key string, day ingest.Day) map[string]float64 {
	st := newStudy(b)
	p := st.newPanel(day, b.profilesOn(day, ingest.Shards))
	out := map[string]float64{}
	then := b.profilesOn(day, ingest.Shards)
	for i := range p.Subjects {
		s := &p.Subjects[i]
		if s.atRisk && string(b.Ledger.Key(then.Place(int(s.profile)))) == key {
			for j, f := range st.covariates {
				out[f.Name] = p.row(i)[len(features)+j]
			}
		}
	}
	return out
}

func TestCovariatesByHand(t *testing.T) {
	asOf := date("2024-06-30")
	var rows []sale
	for _, key := range []string{"a", "b", "c"} {
		rows = append(rows, sale{key: key, day: asOf - 800, amount: 100}, sale{key: key, day: asOf - 5, amount: 5000})
	}
	l := handmade(asOf, nil, rows...)
	accounts := "customer_id,valid_from,staff\n"
	for i := range 30 {
		accounts += fmt.Sprintf("x%d,2020-01-01,%d\n", i, i)
	}
	accounts += "a,2024-01-01,19\na,2024-06-30,99\nb,2020-01-01,\n"
	in := sideTables(t, asOf, accounts, `customer_id,date,kind,value
a,2023-01-01,visit,
a,2024-01-02,Visit,
a,2024-06-20,visit,
a,2024-02-01,tender,
a,2024-04-02,complaint,
a,2024-04-01,Survey score,8
a,2024-05-01,survey score,3
b,2021-01-01,call,
`, `customer_id,person,role,from,to
a,Ann,account manager,2020-01-01,2024-01-31
a,Bob,account manager,2024-02-01,
a,Cy,buyer,2024-06-01,
b,Ann,account manager,2024-06-01,
`)
	in.Contracts = mustContracts(asOf, "a 2022-01-01 2022-12-31 60 7", "a 2023-07-01 2024-07-30 60 10", "b 2024-01-01 - - 1")
	b := mustBook(l, in, func(c *Config) { c.ChurnHorizon, c.ModelAttributes = 60, []string{"staff"} })
	in.Contracts.Ends, b.held.ends = table.EndsPlanned, table.EndsPlanned
	year := math.Log1p
	for key, want := range map[string]map[string]float64{
		"a": {
			"contract_open": 1, "contract_ends": 1, "log_contract_days_left": year(30), "log_contracts": year(2), "log_contract_value": math.Log(10.0 / 50),
			"no_activity": 0, "log_contact_recency": year(10), "log_contacts_12m": year(2), "log_quotes_12m": year(1), "complaint_90d": 1, "survey_known": 1, "survey_score": 3,
			"manager_changed_180d": 1, "log staff": year(99), "staff = (unknown)": 0,
		},
		"b": {
			"contract_open": 1, "contract_ends": 0, "log_contract_days_left": 0, "log_contracts": year(1), "log_contract_value": math.Log(1.0 / 50),
			"no_activity": 0, "log_contact_recency": year(730), "log_contacts_12m": 0, "log_quotes_12m": 0, "complaint_90d": 0, "survey_known": 0, "survey_score": 0,
			"manager_changed_180d": 0, "log staff": 0, "staff = (unknown)": 1,
		},
		"c": {
			"contract_open": 0, "contract_ends": 0, "log_contract_days_left": 0, "log_contracts": 0, "log_contract_value": 0,
			"no_activity": 1, "log_contact_recency": year(730), "log_contacts_12m": 0, "log_quotes_12m": 0, "complaint_90d": 0, "survey_known": 0, "survey_score": 0,
			"manager_changed_180d": 0, "log staff": 0, "staff = (unknown)": 1,
		},
	} {
		got := covariatesOf(b, key, asOf)
		for name, v := range want {
			if !close9(got[name], v) {
				t.Errorf("%s: %s is %v, want %v", key, name, got[name], v)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: columns %v", key, got)
		}
	}
	if got := covariatesOf(b, "a", asOf-3); got["log staff"] != math.Log1p(19) || got["log_contact_recency"] != math.Log1p(7) {
		t.Errorf("three days before: %v", got)
	}
	for _, c := range []struct {
		kinds []string
		err   string
		name  string
		want  float64
	}{{[]string{"visit"}, "", "complaint_90d", 0}, {[]string{"call"}, "", "no_activity", 1}, {[]string{"none"}, "", "no_activity", 0}, {[]string{"vist"}, `did you mean "Visit"`, "", 0}} {
		cfg := DefaultConfig()
		cfg.ModelActivities = c.kinds
		b, err := OpenBook(l, in, cfg, 1)
		if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%v: error %v", c.kinds, err)
		}
		if err == nil && covariatesOf(b, "a", asOf)[c.name] != c.want {
			t.Errorf("%v: %v", c.kinds, covariatesOf(b, "a", asOf))
		}
	}
}

// What is not on record yet says nothing of anybody, and a short record counts as if it were a year.
func TestActivitiesBeforeTheRecord(t *testing.T) {
	asOf := date("2024-06-30")
	l := handmade(asOf, nil, sale{key: "a", day: asOf - 300, amount: 1}, sale{key: "a", day: asOf - 200, amount: 1}, sale{key: "a", day: asOf - 100, amount: 1}, sale{key: "a", day: asOf, amount: 1})
	in := sideTables(t, asOf, "", fmt.Sprintf("customer_id,date,kind\na,%s,visit\na,%s,visit\n", asOf-200, asOf-150), "")
	b := mustBook(l, in, func(c *Config) { c.ChurnHorizon = 365 })
	for name, v := range covariatesOf(b, "a", asOf-112) {
		if v != 0 {
			t.Errorf("%s is %v with 89 days on record", name, v)
		}
	}
	if got, want := covariatesOf(b, "a", asOf)["log_contacts_12m"], math.Log1p(2*daysInYear/201); !close9(got, want) {
		t.Errorf("contacts %v, want %v", got, want)
	}
}

// madeTables are accounts with a dated number, activities and people of customers C0000, C0001, …; scrambled, what comes after a day is another.
func madeTables(customers int, asOf, day ingest.Day, scrambled bool) (accounts, activities, people string) {
	r := rand.New(rand.NewPCG(1, 2))
	accounts, activities, people = "customer_id,valid_from,size\n", "customer_id,date,kind,value\n", "customer_id,person,role,from\n"
	later := func(d ingest.Day) ingest.Day {
		if shift := ingest.Day(r.IntN(60)); scrambled && d > day {
			return min(d+shift, asOf)
		}
		return d
	}
	kinds := []string{"visit", "quote", "complaint", "score"}
	for c := range customers {
		for k := range 8 {
			on, kind := asOf-ingest.Day(r.IntN(1300)), kinds[(k+c)%4]
			if scrambled && on > day {
				kind = kinds[(k+c+1)%4]
			}
			activities += fmt.Sprintf("C%04d,%s,%s,%d\n", c, later(on), kind, 1+k)
		}
		people += fmt.Sprintf("C%04d,First,account manager,\nC%04d,Second,account manager,%s\n", c, c, later(asOf-ingest.Day(r.IntN(800))))
		on, size := asOf-ingest.Day(r.IntN(800)), r.IntN(1000)
		if scrambled && on > day {
			size += 7
		}
		accounts += fmt.Sprintf("C%04d,2020-01-01,%d\nC%04d,%s,%d\n", c, r.IntN(1000), c, later(on), size)
	}
	return accounts, activities, people
}

// What the tables say of a day depends on nothing in them that came later.
func TestCovariatesAreBlindToTheFuture(t *testing.T) {
	rows, contracts, asOf := contracted(200, 1400, 0.3)
	day := asOf - 400
	build := func(scrambled bool) []float64 {
		accounts, activities, people := madeTables(200, asOf, day, scrambled)
		in := sideTables(t, asOf, accounts, activities, people)
		in.Contracts = mustContracts(asOf, contracts...)
		b := mustBook(handmade(asOf, nil, rows...), in, func(c *Config) { c.ChurnHorizon, c.ModelAttributes = 90, []string{"size"} })
		return newStudy(b).newPanel(day, b.profilesOn(day, ingest.Shards)).X
	}
	if !reflect.DeepEqual(build(false), build(true)) {
		t.Error("what came later changed the columns of a day")
	}
}

// A change of the account manager that doubles the hazard of leaving for 180 days is found by a regression on all columns, and complaints that triple it for 90.
func TestEffectsOfCovariatesAreFound(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	r := rand.New(rand.NewPCG(5, 5))
	const customers, days, hazard = 6000, 1200, 0.0010
	start := date("2020-01-15")
	var rows []sale
	activities, people := "customer_id,date,kind\n", "customer_id,person,role,from\n"
	for c := range customers {
		key := fmt.Sprintf("C%04d", c)
		change := r.Float64() * days
		var complaints []float64
		for t := 200 * r.ExpFloat64(); t < days; t += 400 * r.ExpFloat64() {
			complaints = append(complaints, t)
		}
		left := float64(days)
		for d := range days {
			h, at := hazard, float64(d)
			if at >= change && at < change+managerDays {
				h *= 2
			}
			if slices.ContainsFunc(complaints, func(on float64) bool { return at >= on && at < on+complaintDays }) {
				h *= 3
			}
			if r.Float64() < h {
				left = at
				break
			}
		}
		people += fmt.Sprintf("%s,One,account manager,\n%s,Two,account manager,%s\n", key, key, start+ingest.Day(change))
		for _, on := range complaints {
			if on < left {
				activities += fmt.Sprintf("%s,%s,complaint\n", key, start+ingest.Day(on))
			}
		}
		for t := 20 * r.Float64(); t < left; t += 1 + 12*r.ExpFloat64() {
			rows = append(rows, sale{key: key, day: start + ingest.Day(t), amount: 10_000, costed: true})
		}
	}
	asOf := start + days
	b := mustBook(handmade(asOf, nil, rows...), sideTables(t, asOf, "", activities, people), func(c *Config) { c.ChurnHorizon = 60 })
	bt := newBacktest(newStudy(b))
	train := training(bt, bt.churnPlan.Final)
	columns := newColumns(bt.study, train, wideSet)
	data := stackRows(train, columns, churned)
	fit, err := logistic(data.Design, data.y, data.ids, 2)
	if err != nil || !fit.Certificate.Certified() {
		t.Fatal(err, fit)
	}
	se := fit.StandardErrors()
	for name, factor := range map[string]float64{"manager_changed_180d": 2, "complaint_90d": 3} {
		k := slices.Index(fit.Names, name)
		t.Logf("%s: %.3f ± %.3f, ln factor %.3f", name, fit.Coef[k], se[k], math.Log(factor))
		if fit.Coef[k] < 2*se[k] || math.Abs(fit.Coef[k]-math.Log(factor)) > 4*se[k] {
			t.Errorf("%s: %.3f ± %.3f, where the hazard is multiplied by %v", name, fit.Coef[k], se[k], factor)
		}
	}
}
