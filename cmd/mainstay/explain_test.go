package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// explainJSON runs explain and returns the document.
func explainJSON(t *testing.T, args ...string) map[string]any {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), append([]string{"explain", "--json"}, args...), strings.NewReader(""), &stdout, &stderr); code != exitOK {
		t.Fatalf("explain %q: exit status %d: %s", args, code, stderr.String())
	}
	d := json.NewDecoder(&stdout)
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// What explain explains is the row that run publishes, digit by digit, on any day; and so is the score that
// it compares with.
func TestExplainIsTheRowOfTheRun(t *testing.T) {
	slow(t)
	explainsTheRuns(t)
	explainsTheRuns(t, "--contracts", "../../testdata/contracts.csv", "--activities", "../../testdata/activities.csv")
}

// explainsTheRuns compares with runs of the same flags: an earlier day must not know the contracts of a later one.
func explainsTheRuns(t *testing.T, flags ...string) {
	t.Helper()
	rows := map[string]map[string][]string{}
	var header []string
	for _, asOf := range []string{"2026-10-31", "2026-07-31", "2025-05-17"} {
		all, err := csv.NewReader(bytes.NewReader(runInto(t, exampleOrders, append([]string{"--as-of", asOf}, flags...)...)["scores.csv"])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		header, rows[asOf] = all[0], map[string][]string{}
		for _, row := range all[1:] {
			rows[asOf][row[0]] = row
		}
	}
	same := func(asOf, key string, score any) {
		t.Helper()
		for i, name := range header {
			got := ""
			if v := score.(map[string]any)[name]; v != nil {
				got = fmt.Sprint(v)
			}
			if want := rows[asOf][key][i]; got != strings.TrimPrefix(want, "'") {
				t.Errorf("%s as of %s: %s is %q, the run says %q", key, asOf, name, got, want)
			}
		}
	}
	for _, c := range [][3]string{{"C0230", "2026-10-31", "2026-07-31"}, {"C0037", "2026-10-31", "2025-05-17"}, {"C0001", "2025-05-17", "none"}} {
		key, asOf, since := c[0], c[1], c[2]
		doc := explainJSON(t, append([]string{key, exampleOrders, "--as-of", asOf, "--since", since}, flags...)...)
		same(asOf, key, doc["score"])
		if since != "none" {
			same(since, key, doc["since"].(map[string]any)["score"])
		}
	}
}
