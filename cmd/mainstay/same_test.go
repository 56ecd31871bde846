package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

const exampleOrders = "../../testdata/orders.parquet"

// results are the files of a run that do not name their inputs.
var results = []string{
	"scores.csv", "scores.parquet", "scores.arrow", "segments.csv", "segments.parquet", "transitions.csv", "transitions.parquet",
	"tiers.csv", "tiers.parquet", "tournament.csv", "tournament.parquet", "cuts.csv", "cuts.parquet",
	"bridge.csv", "bridge.parquet", "concentration.csv", "concentration.parquet", "models.json", "reference.json",
}

// runName is a run's name and id, which differ with the input's bytes.
var runName = regexp.MustCompile(`"(run|id)": "[^"]*"`)

// runInto runs mainstay on in and returns the files of the run by name.
func runInto(t *testing.T, in string, flags ...string) map[string][]byte {
	t.Helper()
	out := t.TempDir()
	var stderr bytes.Buffer
	args := append([]string{"run", in, "--quiet", "--out", out}, flags...)
	if code := run(context.Background(), args, strings.NewReader(""), io.Discard, &stderr); code != exitOK {
		t.Fatalf("%v: exit status %d: %s", args, code, stderr.String())
	}
	folders, err := filepath.Glob(filepath.Join(out, "2*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("%v: run folders %q, %v", args, folders, err)
	}
	entries, err := os.ReadDir(folders[0])
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(folders[0], e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() == "models.json" {
			b = runName.ReplaceAll(b, nil)
		}
		files[e.Name()] = b
	}
	return files
}

func sameBytes(t *testing.T, what string, want, got map[string][]byte, names []string) {
	t.Helper()
	for _, name := range names {
		if len(want[name]) == 0 || !bytes.Equal(want[name], got[name]) {
			t.Errorf("%s: %s differs (%d and %d bytes)", what, name, len(want[name]), len(got[name]))
		}
	}
}

// The number of threads, the order of the rows, and the way they are cut into files change no byte, with every table beside them.
func TestSameBytes(t *testing.T) {
	runWith := func(in string, flags ...string) map[string][]byte {
		for _, table := range []string{"contracts.csv", "activities.csv", "people.csv", "series.csv", "accounts.parquet"} {
			name, _, _ := strings.Cut(table, ".")
			flags = append(flags, "--"+name, "../../testdata/"+table)
		}
		return runInto(t, in, flags...)
	}
	want := runWith(exampleOrders, "--threads", "2")
	every := []string{"manifest.json", "rejects.csv", "rejects.parquet", "summary.txt"}
	sameBytes(t, "five threads", want, runWith(exampleOrders, "--threads", "5"), append(every, results...))
	if testing.Short() {
		return
	}
	sameBytes(t, "one thread", want, runWith(exampleOrders, "--threads", "1"), append(every, results...))

	x := readExport(t, exampleOrders)
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(x.rows), func(i, j int) { x.rows[i], x.rows[j] = x.rows[j], x.rows[i] })
	shuffled := filepath.Join(t.TempDir(), "shuffled.parquet")
	x.write(t, shuffled, x.rows)
	sameBytes(t, "shuffled rows", want, runWith(shuffled), results)

	folder := t.TempDir()
	x.partition(t, folder, "region")
	sameBytes(t, "partitioned by region", want, runWith(folder), results)
}

// What happened after the as-of date has no say: without it, or with it moved, every score, segment,
// tier and transition is the same.
func TestNothingLeaksFromTheFuture(t *testing.T) {
	slow(t)
	const asOf = "2026-06-30"
	x := readExport(t, exampleOrders)
	date := x.column("order_date")
	end := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	later := func(row parquet.Row) bool { return !row[date].IsNull() && row[date].Int64() >= end }

	var past, moved []parquet.Row
	for _, row := range x.rows {
		if !later(row) {
			past = append(past, row)
			moved = append(moved, row)
			continue
		}
		shifted := row.Clone()
		v := parquet.Int64Value(row[date].Int64() + (40 * 24 * time.Hour).Milliseconds())
		shifted[date] = v.Level(row[date].RepetitionLevel(), row[date].DefinitionLevel(), row[date].Column())
		moved = append(moved, shifted, row, row)
	}
	if len(past) == len(x.rows) {
		t.Fatalf("no row after %s: the test would prove nothing", asOf)
	}
	dir := t.TempDir()
	x.write(t, filepath.Join(dir, "past.parquet"), past)
	x.write(t, filepath.Join(dir, "moved.parquet"), moved)

	want := runInto(t, exampleOrders, "--as-of", asOf)
	sameBytes(t, "without the future", want, runInto(t, filepath.Join(dir, "past.parquet"), "--as-of", asOf), results)
	sameBytes(t, "with another future", want, runInto(t, filepath.Join(dir, "moved.parquet"), "--as-of", asOf), results)
}

// export is the content of a Parquet file with flat columns.
type export struct {
	schema *parquet.Schema
	rows   []parquet.Row
}

func readExport(t *testing.T, path string) *export {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	x := &export{schema: f.Schema()}
	for _, group := range f.RowGroups() {
		rows := group.Rows()
		buf := make([]parquet.Row, 1000)
		for {
			n, err := rows.ReadRows(buf)
			for _, row := range buf[:n] {
				x.rows = append(x.rows, row.Clone())
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		rows.Close()
	}
	return x
}

func (x *export) column(name string) int {
	leaf, ok := x.schema.Lookup(name)
	if !ok {
		panic("no column " + name)
	}
	return leaf.ColumnIndex
}

func (x *export) write(t *testing.T, path string, rows []parquet.Row) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := parquet.NewGenericWriter[any](f, x.schema)
	if _, err := w.WriteRows(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// partition writes dir/key=value/part.parquet for every value of a text column, which the files then do
// not have; their other columns come in another order.
func (x *export) partition(t *testing.T, dir, key string) {
	t.Helper()
	group := parquet.Group{}
	for _, f := range x.schema.Fields() {
		if f.Name() != key {
			group[f.Name()] = f
		}
	}
	narrow := &export{schema: parquet.NewSchema("orders", group)}
	parts := map[string][]parquet.Row{}
	columns := x.schema.Columns()
	for _, row := range x.rows {
		var value string
		var rest parquet.Row
		for _, v := range row {
			name := columns[v.Column()][0]
			if name == key {
				value = v.String()
				continue
			}
			rest = append(rest, v.Level(v.RepetitionLevel(), v.DefinitionLevel(), narrow.column(name)))
		}
		slices.SortFunc(rest, func(a, b parquet.Value) int { return a.Column() - b.Column() })
		parts[value] = append(parts[value], rest)
	}
	for value, rows := range parts {
		narrow.write(t, filepath.Join(dir, key+"="+value, "part.parquet"), rows)
	}
}

// How a path is typed changes no byte: relative, absolute, or in a folder that was moved.
func TestPathsAreNoInput(t *testing.T) {
	slow(t)
	data, err := os.ReadFile(exampleOrders)
	if err != nil {
		t.Fatal(err)
	}
	place := func() string {
		path := filepath.Join(t.TempDir(), "orders.parquet")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	first := place()
	want := runInto(t, first)
	every := append([]string{"manifest.json", "rejects.csv", "rejects.parquet", "summary.txt"}, results...)
	sameBytes(t, "moved", want, runInto(t, place()), every)
	t.Chdir(filepath.Dir(first))
	sameBytes(t, "relative", want, runInto(t, "orders.parquet"), every)
}
