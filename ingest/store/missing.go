package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

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

// noneEnds is the error for a folder without a file that has one of the endings.
func noneEnds(source string, endings []string) error {
	what := "Parquet file"
	if len(endings) > len(parquetEndings) {
		what = "table"
	}
	return fmt.Errorf("%s: no %s in this folder (names ending in %s): name the files themselves if they end differently",
		source, what, strings.Join(endings, ", "))
}

// noMatch is the error for a pattern that matches nothing.
func noMatch(source string) error {
	return fmt.Errorf("%s: the pattern matches no file: check it with ls, and quote it so that the shell leaves it alone", source)
}

// missing is the error for a source that is not there, with the nearest of names.
func missing(source, parent, base string, names []string) error {
	if near := spelling.Nearest(base, names); near != "" {
		return fmt.Errorf("%s: no such file or folder: did you mean %s?", source, Join(parent, near))
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
