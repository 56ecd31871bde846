package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"mainstay/ingest/store"
)

// StoredFolder is ledger.json: which content is current, and how it came to be. Replacing it is what
// publishes a content.
type StoredFolder struct {
	Schema   string        `json:"schema"`
	Current  string        `json:"current"`  // folder of the content
	Manifest string        `json:"manifest"` // SHA-256 of its manifest
	Nights   []StoredNight `json:"nights"`
}

// StoredNight is what one ledger or ledger append took in.
type StoredNight struct {
	Inputs   []StoredFile    `json:"inputs"`
	Restate  string          `json:"restate"`
	Rows     StoredExchange  `json:"rows"`
	Money    StoredAmounts   `json:"money"`
	AsOf     string          `json:"as_of"` // after it
	Compared string          `json:"compared_through,omitempty"`
	Changed  []ChangedPeriod `json:"changed_periods"`
	Version  string          `json:"version"` // of the program
}

// StoredExchange is how many source rows a night brought and took away.
type StoredExchange struct {
	Read     int64 `json:"read"`
	Replaced int64 `json:"replaced"`
}

// StoredAmounts is their money, as decimal text.
type StoredAmounts struct {
	Read     string `json:"read"`
	Replaced string `json:"replaced"`
}

// partialPrefix marks what no reader may look at. Under the lock everything so named is left over
// from a crash.
const partialPrefix = ".partial-"

// folderWriter is the one writer of a folder, from lock to publication.
type folderWriter struct {
	folder   string
	staging  string
	previous string // name of the content that was current
	lock     *flock.Flock
	fault    func(step string) error // tests make steps fail
}

// faults makes steps of the next writer fail; tests set it.
var faults func(step string) error

// beginFolder takes the lock of a folder (held elsewhere: *store.LockedError), removes what crashed
// writers left, and stages a content. close must follow.
func beginFolder(folder string) (*folderWriter, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("cannot create the folder of the ledger: %w", err)
	}
	if err := checkOwn(folder); err != nil {
		return nil, err
	}
	lock, err := store.Lock(folder)
	if err != nil {
		return nil, err
	}
	w := &folderWriter{folder: folder, lock: lock, fault: faults}
	if err := w.stage(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *folderWriter) stage() error {
	entries, err := os.ReadDir(w.folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), partialPrefix) {
			if err := os.RemoveAll(filepath.Join(w.folder, e.Name())); err != nil {
				return fmt.Errorf("cannot remove what a crash left: %w", err)
			}
		}
	}
	w.staging = filepath.Join(w.folder, partialPrefix+"content")
	return os.Mkdir(w.staging, 0o755)
}

// checkOwn refuses to begin a Ledger among other files, a *ConfigError: the folder would from then on be read as the
// Ledger, an export in it no more.
func checkOwn(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	foreign := ""
	for _, e := range entries {
		switch name := e.Name(); {
		case name == folderName:
			return nil
		case strings.HasPrefix(name, "."): // the lock, what crashed, hidden files
		case e.IsDir():
			path := filepath.Join(folder, name)
			if inside, err := os.ReadDir(path); err == nil && len(inside) > 0 && !isContent(path) {
				foreign = name
			}
		default:
			foreign = name
		}
	}
	if foreign == "" {
		return nil
	}
	return &ConfigError{fmt.Sprintf("%s holds %q, and no ledger: give the ledger a folder of its own", folder, foreign)}
}

// close removes what was staged and not published, and gives the lock back.
func (w *folderWriter) close() error {
	var err error
	if w.staging != "" {
		err = os.RemoveAll(w.staging)
	}
	return errors.Join(err, w.lock.Unlock())
}

// idDigits is how much of the manifest's SHA-256 a content's name shows; ledger.json has all of it.
const idDigits = 8

// publish writes the manifest, gives the content its name, and makes it current. The content that
// was current before stays for readers that have begun; older ones go.
func (w *folderWriter) publish(m *StoredManifest, nights []StoredNight) (name string, err error) {
	b, err := encodeDocument(m)
	if err != nil {
		return "", err
	}
	f := StoredFolder{Schema: FolderSchema, Manifest: hashOf(b), Nights: nights}
	f.Current = m.AsOf + "-" + f.Manifest[:idDigits]
	path := filepath.Join(w.folder, f.Current)
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"write manifest", func() error { return store.WriteSynced(filepath.Join(w.staging, manifestName), b) }},
		{"sync content", func() error { return store.SyncDir(w.staging) }},
		{"rename content", func() error { return w.place(path) }},
		{"write folder", func() error { return w.point(&f) }},
		{"clean", func() error { return w.clean(f.Current) }},
	} {
		if w.fault != nil {
			if err := w.fault(step.name); err != nil {
				return "", err
			}
		}
		if err := step.do(); err != nil {
			return "", fmt.Errorf("cannot publish the ledger: %w", err)
		}
	}
	return f.Current, nil
}

// place renames the staged content. One of that name holds the same, as its name is its hash; file
// after file of it is replaced, in case it was damaged.
func (w *folderWriter) place(path string) error {
	if _, err := os.Stat(path); err == nil {
		for _, name := range []string{asideName, postingsName, manifestName} {
			if err := os.Rename(filepath.Join(w.staging, name), filepath.Join(path, name)); err != nil {
				return err
			}
		}
		return store.SyncDir(path)
	}
	if err := os.Rename(w.staging, path); err != nil {
		return err
	}
	w.staging = ""
	return store.SyncDir(w.folder)
}

// point replaces ledger.json in one step.
func (w *folderWriter) point(f *StoredFolder) error {
	b, err := encodeDocument(f)
	if err != nil {
		return err
	}
	temp := filepath.Join(w.folder, partialPrefix+folderName)
	if err := store.WriteSynced(temp, b); err != nil {
		return err
	}
	if err := os.Rename(temp, filepath.Join(w.folder, folderName)); err != nil {
		return err
	}
	return store.SyncDir(w.folder)
}

// clean removes contents other than the current one and the one before. Where that is not known,
// nothing goes: one of them may be the last good one.
func (w *folderWriter) clean(current string) error {
	if w.previous == "" {
		return nil
	}
	entries, err := os.ReadDir(w.folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() && e.Name() != current && e.Name() != w.previous && isContent(filepath.Join(w.folder, e.Name())) {
			if err := os.RemoveAll(filepath.Join(w.folder, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// isContent tells a content from a folder that somebody put beside it: only its own files.
func isContent(path string) bool {
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) == 0 {
		return false
	}
	for _, e := range entries {
		if n := e.Name(); n != manifestName && n != postingsName && n != asideName {
			return false
		}
	}
	return true
}

// encodeDocument is indented JSON with a newline at its end.
func encodeDocument(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}
