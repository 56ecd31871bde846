package segment

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
	"mainstay/regress/survival"
)

// what everything about the course of a book says, as text: NaN equals NaN there.
func views(t *rapid.T, l *ingest.Ledger, threads int) string {
	cfg := DefaultConfig()
	b, err := bookOn(l, nil, l.AsOf, cfg, threads)
	if err != nil {
		t.Fatal(err)
	}
	ctx, by, where := context.Background(), []string{"region", "abc"}, "recency_days < 500 or at_risk"
	trend, err1 := b.Trend(ctx, Quarter, by, where)
	cohorts, err2 := b.Cohorts(ctx, Quarter, by, where)
	curves, err3 := b.Survivals(ctx, by, where)
	var moves []Migration
	if l.AsOf > l.First {
		if moves, err = b.Migrations(ctx, l.First+(l.AsOf-l.First)/2, by, where); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join([]string{fmt.Sprintf("%+v", trend), fmt.Sprintf("%+v", cohorts), fmt.Sprintf("%+v", curves), fmt.Sprintf("%+v", moves)}, "\n")
}

// Neither the order of rows, nor threads, nor what came later matters to any view.
func TestViewsKnowOnlyThePast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sales := anySales.Draw(t, "sales")
		asOf := ingest.Day(18000 + rapid.IntRange(200, 800).Draw(t, "as of"))
		past := until(sales, asOf)
		if len(past) == 0 {
			return
		}
		want := views(t, handmade(asOf, []string{"region"}, past...), 1)
		if got := views(t, handmade(asOf, []string{"region"}, rapid.Permutation(past).Draw(t, "shuffled")...), 3); got != want {
			t.Fatalf("row order or threads matter:\n%s\n%s", got, want)
		}
		if got := views(t, handmade(asOf, []string{"region"}, sales...), 1); got != want {
			t.Fatalf("later rows matter:\n%s\n%s", got, want)
		}
	})
}

// The matrix adds up to the tables of both days.
func TestMigrationsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := handmade(18800, []string{"region"}, anySales.Draw(t, "sales")...)
		b := mustBook(l, nil, nil)
		day := ingest.Day(18000 + rapid.IntRange(1, 790).Draw(t, "then"))
		if day < l.First || day >= l.AsOf {
			return
		}
		for _, scheme := range []string{"abc", "region", "frequency:0,2", "region,abc"} {
			all, err := b.Migrations(context.Background(), day, []string{scheme}, "")
			if err != nil {
				t.Fatal(err)
			}
			then, err := b.Before(day)
			if err != nil {
				t.Fatal(err)
			}
			from, to := map[string]int{}, map[string]int{}
			var revenueThen, revenueNow int64
			for _, m := range all[0].Moves {
				from[m.From] += m.Customers
				to[m.To] += m.Customers
				revenueThen += m.Then
				revenueNow += m.Now
				if !all[0].Ordered && (m.Kind == MoveUp || m.Kind == MoveDown) {
					t.Fatalf("%s has no order: %+v", scheme, m)
				}
			}
			check := func(b *Book, got map[string]int, money int64) {
				g, err := b.Group(scheme)
				if err != nil {
					t.Fatal(err)
				}
				sizes := map[string]int{}
				var net int64
				for i := range b.Profiles.Len() {
					sizes[g.name(i)]++
					net += b.Profiles.Net12.At(i)
				}
				delete(got, "")
				if !reflect.DeepEqual(got, sizes) || net != money {
					t.Fatalf("%s: %v and %d, want %v and %d", scheme, got, money, sizes, net)
				}
			}
			check(then, from, revenueThen)
			check(b, to, revenueNow)
		}
	})
}

// An attribute that is different for everybody makes as many segments; only moves that occur are looked at.
func TestMigrationOfManySegments(t *testing.T) {
	const customers = 3_000
	rows := make([]sale, 0, 2*customers)
	for i := range customers {
		key := fmt.Sprintf("c%05d", i)
		rows = append(rows, sale{key: key, day: 18000, amount: 5, sides: []string{key + " then"}}, sale{key: key, day: 18700, amount: 5, sides: []string{key + " now"}})
	}
	all, err := mustBook(handmade(18800, []string{"region"}, rows...), nil, nil).Migrations(context.Background(), 18500, []string{"region"}, "")
	if err != nil || len(all[0].Moves) != customers || len(all[0].Segments) != 2*customers {
		t.Errorf("%d moves between %d segments, %v", len(all[0].Moves), len(all[0].Segments), err)
	}
}

func TestMigrationKinds(t *testing.T) {
	g := pairing{Names: []string{"A", "B", unknown}, Order: -1}
	for _, c := range []struct {
		from, to int32
		want     string
	}{{0, 0, MoveSame}, {1, 0, MoveUp}, {0, 1, MoveDown}, {3, 0, MoveEntered}, {1, 3, MoveLeft}, {1, 2, MoveOther}} {
		if got := g.kindOfMove(c.from, c.to); got != c.want {
			t.Errorf("%d to %d is %s, want %s", c.from, c.to, got, c.want)
		}
	}
	l, _ := goldenBook()
	for _, day := range []ingest.Day{l.AsOf, l.First - 1} {
		if _, err := mustBook(l, nil, nil).Migrations(context.Background(), day, []string{"abc"}, ""); err == nil || !strings.Contains(err.Error(), "earlier day") {
			t.Errorf("%s: %v", day, err)
		}
	}
}

