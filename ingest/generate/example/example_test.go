package example

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// The tables are of customers that exist, with dates that are dates, but for the lines that testdata/README.md lists.
func TestTablesAreWrongOnlyOnPurpose(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	accounts, err := parquet.ReadFile[accountRow](filepath.Join(dir, "accounts.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		known[a.CustomerID] = true
	}
	orders, err := parquet.ReadFile[orderRow](filepath.Join(dir, "orders.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range orders {
		if o.CustomerID != nil {
			known[*o.CustomerID] = true
		}
	}
	for _, table := range []struct {
		name                  string
		customer, from, to    int // columns; -1 = none
		unknown, noDate, back int
		repeated, later       int
	}{
		{"contracts.csv", 1, 2, 3, 1, 1, 1, 1, 0},
		{"activities.csv", 0, 1, -1, 1, 1, 0, 0, 1},
		{"people.csv", 0, 3, 4, 1, 0, 1, 0, 0},
		{"series.csv", -1, 0, -1, 0, 0, 0, 0, 0},
	} {
		rows := readCSV(t, filepath.Join(dir, table.name))
		var unknown, noDate, back, repeated, later int
		for i, row := range rows[1:] {
			if table.customer >= 0 && !known[row[table.customer]] {
				unknown++
			}
			from, err := time.Parse(time.DateOnly, row[table.from])
			if err != nil {
				noDate++
			} else if from.Year() > 2030 {
				later++
			}
			if table.to >= 0 && row[table.to] != "" && row[table.to] < row[table.from] && err == nil {
				back++
			}
			if table.name == "contracts.csv" && slices.ContainsFunc(rows[1:i+1], func(o []string) bool { return slices.Equal(o, row) }) {
				repeated++
			}
		}
		got := [5]int{unknown, noDate, back, repeated, later}
		if want := [5]int{table.unknown, table.noDate, table.back, table.repeated, table.later}; got != want {
			t.Errorf("%s: unknown customers, bad dates, dates the wrong way, repeated, of the future: %v, want %v", table.name, got, want)
		}
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
