package segment

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
	"mainstay/ingest/spill"
)

// onDisk is a Ledger with the shards of another, none of which stays in memory.
func onDisk(t interface{ Fatal(...any) }, l *ingest.Ledger, dir string) *ingest.Ledger {
	out := &ingest.Ledger{Scale: l.Scale, UnitsScale: l.UnitsScale, First: l.First, AsOf: l.AsOf, ZeroDays: l.ZeroDays, Has: l.Has, Sides: l.Sides, Space: spill.New(1, dir)}
	for k := range ingest.Shards {
		s := l.Shard(k)
		c := ingest.Shard{KeyBytes: s.KeyBytes, KeyStart: s.KeyStart, CellStart: s.CellStart, Day: s.Day, Lines: s.Lines, Sales: s.Sales, Returns: s.Returns,
			Orders: s.Orders, Units: s.Units, Cost: s.Cost, Costed: s.Costed, Discount: s.Discount}
		for i := range l.Sides {
			c.Sides = append(c.Sides, *s.Side(i))
		}
		if err := out.Put(k, c); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// Where the shards lie matters to no view.
func TestViewsOfALedgerOnDisk(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		l := handmade(18800, []string{"region"}, anySales.Draw(t, "sales")...)
		if got, want := views(t, onDisk(t, l, dir), 3), views(t, l, 1); got != want {
			t.Fatalf("on disk:\n%s\nin memory:\n%s", got, want)
		}
	})
}

// Every question costs as many scans as it has days, and one of each for all attributes of the transactions, however many customers there are.
func TestHowManyScans(t *testing.T) {
	l, accounts := goldenBook()
	ctx, cfg := context.Background(), DefaultConfig()
	book := func() *Book {
		b, err := OpenBook(l, handmadeAccounts(accounts...), cfg, 2)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name  string
		scans int
		ask   func(b *Book) error
	}{
		{"book", 1, func(*Book) error { return nil }},
		{"conditions, classes, key accounts", 1, func(b *Book) error {
			_, err := b.Where("revenue_12m > 0 and key_account and abc = 'A' and rfm != ''")
			return err
		}},
		{"accounts", 1, func(b *Book) error { _, err := b.Group("industry group"); return err }},
		{"transactions", 2, func(b *Book) error { _, err := b.Group("region"); return err }},
		{"attributes of the transactions", 2, func(b *Book) error {
			_, err := b.Group("region,region")
			b.Schemes()
			return err
		}},
		{"retention", 2, func(b *Book) error { _, err := ObserveRetention(b); return err }},
		{"bridge", 2, func(b *Book) error { _, err := b.Bridges(ctx, []string{"abc", "rfm"}, ""); return err }},
		{"compare", 2, func(b *Book) error {
			_, err := b.Migrations(ctx, MonthsBefore(l.AsOf, 12), []string{"abc", "rfm"}, "")
			return err
		}},
		{"cohorts", 2, func(b *Book) error { _, err := b.Cohorts(ctx, Quarter, []string{"abc", "rfm"}, ""); return err }},
		{"survival", 2, func(b *Book) error { _, err := b.Survivals(ctx, []string{"abc", "rfm"}, ""); return err }},
	} {
		before := l.Scans()
		if err := c.ask(book()); err != nil {
			t.Fatal(err)
		}
		if got := l.Scans() - before; got != c.scans {
			t.Errorf("%s: %d scans, want %d", c.name, got, c.scans)
		}
	}
}
