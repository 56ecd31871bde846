package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"mainstay/ingest/store"
)

// Fingerprint identifies the content of an input file.
type Fingerprint struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hex
}

// FingerprintFiles reads objects to their end, several at a time, and returns their
// fingerprints in the same order. An object shorter or longer than it was listed is
// an *InputError: it is still being written.
func FingerprintFiles(ctx context.Context, st store.Store, objects []store.Object, threads int) ([]Fingerprint, error) {
	out := make([]Fingerprint, len(objects))
	err := inParallel(ctx, store.AtATime(objects, max(1, threads)), len(objects), func(ctx context.Context, _, i int) error {
		var err error
		out[i], err = fingerprint(ctx, st, &objects[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// fingerprintBuffer is the bytes read at a time: large enough that reading costs
// little beside hashing, and how soon a cancellation is noticed.
const fingerprintBuffer = 1 << 20

func fingerprint(ctx context.Context, st store.Store, o *store.Object) (f Fingerprint, err error) {
	fail := func(err error) (Fingerprint, error) {
		return Fingerprint{}, &InputError{File: o.Name, RowGroup: -1, Row: -1, Err: err}
	}
	r, err := st.Open(ctx, *o)
	if err != nil {
		return Fingerprint{}, err
	}
	defer r.Close()
	if a, ok := r.(store.Ahead); ok {
		a.Expect(store.Range{End: o.Size})
	}
	sum, buf, at := sha256.New(), make([]byte, min(fingerprintBuffer, o.Size+1)), int64(0)
	for {
		if err := context.Cause(ctx); err != nil {
			return Fingerprint{}, err
		}
		n, err := r.ReadAt(buf, at)
		sum.Write(buf[:n])
		if at += int64(n); err == io.EOF || at > o.Size {
			break
		}
		if err != nil {
			return fail(err)
		}
	}
	if at != o.Size {
		return fail(errChanged)
	}
	return Fingerprint{o.Name, at, hex.EncodeToString(sum.Sum(nil))}, nil
}
