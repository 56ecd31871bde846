package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest/column"
)

// tree is what a messy export folder looks like.
var tree = []string{
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
}

// stores are a folder on disk and a Memory that hold the same files, with the
// prefix under which they are.
func stores(t *testing.T) map[string]Store {
	dir := t.TempDir()
	t.Chdir(dir)
	m := Memory{}
	for _, name := range tree {
		m[name] = []byte(name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]Store{"dir": Dir{}, "memory": m}
}

func names(objects []Object) []string {
	var out []string
	for _, o := range objects {
		out = append(out, o.Name)
	}
	return out
}

func TestList(t *testing.T) {
	everything := []string{
		"export/_c0=1/part.parquet", "export/name%3D1=a%20b%2Fc/x.parq", "export/spark.parquet/part-0.snappy.parquet",
		"export/year=2010/month=12/data_0.pq", "export/year=2011/month=1/data_0.parquet",
		"export/year=2011/month=__HIVE_DEFAULT_PARTITION__/data_0.PARQUET",
	}
	for name, s := range stores(t) {
		check := func(source string, want ...string) {
			t.Helper()
			got, err := s.List(context.Background(), source)
			if err != nil {
				t.Errorf("%s: %s: %v", name, source, err)
				return
			}
			if !slices.Equal(names(got), want) {
				t.Errorf("%s: %s: listed %q, want %q", name, source, names(got), want)
			}
			for _, o := range got {
				if o.Size != int64(len(o.Name)) {
					t.Errorf("%s: %s: size %d", name, o.Name, o.Size)
				}
				r, err := s.Open(context.Background(), o)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				b, err := io.ReadAll(io.NewSectionReader(r, 0, o.Size))
				if err != nil || string(b) != o.Name {
					t.Errorf("%s: %s holds %q, %v", name, o.Name, b, err)
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
}

func TestPartitions(t *testing.T) {
	for name, s := range stores(t) {
		check := func(source string, want ...Partition) {
			t.Helper()
			got, err := s.List(context.Background(), source)
			if err != nil || len(got) != 1 || !slices.Equal(got[0].Partitions, want) {
				t.Errorf("%s: %s: %+v, %v; want %v", name, source, got, err, want)
			}
		}
		check("export/year=2010", Partition{"year", "2010"}, Partition{"month", "12"})
		check("export/year=2010/month=12/data_0.pq", Partition{"year", "2010"}, Partition{"month", "12"})
		check("export/name%3D1=a%20b%2Fc", Partition{"name=1", "a b/c"})
		check("export/year=2011/month=__*", Partition{"year", "2011"}, Partition{"month", "__HIVE_DEFAULT_PARTITION__"})
		check("flat/a.parquet")
	}
}

func TestNothing(t *testing.T) {
	for name, s := range stores(t) {
		check := func(source, want string) {
			t.Helper()
			got, err := s.List(context.Background(), source)
			if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), source) {
				t.Errorf("%s: %q: %v, %v; want %q", name, source, names(got), err, want)
			}
		}
		if name == "dir" {
			check("exports", "did you mean export?")
			check("flat/aa.parquet", "did you mean flat/a.parquet?")
			check("exporrt/year=2011/x", "did you mean export?")
			check("flatt/*.parquet", "did you mean flat?")
			check("entirely-different", "no such file or folder: check")
			check("flat/*.parq", "the pattern matches no file")
			check("export/.hidden/../_temporary/*.csv", "the pattern matches no file")
			check("", "empty source")
			check("flat/c.dat/x", "flat/c.dat/x: ")
			if err := os.MkdirAll("none/_SUCCESS", 0o755); err != nil {
				t.Fatal(err)
			}
			check("none", "no Parquet file in this folder")
		} else {
			check("flat/aa.parquet", "did you mean flat/a.parquet?")
		}
		if _, err := s.Open(context.Background(), Object{Name: "gone.parquet"}); err == nil || !strings.HasPrefix(err.Error(), "gone.parquet: ") {
			t.Errorf("%s: opening a missing file: %v", name, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := s.List(ctx, "flat"); err == nil {
			t.Errorf("%s: a cancelled context lists", name)
		}
	}
}

// TestLinks: links are followed, loops end, and no file is listed twice.
func TestLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need privileges on Windows")
	}
	t.Chdir(t.TempDir())
	for _, dir := range []string{"data/sub", "elsewhere"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"data/2024.parquet", "data/sub/x.parquet", "elsewhere/far.parquet"} {
		if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{
		"data/1-latest.parquet": "2024.parquet", "data/sub/up": "..", "data/self": ".", "data/far": "../elsewhere", "data/far2": "../elsewhere", "data/notes.txt": "gone",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	got, err := (Dir{}).List(context.Background(), "data")
	if want := []string{"data/2024.parquet", "data/far/far.parquet", "data/sub/x.parquet"}; err != nil || !slices.Equal(names(got), want) {
		t.Errorf("listed %q, %v; want %q", names(got), err, want)
	}
	if err := os.Symlink("gone", "data/dangling.parquet"); err != nil {
		t.Fatal(err)
	}
	if _, err := (Dir{}).List(context.Background(), "data"); err == nil || !strings.Contains(err.Error(), "data/dangling.parquet") {
		t.Errorf("a dangling link: %v", err)
	}
}

func TestNotRegular(t *testing.T) {
	if _, err := os.Stat("/dev/null"); err != nil {
		t.Skip("no /dev/null here")
	}
	if _, err := (Dir{}).List(context.Background(), "/dev/null"); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a device: %v", err)
	}
}

// What cannot be listed or opened is the error of an input, which the command line
// tells from other failures.
func TestErrorsAreOfInputs(t *testing.T) {
	folder := t.TempDir()
	_, absent := Dir{}.List(context.Background(), filepath.Join(folder, "absent.parquet"))
	_, empty := Dir{}.List(context.Background(), folder)
	_, remote := Files{}.List(context.Background(), "ftp://bucket/x.parquet")
	_, gone := Dir{}.Open(context.Background(), Object{Name: filepath.Join(folder, "gone.parquet")})
	_, memory := Memory{}.Open(context.Background(), Object{Name: "x"})
	for _, err := range []error{absent, empty, remote, gone, memory} {
		var input *column.Error
		if !errors.As(err, &input) || strings.HasPrefix(err.Error(), ":") {
			t.Errorf("%T: %v", err, err)
		}
	}
}
