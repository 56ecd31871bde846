package table

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest/store"
)

func TestNoticeInWords(t *testing.T) {
	for s, want := range map[string]int32{"90": 90, "90 days": 90, "60d": 60, "3 months": 90, "1 Month": 30, "3个月": 90, "30天": 30, "": 0, "0": 0} {
		if got, ok := parseNotice(s); s != "" && (!ok || got != want) {
			t.Errorf("%q: %d %v, want %d", s, got, ok, want)
		}
	}
	for _, s := range []string{"-30", "1.5", "3 years", "soon", "1e9", "days", "99999 months", "NaN"} {
		if got, ok := parseNotice(s); ok {
			t.Errorf("%q is read as %d days", s, got)
		}
	}
}

// A contract of the year 2024 with 90 days of notice, on days before, within and at the end of its term of notice, by what ends are.
func TestWhatWasKnownOfAnEnd(t *testing.T) {
	end := day("2024-12-31")
	fixed := Contract{Start: day("2024-01-01"), End: end, NoticeBy: end - 90, Notice: 90, Value: nan}
	open := Contract{Start: day("2024-01-01"), End: NoDay, NoticeBy: NoDay, Notice: 90, Value: nan}
	bare := Contract{Start: day("2024-01-01"), End: end, NoticeBy: NoDay, Notice: NoDay, Value: nan}
	by := Contract{Start: day("2024-01-01"), End: NoDay, NoticeBy: day("2024-09-30"), Notice: NoDay, Value: nan}
	early, late := day("2024-06-30"), day("2024-11-30")
	for _, c := range []struct {
		name     string
		contract Contract
		ends     string
		on       int32
		known    int32
		held     int32
	}{
		{"planned", fixed, EndsPlanned, early, end, end},
		{"notice, before it", fixed, EndsNotice, early, NoDay, early + 90},
		{"notice, on its last day", fixed, EndsNotice, end - 90, end, end},
		{"notice, after it", fixed, EndsNotice, late, end, end},
		{"actual", fixed, EndsActual, late, NoDay, NoDay},
		{"actual, on the last day", fixed, EndsActual, end, end, end},
		{"open, planned", open, EndsPlanned, early, NoDay, early + 90},
		{"open, notice", open, EndsNotice, early, NoDay, early + 90},
		{"open, actual", open, EndsActual, early, NoDay, NoDay},
		{"without a term, planned", bare, EndsPlanned, early, end, end},
		{"without a term, notice", bare, EndsNotice, early, NoDay, NoDay},
		{"open with a date", by, EndsPlanned, early, NoDay, day("2024-09-30")},
		{"open with a date that is over", by, EndsPlanned, late, NoDay, NoDay},
	} {
		if got := c.contract.KnownEnd(c.ends, c.on); got != c.known {
			t.Errorf("%s: the end is known as %s, want %s", c.name, date(got), date(c.known))
		}
		if got := c.contract.HeldUntil(c.ends, c.on); got != c.held {
			t.Errorf("%s: held until %s, want %s", c.name, date(got), date(c.held))
		}
	}
}

// Whatever a table's ends are: a contract that holds a customer until a day is in force on every day up to then.
func TestHeldUntilIsNeverContradicted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Contract{Start: rapid.Int32Range(0, 100).Draw(t, "start"), End: NoDay, NoticeBy: NoDay, Notice: NoDay}
		if rapid.Bool().Draw(t, "ends") {
			c.End = c.Start + rapid.Int32Range(0, 1000).Draw(t, "term")
		}
		if rapid.Bool().Draw(t, "notice") {
			c.Notice = rapid.Int32Range(0, 400).Draw(t, "days")
			if c.End != NoDay {
				c.NoticeBy = c.End - c.Notice
			}
		}
		ends := rapid.SampledFrom(endsKinds[1:]).Draw(t, "kind")
		on := rapid.Int32Range(0, 1100).Draw(t, "on")
		if !c.Open(on) {
			return
		}
		until := c.HeldUntil(ends, on)
		if until == NoDay {
			return
		}
		if until < on || !c.Open(until) {
			t.Fatalf("%+v, %s: held from %d until %d, when it is not in force", c, ends, on, until)
		}
		// What is known does not depend on an end that was not known yet.
		if known := c.KnownEnd(ends, on); known == NoDay && c.Notice != NoDay {
			later := c
			later.End, later.NoticeBy = c.End+rapid.Int32Range(0, 300).Draw(t, "later"), NoDay
			if c.End == NoDay {
				return
			}
			if got := later.HeldUntil(ends, on); got != until {
				t.Fatalf("%+v: held until %d, with a later end until %d", c, until, got)
			}
		}
	})
}

func TestWhatEndsAre(t *testing.T) {
	const asOf = "2025-06-30"
	read := func(cfg ContractsConfig, rows ...string) (*Contracts, error) {
		in := "customer,start,end,notice\n" + strings.Join(rows, "\n") + "\n"
		return ReadContracts(context.Background(), store.Memory{"in/c.csv": []byte(in)}, []string{"in"}, cfg, Scope{AsOf: day(asOf)})
	}
	f := func(name, want string, cfg ContractsConfig, rows ...string) {
		t.Helper()
		c, err := read(cfg, rows...)
		if err != nil {
			t.Fatal(err)
		}
		if c.Ends != want || c.Tally.EndsWhy == "" {
			t.Errorf("%s: %s (%s), want %s", name, c.Ends, c.Tally.EndsWhy, want)
		}
	}
	var planned, broken, open, silent []string
	for i := range 20 {
		planned = append(planned, fmt.Sprintf("A%d,2024-%02d-01,2025-%02d-01,", i, i%12+1, i%12+1), fmt.Sprintf("A%d,2023-%02d-01,2024-%02d-01,", i, i%12+1, i%12+1))
		broken = append(broken, fmt.Sprintf("B%d,2023-01-%02d,2024-02-%02d,60", i, i+1, 27-i), fmt.Sprintf("C%d,2025-01-01,2025-12-31,60", i))
		open = append(open, fmt.Sprintf("D%d,2024-01-01,,60", i))
		silent = append(silent, fmt.Sprintf("E%d,2024-01-01,2025-%02d-%02d,60", i, 5+i%2, i+3), fmt.Sprintf("F%d,2024-01-01,,60", i))
	}
	f("yearly terms", EndsPlanned, ContractsConfig{}, planned...)
	f("broken off", EndsNotice, ContractsConfig{}, broken...)
	f("broken off, no terms of notice", EndsActual, ContractsConfig{Notice: none}, broken...)
	f("open, notice nowhere contradicted", EndsNotice, ContractsConfig{}, open...)
	f("many ended lately, none will", EndsActual, ContractsConfig{}, silent...)
	f("as configured", EndsPlanned, ContractsConfig{Ends: EndsPlanned}, silent...)
	f("no rows", EndsActual, ContractsConfig{})
	var m *MappingError
	if _, err := read(ContractsConfig{Ends: "later"}, planned...); !errors.As(err, &m) || !strings.Contains(err.Error(), "contracts.ends") {
		t.Errorf("error %v", err)
	}
}
