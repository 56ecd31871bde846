package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/agnivade/levenshtein"
)

// notFound says that name, which source asked for, does not exist, and suggests the
// nearest name in the folder where the path breaks off.
func notFound(source, name string) error {
	parent := filepath.Dir(name)
	for parent != filepath.Dir(parent) {
		if _, err := os.Stat(parent); err == nil {
			break
		}
		name, parent = parent, filepath.Dir(parent)
	}
	var names []string
	entries, _ := os.ReadDir(parent)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return missing(source, parent, filepath.Base(name), names)
}

// missing is the error for a source that is not there, with the nearest of names.
func missing(source, parent, base string, names []string) error {
	if near := nearest(base, names); near != "" {
		return fmt.Errorf("%s: no such file or folder: did you mean %s?", source, join(parent, near))
	}
	return fmt.Errorf("%s: no such file or folder: check the name and the working directory", source)
}

// nearest returns the first of names with the fewest edits from name, "" when even
// that is more than a third of the name away, which is no longer a typing error.
func nearest(name string, names []string) string {
	best, at := max(2, len(name)/3)+1, ""
	for _, n := range names {
		if d := levenshtein.ComputeDistance(name, n); d < best {
			best, at = d, n
		}
	}
	return at
}

// unwrapPath drops the operation and path that os errors repeat.
func unwrapPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
