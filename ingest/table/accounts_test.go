package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
	"mainstay/internal/refdata"
	_ "mainstay/internal/seeded"
)

func parquetOf[T any](t testing.TB, rows ...T) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[T](&buf, parquet.MaxRowsPerRowGroup(2))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func read(t testing.TB, files store.Memory, cfg AccountsConfig, customer string) (*Accounts, error) {
	t.Helper()
	return ReadAccounts(context.Background(), files, []string{"in"}, cfg, customer, math.MaxInt32, 2)
}

type textKeys struct {
	ID       string   `parquet:"customer_id"`
	Name     *string  `parquet:"Customer Name,optional"`
	Parent   string   `parquet:"parent_account"`
	Industry string   `parquet:"industry"`
	Fleet    *int64   `parquet:"fleet,optional"`
	Credit   *float64 `parquet:"credit,optional"`
	Limit    int64    `parquet:"limit,decimal(2:18)"`
	Since    int32    `parquet:"since,date"`
	Key      bool     `parquet:"is_key"`
	External int64    `parquet:"external"`
}

type intKeys struct {
	ID       int32  `parquet:"customer_id"`
	Industry string `parquet:"industry"`
	Zip      string `parquet:"zip"`
}

func TestAccountsOfSeveralFiles(t *testing.T) {
	name, fleet, credit, nan := "Bus & Co", int64(120), 0.25, math.NaN()
	files := store.Memory{
		"in/a.parquet": parquetOf(t,
			textKeys{ID: "B", Name: &name, Parent: "42", Industry: "public", Fleet: &fleet, Credit: &credit, Limit: 150050, Since: 10957, Key: true, External: 9007199254740993},
			textKeys{ID: "00042", Industry: "\xff", Credit: &nan, External: 1},
			textKeys{ID: "A", External: 2},
			textKeys{ID: "A", External: 2},
		),
		"in/region=Nord/b.parquet": parquetOf(t, intKeys{42, "private", "1"}, intKeys{7, "", "2"}),
	}
	a, err := read(t, files, AccountsConfig{}, "customer_id")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s", a.Keys); got != "[00042 42 7 A B]" || a.Duplicates != 1 {
		t.Errorf("keys %s, %d duplicates", got, a.Duplicates)
	}
	if want := (AccountsConfig{"customer_id", "Customer Name", "parent_account", none}); a.Chosen != want {
		t.Errorf("chosen %v", a.Chosen)
	}
	b := a.Row([]byte("B"), 0)
	if b != 4 || a.Name.At(b) != name || a.Parent.At(b) != "42" || a.Row([]byte("C"), 0) != -1 || a.Name.At(0) != "" {
		t.Errorf("row of B: %d, %q, %q", b, a.Name.All(), a.Parent.All())
	}
	var columns []string
	for _, at := range a.Attributes {
		kind := "text"
		if at.Number != nil {
			kind = "number"
		}
		if at.Number != nil == (at.Text != nil) || at.Number != nil && len(at.Number) != len(a.Keys) || at.Text != nil && at.Text.Len() != len(a.Keys) {
			t.Errorf("%s must have one of text and number, parallel to the keys", at.Name)
		}
		columns = append(columns, at.Name+" "+kind)
	}
	want := "industry text, fleet number, credit number, limit number, since text, is_key text, external text, zip text, region text"
	if got := strings.Join(columns, ", "); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	text := func(name string, want ...string) {
		t.Helper()
		if got := a.Attribute(name).Text.All(); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	text("INDUSTRY", "\uFFFD", "private", "", "", "public")
	text("region", "", "Nord", "Nord", "", "")
	text("external", "1", "", "", "2", "9007199254740993")
	text("since", "1970-01-01", "", "", "1970-01-01", "2000-01-01")
	text("is_key", "false", "", "", "false", "true")
	n := a.Attribute("credit").Number
	if n[b] != 0.25 || !math.IsNaN(n[0]) || !math.IsNaN(n[1]) || a.Attribute("limit").Number[b] != 1500.5 || a.Attribute("fleet").Number[b] != 120 {
		t.Errorf("numbers: %v", n)
	}
	if a.Attribute("nothing") != nil {
		t.Error("an attribute that is not there")
	}
}

