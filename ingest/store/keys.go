package store

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Keys is how an object store is listed; ListKeys does the rest.
type Keys interface {
	// Stat is one object; fs.ErrNotExist where there is none.
	Stat(ctx context.Context, name string) (Object, time.Duration, error)
	// Prefixed lists the objects whose names start with prefix, sorted.
	Prefixed(ctx context.Context, prefix string) ([]Object, error)
	// Beside lists what a folder (which ends in /) holds: the next element of names, perhaps not all.
	Beside(ctx context.Context, folder string) []string
}

// ListKeys is List for a store that knows no folders, only names. root is the part of source that no wildcard
// belongs to: scheme and bucket, "" where names have neither.
func ListKeys(ctx context.Context, k Keys, root, source string, endings ...string) ([]Object, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	endings = orParquet(endings)
	key := path.Clean("/" + source[len(root):])[1:] // as of a local file: ./a//b/ is a/b
	name := root + key
	if key != "" {
		o, _, err := k.Stat(ctx, name)
		if err == nil {
			o.Partitions = partitions(o.Name)
			return []Object{o}, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, ofInput(ctx, err)
		}
	}
	folder := name
	if key != "" {
		folder += "/"
	}
	wild := strings.IndexAny(key, `*?[\`)
	prefix, take := folder, func(o string) bool { return inFolder(strings.Split(o[len(folder):], "/"), endings) }
	if wild >= 0 && isPattern(key) {
		pattern := strings.Split(key, "/")
		prefix, take = root+key[:wild], func(o string) bool { return selects(pattern, strings.Split(o[len(root):], "/"), endings) }
	}
	found, err := k.Prefixed(ctx, prefix)
	if err != nil {
		return nil, ofInput(ctx, err)
	}
	var out []Object
	for _, o := range found {
		if !strings.HasSuffix(o.Name, "/") && take(o.Name) { // a name that ends so is a folder's marker
			o.Partitions = partitions(o.Name)
			out = append(out, o)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	return nil, unreadable(nothing(ctx, k, source, root, key, len(found) > 0, endings))
}

// nothing says why a source yields no object; below tells whether anything has its prefix.
func nothing(ctx context.Context, k Keys, source, root, key string, below bool, endings []string) error {
	switch {
	case isPattern(key):
		return noMatch(source)
	case below:
		return noneEnds(source, endings)
	}
	parent := root
	if i := strings.LastIndexByte(key, '/'); i >= 0 {
		parent += key[:i+1]
	}
	return missing(source, parent, path.Base(key), k.Beside(ctx, parent))
}

// ofInput makes err, which names the object, the error of an input, unless reading was ended.
func ofInput(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return unreadable(err)
}
