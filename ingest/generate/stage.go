package generate

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"mainstay/ingest/store"
)

// ours are the names in an export's folder; a folder with others in it is never replaced.
var ours = []string{"orders.parquet", "orders", "accounts.parquet", "contracts.parquet", "activities.parquet", "people.parquet",
	"truth.parquet", "truth.json", "series.csv", "contracts.csv", "activities.csv", "people.csv", "truth.csv"}

// Stage makes the folder out: write fills an empty folder beside it, which takes its name when everything is on
// disk, so that out is complete or not there. A folder that is there and not empty is a *ConfigError, unless replace
// is set and it holds an export and nothing else.
func Stage(out string, replace bool, write func(dir string) error) (err error) {
	out = filepath.Clean(out)
	old, err := target(out, replace)
	if err != nil {
		return err
	}
	parent := filepath.Dir(out)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	staging, err := os.MkdirTemp(parent, ".partial-"+filepath.Base(out)+"-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staging)) }()
	next := filepath.Join(staging, "next")
	if err := os.Mkdir(next, 0o755); err != nil {
		return err
	}
	if err := errors.Join(write(next), store.SyncDir(next)); err != nil {
		return err
	}
	last := filepath.Join(staging, "last")
	if old {
		if err := os.Rename(out, last); err != nil {
			return err
		}
	}
	if err := os.Rename(next, out); err != nil {
		if old {
			err = errors.Join(err, os.Rename(last, out))
		}
		return err
	}
	return store.SyncDir(parent)
}

// target looks at what is there: whether out exists, or why it may not be replaced.
func target(out string, replace bool) (exists bool, err error) {
	entries, err := os.ReadDir(out)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return false, nil
	case err != nil:
		return false, refuse("cannot write an export to %s: %v; choose a new folder", out, err)
	}
	for _, e := range entries {
		if !slices.Contains(ours, e.Name()) {
			return true, refuse("%s holds %s, which is no part of an export; choose a new folder", out, e.Name())
		}
	}
	if len(entries) > 0 && !replace {
		return true, refuse("%s holds an export already; choose another folder, or replace it with --force", out)
	}
	return true, nil
}
