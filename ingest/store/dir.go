package store

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mainstay/ingest/column"
)

// Dir is the local file system. Relative names are relative to the working
// directory; names have / between their elements on every system.
type Dir struct{}

// maxDepth bounds how deep folders are searched: deeper than any real partitioning,
// shallow enough that a mistaken root ends soon.
const maxDepth = 64

// List implements Store.
//
// A file named by source is taken whatever its name. A folder yields the files below
// it whose names end in .parquet, .parq or .pq in any case. A pattern (*, ?, […], and **
// for any number of folders) yields the files that it matches, whatever their endings,
// and what is in the folders that it matches. Links are followed; a file that can be
// reached by several names is listed once.
func (Dir) List(ctx context.Context, source string, endings ...string) ([]Object, error) {
	objects, err := list(ctx, source, orParquet(endings))
	if err != nil && ctx.Err() == nil {
		return nil, unreadable(err)
	}
	return objects, err
}

// unreadable makes err, which names the file, the error of an input.
func unreadable(err error) error { return &column.Error{RowGroup: -1, Row: -1, Err: err} }

func list(ctx context.Context, source string, endings []string) ([]Object, error) {
	if source == "" {
		return nil, fmt.Errorf("empty source: name a Parquet file, a folder, or a pattern such as exports/*.parquet")
	}
	root := filepath.ToSlash(filepath.Clean(source)) // in this order: Clean knows C: and //server/share
	info, err := os.Stat(filepath.FromSlash(root))
	switch {
	case err == nil && !info.IsDir():
		o, err := object(root, info)
		return []Object{o}, err
	case err == nil:
		w := walk{ctx: ctx, take: func(elems []string) bool { return inFolder(elems, endings) }, enter: func(elems []string) bool { return !slices.ContainsFunc(elems, hidden) }}
		return w.list(source, root, noneEnds(source, endings))
	case isPattern(root[len(filepath.VolumeName(root)):]):
		start, pattern := split(root, len(filepath.VolumeName(root)))
		w := walk{ctx: ctx, take: func(elems []string) bool { return selects(pattern, elems, endings) }, enter: func(elems []string) bool { return leadsTo(pattern, elems) }}
		return w.list(source, start, noMatch(source))
	case os.IsNotExist(err):
		return nil, notFound(source, root)
	default:
		return nil, fmt.Errorf("%s: %w: check the name and its permissions", source, unwrapPath(err))
	}
}

// Open implements Store.
func (Dir) Open(_ context.Context, o Object) (Reader, error) {
	f, err := os.Open(filepath.FromSlash(o.Name))
	if err != nil {
		return nil, unreadable(fmt.Errorf("%s: %w: check that it still exists and can be read", o.Name, unwrapPath(err)))
	}
	return f, nil
}

// split parts a pattern into the folder without wildcards that it starts from and
// the elements that follow. Its first volume bytes name a drive or share on Windows (C:,
// //server/share, or //?/C: with a question mark that is no wildcard).
func split(source string, volume int) (start string, pattern []string) {
	elems := strings.Split(source[volume:], "/")
	i := slices.IndexFunc(elems, isPattern)
	start = strings.Join(elems[:i], "/")
	switch {
	case i == 0:
		start = "."
	case start == "":
		start = "/"
	}
	return source[:volume] + start, elems[i:]
}

// join is the name of what lies below a folder. Unlike path.Join it keeps //server.
func join(folder string, elems ...string) string {
	return filepath.ToSlash(filepath.Join(append([]string{folder}, elems...)...))
}

// walk searches folders. take and enter judge a file or folder by its path elements
// below the root.
type walk struct {
	ctx   context.Context
	take  func(elems []string) bool
	enter func(elems []string) bool
	found []found
}

// found is one file with the path that it has when every link is resolved.
type found struct {
	Object
	real string
}

func (w *walk) list(source, root string, nothing error) ([]Object, error) {
	if _, err := os.Stat(filepath.FromSlash(root)); os.IsNotExist(err) {
		return nil, notFound(source, root)
	}
	if err := w.folder(root, nil, nil); err != nil {
		return nil, err
	}
	if len(w.found) == 0 {
		return nil, nothing
	}
	return w.objects(), nil
}

// folder adds what root/below yields. open holds the resolved folders on the way, so
// that a link back to one of them is not followed.
func (w *walk) folder(root string, below, open []string) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	name := join(root, below...)
	real, err := filepath.EvalSymlinks(filepath.FromSlash(name))
	if err != nil {
		return fmt.Errorf("%s: %w", name, unwrapPath(err))
	}
	if slices.Contains(open, real) {
		return nil
	}
	if len(below) > maxDepth {
		return fmt.Errorf("%s: folders are nested deeper than %d: name a folder nearer to the files", name, maxDepth)
	}
	open = append(slices.Clip(open), real)
	entries, err := os.ReadDir(filepath.FromSlash(name))
	if err != nil {
		return fmt.Errorf("%s: %w: check its permissions", name, unwrapPath(err))
	}
	for _, e := range entries {
		if err := w.entry(root, append(slices.Clip(below), e.Name()), open); err != nil {
			return err
		}
	}
	return nil
}

// entry adds one entry of a folder: itself when a file, its content when a folder.
func (w *walk) entry(root string, elems, open []string) error {
	take, enter := w.take(elems), w.enter(elems)
	if !take && !enter {
		return nil
	}
	name := join(root, elems...)
	info, err := os.Stat(filepath.FromSlash(name))
	switch {
	case err != nil && take:
		return fmt.Errorf("%s: %w: repair or remove the link", name, unwrapPath(err))
	case err != nil:
		return nil
	case info.IsDir() && enter:
		return w.folder(root, elems, open)
	case info.IsDir() || !take:
		return nil
	}
	o, err := object(name, info)
	if err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(filepath.FromSlash(name))
	if err != nil {
		return fmt.Errorf("%s: %w", name, unwrapPath(err))
	}
	w.found = append(w.found, found{o, real})
	return nil
}

// objects sorts by name and drops names that lead to a file already listed: the
// file's own name is kept before that of a link, then the first in order.
func (w *walk) objects() []Object {
	slices.SortFunc(w.found, func(a, b found) int { return cmp.Compare(a.Name, b.Name) })
	keep := map[string]int{}
	for i, f := range w.found {
		if _, ok := keep[f.real]; !ok || filepath.FromSlash(f.Name) == f.real {
			keep[f.real] = i
		}
	}
	var out []Object
	for i, f := range w.found {
		if keep[f.real] == i {
			out = append(out, f.Object)
		}
	}
	return out
}

func object(name string, info fs.FileInfo) (Object, error) {
	if !info.Mode().IsRegular() {
		return Object{}, fmt.Errorf("%s: not a regular file: Parquet is read from its end, so it cannot come from a pipe or device; save it to a file first", name)
	}
	return Object{Name: name, Size: info.Size(), Partitions: partitions(name)}, nil
}
