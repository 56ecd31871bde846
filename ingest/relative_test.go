package ingest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"mainstay/ingest/store"
)

func TestRelativeNames(t *testing.T) {
	for _, c := range []struct{ names, want []string }{
		{nil, []string{}},
		{[]string{"in/a.parquet"}, []string{"a.parquet"}},
		{[]string{"/data/in/a.parquet"}, []string{"a.parquet"}},
		{[]string{"/a.parquet"}, []string{"a.parquet"}},
		{[]string{".a.parquet"}, []string{".a.parquet"}},
		{[]string{"in/y=1/a.parquet", "in/y=2/a.parquet"}, []string{"y=1/a.parquet", "y=2/a.parquet"}},
		{[]string{"in/a.parquet", "in/2/3/b.parquet"}, []string{"a.parquet", "2/3/b.parquet"}},
		{[]string{"in/a.parquet", "inner/b.parquet"}, []string{"in/a.parquet", "inner/b.parquet"}},
		{[]string{"/x/a.parquet", "/y/b.parquet"}, []string{"x/a.parquet", "y/b.parquet"}},
		{[]string{"a.parquet", "in/b.parquet"}, []string{"a.parquet", "in/b.parquet"}},
		{[]string{"../ingest/a.parquet", "b.parquet"}, []string{"a.parquet", "b.parquet"}},
		{[]string{"../x/a.parquet", "in/b.parquet"}, []string{"x/a.parquet", "ingest/in/b.parquet"}},
	} {
		var objects []store.Object
		for _, n := range c.names {
			objects = append(objects, store.Object{Name: n})
		}
		if got := RelativeNames(objects); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.names, got, c.want)
		}
	}
}

// Rejects name a file the same however its path was typed.
func TestRejectsDoNotTellThePath(t *testing.T) {
	root := t.TempDir()
	for name, rows := range map[string][]saleRow{"y=1/a.parquet": saleRows(2000), "y=2/b.parquet": saleRows(900)} {
		name = filepath.Join(root, "in", name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, parquetOf(t, rows, 700), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
	rejects := func(source string) (all []Reject) {
		cfg := DefaultConfig()
		cfg.AsOf = "2024-06-30"
		p, err := NewPlan(context.Background(), store.Dir{}, []string{source}, cfg, 2, planNow)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = Build(context.Background(), store.Dir{}, p, 2, func(b []Reject) error { all = append(all, b...); return nil }, nil); err != nil {
			t.Fatal(err)
		}
		return all
	}
	want := rejects(filepath.Join(root, "in"))
	if len(want) == 0 || want[0].File != "y=1/a.parquet" {
		t.Fatalf("%d rejects: %+v", len(want), want[:1])
	}
	for _, source := range []string{"in", "./in/*/*.parquet", "in/../in"} {
		if got := rejects(source); !slices.Equal(got, want) {
			t.Errorf("%s: other rejects", source)
		}
	}
	if one := rejects("in/y=2"); one[0].File != "b.parquet" {
		t.Errorf("a single file is called %s", one[0].File)
	}
}
