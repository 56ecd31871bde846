package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"mainstay/ingest/column"
	"mainstay/ingest/store"

	"pgregory.net/rapid"
)

// The counts are those of the data's README (../shared/data).
func TestInspectRealExports(t *testing.T) {
	for _, c := range []struct {
		file       string
		rows, used int64
		duplicates int64
		customers  int
		total      string
	}{
		{"cdnow.parquet", 69659, 69659, 255, 23570, "2500315.63"},
		{"online_retail.parquet", 541909, 406829, 5268, 4372, "9747747.9340"},
		{"adventureworks_orders.parquet", 57851, 57851, 0, 632, "77548570.2000"},
	} {
		p, err := planReal(t, c.file, nil)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Inspect(context.Background(), store.Dir{}, p, 2)
		if err != nil {
			t.Fatal(err)
		}
		if in.Rows != c.rows || in.Used != c.used || in.Duplicates.Rows != c.duplicates || *in.Customers != c.customers || in.Amount.Total != c.total {
			t.Errorf("%s: %d rows, %d used, %d duplicates, %d customers, total %s; want %v", c.file, in.Rows, in.Used, in.Duplicates.Rows, *in.Customers, in.Amount.Total, c)
		}
		one, err := Inspect(context.Background(), store.Dir{}, p, 1)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(in, one) {
			t.Errorf("%s: one and two threads differ", c.file)
		}
	}
}

func inspectOf(t *testing.T, files store.Memory, source string, threads int) *Inspection {
	t.Helper()
	p, err := planOf(files, source, func(c *Config) { c.TimeFormat = "iso" })
	if err != nil {
		t.Fatal(err)
	}
	in, err := Inspect(context.Background(), files, p, threads)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestInspect(t *testing.T) {
	type row struct {
		Customer *string  `parquet:"customer_id"`
		Date     string   `parquet:"order_date"`
		Amount   float64  `parquet:"amount"`
		Tags     []string `parquet:"tags,list"`
	}
	a, b := "A", "B"
	files := store.Memory{
		"x/year=2023/f.parquet": fileOf(t, row{&a, "2023-01-01", 1.5, nil}, row{&b, "2023-01-02", -2, nil}, row{&a, "2023-01-01", 1.5, nil}, row{nil, "2023-01-03", 0, nil}),
		"x/year=2024/f.parquet": fileOf(t, order[string]{"A", "2023-01-01", 1.5}, order[string]{"A", "2024-02-30", 2.00005}, order[string]{"A", "2027-01-01", math.NaN()}),
	}
	in := inspectOf(t, files, "x", 2)
	got, err := json.Marshal(in.Columns)
	if err != nil {
		t.Fatal(err)
	}
	// Examples are those of the smallest hashes.
	want := `[{"name":"customer_id","type":"STRING","files":2,"rows":7,"nulls":1,"min":"A","max":"B","distinct":2,"examples":[` +
		`"A","B"]},{"name":"order_date","type":"STRING","files":2,"rows":7,"nulls":0,"min":"2023-01-01","max":"2027-01-01","distinct":5,"examples":["2023-01-01","2023-01-02","2027-01-01"]},` +
		`{"name":"amount","type":"DOUBLE","files":2,"rows":7,"nulls":0,"min":"-2","max":"2.00005","distinct":5,"examples":["-2","NaN","1.5"]},` +
		`{"name":"year","type":"partition","partition":true,"files":2,"rows":7,"nulls":0,"min":"2023","max":"2024","distinct":2,"examples":["2023","2024"]},` +
		`{"name":"tags","type":"LIST","files":1,"rows":0,"nulls":0,"distinct":0,"problem":"nested columns are not read: export it as columns of its own"}]`
	if string(got) != want {
		t.Errorf("columns are\n%s\nwant\n%s", got, want)
	}
	if want := (AmountReport{Rows: 6, Negative: 1, Zero: 1, Unreadable: 1, Min: "-2.0000", Max: "2.0000", Total: "4.5000", Rounded: 1}); in.Amount != want {
		t.Errorf("amount is %+v, want %+v", in.Amount, want)
	}
	// The two equal rows of 2023 are duplicates; the one of 2024 differs in its path.
	if in.Duplicates != (DuplicateReport{Rows: 1}) || in.Rows != 7 || in.Used != 4 || in.Customers != nil || in.FirstDay != "2023-01-01" || in.LastDay != "2027-01-01" || in.AsOf != "2023-01-03" {
		t.Errorf("%+v", in)
	}
	if want := "[{bad_time bad 1 2.0000} {after_as_of out_of_scope 1 0.0000} {no_customer out_of_scope 1 0.0000}]"; fmt.Sprint(in.SetAside) != want || !strings.Contains(in.Problem, "1 of 6 rows are bad, besides 1 after the as-of date") {
		t.Errorf("set aside %v, problem %q", in.SetAside, in.Problem)
	}
	if one := inspectOf(t, files, "x", 1); !reflect.DeepEqual(one, in) {
		t.Error("one and two threads differ")
	}
}

// Splitting the rows among workers in any way gives the same sketch.
func TestSketchMerges(t *testing.T) {
	typ := column.Type{Kind: column.Int, Name: "INT64"}
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(-20, 20), 1, 60).Draw(t, "values")
		cut := rapid.IntRange(0, len(values)).Draw(t, "cut")
		whole, left, right := newColumnSketch(typ), newColumnSketch(typ), newColumnSketch(typ)
		whole.visit(&column.Vector{N: len(values), Int: values}, new(valueHashes))
		left.visit(&column.Vector{N: cut, Int: values[:cut]}, new(valueHashes))
		right.visit(&column.Vector{N: len(values) - cut, Int: values[cut:]}, new(valueHashes))
		right.merge(left)
		if k := (columnKey{Type: typ}); !reflect.DeepEqual(whole.report(k), right.report(k)) {
			t.Fatalf("whole %+v\nmerged %+v", whole.report(k), right.report(k))
		}
	})
}

