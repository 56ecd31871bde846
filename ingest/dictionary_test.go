package ingest

import (
	"fmt"
	"maps"
	"reflect"
	"testing"

	"mainstay/ingest/column"
)

// A dictionary of more entries than a batch has rows gives what one pass over all rows
// gives: what is counted by entry and what is counted by row are the same.
func TestDictionariesLargerThanABatch(t *testing.T) {
	var dates, currencies []*string
	for i := range 1000 {
		date, currency := (on("2020-01-01") + Day(i%400)).String(), fmt.Sprintf("C%d", i%300)
		switch i % 50 {
		case 0:
			date, currency = "odd", " "
		case 1:
			date = " "
		}
		dates, currencies = append(dates, &date), append(currencies, &currency)
	}
	dates[2], currencies[2] = nil, nil
	date, currency := textField("d", true, dates), textField("c", true, currencies)
	count := func(size int) (e timeEvidence, c currencyCount) {
		c = currencyCount{}
		r, err := NewTimeReader("d", "auto", nil)
		if err != nil {
			t.Fatal(err)
		}
		s := r.zone.span()
		for lo := 0; lo < len(dates); lo += size {
			d := date.slice(lo, lo+size)
			e.visit(d.v, column.Type{Kind: column.Text}, &s, on("2020-12-31"))
			day := make([]Day, size)
			for i := range day {
				day[i] = Day(1000 - lo - i)
			}
			if err := c.visit(currency.slice(lo, lo+size).v, day, make([]bool, size)); err != nil {
				t.Fatal(err)
			}
		}
		return e, c
	}
	wantTime, want := count(len(dates))
	if wantTime.text.in[isoFormat] < 500 || wantTime.text.later[isoFormat] < 50 || wantTime.text.odd != "odd" || len(want) != 294 {
		t.Fatalf("%+v, %d currencies", wantTime, len(want))
	}
	for _, size := range []int{1, 10, 100, 500} {
		if gotTime, got := count(size); !reflect.DeepEqual(gotTime, wantTime) || !maps.Equal(got, want) {
			t.Errorf("batches of %d: %+v, %v", size, gotTime, got)
		}
	}
}
