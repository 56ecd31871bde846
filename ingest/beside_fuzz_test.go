package ingest

import (
	"context"
	"testing"

	"mainstay/ingest/key"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// Whatever a list of one key per line holds, it gives keys that can be matched, or an error.
func FuzzKeyLines(f *testing.F) {
	for _, s := range []string{"", "A\r\nB\n", "\uFEFF# x\n *\n", "[a", "\xff\n", "a\\*b\n00042\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		files := store.Memory{"l.txt": b}
		entries, err := readKeyLines(context.Background(), files, store.Object{Name: "l.txt", Size: int64(len(b))})
		if err != nil {
			return
		}
		lists := newExclusions(nil, []ExcludeList{{Name: "l.txt", Entries: entries}})
		for _, e := range entries {
			if key.Check([]byte(e.Key)) != key.OK || lists.match([]byte(e.Key)) == noEntry {
				t.Errorf("%q is an entry and not excluded", e.Key)
			}
		}
	})
}

// Whatever a table of rates holds, every rate is above zero and of a day, days ascend, or there is an error.
func FuzzRates(f *testing.F) {
	for _, s := range []string{
		"date,currency,rate\n2024-01-01,USD,1.1\n2024-01-01,USD,1.10\n", "Date,USD,EUR\n2024-01-01,N/A,1e-3\n", "date,currency,rate\n,,\n", "date\n", "",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		files := store.Memory{"r.csv": b}
		tab, err := table.Read(context.Background(), files, []string{"r.csv"}, 1)
		if err != nil {
			return
		}
		rates, _, err := ratesOf(tab, &RatesConfig{})
		if err != nil {
			return
		}
		book, err := newRateBook(tab, rates, 31)
		if err != nil {
			return
		}
		for name, s := range book.of {
			for i := range s.day {
				if s.rate[i].Coef <= 0 || s.day[i] == noDay || i > 0 && s.day[i] <= s.day[i-1] {
					t.Errorf("%s: rate %v of %s", name, s.rate[i], s.day[i])
				}
			}
		}
	})
}
