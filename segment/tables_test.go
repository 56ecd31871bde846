package segment

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// mustContracts reads contracts written as "customer start end value", a line each; end "-" = open.
func mustContracts(asOf ingest.Day, lines ...string) *table.Contracts {
	text := "customer_id start end notice value\n" + strings.Join(lines, "\n") + "\n"
	csv := strings.ReplaceAll(strings.ReplaceAll(text, " ", ","), "-,", ",")
	c, err := table.ReadContracts(context.Background(), store.Memory{"c.csv": []byte(csv)}, []string{"c.csv"}, table.ContractsConfig{}, table.Scope{AsOf: int32(asOf)})
	if err != nil {
		panic(err)
	}
	return c
}

// A contract in force keeps a silent customer at risk, at every as-of date by what holds then.
func TestContractsHoldCustomersAtRisk(t *testing.T) {
	asOf := date("2024-06-30")
	l := handmade(asOf, nil,
		sale{key: "first", day: asOf - 1000, amount: 1},
		sale{key: "held", day: asOf - 400, amount: 1},
		sale{key: "ended", day: asOf - 400, amount: 1},
		sale{key: "later", day: asOf - 400, amount: 1},
		sale{key: "credit", day: asOf - 400, amount: -1},
		sale{key: "buys", day: asOf - 10, amount: 1},
	)
	in := &table.Inputs{Contracts: mustContracts(asOf,
		"held 2023-01-01 2024-06-30 30 10",
		"ended 2023-01-01 2024-05-31 30 20",
		"later 2024-07-01 - - 30",
		"credit 2023-01-01 - - 40",
		"stranger 2023-01-01 - - 50",
	)}
	b := mustBook(l, in, func(c *Config) { c.ChurnHorizon = 100 })
	got := ""
	for i := range b.Profiles.Len() {
		if b.Profiles.AtRisk(i, asOf, 100) {
			got += string(b.Key(i)) + " "
		}
	}
	if got != "buys held " && got != "held buys " {
		t.Errorf("at risk: %s", got)
	}
	st := newStudy(b)
	p := st.newPanel(asOf, b.Profiles)
	for i := range p.Subjects {
		s := &p.Subjects[i]
		if key := string(b.Key(int(s.profile))); (st.states.Names[s.state] == lapsedState || st.states.Names[s.state] == longLapsedState) == s.atRisk {
			t.Errorf("%s is %s", key, st.states.Names[s.state])
		}
	}
	r, err := ObserveRetention(b)
	if err != nil {
		t.Fatal(err)
	}
	for k := range r.Then.Profiles.Len() {
		key := string(r.Then.Key(k))
		exposed, retained := key == "held" || key == "ended", key == "held"
		if r.Exposed[k] != exposed || r.Retained[k] != retained {
			t.Errorf("%s: exposed %v, retained %v", key, r.Exposed[k], r.Retained[k])
		}
	}
	then := b.profilesOn(asOf-100, ingest.Shards)
	past := st.newPanel(asOf-100, then)
	for i := range past.Subjects {
		s := &past.Subjects[i]
		if key := string(l.Key(then.Place(int(s.profile)))); s.atRisk && s.churned != (key == "ended") {
			t.Errorf("%s: churned %v", key, s.churned)
		}
	}
	if got := b.tableMatches(); len(got) != 1 || got[0].Strangers != 1 {
		t.Errorf("%+v", got)
	}
}

func TestTableFields(t *testing.T) {
	asOf := date("2024-06-30")
	l := handmade(asOf, nil, sale{key: "a", day: asOf, amount: 1}, sale{key: "b", day: asOf - 100, amount: 1})
	read := func(csv string) store.Memory { return store.Memory{"t.csv": []byte(csv)} }
	activities, err := table.ReadActivities(context.Background(), read(`customer,date,kind
a,2024-06-30,visit
a,2023-07-01,Complaint
a,2023-06-30,投诉
b,2024-01-01,quote
`), []string{"t.csv"}, table.ActivitiesConfig{}, table.Scope{AsOf: int32(asOf)})
	if err != nil {
		t.Fatal(err)
	}
	people, err := table.ReadPeople(context.Background(), read(`customer,person,role,from,to
a,Ann,buyer,2024-01-01,
a,Ann,director,2024-01-01,
a,Bob,buyer,2020-01-01,2023-12-31
a,Cy,Account Manager,2020-01-01,
`), []string{"t.csv"}, table.PeopleConfig{}, table.Scope{AsOf: int32(asOf)})
	if err != nil {
		t.Fatal(err)
	}
	b := mustBook(l, &table.Inputs{Activities: activities, People: people, Contracts: mustContracts(asOf,
		"a 2023-01-01 2024-07-10 30 10", "a 2024-01-01 2024-12-31 90 5", "a 2020-01-01 2020-12-31 - 7")}, nil)
	values := func(b *Book, name string) string {
		t.Helper()
		c, err := b.columnOf(name)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for m := range b.Members() {
			v := ""
			if c.flag != nil {
				v = fmt.Sprint(c.flag(m))
			} else {
				v = fmt.Sprint(c.number(m))
			}
			out = append(out, string(b.Key(m))+" "+v)
		}
		if out[0] > out[1] {
			out[0], out[1] = out[1], out[0]
		}
		return strings.Join(out, ", ")
	}
	for name, want := range map[string]string{
		"contracts": "a 3, b 0", "contract_open": "a true, b false", "contract_ends_in_days": "a 10, b NaN",
		"contract_notice_in_days": "a 94, b NaN", "contract_value": "a 15, b 0",
		"activities_12m": "a 2, b 1", "complaints_12m": "a 1, b 0", "last_activity_days": "a 0, b 181", "contacts": "a 1, b 0",
	} {
		if got := values(b, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if _, err := mustBook(l, nil, nil).Where("contract_open"); err == nil || !strings.Contains(err.Error(), "--contracts") {
		t.Errorf("%v", err)
	}
	if in, err := b.Where("contract_open and contract_ends_in_days < 30 and complaints_12m > 0"); err != nil || in[0] == in[1] {
		t.Errorf("%v %v", in, err)
	}
}

// What is later than a fold's origin may not change its predictions: contracts that start then are
// left out, and what has started keeps its end.
func TestFoldsAreBlindToLaterContracts(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.customers, sim.days, sim.lifetime = 800, 901, 400
	rows := sim.sales()
	asOf := sim.start + 900
	text := func(origin ingest.Day, later bool) []string {
		var lines []string
		for i := range sim.customers {
			start := sim.start + ingest.Day(i*7%850)
			if start > origin || i%3 > 0 {
				if start = origin + 1 + ingest.Day(i%40); !later {
					continue
				}
			}
			lines = append(lines, fmt.Sprintf("C%04d %s %s 30 %d", i, start, start+ingest.Day(100+i%200), i))
		}
		return lines
	}
	run := func(lines []string) *analysis {
		l := handmade(asOf, nil, rows...)
		l.First = sim.start
		return competed(t, l, &table.Inputs{Contracts: mustContracts(asOf, lines...)}, sim.start, func(*Config) {})
	}
	folds := run(nil).churnPlan.Folds
	for _, f := range []int{0, len(folds) - 2} {
		want, got := run(text(folds[f].Origin, false)), run(text(folds[f].Origin, true))
		samePredictions(t, f, want.churn.trials, got.churn.trials)
		if reflect.DeepEqual(got.churn.arena.actual[f], want.churn.arena.actual[f]) {
			t.Error("the later contracts change no label: the test sees nothing")
		}
	}
}
