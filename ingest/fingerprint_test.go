package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"mainstay/ingest/store"
)

func TestFingerprints(t *testing.T) {
	files := store.Memory{}
	for i, size := range []int{0, 1, fingerprintBuffer - 1, fingerprintBuffer, 3*fingerprintBuffer + 7} {
		files[fmt.Sprintf("in/%d.parquet", i)] = bytes.Repeat([]byte{byte(i), 7, 9}, size)[:size]
	}
	objects, err := files.List(context.Background(), "in")
	if err != nil {
		t.Fatal(err)
	}
	for _, threads := range []int{1, 3} {
		got, err := FingerprintFiles(context.Background(), files, objects, threads)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range got {
			want := Fingerprint{objects[i].Name, objects[i].Size, fmt.Sprintf("%x", sha256.Sum256(files[f.Name]))}
			if f != want {
				t.Errorf("got %v, want %v", f, want)
			}
		}
	}
	files["in/3.parquet"] = files["in/3.parquet"][1:]
	var in *InputError
	if _, err := FingerprintFiles(context.Background(), files, objects, 2); !errors.As(err, &in) || !strings.Contains(err.Error(), "in/3") {
		t.Errorf("a file that shrank: %v", err)
	}
	files["in/3.parquet"] = append(files["in/3.parquet"], "two more"...)
	if _, err := FingerprintFiles(context.Background(), files, objects, 2); !errors.As(err, &in) {
		t.Errorf("a file that grew: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := FingerprintFiles(ctx, files, objects, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
