package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A run in so little memory that every row waits in a temporary file and every shard lies in one has the same bytes,
// and leaves nothing behind.
func TestSameRunInLittleMemory(t *testing.T) {
	defer func(n int64) { leastMemory = n }(leastMemory)
	leastMemory = 1
	want := runInto(t, exampleOrders)
	little := [][]string{{"--memory", "600KiB", "--threads", "3"}, {"--memory", "400KiB"}}
	if testing.Short() {
		little = little[:1]
	}
	for _, flags := range little {
		temp := t.TempDir()
		got := runInto(t, exampleOrders, append(flags, "--temp", temp)...)
		sameBytes(t, strings.Join(flags, " "), want, got, append([]string{"manifest.json", "rejects.csv", "rejects.parquet", "summary.txt"}, results...))
		if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
			t.Errorf("%q left behind %v, %v", flags, left, err)
		}
	}
}

// A folder for temporary files that cannot be written to ends a run that needs it, and nothing is published.
func TestTempFolderThatCannotBeUsed(t *testing.T) {
	defer func(n int64) { leastMemory = n }(leastMemory)
	leastMemory = 1
	dir := t.TempDir()
	temp, out := filepath.Join(dir, "temp"), filepath.Join(dir, "out")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	defer func() { staged = func(context.Context) {} }()
	staged = func(context.Context) {
		if err := os.Remove(temp); err != nil {
			t.Error(err)
		}
	}
	var stderr bytes.Buffer
	args := []string{"run", exampleOrders, "--out", out, "--temp", temp, "--memory", "400KiB"}
	if code := run(context.Background(), args, strings.NewReader(""), io.Discard, &stderr); code != exitFailure || !strings.Contains(stderr.String(), "choose another with --temp") {
		t.Errorf("exit status %d: %s", code, stderr.String())
	}
	if runs, _ := filepath.Glob(filepath.Join(out, "2*")); len(runs) != 0 {
		t.Errorf("published: %q", runs)
	}
}