// Halves of many values, overlapping, are counted as the whole.
func TestDistinctMerges(t *testing.T) {
	var whole, left, right distinctCount
	for i := range uint64(20_000) {
		whole.note(mix64(i))
		if i < 15_000 {
			left.note(mix64(i))
		}
		if i >= 5_000 {
			right.note(mix64(i))
		}
	}
	right.merge(&left)
	n, estimated := whole.count()
	if m, _ := right.count(); m != n || !estimated {
		t.Errorf("whole %d, merged %d", n, m)
	}
}

// Beyond the exact count, the estimate is within four standard errors.
func TestDistinctEstimate(t *testing.T) {
	for _, n := range []int{100, keptHashes, keptHashes + 1, 10000, 300000} {
		c := newColumnSketch(column.Type{Kind: column.Int})
		v := &column.Vector{N: n, Int: make([]int64, n)}
		for i := range v.Int {
			v.Int[i] = int64(i) * 7
		}
		c.visit(v, new(valueHashes))
		c.visit(v, new(valueHashes))
		got, estimated := c.distinct.count()
		if estimated != (n > keptHashes) || !estimated && got != int64(n) || math.Abs(float64(got)/float64(n)-1) > 4/math.Sqrt(keptHashes-2) {
			t.Errorf("%d distinct values are counted as %d (estimated: %v)", n, got, estimated)
		}
	}
}

func TestDuplicatesBySample(t *testing.T) {
	r := newRowHashes(maxRowHashes * 3)
	if r.dropped != 2 {
		t.Fatalf("%d bits are dropped", r.dropped)
	}
	const n = 400000
	values := make([]uint64, n)
	for i := range values {
		values[i] = mix64(uint64(i % (n / 2)))
	}
	r.begin(n)
	r.mix("a", values)
	r.end()
	got := r.report()
	if !got.Estimated || math.Abs(float64(got.Rows)/(n/2)-1) > 0.02 {
		t.Errorf("%+v, want about %d", got, n/2)
	}
}
