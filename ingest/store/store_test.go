package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
	"mainstay/ingest/store/storetest"
)

// A folder on disk and a Memory list alike; package s3 runs the same tests.
func TestList(t *testing.T) {
	t.Chdir(t.TempDir())
	m, bucket := store.Memory{}, store.Memory{}
	for _, name := range storetest.Tree {
		m[name], bucket["mem://b/"+name] = []byte(name), []byte(name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("dir", func(t *testing.T) { storetest.List(t, store.Dir{}, "") })
	t.Run("files", func(t *testing.T) { storetest.List(t, store.Files{}, "") })
	t.Run("memory", func(t *testing.T) { storetest.List(t, m, "") })
	t.Run("bucket", func(t *testing.T) { storetest.List(t, bucket, "mem://b/") })
	for source, want := range map[string]string{
		"exporrt/year=2011/x": "did you mean export?",
		"flatt/*.parquet":     "did you mean flat?",
		"":                    "empty source",
	} {
		if _, err := (store.Dir{}).List(context.Background(), source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// A scheme that nothing serves is said to be so, and s3:// how to get it.
func TestNoRemote(t *testing.T) {
	for name, want := range map[string]string{"ftp://b/x": "not known", "s3://b/x": "built without object stores (-tags slim)"} {
		if _, err := (store.Files{}).List(context.Background(), name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func names(objects []store.Object) (out []string) {
	for _, o := range objects {
		out = append(out, o.Name)
	}
	return out
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
	got, err := (store.Dir{}).List(context.Background(), "data")
	if want := []string{"data/2024.parquet", "data/far/far.parquet", "data/sub/x.parquet"}; err != nil || !slices.Equal(names(got), want) {
		t.Errorf("listed %q, %v; want %q", names(got), err, want)
	}
	if err := os.Symlink("gone", "data/dangling.parquet"); err != nil {
		t.Fatal(err)
	}
	if _, err := (store.Dir{}).List(context.Background(), "data"); err == nil || !strings.Contains(err.Error(), "data/dangling.parquet") {
		t.Errorf("a dangling link: %v", err)
	}
}

func TestNotRegular(t *testing.T) {
	if _, err := os.Stat("/dev/null"); err != nil {
		t.Skip("no /dev/null here")
	}
	if _, err := (store.Dir{}).List(context.Background(), "/dev/null"); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a device: %v", err)
	}
}

// What cannot be listed or opened is the error of an input, which the command line
// tells from other failures.
func TestErrorsAreOfInputs(t *testing.T) {
	folder := t.TempDir()
	_, absent := store.Dir{}.List(context.Background(), filepath.Join(folder, "absent.parquet"))
	_, empty := store.Dir{}.List(context.Background(), folder)
	_, remote := store.Files{}.List(context.Background(), "ftp://bucket/x.parquet")
	_, gone := store.Dir{}.Open(context.Background(), store.Object{Name: filepath.Join(folder, "gone.parquet")})
	_, memory := store.Memory{}.Open(context.Background(), store.Object{Name: "x"})
	for _, err := range []error{absent, empty, remote, gone, memory} {
		var input *column.Error
		if !errors.As(err, &input) || strings.HasPrefix(err.Error(), ":") {
			t.Errorf("%T: %v", err, err)
		}
	}
}
