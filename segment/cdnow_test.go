package segment

import (
	"math"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"mainstay/ingest"
	"mainstay/internal/refdata"
)

// cdnowSample is the 1/10 sample of CDNOW, read here without ingest: a second opinion.
func cdnowSample(t *testing.T) *ingest.Ledger {
	type row struct {
		Customer string    `parquet:"customer_id,optional"`
		Time     time.Time `parquet:"ts,optional,timestamp(microsecond:local)"`
		Amount   float64   `parquet:"amount,optional"`
	}
	rows, err := parquet.ReadFile[row](refdata.Shared(t, "data", "cdnow_sample.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	sales := make([]sale, len(rows))
	for i, r := range rows {
		sales[i] = sale{key: r.Customer, day: ingest.DayOf(r.Time.UTC()), amount: int64(math.Round(r.Amount * 100))}
	}
	l := handmade(date("1998-06-30"), nil, sales...)
	l.Has = ingest.Has{}
	return l
}

// TestConcentrationOfCDNOW: figures of shared/reference/README.md, "Holdout accuracy on CDNOW" (78-week
// spend, first purchase included), recomputed with NumPy.
func TestConcentrationOfCDNOW(t *testing.T) {
	l := cdnowSample(t)
	profiles := ProfilesOn(l, l.AsOf, 90, 2)
	values := make([]int64, profiles.Len())
	for i := range values {
		values[i] = profiles.Net(i)
	}
	c := Concentrate(values)
	f := func(name string, got, want, tolerance float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tolerance) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	f("customers", float64(len(values)), 2357, 0)
	f("Gini", c.Gini, .6309171170162412, 1e-12)
	f("HHI", c.HHI, .0022857964372299073, 1e-12)
	f("top 1 %", c.Top[0].Revenue, .146, .0005)
	f("top 5 %", c.Top[1].Revenue, .361, .0005)
	f("top 20 %", c.Top[3].Revenue, .674, .0005)
}

// TestBookOfCDNOW: figures from DuckDB (clock, retention, ABC) and pandas (RFM by rank(method="min")),
// with the definitions of this package written out again there.
func TestBookOfCDNOW(t *testing.T) {
	l := cdnowSample(t)
	b := mustBook(l, nil, nil)
	if c := b.Clock; c.MedianGap != 34 || c.Period != Quarter || c.Horizon != 102 || c.First != date("1997-01-01") {
		t.Errorf("clock %+v, want gap 34, quarter, 102 days", c)
	}
	atRisk, bought := 0, 0
	for i, frequency := range b.Profiles.Frequency {
		if frequency > 0 {
			bought++
		}
		if b.atRisk(i) {
			atRisk++
		}
	}
	if bought != 2349 || atRisk != 342 {
		t.Errorf("%d bought, %d at risk; want 2349, 342", bought, atRisk)
	}
	r, err := ObserveRetention(b)
	if err != nil {
		t.Fatal(err)
	}
	if rate, _, _, n := r.Overall(0.95); n != 398 || rate != 182.0/398 {
		t.Errorf("retention %v of %d, want 182 of 398", rate, n)
	}
	want := map[string]int{
		"A": 304, "B": 256, "C": 1797,
		"champions": 431, "loyal": 427, "potential": 147, "needs attention": 78, "slipping": 159, "can't lose": 8,
		"about to sleep": 320, "hibernating": 606, "lost": 173, "no purchase": 8,
	}
	for _, scheme := range []string{"abc", "rfm"} {
		g, err := b.Group(scheme)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := b.Aggregate(scheme, g, "", nil, r, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if row.Customers != want[row.Segment] {
				t.Errorf("%s: %d customers, want %d", row.Segment, row.Customers, want[row.Segment])
			}
		}
	}
}
