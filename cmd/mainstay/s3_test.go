//go:build !slim

package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest/store/s3/s3test"
)

// The whole program over HTTP: inputs of every kind and runs in an object store that fails now and then are the same
// bytes as on this machine, and nothing shows credentials.
func TestS3EndToEnd(t *testing.T) {
	server := s3test.Start(t) // the program opens its client once: one test has it
	here := t.TempDir()
	write := func(name string, b []byte) {
		path := filepath.Join(here, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		server.Put(t, "in/"+name, b)
	}
	for to, from := range map[string]string{
		"orders/desk=1/part-0.parquet": "orders.parquet", "accounts.parquet": "accounts.parquet", "contracts.csv": "contracts.csv",
		"activities.csv": "activities.csv", "people.csv": "people.csv", "series.csv": "series.csv",
	} {
		b, err := os.ReadFile("../../testdata/" + from)
		if err != nil {
			t.Fatal(err)
		}
		write(to, b)
	}
	write("orders/_SUCCESS", nil)
	write("gone.txt", []byte("C10007\n# not yet: C10008\n"))

	var seen bytes.Buffer // all that the program said
	mainstay := func(want int, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if code := run(context.Background(), args, strings.NewReader(""), &stdout, &stderr); code != want {
			t.Fatalf("%q: exit status %d: %s", args, code, stderr.String())
		}
		seen.Write(stdout.Bytes())
		seen.Write(stderr.Bytes())
		return stdout.String() + stderr.String()
	}
	flags := func(root string) []string {
		return []string{"--accounts", root + "accounts.parquet", "--contracts", root + "contracts.csv", "--activities", root + "*tivities.csv",
			"--people", root + "people.csv", "--series", root + "series.csv", "--exclude", root + "gone.txt"}
	}
	local, far := filepath.ToSlash(here)+"/", s3test.Name("in/")
	over := func(root string, command string, more ...string) []string {
		return slices.Concat([]string{command, root + "orders"}, flags(root), more)
	}

	out := filepath.Join(t.TempDir(), "out")
	mainstay(exitOK, over(local, "run", "--quiet", "--out", out)...)
	n := 0
	server.Fail(func(r *http.Request) s3test.Fault {
		n++
		switch {
		case n%5 == 1:
			return s3test.Status(http.StatusServiceUnavailable, "SlowDown")
		case n%7 == 2 && r.Method == http.MethodGet && r.Header.Get("Range") != "":
			return s3test.Truncate(100)
		}
		return nil
	})
	said := mainstay(exitOK, over(far, "run", "--out", s3test.Name("book/out/"))...)
	server.Fail(nil)
	runs, _ := filepath.Glob(filepath.Join(out, "2*"))
	name := filepath.Base(runs[0])
	if !strings.Contains(said, s3test.Name("book/out/"+name)) {
		t.Errorf("the summary does not say where the run is: %s", said)
	}
	entries, err := os.ReadDir(runs[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		want, _ := os.ReadFile(filepath.Join(runs[0], e.Name()))
		if got := server.Get("book/out/" + name + "/" + e.Name()); !bytes.Equal(got, want) && e.Name() != "timings.json" {
			t.Errorf("%s differs: %d and %d bytes", e.Name(), len(want), len(got))
		}
	}
	if got := len(server.Keys(t, "book/")); got != len(entries)+1 {
		t.Errorf("%d objects, want the %d of the run and latest.json: %q", got, len(entries), server.Keys(t, "book/"))
	}
	want, _ := os.ReadFile(filepath.Join(out, "latest.json"))
	if got := server.Get("book/out/latest.json"); !bytes.Equal(got, want) {
		t.Errorf("latest.json: %s", got)
	}

	server.Requests("")
	mainstay(exitOK, over(far, "run", "--out", s3test.Name("book/out"))...) // the identical run
	if written := slices.DeleteFunc(server.Requests("PUT"), func(r string) bool { return strings.HasSuffix(r, ".lock") }); len(written) > 0 {
		t.Errorf("the identical run wrote %q", written)
	}
	for _, command := range [][]string{{"segment", "--by", "abc", "--json"}, {"inspect", "--json"}} {
		a, b := mainstay(exitOK, over(local, command[0], command[1:]...)...), mainstay(exitOK, over(far, command[0], command[1:]...)...)
		if strings.ReplaceAll(b, far, local) != a {
			t.Errorf("%q differs:\n%s\n%s", command, a, b)
		}
	}
	ledger := filepath.Join(t.TempDir(), "ledger")
	mainstay(exitOK, "ledger", local+"orders", "--quiet", "--out", ledger)
	if err := filepath.WalkDir(ledger, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			b, _ := os.ReadFile(path)
			rel, _ := filepath.Rel(ledger, path)
			server.Put(t, "ledger/"+filepath.ToSlash(rel), b)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	a, b := mainstay(exitOK, "segment", ledger, "--by", "abc", "--json"), mainstay(exitOK, "segment", s3test.Name("ledger"), "--by", "abc", "--json")
	if a != b {
		t.Errorf("a stored Ledger reads differently:\n%s\n%s", a, b)
	}

	for _, args := range [][]string{
		{"ledger", far + "orders", "--out", s3test.Name("x")},
		{"ledger", "append", s3test.Name("ledger"), far + "orders"},
		{"generate", "--out", s3test.Name("x")},
		{"segment", far + "orders", "--by", "abc", "--out", s3test.Name("x.csv")},
	} {
		if said := mainstay(exitUsage, args...); !strings.Contains(said, "only mainstay run writes to an object store") {
			t.Errorf("%q: %s", args, said)
		}
	}
	mainstay(exitInput, "run", far+"order", "--out", out)
	mainstay(exitInput, "run", "s3://nobucket/x", "--out", out)
	server.Fail(func(*http.Request) s3test.Fault { return s3test.Status(http.StatusForbidden, "AccessDenied") })
	if said := mainstay(exitInput, "run", far+"orders", "--out", out); !strings.Contains(said, "s3:GetObject") || !strings.Contains(said, "EnvConfigCredentials") {
		t.Error(said)
	}
	server.Fail(nil)

	for _, key := range server.Keys(t, "book/") {
		seen.Write(server.Get(key))
	}
	for _, secret := range []string{s3test.Secret, s3test.AccessKey} {
		if bytes.Contains(seen.Bytes(), []byte(secret)) {
			t.Error("credentials are shown")
		}
	}
	if testing.Short() {
		return
	}
	dates := []string{"--as-of", "2026-08-31..2026-09-30", "--out"}
	a = mainstay(exitOK, over(local, "run", append(dates, out)...)...)
	b = mainstay(exitOK, over(far, "run", append(dates, s3test.Name("book/out"))...)...)
	a, _, _ = strings.Cut(a, "FILES")
	if b, _, _ = strings.Cut(b, "FILES"); a != b || !strings.Contains(a, "YEAR") {
		t.Errorf("the replay differs:\n%s\n%s", a, b)
	}
}
