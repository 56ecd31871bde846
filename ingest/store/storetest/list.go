// Package storetest is for tests only: what every store must do alike.
package storetest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest/store"
)

// Tree is what a messy export folder looks like; each file holds its own name.
var Tree = []string{
	"export/year=2011/month=1/data_0.parquet",
	"export/year=2011/month=1/_SUCCESS",
	"export/year=2011/month=1/.part-0.parquet.crc",
	"export/year=2011/month=__HIVE_DEFAULT_PARTITION__/data_0.PARQUET",
	"export/year=2010/month=12/data_0.pq",
	"export/_temporary/0/part.parquet",
	"export/_c0=1/part.parquet",
	"export/.hidden/part.parquet",
	"export/_metadata",
	"export/_common.parquet",
	"export/notes.txt",
	"export/name%3D1=a%20b%2Fc/x.parq",
	"export/spark.parquet/part-0.snappy.parquet",
	"flat/a.parquet",
	"flat/b.parquet",
	"flat/B.parquet",
	"flat/c.dat",
	"flat/odd[1].parquet",
	"none/_SUCCESS",
}

// List lists Tree, which a store holds below root ("" or scheme://bucket/).
func List(t *testing.T, s store.Store, root string) {
	listing(t, s, root)
	partitions(t, s, root)
	nothing(t, s, root)
}

func names(objects []store.Object, root string) []string {
	var out []string
	for _, o := range objects {
		out = append(out, strings.TrimPrefix(o.Name, root))
	}
	return out
}

func listing(t *testing.T, s store.Store, root string) {
	everything := []string{
		"export/_c0=1/part.parquet", "export/name%3D1=a%20b%2Fc/x.parq", "export/spark.parquet/part-0.snappy.parquet",
		"export/year=2010/month=12/data_0.pq", "export/year=2011/month=1/data_0.parquet",
		"export/year=2011/month=__HIVE_DEFAULT_PARTITION__/data_0.PARQUET",
	}
	check := func(source string, want ...string) {
		t.Helper()
		got, err := s.List(context.Background(), root+source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			return
		}
		if !slices.Equal(names(got, root), want) {
			t.Errorf("%s: listed %q, want %q", source, names(got, root), want)
		}
		for _, o := range got {
			if o.Size != int64(len(o.Name)-len(root)) {
				t.Errorf("%s: size %d", o.Name, o.Size)
			}
			r, err := s.Open(context.Background(), o)
			if err != nil {
				t.Errorf("%s: %v", o.Name, err)
				continue
			}
			b, err := io.ReadAll(io.NewSectionReader(r, 0, o.Size))
			if err != nil || string(b) != o.Name[len(root):] {
				t.Errorf("%s holds %q, %v", o.Name, b, err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	check("export", everything...)
	check("./export/", everything...)
	check("export/**", everything...)
	check("export/**/*.pq", "export/year=2010/month=12/data_0.pq")
	check("export/year=*", everything[3:]...)
	check("export/year=201[01]/month=1*/data*", everything[3:5]...)
	check("export/_metadata", "export/_metadata")
	check("export/_common*", "export/_common.parquet")
	check("export/_temporary", "export/_temporary/0/part.parquet")
	check("flat", "flat/B.parquet", "flat/a.parquet", "flat/b.parquet", "flat/odd[1].parquet")
	check("flat/c.dat", "flat/c.dat")
	check("flat/?.*", "flat/B.parquet", "flat/a.parquet", "flat/b.parquet", "flat/c.dat")
	check("fl*/[ab].parquet", "flat/a.parquet", "flat/b.parquet")
	check("flat/odd[1].parquet", "flat/odd[1].parquet")
	check("**/b.parquet", "flat/b.parquet")
}

func partitions(t *testing.T, s store.Store, root string) {
	check := func(source string, want ...store.Partition) {
		t.Helper()
		got, err := s.List(context.Background(), root+source)
		if err != nil || len(got) != 1 || !slices.Equal(got[0].Partitions, want) {
			t.Errorf("%s: %+v, %v; want %v", source, got, err, want)
		}
	}
	check("export/year=2010", store.Partition{Key: "year", Value: "2010"}, store.Partition{Key: "month", Value: "12"})
	check("export/year=2010/month=12/data_0.pq", store.Partition{Key: "year", Value: "2010"}, store.Partition{Key: "month", Value: "12"})
	check("export/name%3D1=a%20b%2Fc", store.Partition{Key: "name=1", Value: "a b/c"})
	check("export/year=2011/month=__*", store.Partition{Key: "year", Value: "2011"}, store.Partition{Key: "month", Value: "__HIVE_DEFAULT_PARTITION__"})
	check("flat/a.parquet")
}

func nothing(t *testing.T, s store.Store, root string) {
	check := func(source, want string) {
		t.Helper()
		got, err := s.List(context.Background(), root+source)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), root+source) {
			t.Errorf("%q: %v, %v; want %q", source, names(got, root), err, want)
		}
	}
	check("exports", "did you mean "+root+"export?")
	check("flat/aa.parquet", "did you mean "+root+"flat/a.parquet?")
	check("entirely-different", "no such file or folder: check")
	check("flat/*.parq", "the pattern matches no file")
	check("export/.hidden/../_temporary/*.csv", "the pattern matches no file")
	check("flat/c.dat/x", root+"flat/c.dat/x: ")
	check("none", "no Parquet file in this folder")
	if _, err := s.Open(context.Background(), store.Object{Name: root + "gone.parquet"}); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), root+"gone.parquet: ") {
		t.Errorf("opening a missing file: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.List(ctx, root+"flat"); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context lists: %v", err)
	}
}
