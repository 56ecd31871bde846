package generate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"mainstay/ingest"
	"mainstay/ingest/store"
)

// contents are the files of a folder by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(name)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The same parameters give the same bytes on one thread and on four, in several row groups and files.
func TestSameBytesForAnyThreads(t *testing.T) {
	for _, order := range Orders {
		p := small()
		p.Order, p.Files, p.IDs = order, 3, "uuid"
		one, _ := write(t, p, 1)
		four, _ := write(t, p, 4)
		a, b := contents(t, one), contents(t, four)
		names := slices.Sorted(maps.Keys(a))
		if want := "[accounts.parquet activities.parquet contracts.parquet orders/part-00001.parquet orders/part-00002.parquet orders/part-00003.parquet people.parquet series.csv truth.json truth.parquet]"; fmt.Sprint(names) != want {
			t.Errorf("%s: files %v, want %s", order, names, want)
		}
		for _, name := range names {
			if a[name] != b[name] {
				t.Errorf("%s: %s depends on the number of threads", order, name)
			}
		}
	}
}

// The order of rows changes nothing but the order of rows.
func TestOrdersOfRows(t *testing.T) {
	var sorted []string
	for _, order := range Orders {
		p := small()
		p.Order = order
		dir, _ := write(t, p, 2)
		rows, err := parquet.ReadFile[orderRow](filepath.Join(dir, "orders.parquet"))
		if err != nil {
			t.Fatal(err)
		}
		lines := make([]string, len(rows))
		later, later100 := 0, 0
		for i := range rows {
			lines[i] = show(&rows[i])
			if i > 0 && lines[i] >= lines[i-1] {
				later++
			}
			if i >= 100 && lines[i] >= lines[i-100] {
				later100++
			}
		}
		switch ascending := float64(later100) / float64(len(rows)); {
		case order == "time" && ascending < 0.8, order == "shuffled" && (ascending < 0.4 || ascending > 0.6):
			t.Errorf("%s: %.2f of rows are later than the one 100 before", order, ascending)
		}
		slices.Sort(lines)
		if sorted == nil {
			sorted = lines
		}
		if !slices.Equal(lines, sorted) {
			t.Errorf("%s has other rows", order)
		}
	}
}

