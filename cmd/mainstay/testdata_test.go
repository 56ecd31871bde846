package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"mainstay/ingest/generate/example"
)

// The committed example is what its generator writes. Only amd64 is held to equal bytes: other
// architectures fuse multiply-add, which moves a draw in the last bit.
func TestExampleExportIsWhatTheGeneratorWrites(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skipf("the generator promises equal bytes on amd64 only, this is %s", runtime.GOARCH)
	}
	out := t.TempDir()
	if err := example.Write(out); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"orders.parquet", "accounts.parquet", "contracts.csv", "activities.csv", "people.csv", "series.csv"} {
		committed := filepath.Join("../../testdata", name)
		fresh, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(committed, fresh, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if old, err := os.ReadFile(committed); err != nil || !bytes.Equal(old, fresh) {
			t.Errorf("testdata/%s differs from what its generator writes (%v); run this test with -update and read the diff", name, err)
		}
	}
}
