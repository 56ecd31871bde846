package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
)

// Memory holds files by name, for tests. It lists like Dir, and is a Remote for one goroutine.
type Memory map[string][]byte

// List implements Store. As of files, nothing is known of versions.
func (m Memory) List(ctx context.Context, source string, endings ...string) ([]Object, error) {
	out, err := ListKeys(ctx, m, m.root(source), source, endings...)
	for i := range out {
		out[i].Version = ""
	}
	return out, err
}

// root is scheme and bucket, where names have them.
func (Memory) root(source string) string {
	scheme, rest, ok := strings.Cut(source, "://")
	if !ok {
		return ""
	}
	bucket, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + bucket + "/"
}

// Open implements Store.
func (m Memory) Open(_ context.Context, o Object) (Reader, error) {
	b, ok := m[o.Name]
	if !ok {
		return nil, unreadable(fmt.Errorf("%s: %w", o.Name, fs.ErrNotExist))
	}
	return memoryReader{bytes.NewReader(b)}, nil
}

type memoryReader struct{ *bytes.Reader }

func (memoryReader) Close() error { return nil }

// Stat implements Remote; everything is as old as asked for the first time.
func (m Memory) Stat(_ context.Context, name string) (Object, time.Duration, error) {
	b, ok := m[name]
	if !ok {
		return Object{}, 0, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return Object{Name: name, Size: int64(len(b)), Version: version(b)}, 0, nil
}

func version(b []byte) string { return fmt.Sprintf("%x", xxhash.Sum64(b)) }

// Prefixed implements Keys.
func (m Memory) Prefixed(ctx context.Context, prefix string) (out []Object, err error) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if strings.HasPrefix(name, prefix) {
			out = append(out, Object{Name: name, Size: int64(len(m[name])), Version: version(m[name])})
		}
	}
	return out, context.Cause(ctx)
}

// Beside implements Keys.
func (m Memory) Beside(_ context.Context, folder string) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if rest, ok := strings.CutPrefix(name, folder); ok {
			name, _, _ = strings.Cut(rest, "/")
			names = append(names, name)
		}
	}
	return slices.Compact(names)
}

// Below implements Remote.
func (m Memory) Below(ctx context.Context, folder string) ([]Object, error) {
	return m.Prefixed(ctx, folder+"/")
}

// Put implements Remote.
func (m Memory) Put(_ context.Context, name string, body io.ReaderAt, size int64, when Condition) (string, error) {
	old, ok := m[name]
	if when.Absent && ok || when.Version != "" && (!ok || when.Version != version(old)) {
		return "", &ConditionError{name}
	}
	b := make([]byte, size)
	if n, err := body.ReadAt(b, 0); n < len(b) {
		return "", err
	}
	m[name] = b
	return version(b), nil
}

// Delete implements Remote.
func (m Memory) Delete(_ context.Context, names ...string) error {
	for _, name := range names {
		delete(m, name)
	}
	return nil
}
