package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"mainstay/ingest/store"
)

// documentError says what is wrong with a document of a folder, and what to do.
func documentError(name string, err error) error {
	if input := (*InputError)(nil); errors.As(err, &input) {
		return err
	}
	return &InputError{File: name, RowGroup: -1, Row: -1, Err: fmt.Errorf("%w; %s", err, rebuild)}
}

// maxDocument is more than a manifest of three centuries of months, or ledger.json of as many nights,
// takes.
const maxDocument = 256 << 20

func readDocument(ctx context.Context, st store.Store, name string) ([]byte, error) {
	object, err := mustExist(ctx, st, name)
	if err != nil {
		return nil, err
	}
	if object.Size > maxDocument {
		return nil, errors.New("it is no document of a stored ledger")
	}
	r, err := st.Open(ctx, object)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := make([]byte, object.Size)
	if n, err := r.ReadAt(b, 0); n < len(b) {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	return b, nil
}

// mustExist is the file of that name, which a stored Ledger must have.
func mustExist(ctx context.Context, st store.Store, name string) (store.Object, error) {
	r, err := st.Open(ctx, store.Object{Name: name})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return store.Object{}, errors.New("it is missing")
	case err != nil:
		return store.Object{}, err
	}
	r.Close()
	objects, err := st.List(ctx, name)
	if err == nil && len(objects) != 1 {
		err = errors.New("it is no file")
	}
	if err != nil {
		return store.Object{}, err
	}
	return objects[0], nil
}

// decodeDocument reads JSON of a schema. A document of another version is not guessed at.
func decodeDocument(b []byte, schema string, to any) error {
	var version struct {
		Schema string `json:"schema"`
	}
	switch err := json.Unmarshal(b, &version); {
	case !json.Valid(b):
		return fmt.Errorf("it is not JSON (%v)", err)
	case err != nil:
		return errors.New("it is JSON, but no document of a stored ledger")
	}
	if version.Schema != schema {
		return fmt.Errorf("its schema is %q; this version of mainstay reads %s", shorten([]byte(version.Schema)), schema)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("it cannot be read (%v); it may be of a newer version of mainstay", err)
	}
	return nil
}
