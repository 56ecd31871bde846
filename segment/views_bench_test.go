package segment

import (
	"context"
	"os"
	"strconv"
	"testing"
)

// BenchmarkViewsLarge asks every question about the course of a book of as many customers as
// MAINSTAY_CUSTOMERS says (default 200,000).
func BenchmarkViewsLarge(b *testing.B) {
	customers := 200_000
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_CUSTOMERS")); err == nil {
		customers = n
	}
	l, ctx := bigLedger(customers), context.Background()
	cfg := DefaultConfig()
	for _, view := range []struct {
		name string
		ask  func(book *Book) error
	}{
		{"book", func(*Book) error { return nil }},
		{"bridge", func(book *Book) error { _, err := book.Bridges(ctx, []string{SchemeABC}, ""); return err }},
		{"compare", func(book *Book) error {
			_, err := book.Migrations(ctx, MonthsBefore(l.AsOf, 12), []string{SchemeABC}, "")
			return err
		}},
		{"cohorts", func(book *Book) error { _, err := book.Cohorts(ctx, Month, []string{SchemeABC}, ""); return err }},
		{"survival", func(book *Book) error { _, err := book.Survivals(ctx, []string{SchemeABC}, ""); return err }},
		{"concentration", func(book *Book) error { _, err := book.Trend(ctx, Quarter, []string{SchemeABC}, ""); return err }},
		{"kmeans", func(book *Book) error { _, err := book.Group(SchemeKMeans); return err }},
		{"gmm", func(book *Book) error { _, err := book.Group(SchemeGMM); return err }},
	} {
		b.Run(view.name, func(b *testing.B) {
			for b.Loop() {
				book, err := bookOn(l, nil, l.AsOf, cfg, 2)
				if err == nil {
					err = view.ask(book)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
