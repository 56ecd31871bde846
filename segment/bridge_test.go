package segment

import (
	"context"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
)

// Five customers, one of each kind, and one whose only row of the last year is a return.
func TestBridgeByHand(t *testing.T) {
	asOf := date("2024-12-31")
	s := func(key, day string, amount int64) sale {
		return sale{key: key, day: date(day), amount: amount, cost: amount / 2, costed: true, sides: []string{"North"}}
	}
	l := handmade(asOf, []string{"region"},
		s("new", "2024-03-01", 700), s("back", "2022-05-01", 100), s("back", "2024-03-01", 50),
		s("up", "2023-05-01", 100), s("up", "2024-05-01", 180), s("down", "2023-05-01", 400), s("down", "2024-05-01", 150),
		s("lost", "2023-06-01", 90), s("lost", "2024-01-15", -30), s("even", "2023-07-01", 60), s("even", "2024-07-01", 60),
		s("old", "2022-01-01", 999))
	b := mustBook(l, nil, nil)
	rows, err := b.Bridges(context.Background(), []string{"region"}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := Bridge{Prior: 650, New: 700, Returned: 50, Grown: 80, Shrunk: -250, Lost: -120, Now: 1110,
		Before: 4, NewCustomers: 1, ReturnedCustomers: 1, GrownCustomers: 1, ShrunkCustomers: 1, LostCustomers: 1,
		Base: 650, Kept: 180 + 150 - 30 + 60, Held: 100 + 150 + 0 + 60, Whole: true}
	if rows[0].Bridge != want || rows[0].Measure != Revenue || rows[0].Scheme != "" {
		t.Errorf("got  %+v\nwant %+v", rows[0].Bridge, want)
	}
	if rows[1].Measure != Margin || rows[1].Prior != 325 || rows[1].Now != 555 {
		t.Errorf("margin: %+v", rows[1])
	}
	if nrr, grr := rows[0].NRR(), rows[0].GRR(); nrr != 360.0/650 || grr != 310.0/650 {
		t.Errorf("NRR %v, GRR %v", nrr, grr)
	}
	if rows[2].Scheme != "region" || rows[2].Bridge != want {
		t.Errorf("the only segment is the book: %+v", rows[2])
	}
	short, err := mustBook(handmade(asOf, []string{"region"}, s("a", "2023-02-01", 10), s("a", "2024-02-01", 10)), nil, nil).Bridges(context.Background(), nil, "")
	if err != nil || short[0].Whole || !math.IsNaN(short[0].NRR()) {
		t.Errorf("an export of less than 24 months has no retention: %+v, %v", short, err)
	}
}

// The parts add up exactly, segments add up to the book, GRR ≤ min(1, NRR) where nobody ends below zero, and
// neither row order nor the future matters.
func TestBridgeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sales := anySales.Draw(t, "sales")
		asOf := ingest.Day(18000 + rapid.IntRange(300, 800).Draw(t, "as of"))
		past := until(sales, asOf)
		if len(past) == 0 {
			return
		}
		by := []string{"abc", "region", "frequency:q2"}
		bridges := func(rows []sale) []BridgeRow {
			out, err := mustBook(handmade(asOf, []string{"region"}, rows...), nil, nil).Bridges(context.Background(), by, "")
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		rows := bridges(past)
		sums := map[[2]string]Bridge{}
		for _, r := range rows {
			if r.Prior+r.New+r.Returned+r.Grown+r.Shrunk+r.Lost != r.Now {
				t.Fatalf("does not add up: %+v", r)
			}
			if r.GRR() > 1 || r.GRR() < 0 {
				t.Fatalf("GRR: %+v", r)
			}
			s := sums[[2]string{r.Scheme, r.Measure}]
			s.Prior, s.Now, s.New, s.Lost, s.Before = s.Prior+r.Prior, s.Now+r.Now, s.New+r.New, s.Lost+r.Lost, s.Before+r.Before
			sums[[2]string{r.Scheme, r.Measure}] = s
		}
		for key, s := range sums {
			if book := sums[[2]string{"", key[1]}]; s != book {
				t.Fatalf("%v adds up to %+v, the book is %+v", key, s, book)
			}
		}
		if again := bridges(rapid.Permutation(past).Draw(t, "shuffled")); !reflect.DeepEqual(again, rows) {
			t.Fatal("row order matters")
		}
		if again := bridges(sales); !reflect.DeepEqual(again, rows) {
			t.Fatal("later rows matter")
		}
	})
}