// Two quarters of three customers, by hand: the second comes back, the third is in the open quarter.
func TestCohortsByHand(t *testing.T) {
	s := func(key, day string, amount int64) sale {
		return sale{key: key, day: date(day), amount: amount, sides: []string{"North"}}
	}
	l := handmade(date("2024-10-15"), []string{"region"}, s("z", "2023-10-05", 10), s("a", "2024-04-02", 100), s("a", "2024-04-03", 20), s("a", "2024-08-02", 60),
		s("b", "2024-05-02", 80), s("b", "2024-05-20", -30), s("c", "2024-10-02", 999))
	rows, err := mustBook(l, nil, func(c *Config) { c.ChurnHorizon = 60 }).Cohorts(context.Background(), Quarter, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s+%d %d/%d %d %.3g %t", r.Cohort, r.Age, r.Active, r.Customers, r.Revenue, r.RevenueShare, r.Truncated))
	}
	want := []string{"2023-10-01+0 1/1 10 1 true", "2023-10-01+1 0/1 0 0 true", "2023-10-01+2 0/1 0 0 true", "2023-10-01+3 0/1 0 0 true",
		"2024-04-01+0 2/2 170 1 false", "2024-04-01+1 1/2 60 0.353 false"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A life ends when the silence is noticed; a purchase on the very day that would end it keeps it going; the
// customers of the first horizon are left out.
func TestLivesByHand(t *testing.T) {
	s := func(key, day string) sale { return sale{key: key, day: date(day), amount: 10} }
	l := handmade(date("2024-12-31"), nil, s("first", "2024-01-01"), s("once", "2024-06-01"),
		s("edge", "2024-06-01"), s("edge", "2024-07-01"), s("twice", "2024-06-01"), s("twice", "2024-07-02"), s("now", "2024-12-20"))
	b := mustBook(l, nil, func(c *Config) { c.ChurnHorizon = 30 })
	lives := b.lives()
	for key, want := range map[string]int{"once": 30, "edge": 60, "twice": 30, "now": -11} {
		m := member(b, key)
		got, lost := lives[m].end()
		if !lost {
			got = -got
		}
		if got != want {
			t.Errorf("%s: %v, want %v (below zero: not lost)", key, got, want)
		}
	}
	curves, err := b.Survivals(context.Background(), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if c := curves[0]; c.Customers != 4 || c.Lost != 3 || c.Truncated != 1 || survival.Median(c.Steps) != 30 {
		t.Errorf("%+v", c)
	}
}

// Simulated lives of a known hazard: the curve holds the true one.
func TestSurvivalOfKnownHazard(t *testing.T) {
	const gap, horizon, rate = 10, 30, 1.0 / 200 // buys every 10 days until leaving, memoryless
	asOf := date("2024-12-31")
	var rows []sale
	for i := range 2000 {
		u := (float64((i*7919)%2000) + 0.5) / 2000
		first := asOf - 900 + ingest.Day((i*31)%800)
		left := first + ingest.Day(-math.Log(u)/rate)
		for d := first; d <= min(left, asOf); d += gap {
			rows = append(rows, sale{key: fmt.Sprintf("c%04d", i), day: d, amount: 100})
		}
	}
	rows = append(rows, sale{key: "zero", day: asOf - 1000, amount: 1})
	curves, err := mustBook(handmade(asOf, nil, rows...), nil, func(c *Config) { c.ChurnHorizon = horizon }).Survivals(context.Background(), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	// Who leaves in (10k, 10(k+1)] is lost on day 10k + 30: S(10k + 30) = exp(−rate · 10(k+1)).
	for _, k := range []int{0, 10, 30} {
		s, _ := survival.At(curves[0].Steps, float64(gap*k+horizon))
		if want := math.Exp(-rate * float64(gap*(k+1))); math.Abs(s.Survival-want) > 3*s.SE {
			t.Errorf("after %d days %.4f (%.4f), the truth is %.4f", gap*k+horizon, s.Survival, s.SE, want)
		}
	}
}

func TestTrendEndsWithTheBook(t *testing.T) {
	l, _ := goldenBook()
	b := mustBook(l, nil, nil)
	rows, err := b.Trend(context.Background(), Quarter, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	last := rows[len(rows)-1]
	if want := Concentrate(Net12s(b.Profiles)); !reflect.DeepEqual(last.Concentration, want) || last.AsOf != l.AsOf {
		t.Errorf("%+v, want %+v", last, want)
	}
	for i, r := range rows {
		if i > 0 && r.AsOf <= rows[i-1].AsOf || MonthsBefore(r.AsOf, 12)+1 < l.First {
			t.Errorf("row %d: %s after %s", i, r.AsOf, rows[max(i-1, 0)].AsOf)
		}
	}
	if got := fewestForHalf([]int64{-9, 0, 2, 3, 5}); got != 1 {
		t.Errorf("half of 10 is made by %d, want 1", got)
	}
	if got := fewestForHalf([]int64{-1, 0}); got != 0 {
		t.Errorf("half of nothing is made by %d", got)
	}
}
