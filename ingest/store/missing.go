package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mainstay/ingest/spelling"
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
	if near := spelling.Nearest(base, names); near != "" {
		return fmt.Errorf("%s: no such file or folder: did you mean %s?", source, join(parent, near))
	}
	return fmt.Errorf("%s: no such file or folder: check the name and the working directory", source)
}

// unwrapPath drops the operation and path that os errors repeat.
func unwrapPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