func TestAccountsErrors(t *testing.T) {
	fails := func(files store.Memory, cfg AccountsConfig, customer string, mapping bool, want ...string) {
		t.Helper()
		_, err := read(t, files, cfg, customer)
		var m *MappingError
		var c *column.Error
		if err == nil || errors.As(err, &m) != mapping || errors.As(err, &c) == mapping {
			t.Errorf("got %v (a MappingError: %v, else a *column.Error)", err, mapping)
			return
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q does not say %q", err, w)
			}
		}
	}
	type row struct {
		A string `parquet:"account_id"`
		B string `parquet:"client no"`
		C string `parquet:"Name"`
		D string `parquet:"Company"`
	}
	one := store.Memory{"in/a.parquet": parquetOf(t, row{"1", "2", "x", "y"})}
	fails(one, AccountsConfig{}, "customer", true, "several columns could be the key", `"account_id", "client no"`, "--accounts-key")
	fails(one, AccountsConfig{Key: "account_id"}, "customer", true, "several columns could be the name", `"Name", "Company"`, "--accounts-name", "none")
	fails(one, AccountsConfig{Key: "nope"}, "customer", true, `no column "nope"`, `"client no"`)
	fails(one, AccountsConfig{Key: "none"}, "customer", true, "must have a key")
	fails(one, AccountsConfig{Key: "account_id", Name: "account_id"}, "customer", true, "two purposes")
	if a, err := read(t, one, AccountsConfig{Name: "none"}, "ClientNo"); err != nil || a.Chosen.Key != "client no" || a.Chosen.Name != "none" || len(a.Attributes) != 3 {
		t.Errorf("the customer column's own name comes first: %v %v", a, err)
	}
	type other struct {
		X *string `parquet:"x,optional"`
		Y string  `parquet:"y"`
	}
	x, long := "k", strings.Repeat("k", 2000)
	fails(store.Memory{"in/a.parquet": parquetOf(t, other{&x, "1"})}, AccountsConfig{}, "c", true, "no column has the name", `"c"`, "--accounts-key")
	key := AccountsConfig{Key: "x"}
	fails(store.Memory{"in/a.parquet": parquetOf(t, other{&x, "1"}, other{nil, "1"}, other{nil, "2"})}, key, "c", false, "2 of 3 accounts have no key", `in/a.parquet, column "x", row 1:`)
	fails(store.Memory{"in/a.parquet": parquetOf(t, other{&x, "1"}), "in/b.parquet": parquetOf(t, other{nil, "0"})[:0]}, key, "c", false, "in/b.parquet")
	fails(store.Memory{"in/a.parquet": parquetOf(t, other{&long, "1"})}, key, "c", false, `in/a.parquet, column "x", row 0:`, "1024 bytes")
	fails(store.Memory{"in/a.parquet": parquetOf(t, other{&x, "1"}), "in/b.parquet": parquetOf(t, other{&long, "0"}, other{&x, "2"})[:]}, key, "c", false, `in/b.parquet, column "x", row 0:`)
	y := "j"
	fails(store.Memory{"in/a.parquet": parquetOf(t, other{&x, "1"}), "in/b.parquet": parquetOf(t, other{&y, "0"}, other{&y, "0"}, other{&x, "2"})}, key, "c", false,
		`key "k" has two different rows`, `in/b.parquet, column "y", row 2:`, `"2" here, "1" in in/a.parquet row 0`)
}

