package table

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mainstay/ingest/store"
	"mainstay/internal/refdata"
)

func day(s string) int32 {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return int32(t.Unix() / 86400)
}

// reconciled checks that every row is used or set aside, and returns the reasons.
func reconciled(t *testing.T, x *Tally) string {
	t.Helper()
	aside := 0
	var reasons []string
	for _, a := range x.Aside {
		aside += a.Rows
		reasons = append(reasons, fmt.Sprintf("%s %d %v", a.Reason, a.Rows, a.Bad))
		if !strings.Contains(a.First, "row ") {
			t.Errorf("%s: the first row at fault is not named: %s", a.Reason, a.First)
		}
	}
	if x.Rows != x.Used+aside {
		t.Errorf("%s: %d rows are not %d used + %d set aside", x.Table, x.Rows, x.Used, aside)
	}
	return strings.Join(reasons, ", ")
}

func TestContracts(t *testing.T) {
	in := `客户编号,开始日期,到期日,通知期,合同金额,是否流失,remark
A,2024-01-01,2024-12-31,90,1000,否,
A,2024-01-01,2024-12-31,90,1000,否,
A,2025-01-01,,,,是,open but said to have ended
B,2024-05-01,2024-04-30,,5,,
B,2024-13-01,,,5,,
B,,,,5,,
B,2024-01-01,,,"1,5",,
B,2024-01-01,2024-12-31,-30,5,,
,2024-01-01,,,5,,
B,2026-01-01,,,5,,after the as-of date
B,2024/2/1,2025年6月30日,2025-03-31,7.5,n,ended before it was said
`
	files := store.Memory{"in/c.csv": []byte(in)}
	c, err := ReadContracts(context.Background(), files, []string{"in"}, ContractsConfig{}, Scope{Customer: "customer_id", AsOf: day("2025-10-31")})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := reconciled(t, &c.Tally), "after_as_of 1 false, bad_date 1 true, bad_value 2 true, end_before_start 1 true, no_customer 1 false, no_date 1 true, repeated 1 false"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if got, want := fmt.Sprint(c.Of([]byte("A")), c.Of([]byte("B")), c.Of([]byte("C"))),
		fmt.Sprint([]Contract{{day("2024-01-01"), day("2024-12-31"), day("2024-10-02"), 90, 1000}, {day("2025-01-01"), NoDay, NoDay, NoDay, nan}},
			[]Contract{{day("2024-02-01"), day("2025-06-30"), day("2025-03-31"), 91, 7.5}}, []Contract(nil)); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	open := func(key, d string, want bool) {
		t.Helper()
		if c.OpenOn([]byte(key), day(d)) != want {
			t.Errorf("%s on %s", key, d)
		}
	}
	open("A", "2023-12-31", false)
	open("A", "2024-12-31", true)
	open("A", "2025-01-01", true)
	open("B", "2025-06-30", true)
	open("B", "2025-07-01", false)
	open("C", "2025-07-01", false)
	if notes := strings.Join(c.Tally.Notes, "\n"); !strings.Contains(notes, "1 contracts are labelled ended but have not ended by the as-of date, 2 are labelled not ended but have") {
		t.Errorf("notes %q", notes)
	}
	if (*Contracts)(nil).OpenOn([]byte("A"), 0) {
		t.Error("no table, no contract")
	}
}

var nan = func() float64 { v, _ := parseNumber(""); return v }()

