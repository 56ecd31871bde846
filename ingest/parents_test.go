package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// undated are parents that hold always.
func undated(t testing.TB, parent map[string]string) (*Parents, error) {
	t.Helper()
	dated := map[string][]Membership{}
	for k, p := range parent {
		dated[k] = []Membership{{noDay, p}}
	}
	return parentsOf(dated, testAsOf)
}

func parentsOf(h map[string][]Membership, asOf Day) (*Parents, error) {
	var keys [][]byte
	for k := range h {
		keys = append(keys, []byte(k))
	}
	slices.SortFunc(keys, func(a, b []byte) int { return strings.Compare(string(a), string(b)) })
	return NewParents(keys, func(i int) []Membership { return h[string(keys[i])] }, asOf)
}

func TestParents(t *testing.T) {
	p, err := undated(t, map[string]string{"A1": "A", "A2": "A", "A": "Holding", "B": "", "C": "C", "7": "42"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ key, want string }{{"A1", "Holding"}, {"A", "Holding"}, {"Holding", "Holding"}, {"B", "B"}, {"C", "C"}, {"7", "42"}, {"42", "42"}, {"nobody", "nobody"}} {
		if got := string(p.Root([]byte(c.key), testAsOf)); got != c.want {
			t.Errorf("the group of %s is %s, want %s", c.key, got, c.want)
		}
	}
}

func TestDatedParents(t *testing.T) {
	p, err := parentsOf(map[string][]Membership{
		"m":  {{10, "g1"}, {20, "g2"}, {40, ""}, {60, "later"}},
		"g2": {{noDay, ""}, {30, "top"}},
	}, 50)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, day := range []Day{noDay, 9, 10, 19, 20, 29, 30, 39, 40, 60, 99} {
		got = append(got, string(p.Root([]byte("m"), day)))
	}
	if want := "m m g1 g1 g2 g2 top top m m m"; strings.Join(got, " ") != want {
		t.Errorf("\n got %s\nwant %s", strings.Join(got, " "), want)
	}
}

func TestParentErrors(t *testing.T) {
	fails := func(h map[string][]Membership, want ...string) {
		t.Helper()
		_, err := parentsOf(h, 100)
		var config *ConfigError
		if !errors.As(err, &config) {
			t.Errorf("want a ConfigError, got %v", err)
			return
		}
		for _, w := range want {
			if !strings.Contains(config.Msg, w) {
				t.Errorf("%q does not say %q", config.Msg, w)
			}
		}
	}
	always := func(parent string) []Membership { return []Membership{{noDay, parent}} }
	fails(map[string][]Membership{"a": always("b"), "b": always("c"), "c": always("b")}, "circle:", "b → c → b")
	fails(map[string][]Membership{"a": {{5, "b"}}, "b": {{7, "a"}}}, "on 1970-01-08", "a → b → a")
	deep := map[string][]Membership{}
	for i := range 100 {
		deep[fmt.Sprint(i)] = always(fmt.Sprint(i + 1))
	}
	fails(deep, "more than 64 levels", "0 → 1 → 2", "… → 64")
	if _, err := parentsOf(map[string][]Membership{"a": {{5, "b"}, {6, ""}}, "b": {{7, "a"}}}, 100); err != nil {
		t.Errorf("no circle on any day: %v", err)
	}
}

// Rows of members give the Ledger of rows that carry their group's key, on whatever days they moved; what
// is read, used and set aside is the same as without groups.
func TestGroupsEqualRenamedRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 1, 80).Draw(t, "rows")
		if !usable(rows) {
			t.Skip("no usable row")
		}
		groups := []string{"", "group", "42", "7", "INTERNAL-9", "00042"}
		history := map[string][]Membership{}
		for _, k := range []string{"C1", "C2", "-3", "1", "2", "3", "é"} {
			from := noDay
			for range rapid.IntRange(0, 3).Draw(t, "memberships") {
				history[k] = append(history[k], Membership{from, rapid.SampledFrom(groups).Draw(t, "group")})
				from = max(from, testAsOf-8) + Day(rapid.IntRange(1, 4).Draw(t, "until"))
			}
		}
		parents, err := parentsOf(history, testAsOf)
		if err != nil {
			t.Fatal(err)
		}
		renamed := slices.Clone(rows)
		for i, r := range rows {
			if r.Customer != nil && Day(r.Day) <= testAsOf {
				root := string(parents.Root([]byte(*r.Customer), Day(r.Day)))
				renamed[i].Customer = &root
			}
		}
		build := func(rows []testRow, parents *Parents) *Ledger {
			p := &Plan{Config: testConfig, AsOf: testAsOf, Sides: testSides, Scale: 2, Parents: parents}
			l, err := coreBuildPlan(p, rows, 1+rapid.IntRange(0, 3).Draw(t, "workers"), rapid.IntRange(1, 40).Draw(t, "unit"), rapid.IntRange(1, 40).Draw(t, "batch"), rapid.IntRange(0, 5).Draw(t, "variant"))
			var quality *QualityError
			if errors.As(err, &quality) { // every row is of an excluded group
				return &Ledger{Tally: l.Tally}
			}
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		want, got := build(renamed, nil), build(rows, parents)
		if got.Digest() != want.Digest() || fmt.Sprint(got.Tally) != fmt.Sprint(want.Tally) {
			t.Fatalf("another ledger:\n%v\n%v", got.Tally, want.Tally)
		}
		if alone := build(rows, nil); alone.Tally.MoneyRead != got.Tally.MoneyRead || alone.Tally.RowsRead != got.Tally.RowsRead {
			t.Fatalf("read %v, without groups %v", got.Tally, alone.Tally)
		}
	})
}

// Who joined a group after the as-of date is not in it.
func TestLaterParentsLeaveNoTrace(t *testing.T) {
	early, err := parentsOf(map[string][]Membership{"C1": {{noDay, "g"}}}, testAsOf)
	if err != nil {
		t.Fatal(err)
	}
	late, err := parentsOf(map[string][]Membership{"C1": {{noDay, "g"}, {testAsOf + 1, "h"}}, "C2": {{testAsOf + 1, "C1"}}}, testAsOf)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(early) != fmt.Sprint(late) {
		t.Errorf("later parents are seen: %v, %v", early, late)
	}
}