// What Mainstay reads and sets aside, by reason, in rows and money, is what the truth says.
func TestReadingReconcilesWithTheTruth(t *testing.T) {
	for _, ids := range IDs {
		p := small()
		p.IDs, p.Dirt = ids, 0.02
		dir, truth := write(t, p, 2)
		plan, err := ingest.NewPlan(context.Background(), store.Dir{}, []string{filepath.Join(dir, "orders.parquet")}, ingest.DefaultConfig(), 2, time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		plan.Config.MaxBadRate = 1
		found, err := ingest.Inspect(context.Background(), store.Dir{}, plan, 2)
		if err != nil {
			t.Fatal(err)
		}
		if plan.AsOf.String() != p.To || found.Rows != truth.Rows {
			t.Errorf("as of %s, %d rows; want %s, %d", plan.AsOf, found.Rows, p.To, truth.Rows)
		}
		got := map[string]Amount{}
		for _, r := range found.SetAside {
			got[r.Reason] = Amount{r.Rows, r.Amount}
		}
		want := map[string]Sum{}
		for i, l := range truth.Lines {
			reason := [fates]string{cancel: ingest.ReasonExcludedStatus, nullDate: ingest.ReasonBadTime, ancientDate: ingest.ReasonBadTime, distantDate: ingest.ReasonBadTime,
				futureDate: ingest.ReasonAfterAsOf, nullAmount: ingest.ReasonBadAmount, noCustomer: ingest.ReasonNoCustomer}[i]
			if reason != "" {
				s := want[reason]
				s.merge(Sum{l.Rows, cents(t, l.Money)})
				want[reason] = s
			}
		}
		for reason, s := range want {
			if got[reason] != s.amount() {
				t.Errorf("%s: %s is %v, the truth says %v", ids, reason, got[reason], s.amount())
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: set aside %v, want %v", ids, got, want)
		}
	}
}

func cents(t *testing.T, money string) (v int64) {
	t.Helper()
	if _, err := fmt.Sscan(strings.Replace(money, ".", "", 1), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// The truth of every customer agrees with its orders and with the tables beside them.
func TestTablesAgree(t *testing.T) {
	p := small()
	p.Dirt = 0
	dir, truth := write(t, p, 2)
	customers, err := parquet.ReadFile[truthRow](filepath.Join(dir, "truth.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := parquet.ReadFile[accountRow](filepath.Join(dir, "accounts.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	contracts, err := parquet.ReadFile[contractRow](filepath.Join(dir, "contracts.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	orders, err := parquet.ReadFile[orderRow](filepath.Join(dir, "orders.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	if len(customers) != p.Customers || len(accounts) != p.Customers+truth.Prospects || truth.Prospects != 15 {
		t.Fatalf("%d customers, %d accounts, %d prospects", len(customers), len(accounts), truth.Prospects)
	}
	lines, last, industry := map[string]int32{}, map[string]int64{}, map[string]string{}
	for _, o := range orders {
		lines[*o.Customer]++
		industry[*o.Customer] = o.Industry
		if o.Quantity > 0 {
			last[*o.Customer] = max(last[*o.Customer], *o.Date)
		}
	}
	signed := map[string]int32{}
	ids := map[int64]bool{}
	for _, k := range contracts {
		signed[k.Customer]++
		if k.End-k.Start != contractDays-1 || ids[k.ID] {
			t.Errorf("contract %+v", k)
		}
		ids[k.ID] = true
	}
	stayed := int64(0)
	for i, c := range customers {
		if lines[c.Customer] != c.Lines || signed[c.Customer] != c.Contracts {
			t.Errorf("%s: %d lines and %d contracts, the truth has %d and %d", c.Customer, lines[c.Customer], signed[c.Customer], c.Lines, c.Contracts)
		}
		if c.Left == nil {
			stayed++
		} else if last[c.Customer] > (int64(*c.Left)+1)*86400*1_000_000 {
			t.Errorf("%s left on day %d and bought later", c.Customer, *c.Left)
		}
		if a := accounts[i]; a.Customer != c.Customer || c.Lines > 0 && a.Industry != industry[c.Customer] {
			t.Errorf("account %+v of %s", a, c.Customer)
		}
	}
	if stayed != truth.StayedOn {
		t.Errorf("%d stayed, the truth says %d", stayed, truth.StayedOn)
	}
}

// A folder is complete or not there, and only an export is ever replaced.
func TestStage(t *testing.T) {
	out := filepath.Join(t.TempDir(), "deep", "out")
	fill := func(text string) func(string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, "truth.json"), []byte(text), 0o644) }
	}
	var refused *ConfigError
	if err := Stage(out, false, fill("first")); err != nil {
		t.Fatal(err)
	}
	if err := Stage(out, false, fill("second")); !errors.As(err, &refused) || !strings.Contains(err.Error(), "--force") {
		t.Errorf("a second export: %v", err)
	}
	failed := errors.New("no room")
	if err := Stage(out, true, func(dir string) error { return errors.Join(fill("third")(dir), failed) }); !errors.Is(err, failed) {
		t.Errorf("a failed export: %v", err)
	}
	if got := contents(t, filepath.Dir(out)); len(got) != 1 || got["out/truth.json"] != "first" {
		t.Errorf("after failures the folder holds %v", got)
	}
	if err := Stage(out, true, fill("fourth")); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, filepath.Dir(out)); len(got) != 1 || got["out/truth.json"] != "fourth" {
		t.Errorf("after replacing the folder holds %v", got)
	}
	if err := os.WriteFile(filepath.Join(out, "thesis.doc"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Stage(out, true, fill("fifth")); !errors.As(err, &refused) || !strings.Contains(err.Error(), "thesis.doc") {
		t.Errorf("a foreign folder: %v", err)
	}
}

// An interrupted export ends with the context's error.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := small()
	p.Files = 4
	if _, err := Write(ctx, t.TempDir(), p, 2, func(float64) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestParametersAreChecked(t *testing.T) {
	if p := Default(); p.Check() != nil {
		t.Errorf("the defaults are refused: %v", p.Check())
	}
	for _, c := range []struct {
		set  func(p *Parameters)
		want string
	}{
		{func(p *Parameters) { p.From = "2026-13-01" }, `--from is "2026-13-01"; expected a date`},
		{func(p *Parameters) { p.To = p.From }, "expected 30 days to 40 years"},
		{func(p *Parameters) { p.Season = 1 }, "--season is 1; expected 0 to 0.95"},
		{func(p *Parameters) { p.Order = "date" }, `--order is "date"; expected time, customer, shuffled`},
		{func(p *Parameters) { p.Rows = 0 }, "--rows is 0; expected 1 to 200000000"},
		{func(p *Parameters) { p.Regions = nil }, "--regions"},
		{func(p *Parameters) { p.Rows, p.Customers = 1000, 10_000 }, "expected more than 6"},
	} {
		p := Default()
		c.set(&p)
		if _, err := newProcess(p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// docs/generate.md names every column, and the industries as they are.
func TestColumnsAreDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/generate.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	schemas := tableSchemas(&keys{ids: "text"})
	for _, schema := range append(schemas[:], schemaOf[orderRow]()) {
		for _, column := range schema[1:] {
			if !strings.Contains(doc, "`"+column.Name+"`") {
				t.Errorf("docs/generate.md does not name the column %s", column.Name)
			}
		}
	}
	for _, industry := range theSeven {
		row := fmt.Sprintf("| %s | %.0f %% | %v", industry.Name, 100*industry.Share, industry.Risk)
		if !strings.Contains(doc, row) || !strings.Contains(doc, " | "+time.Month(industry.Peak).String()+" |") {
			t.Errorf("docs/generate.md has no row %q of peak %s", row, time.Month(industry.Peak))
		}
	}
}