func TestSeries(t *testing.T) {
	in := `date,name,value,lag
2024-01-01,cpi,100,10
2024-02-01,cpi,101,10
2024-02-01,cpi,102,10
2024-03-01,cpi,103,10
2024-03-01,cpi,103,10
2024-04-01,cpi,,10
2024-05-01,cpi,104,-1
2024-05-01,cpi,104,
2024-05-28,fx,7,10
`
	s, err := ReadSeries(context.Background(), store.Memory{"in/s.csv": []byte(in)}, []string{"in"}, SeriesConfig{LagDays: 5}, day("2024-05-31"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := reconciled(t, &s.Tally), "after_as_of 1 false, bad_value 1 true, no_value 1 false, repeated 1 false, two_values 2 true"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	at := func(d string, want float64, ok bool) {
		t.Helper()
		if p, k := s.At("cpi", day(d)); k != ok || k && p.Value != want {
			t.Errorf("%s: %v %v", d, p, k)
		}
	}
	at("2024-01-10", 0, false)
	at("2024-01-11", 100, true)
	at("2024-03-10", 100, true)
	at("2024-03-11", 103, true)
	at("2024-05-06", 104, true)
	wide := "date,steel,copper,zinc,remark\n2024-01-01,1,2,4,x\n2024-02-01,3,,n/a,y\n"
	s, err = ReadSeries(context.Background(), store.Memory{"in/s.csv": []byte(wide)}, []string{"in"}, SeriesConfig{}, day("2024-05-31"))
	if err != nil || fmt.Sprint(s.Keys()) != "[copper steel zinc]" || reconciled(t, &s.Tally) != "bad_value 1 true, no_value 1 false" {
		t.Errorf("%v %v", s, err)
	}
}

// Who is there on the as-of date is there until further notice: that somebody leaves later, nobody knew.
func TestPeople(t *testing.T) {
	in := "customer,person,role,from,to\nA,Zoe,buyer,2024-01-01,2024-05-31\nA,Al,,,2024-07-15\nA,Bo,buyer,2024-06-01,2024-07-15\nA,New,buyer,2024-07-01,\nA,Old,buyer,2024-06-01,2024-01-01\nA,,buyer,,\n"
	p, err := ReadPeople(context.Background(), store.Memory{"in/p.csv": []byte(in)}, []string{"in"}, PeopleConfig{}, Scope{AsOf: day("2024-06-30")})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := reconciled(t, &p.Tally), "after_as_of 1 false, end_before_start 1 true, no_person 1 true"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	want := []Person{{"Al", "", NoDay, NoDay}, {"Bo", "buyer", day("2024-06-01"), NoDay}, {"Zoe", "buyer", day("2024-01-01"), day("2024-05-31")}}
	if got := p.Of([]byte("A")); !slices.Equal(got, want) {
		t.Errorf("\n got %v\nwant %v", got, want)
	}
	if len(p.Tally.Notes) != 1 || !strings.Contains(p.Tally.Notes[0], "since always") {
		t.Errorf("notes %q", p.Tally.Notes)
	}
}

func TestExampleTables(t *testing.T) {
	root := filepath.Join("..", "..", "testdata")
	asOf := day("2026-10-31")
	ctx := context.Background()
	check := func(x *Tally, err error, want string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%d of %d: %s", x.Used, x.Rows, reconciled(t, x)); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
	c, err := ReadContracts(ctx, store.Dir{}, []string{filepath.Join(root, "contracts.csv")}, ContractsConfig{}, Scope{Customer: "customer_id", AsOf: asOf})
	check(&c.Tally, err, "260 of 263: bad_date 1 true, end_before_start 1 true, repeated 1 false")
	if c.Ends != EndsPlanned {
		t.Errorf("ends are %s: %s", c.Ends, c.Tally.EndsWhy)
	}
	a, err := ReadActivities(ctx, store.Dir{}, []string{filepath.Join(root, "activities.csv")}, ActivitiesConfig{}, Scope{Customer: "customer_id", AsOf: asOf})
	check(&a.Tally, err, "4561 of 4564: after_as_of 1 false, bad_value 1 true, no_date 1 true")
	p, err := ReadPeople(ctx, store.Dir{}, []string{filepath.Join(root, "people.csv")}, PeopleConfig{}, Scope{Customer: "customer_id", AsOf: asOf})
	check(&p.Tally, err, "1213 of 1215: end_before_start 1 true, no_person 1 true")
	s, err := ReadSeries(ctx, store.Dir{}, []string{filepath.Join(root, "series.csv")}, SeriesConfig{}, asOf)
	check(&s.Tally, err, "45 of 49: after_as_of 1 false, no_value 1 false, two_values 2 true")
}

func TestRavenstackContracts(t *testing.T) {
	file := refdata.Shared(t, "data", "ravenstack_subscriptions.parquet")
	c, err := ReadContracts(context.Background(), store.Dir{}, []string{file}, ContractsConfig{}, Scope{Customer: "account_id", AsOf: day("2024-12-31")})
	if err != nil {
		t.Fatal(err)
	}
	if want := (ContractsConfig{"account_id", "start_date", "end_date", none, "arr_amount", "churn_flag", ""}); c.Ends != EndsActual || c.Chosen != want || reconciled(t, &c.Tally) != "" || c.Tally.Used != 5000 {
		t.Errorf("%v %v", c.Chosen, c.Tally)
	}
	a, err := ReadAccounts(context.Background(), store.Dir{}, []string{filepath.Join(filepath.Dir(file), "ravenstack_accounts.parquet")}, AccountsConfig{}, "account_id", math.MaxInt32, 2)
	if err != nil {
		t.Fatal(err)
	}
	in := Inputs{Accounts: a, Contracts: c}
	in.CompareLabels(day("2024-12-31"))
	if notes := strings.Join(c.Tally.Notes, "\n"); !strings.Contains(notes, `column "churn_flag": 110 are labelled lost but have a contract in force`) {
		t.Errorf("notes %q", notes)
	}
}

func TestTablesNeedTheirColumns(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		_, err := ReadContracts(context.Background(), store.Memory{"in/c.csv": []byte(in)}, []string{"in"}, ContractsConfig{}, Scope{Customer: "customer_id", AsOf: 0})
		var m *MappingError
		if !errors.As(err, &m) {
			t.Fatalf("%v is no MappingError", err)
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q does not say %q", err, w)
			}
		}
	}
	f("customer_id,x\n", "contracts: no column has a usual name of the start", "--contracts-columns start=COLUMN")
	f("customer_id,start,begin\n", `several columns could be the start: "start", "begin"`, "--contracts-columns start=COLUMN")
}
