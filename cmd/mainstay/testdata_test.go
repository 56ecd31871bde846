package main_test

import (
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The committed example export is what its generator writes. Only amd64 is held to equal bytes:
// other architectures fuse multiply-add, which moves a draw in the last bit.
func TestExampleExportIsWhatTheGeneratorWrites(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skipf("the generator promises equal bytes on amd64 only, this is %s", runtime.GOARCH)
	}
	out := t.TempDir()
	run := exec.Command("go", "run", "../../testdata/generate", "-out", out)
	if msg, err := run.CombinedOutput(); err != nil {
		t.Fatalf("go run ./testdata/generate: %v\n%s", err, msg)
	}
	for _, name := range []string{"orders.parquet", "accounts.parquet"} {
		fresh, committed := digest(t, filepath.Join(out, name)), digest(t, filepath.Join("../../testdata", name))
		if fresh != committed {
			t.Errorf("testdata/%s differs from what its generator writes; run go run ./testdata/generate and commit the result", name)
		}
	}
}

func digest(t *testing.T, path string) [sha256.Size]byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(b)
}
