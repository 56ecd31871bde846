package ingest

import (
	"path"
	"path/filepath"
	"strings"

	"mainstay/ingest/store"
)

// RelativeNames is the paths of objects below the folder that they have in common,
// with / between the elements: the base name of a single object. They do not depend on
// how the sources were spelled, so outputs that name files are the same for relative
// and absolute paths. In the order of objects.
func RelativeNames(objects []store.Object) []string {
	names, folder := make([]string, len(objects)), ""
	for i, o := range objects {
		names[i] = fullName(o.Name)
		dir := path.Dir(names[i])
		if i == 0 {
			folder = dir
		}
		for folder != dir && !strings.HasPrefix(dir, strings.TrimSuffix(folder, "/")+"/") && path.Dir(folder) != folder {
			folder = path.Dir(folder)
		}
	}
	for i := range names {
		names[i] = strings.TrimPrefix(strings.TrimPrefix(names[i], folder), "/")
	}
	return names
}

// fullName starts at the root: ../b.parquet and c/a.parquet have a folder in common
// that only their full paths show. A working directory that is gone leaves the name as
// it is.
func fullName(name string) string {
	if store.IsRemote(name) {
		return "/" + strings.Replace(name, "://", "/", 1)
	}
	if full, err := filepath.Abs(filepath.FromSlash(name)); err == nil {
		name = full
	}
	return path.Clean(filepath.ToSlash(name)) // //server/share of Windows as /server/share
}
