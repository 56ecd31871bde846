package moves

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
	"mainstay/ingest/column"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
	_ "mainstay/internal/seeded"
)

type fatal interface {
	Helper()
	Fatal(args ...any)
}

func read(t fatal, csv string) *table.Table {
	t.Helper()
	tb, err := table.Read(context.Background(), store.Memory{"t.csv": []byte(csv)}, []string{"t.csv"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

func longConfig(period string) Config {
	return Config{Layout: Long, ID: "id", Time: "time", State: "state", Period: period, AsOf: ingest.Date(2024, 5, 31)}
}

func TestLong(t *testing.T) {
	for _, c := range []struct {
		period, csv string
		counts      []int64 // of a and b, or of what the table holds
		start       []float64
		note        string
	}{
		{Auto, "id,time,state\nx,2,b\nx,1,a\ny,1,b\ny,9,a\n", []int64{0, 1, 1, 0}, []float64{1, 1}, "from 1 to 8 units of time"},
		{"month", "id,time,state\nx,2024-04-30,a\nx,2024-05-31,b\nx,2024-06-01,c\n,2024-06-01,c\nx,2205-01-01,d\n", []int64{0, 1, 0, 0}, []float64{0, 1}, "1 row before 1900 or after 2200 was set aside; 1 row after the as-of date, 2024-05-31, was set aside"},
		{"quarter", "id,time,state\nx,2023-12-31,a\nx,2024-03-31,b\nx,2024-04-01,c\n", []int64{0, 1, 0, 0}, []float64{0, 1}, "1 row of a period that was not over on 2024-05-31 was set aside"},
		{Auto, "id,time,state\nx,20240130,a\nx,20240531,b\nx,20240601,c\n", []int64{0, 1, 0, 0}, []float64{0, 1}, "1 row after the as-of date"},
		{Auto, "id,time,state\nx,2024-01-31,a\nx,2024-02-29,b\nx,2024-03-31,b\n", []int64{0, 1, 0, 1}, []float64{0, 1}, ""},
		{Auto, "id,time,state\nx,2024-01-31 09:30,a\nx,2024-01-31T17:00:05,b\n", []int64{0, 1, 0, 0}, []float64{0, 1}, ""},
		{"month", "id,time,state\nx,2024-01-31,a\nx,2024-02-01,b\nx,2024-04-05,a\ny,2024-04-01,a\ny,2024-04-30,b\n", []int64{0, 1, 0, 0}, []float64{1, 1}, "1 gap of one period"},
		{"week", "id,time,state\nx,2024-01-07,a\nx,2024-01-08,b\nx,2024-01-21,a\n", []int64{0, 1, 1, 0}, []float64{1, 0}, ""},
		{"quarter", "id,time,state\nx,2023-12-31,a\nx,2024-03-31,b\ny,2023-10-01,b\n", []int64{0, 1, 0, 0}, []float64{0, 1}, "1 id has no state in the last period"},
		{"year", "id,time,state\nx,20221231,a\nx,20230101,b\nx,20240101,a\n", []int64{0, 1, 0, 0}, []float64{0, 1}, "1 row of a period"},
		{"day", "id,time,state\nx,1969-12-31,a\nx,1970-01-01,b\nx,1970-01-03,a\n", []int64{0, 1, 0, 0}, []float64{1, 0}, "1 gap"},
		{"2", "id,time,state\nx,-0.5,a\nx,1,b\nx,3.9,b\nx,7,a\n", []int64{0, 1, 0, 1}, []float64{1, 0}, "1 gap"},
		{Auto, "id,time,state\n,1,a\nx,,a\nx,1,a\nx,2,\nx,3,b\n", []int64{0, 0, 0, 0}, []float64{0, 1}, "1 row without time was set aside; 1 row without id was set aside; 1 row has no state"},
	} {
		m, err := Count(read(t, c.csv), longConfig(c.period))
		if err != nil {
			t.Errorf("%s of %q: %v", c.period, c.csv, err)
			continue
		}
		if !slices.Equal(m.Counts.N, c.counts) || !slices.Equal(m.Start, c.start) || !strings.Contains(strings.Join(m.Notes, "; "), c.note) {
			t.Errorf("%s of %q: counts %v, start %v, notes %q", c.period, c.csv, m.Counts.N, m.Start, m.Notes)
		}
		if c.note == "" && len(m.Notes) > 0 {
			t.Errorf("%s of %q: notes %q", c.period, c.csv, m.Notes)
		}
	}
}

func TestWideAndMatrix(t *testing.T) {
	m, err := Count(read(t, "id,t1,t2,t10\nx,1,2,10\ny,2,,2\nz,10,10,\n"), Config{Layout: Wide, ID: "id"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int64{0, 1, 0, 0, 0, 1, 0, 0, 1}; !slices.Equal(m.Counts.N, want) || !slices.Equal(m.Counts.States, []string{"1", "2", "10"}) ||
		!slices.Equal(m.Start, []float64{0, 1, 1}) || m.IDs != 3 || len(m.Notes) != 2 {
		t.Errorf("%+v of %v, start %v, notes %q", m.Counts, m.IDs, m.Start, m.Notes)
	}
	unnamed, err := Count(read(t, "id,t1,t2,t10\nx,1,2,10\ny,2,,2\nz,10,10,\n"), Config{Layout: Wide})
	if err != nil || !slices.Equal(unnamed.Counts.N, m.Counts.N) {
		t.Errorf("%+v, %v: a column named id holds no states", unnamed, err)
	}
	m, err = Count(read(t, "from,AA,B,D\nB,1,2,3\nAA,10,0,4\n"), Config{Layout: Matrix})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int64{10, 0, 4, 1, 2, 3, 0, 0, 0}; !slices.Equal(m.Counts.N, want) || m.Start != nil || len(m.Notes) != 1 {
		t.Errorf("%+v, start %v, notes %q", m.Counts, m.Start, m.Notes)
	}
	m, err = Count(read(t, "from,a,b\nb,1,2\na,3,4\n"), Config{Layout: Matrix, ID: "from", States: []string{"b", "a"}})
	if err != nil || !slices.Equal(m.Counts.N, []int64{2, 1, 4, 3}) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestCountRefuses(t *testing.T) {
	long := longConfig(Auto)
	for _, c := range []struct {
		csv    string
		config Config
		want   string
	}{
		{"id,time,state\n", long, "the table has no rows"},
		{"id,time,stat\nx,1,a\n", long, `did you mean "stat"?; the columns are "id", "time", "stat": name it with --state`},
		{"id,time,state\nx,1,a\nx,1,b\n", long, `row 1: line 3: id "x" is in state "b" here, and at the same time in another (t.csv, row 0: line 2: "a")`},
		{"id,time,state\nx,Q1,a\n", long, `row 0: line 2: "Q1": expected a date such as 2024-01-31, 2024/1/31, 2024年1月31日 or 20240131, a month such as 2024-01 or a quarter such as 2024Q1, or numbers`},
		{"id,time,state\nx,1,a\n", longConfig("month"), `line 2: "1": expected a date`},
		{"id,time,state\nx,1,a\nx,,a\nx,NaN,b\n", long, `column "time", row 2: line 4: "NaN" is no number, as those above it are`},
		{"id,time,state\nx,2024-01-03,a\n", Config{Layout: Long, ID: "id", Time: "time", State: "state", Period: Auto, AsOf: 19723}, "no state is known in any row that counts: 1 row after the as-of date, 2024-01-01, was set aside"},
		{"id,time,state\nx,2024-01-01,a\n", longConfig("fortnight"), "expected auto, day, week"},
		{"id,time,state\nx,2024-01-01,a\n", longConfig("7"), `column "time" is not numeric throughout`},
		{"id,time,state\nx,1,a\n", longConfig("-1"), "a period of -1 is no length of a step"},
		{"id,time,state\nx,1,a\n", Config{Layout: Long, ID: "id", Time: "time", State: "state", Period: Auto, AsOfGiven: true}, "an as-of date is for dates"},
		{"id,time,state\nx,1e300,a\n", longConfig("1"), "use a longer period"},
		{"id,time,state\nx,1,\n", long, "no state is known in any row"},
		{"id,time,state\nx,1,actve\n", Config{Layout: Long, ID: "id", Time: "time", State: "state", Period: Auto, States: []string{"active"}}, `did you mean "active"?`},
		{"id,time,state\nx,1,a\n", Config{Layout: Long, States: []string{"a", "a"}}, `name "a" twice`},
		{"id,t1\nx,a\n", Config{Layout: Wide, ID: "id"}, "a move needs two columns"},
		{"id,t1,t2\nx,a,b\nx,b,b\n", Config{Layout: Wide, ID: "id"}, `id "x" has a second row`},
		{"from,a,b\na,1,1\nb,1,x\n", Config{Layout: Matrix}, `column "b", row 1: line 3: "x" is no number of moves`},
		{"from,a,b\na,1,-1\n", Config{Layout: Matrix}, `"-1" is no number of moves`},
		{"from,a,b\na,1,900719925474099\n", Config{Layout: Matrix}, `"900719925474099" moves are too many to be added up; expected at most 35184372088832`},
		{"from,a,b\na,1,0.5\n", Config{Layout: Matrix}, `"0.5" is no number of moves`},
		{"from,a,b\na,1,\n", Config{Layout: Matrix}, `"" is no number of moves`},
		{"from,a,b\nc,1,1\n", Config{Layout: Matrix}, `"c" is not among the states`},
		{"from,a,b\na,1,1\na,1,1\n", Config{Layout: Matrix}, `state "a" has a second row`},
		{"from,a,b\na,1,1\n", Config{Layout: Matrix, States: []string{"a", "c"}}, `name the states ["a" "b"]`},
	} {
		_, err := Count(read(t, c.csv), c.config)
		var mapping *table.MappingError
		var cell *column.Error
		var setting *ConfigError
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &mapping) && !errors.As(err, &cell) && !errors.As(err, &setting) {
			t.Errorf("%q: %v\nwant %s", c.csv, err, c.want)
		}
	}
	var many strings.Builder
	many.WriteString("customer,time,state\n")
	for i := range 300 {
		fmt.Fprintf(&many, "x,%d,s%d\n", i, i)
	}
	if _, err := Count(read(t, many.String()), Config{Layout: Wide}); err == nil || !strings.Contains(err.Error(), "a column of ids is named with --id") {
		t.Error(err)
	}
	long.ID = "customer"
	if _, err := Count(read(t, many.String()), long); err == nil || !strings.Contains(err.Error(), "more than 200 different states") {
		t.Error(err)
	}
}

// A wide table, its rows of id, time, state in any order, and its counts as a table say the same.
func TestLayoutsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		states := []string{"", "a", "b", "c"}
		ids, steps := rapid.IntRange(1, 6).Draw(t, "ids"), rapid.IntRange(2, 5).Draw(t, "steps")
		wide := "id"
		for k := range steps {
			wide += fmt.Sprintf(",t%d", k)
		}
		wide += "\nzero,a,b" + strings.Repeat(",c", steps-2) + "\n" // every state is there
		lines := []string{"zero,0,a", "zero,1,b"}
		for k := 2; k < steps; k++ {
			lines = append(lines, fmt.Sprintf("zero,%d,c", k))
		}
		for id := range ids {
			wide += fmt.Sprintf("i%d", id)
			for k := range steps {
				s := rapid.SampledFrom(states).Draw(t, "state")
				wide += "," + s
				lines = append(lines, fmt.Sprintf("i%d,%d,%s", id, k, s))
			}
			wide += "\n"
		}
		one, err := Count(read(t, wide), Config{Layout: Wide, ID: "id"})
		if err != nil {
			t.Fatal(err)
		}
		lines = rapid.Permutation(lines).Draw(t, "order")
		two, err := Count(read(t, "id,time,state\n"+strings.Join(lines, "\n")+"\n"), longConfig("1"))
		if err != nil {
			t.Fatal(err)
		}
		names := one.Counts.States
		matrix := "from," + strings.Join(names, ",") + "\n"
		for i, name := range names {
			matrix += name
			for j := range names {
				matrix += fmt.Sprintf(",%d", one.Counts.At(i, j))
			}
			matrix += "\n"
		}
		three, err := Count(read(t, matrix), Config{Layout: Matrix})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(one.Counts.N, two.Counts.N) || !slices.Equal(one.Counts.N, three.Counts.N) || !slices.Equal(one.Start, two.Start) {
			t.Fatalf("wide %v %v, long %v %v, counts %v", one.Counts.N, one.Start, two.Counts.N, two.Start, three.Counts.N)
		}
	})
}

// Covariates before a move are one, or those of a text, and not others whose names begin alike.
func TestNamedCovariates(t *testing.T) {
	data := read(t, "id,time,state,size,size2,sizeclass\n1,0,a,1,5,s\n1,1,b,2,4,m\n1,2,a,3,7,l\n1,3,b,2,4,m\n2,0,b,2,1,s\n2,1,a,2,5,l\n")
	m, err := Count(data, longConfig(Auto))
	if err != nil {
		t.Fatal(err)
	}
	x, err := ReadCovariates(data, "state", "size2 + sizeclass", m)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"size": 0, "size2": 1, "sizeclass": len(x.Names) - 1, "sizeclass" + "s": 1, "s": 0, "": 0} {
		c := &Continuous{Unit: 1, Acts: []string{name + ":a>b"}}
		timed, err := c.Timed(m, x)
		if (err == nil) != (want > 0) {
			t.Errorf("%q: %v", name, err)
		}
		if err == nil && len(timed.Model.Effects) != 2*len(x.Names)-want {
			t.Errorf("%q: effects %v of %q on %v", name, timed.Model.Effects, x.Names, timed.Model.Rates)
		}
	}
}