func TestDatedAccounts(t *testing.T) {
	in := `id,parent,industry,valid_from
A,G1,Steel,2024-01-01
B,G1,Glass,
A,G2,Steel,2025-01-01
B,,Glass,2025-06-01
A,G1,Steel,2024-01-01
`
	a, err := read(t, store.Memory{"in/a.csv": []byte(in)}, AccountsConfig{}, "customer")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s", a.Keys); got != "[A A B B]" || a.Duplicates != 1 || !a.Dated() || len(a.Attributes) != 1 {
		t.Fatalf("%s, %d repeated", got, a.Duplicates)
	}
	for _, c := range []struct{ key, day, want string }{
		{"A", "2023-12-31", ""}, {"A", "2024-01-01", "G1"}, {"A", "2024-12-31", "G1"}, {"A", "2025-01-01", "G2"},
		{"B", "1980-01-01", "G1"}, {"B", "2025-06-01", ""}, {"C", "2025-06-01", ""},
	} {
		got := ""
		if row := a.Row([]byte(c.key), day(c.day)); row >= 0 {
			got = a.Parent.At(row)
		}
		if got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.key, c.day, got, c.want)
		}
	}
	if got := fmt.Sprint(a.Rows(day("2023-01-01")), a.Rows(day("2026-01-01"))); got != "[2] [1 3]" {
		t.Errorf("rows %s", got)
	}
	for in, want := range map[string]string{
		"id,valid_from\nA,soon\n":                         `row 0: line 2: "soon": expected a date`,
		"id,x,valid_from\nA,1,2024-01-01\nA,2,2024-1-1\n": "keep one row per account and day",
		"id,x\nA,1\nA,2\n":                                "--accounts-valid-from",
	} {
		if _, err := read(t, store.Memory{"in/a.csv": []byte(in)}, AccountsConfig{}, "customer"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestAdventureWorksAccounts(t *testing.T) {
	file := refdata.Shared(t, "data", "adventureworks_accounts.parquet")
	a, err := ReadAccounts(context.Background(), store.Dir{}, []string{file}, AccountsConfig{}, "ResellerKey", math.MaxInt32, 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := (AccountsConfig{"ResellerKey", "ResellerName", "none", "none"}); a.Chosen != want || len(a.Keys) != 701 || len(a.Attributes) != 4 {
		t.Errorf("chosen %v, %d accounts, %d attributes", a.Chosen, len(a.Keys), len(a.Attributes))
	}
	i := a.Row([]byte("1"), 0)
	if i < 0 || a.Name.At(i) != "A Bike Store" || a.Attribute("Industry").Text.At(i) != "Value Added Reseller" {
		t.Errorf("reseller 1 is %d", i)
	}
}

// Rows that hold from after the as-of date leave no trace in what is read, not even in its types.
func TestLaterAccountsLeaveNoTrace(t *testing.T) {
	const then = "id,fleet,score,plant,valid_from\nA,12,0,,2024-01-01\nB,,1,,\n"
	later := then + "A,?,x,7,2024-07-01\nC,3,1,,2024-08-01\nC,4,1,,2024-08-01\n"
	var got []string
	for _, in := range []string{then, later} {
		a, err := ReadAccounts(context.Background(), store.Memory{"in/a.csv": []byte(in)}, []string{"in"}, AccountsConfig{}, "customer", day("2024-06-30"), 2)
		if err != nil {
			t.Fatal(err)
		}
		if aside, want := a.Tally.Rows-a.Tally.Used, strings.Count(in[len(then):], "\n"); aside != want {
			t.Errorf("%d rows set aside, want %d", aside, want)
		}
		all := fmt.Sprint(a.Keys, a.From, a.Name.All(), a.Parent.All(), a.Chosen, a.Duplicates)
		for _, at := range a.Attributes {
			all += fmt.Sprintf(" %s %v", at.Name, at.Number)
			if at.Text != nil {
				all += fmt.Sprintf(" %q", at.Text.All())
			}
		}
		got = append(got, all)
	}
	if got[0] != got[1] {
		t.Errorf("then:  %s\nlater: %s", got[0], got[1])
	}
}

// The finder finds what Row does, whatever the order of keys.
func TestFinderIsRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		short := rapid.StringMatching("[ab]{1,5}")
		a := &Accounts{}
		keys := rapid.SliceOfN(short, 0, 40).Draw(t, "keys")
		slices.Sort(keys)
		dated := rapid.Bool().Draw(t, "dated")
		for i, k := range keys {
			if dated {
				a.From = append(a.From, int32(i))
			} else if i > 0 && keys[i-1] == k {
				continue
			}
			a.Keys = append(a.Keys, []byte(k))
		}
		asked := rapid.SliceOf(short).Draw(t, "asked")
		if rapid.Bool().Draw(t, "ascending") {
			slices.Sort(asked)
		}
		f := a.Finder()
		for _, k := range asked {
			day := int32(rapid.IntRange(-1, 41).Draw(t, "day"))
			if got, want := f.Row([]byte(k), day), a.Row([]byte(k), day); got != want {
				t.Fatalf("%q on %d: row %d, want %d", k, day, got, want)
			}
		}
	})
}
