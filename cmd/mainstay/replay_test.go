package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// replay runs a range of dates into out and returns what it printed and the replay's folder.
func replay(t *testing.T, out, in string, args ...string) (stdout, folder string) {
	t.Helper()
	before, err := filepath.Glob(filepath.Join(out, "replay-*"))
	if err != nil {
		t.Fatal(err)
	}
	var so, se bytes.Buffer
	line := append([]string{"run", in, "--out", out}, args...)
	if code := run(context.Background(), line, strings.NewReader(""), &so, &se); code != exitOK {
		t.Fatalf("%v: exit status %d: %s", line, code, se.String())
	}
	after, err := filepath.Glob(filepath.Join(out, "replay-*"))
	if err != nil || len(after) == 0 {
		t.Fatalf("no replay in %s: %v", out, err)
	}
	for _, f := range after {
		if !slices.Contains(before, f) {
			return so.String(), f
		}
	}
	return so.String(), after[0]
}

// readFolder is the files of a folder but for the timings.
func readFolder(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if e.Name() == "timings.json" {
			continue
		}
		if files[e.Name()], err = os.ReadFile(filepath.Join(folder, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func latestRun(t *testing.T, out string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(out, "latest.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A run of a replay is the run of its date alone, to the byte, in the folder of the same name; the replay
// itself is the same for any number of threads; and latest.json ends at the newest date, however it was
// before.
func TestReplayIsTheRunsOfItsDates(t *testing.T) {
	slow(t)
	out := t.TempDir()
	_, folder := replay(t, out, exampleOrders, "--as-of", "2026-01-31..2026-07-31", "--step", "quarter", "--quiet", "--threads", "2")
	for _, asOf := range []string{"2026-01-31", "2026-04-30", "2026-07-31"} {
		runs, err := filepath.Glob(filepath.Join(out, asOf+"-*"))
		if err != nil || len(runs) != 1 {
			t.Fatalf("as of %s: %q, %v", asOf, runs, err)
		}
		alone := t.TempDir()
		var stderr bytes.Buffer
		if code := run(context.Background(), []string{"run", exampleOrders, "--as-of", asOf, "--out", alone, "--quiet", "--threads", "1"}, strings.NewReader(""), &stderr, &stderr); code != exitOK {
			t.Fatal(stderr.String())
		}
		want, got := readFolder(t, filepath.Join(alone, filepath.Base(runs[0]))), readFolder(t, runs[0])
		if len(want) != len(got) || len(want) < 15 {
			t.Errorf("as of %s: %d files, alone %d", asOf, len(got), len(want))
		}
		for name := range want {
			if !bytes.Equal(want[name], got[name]) {
				t.Errorf("as of %s: %s differs from that of the run alone", asOf, name)
			}
		}
	}
	if l := latestRun(t, out); !strings.Contains(l, `"as_of": "2026-07-31"`) {
		t.Errorf("latest.json: %s", l)
	}

	again := t.TempDir()
	_, other := replay(t, again, exampleOrders, "--as-of", "2026-01-31..2026-07-31", "--step", "quarter", "--quiet", "--threads", "1")
	if filepath.Base(other) != filepath.Base(folder) {
		t.Errorf("another number of threads, another replay: %s and %s", folder, other)
	}
	want, got := readFolder(t, folder), readFolder(t, other)
	for name := range want {
		if !bytes.Equal(want[name], got[name]) {
			t.Errorf("%s differs with the number of threads", name)
		}
	}

	// A shorter replay of what is there computes nothing, and moves latest.json nowhere.
	before := latestRun(t, out)
	stamps := modified(t, out)
	replay(t, out, exampleOrders, "--as-of", "2026-01-31..2026-04-30", "--step", "quarter")
	if got := latestRun(t, out); got != before {
		t.Errorf("latest.json moved back: %s", got)
	}
	text, _ := replay(t, out, exampleOrders, "--as-of", "2026-01-31..2026-04-30", "--step", "quarter")
	if !strings.Contains(strings.Join(strings.Fields(text), " "), "the identical run was there already") {
		t.Errorf("computed again:\n%s", text)
	}
	for name, at := range modified(t, out) {
		if old, ok := stamps[name]; ok && !old.Equal(at) {
			t.Errorf("%s was written again", name)
		}
	}
}

// modified is when each run was written.
func modified(t *testing.T, out string) map[string]time.Time {
	t.Helper()
	manifests, err := filepath.Glob(filepath.Join(out, "*", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]time.Time{}
	for _, m := range manifests {
		info, err := os.Stat(m)
		if err != nil {
			t.Fatal(err)
		}
		at[m] = info.ModTime()
	}
	return at
}

// csvRows is a CSV file of a folder: rows by column name.
func csvRows(t *testing.T, folder, name string) (rows []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(readFolder(t, folder)[name])).ReadAll()
	if err != nil || len(all) < 2 {
		t.Fatalf("%s: %d lines, %v", name, len(all), err)
	}
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, v := range line {
			row[all[0][i]] = v
		}
		rows = append(rows, row)
	}
	return rows
}

// Another future changes what came, and nothing that was forecast.
func TestReplayForecastsAreBlindToTheFuture(t *testing.T) {
	slow(t)
	x := readExport(t, exampleOrders)
	date := x.column("order_date")
	end := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	var thinned []parquet.Row
	for i, row := range x.rows {
		if row[date].IsNull() || row[date].Int64() < end || i%3 == 0 {
			thinned = append(thinned, row)
		}
	}
	other := filepath.Join(t.TempDir(), "orders.parquet")
	x.write(t, other, thinned)
	span := []string{"--as-of", "2026-02-28..2026-03-31", "--quiet"}
	_, a := replay(t, t.TempDir(), exampleOrders, span...)
	_, b := replay(t, t.TempDir(), other, span...)
	want, got := csvRows(t, a, "replay.csv"), csvRows(t, b, "replay.csv")
	differ := 0
	for i := range want {
		for _, name := range []string{"as_of", "target", "days", "until", "n", "predicted", "predicted_low", "predicted_high", "key_accounts", "key_warned", "model"} {
			if want[i][name] != got[i][name] {
				t.Errorf("%s of %s as of %s: %s, with another future %s", name, want[i]["target"], want[i]["as_of"], want[i][name], got[i][name])
			}
		}
		if want[i]["actual"] != got[i]["actual"] {
			differ++
		}
	}
	if differ == 0 {
		t.Error("the thinned future is the same as the other: the test sees nothing")
	}
}

// What came, counted from the export's rows by another way: customers at risk of the published score file
// without a purchase day in the horizon, and their margin or revenue.
func TestReplayCountsWhatTheExportHolds(t *testing.T) {
	slow(t)
	out := t.TempDir()
	_, folder := replay(t, out, exampleOrders, "--as-of", "2026-05-31..2026-05-31", "--value-basis", "revenue", "--quiet")
	rows := csvRows(t, folder, "replay.csv")
	scores := csvRows(t, filepath.Join(out, rows[0]["run"]), "scores.csv")

	x := readExport(t, exampleOrders)
	date, customer, amount, status := x.column("order_date"), x.column("customer_id"), x.column("amount"), x.column("status")
	from, until := time.Date(2026, 5, 31, 23, 59, 59, 0, time.UTC), time.Date(2026, 5, 31, 23, 59, 59, 0, time.UTC).AddDate(0, 0, 84)
	days := map[string]map[int64]float64{} // by customer and day: net
	for _, r := range x.rows {
		if r[date].IsNull() || r[customer].IsNull() || r[amount].IsNull() || r[status].String() == "cancelled" {
			continue
		}
		at := time.UnixMilli(r[date].Int64()).UTC()
		if at.After(from) && !at.After(until) {
			key := r[customer].String()
			if days[key] == nil {
				days[key] = map[int64]float64{}
			}
			days[key][at.Unix()/86400] += float64(r[amount].Int64()) / 100 // DECIMAL of two places
		}
	}
	left, value := 0, 0.0
	for _, s := range scores {
		if s["at_risk"] != "true" {
			continue
		}
		bought := false
		for _, net := range days[s["customer_id"]] {
			value += net
			bought = bought || net > 0
		}
		if !bought {
			left++
		}
	}
	if got := rows[0]["actual"]; got != fmt.Sprint(left) || rows[0]["days"] != "84" {
		t.Errorf("%s left within %s days, the export says %d", got, rows[0]["days"], left)
	}
	var came float64
	if _, err := fmt.Sscan(rows[1]["actual"], &came); err != nil || came < value-0.01 || came > value+0.01 {
		t.Errorf("%s came, the export says %.2f", rows[1]["actual"], value)
	}
}
