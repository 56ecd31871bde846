package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Every example of attrition, of histories and of contracts does what it says, on tables with the columns it names.
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
	cbs := histories()
	writeTable(t, "cbs.csv", cbs)
	writeTable(t, "summary.csv", strings.Replace(cbs, "x,t.x,T.cal", "frequency,recency,T", 1))
	writeTable(t, "donors.csv", donors)
	for _, path := range []string{"mainstay attrition", "mainstay attrition histories", "mainstay attrition contracts"} {
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

// histories are 400 customers who buy at rates of their own for lives of their own.
func histories() string {
	var b strings.Builder
	b.WriteString("cust,x,t.x,T.cal,monetary_value,x.star\n")
	exponential := rand.New(rand.NewPCG(6, 2026)).ExpFloat64
	for i := range 400 {
		end := 30 + float64(i%20)
		rate, life := 0.3*exponential(), exponential()/(0.03*exponential())
		x, last, later := 0, 0.0, 0
		for at := exponential() / rate; at < min(life, end+39); at += exponential() / rate {
			if at > end {
				later++
				continue
			}
			x, last = x+1, at
		}
		fmt.Fprintf(&b, "%d,%d,%.4f,%.0f,%.2f,%d\n", i, x, last, end, 20+10*exponential(), later)
	}
	return b.String()
}

// donors of six years: Fader, Hardie & Shang 2010, Table 1 (../shared/reference/donations.csv).
const donors = `x,t.x,n.cal,custs
6,6,6,1203
5,6,6,728
4,6,6,512
3,6,6,357
2,6,6,234
1,6,6,129
5,5,6,335
4,5,6,284
3,5,6,225
2,5,6,173
1,5,6,119
4,4,6,240
3,4,6,181
2,4,6,155
1,4,6,78
3,3,6,322
2,3,6,255
1,3,6,129
2,2,6,613
1,2,6,277
1,1,6,1091
0,0,6,3464
`

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
