package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Every example of attrition and attrition contracts does what it says, on tables with the columns it names.
func TestAttritionExamplesWork(t *testing.T) {
	if testing.Short() {
		t.Skip("fits whole books")
	}
	orders, accounts := absolute(t, exampleOrders), absolute(t, "../../testdata/accounts.parquet")
	t.Chdir(t.TempDir())
	for name, from := range map[string]string{"orders.parquet": orders, "accounts.parquet": accounts} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		writeTable(t, name, string(text))
	}
	writeTable(t, "subscriptions.csv", subscriptions())
	// As Fader & Hardie 2007, JIM 21:76-90.
	writeTable(t, "left.csv", "plan,period,left\nregular,0,1000\nregular,1,631\nregular,2,468\nregular,3,382\nregular,4,326\nregular,5,289\nregular,6,262\nregular,7,241\nregular,8,223\n")
	for _, path := range []string{"mainstay attrition", "mainstay attrition contracts"} {
		for line := range strings.Lines(find(t, path).Example) {
			var stdout, stderr bytes.Buffer
			args := shellFields(strings.TrimSpace(line))[1:]
			if code := run(context.Background(), args, strings.NewReader(""), &stdout, &stderr); code != exitOK || stdout.Len() == 0 || stderr.Len() > 0 {
				t.Errorf("%s: exit status %d: %s", strings.TrimSpace(line), code, stderr.String())
			}
		}
	}
}

// subscriptions are contracts of a year, of 300 customers in two plans: one with chance p of not renewing, which is Beta(½, 1) between customers, stays for a geometric number of years.
func subscriptions() string {
	var b strings.Builder
	b.WriteString("customer,start,end,plan\n")
	for i := range 300 {
		_, v := math.Modf(float64(i+1) * math.Sqrt2)
		_, u := math.Modf(float64(i+1) * math.Phi)
		lasts := 1 + int(min(20, math.Log(1-u)/math.Log1p(-v*v)))
		plan := []string{"basic", "full"}[i%2]
		for year := range lasts {
			start := time.Date(2019+year, time.Month(1+i%12), 1, 0, 0, 0, 0, time.UTC)
			if start.After(today) {
				break
			}
			fmt.Fprintf(&b, "S%03d,%s,%s,%s\n", i, start.Format(time.DateOnly), start.AddDate(1, 0, -1).Format(time.DateOnly), plan)
		}
	}
	return b.String()
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func writeTable(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
