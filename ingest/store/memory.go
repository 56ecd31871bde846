package store

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Memory holds files by name, for tests. It lists like Dir.
type Memory map[string][]byte

// List implements Store.
func (m Memory) List(ctx context.Context, source string, endings ...string) ([]Object, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	endings = orParquet(endings)
	root := path.Clean(source)
	if b, ok := m[root]; ok {
		return []Object{{Name: root, Size: int64(len(b)), Partitions: partitions(root)}}, nil
	}
	var out []Object
	names := slices.Sorted(maps.Keys(m))
	for _, name := range names {
		below, inside := strings.CutPrefix(name, root+"/")
		if inside && inFolder(strings.Split(below, "/"), endings) || isPattern(root) && selects(strings.Split(root, "/"), strings.Split(name, "/"), endings) {
			out = append(out, Object{Name: name, Size: int64(len(m[name])), Partitions: partitions(name)})
		}
	}
	if len(out) == 0 {
		return nil, unreadable(missing(source, "", root, names))
	}
	return out, nil
}

// Open implements Store.
func (m Memory) Open(_ context.Context, name string) (Reader, error) {
	b, ok := m[name]
	if !ok {
		return nil, unreadable(fmt.Errorf("%s: %w", name, fs.ErrNotExist))
	}
	return memoryReader{bytes.NewReader(b)}, nil
}

type memoryReader struct{ *bytes.Reader }

func (memoryReader) Close() error { return nil }
