package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"mainstay/ingest/store"
)

// partialPrefix marks what no reader may look at: staging folders and temporary files. Under the lock
// everything so named is left over from a crash.
const partialPrefix = ".partial-"

// idDigits is how much of the id a folder's name shows; the manifest has all of it.
const idDigits = 8

// Run is one run's folder OUT/<as-of>-<id>. It is complete or not there: files gather in a staging
// folder, the manifest is written last, one rename publishes, and latest.json follows. A Run belongs
// to one goroutine.
type Run struct {
	Out     string // output folder
	Name    string // <as-of>-<first digits of the id>
	ID      string
	Reused  bool // the identical run was there already: nothing to do
	Timings Timings

	Identity Identity
	asOf     string // what latest.json is told; "" for a folder that it never points to
	past     bool   // latest.json does not move back to it
	schema   string // of its manifest
	lock     *flock.Flock
	staging  string // "" once published or aborted
	outputs  []Output
	open     []*File
	fault    func(step string) error // tests make steps fail; nil otherwise
	before   string                  // the run that latest.json pointed to; "" = none, or this one
}

// Path is the folder of the published run.
func (r *Run) Path() string { return filepath.Join(r.Out, r.Name) }

// Begin takes the single-writer lock of out (held elsewhere: *store.LockedError), removes what crashed runs
// left, and opens a staging folder. When the identical run is there it only makes latest.json point
// to it, and returns it with Reused set and nothing held. Otherwise Commit or Abort must follow.
func Begin(out string, id Identity) (*Run, error) {
	r, err := newRun(out, id)
	if err != nil {
		return nil, err
	}
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r, nil
}

// BeginPast is Begin for a date of a replay: latest.json does not move to it from a run of a later as-of date.
func BeginPast(out string, id Identity) (*Run, error) {
	r, err := newRun(out, id)
	if err != nil {
		return nil, err
	}
	r.past = true
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r, nil
}

func newRun(out string, id Identity) (*Run, error) {
	hash, err := id.ID()
	if err != nil {
		return nil, err
	}
	asOf := id.AsOf.String()
	return &Run{
		Out: out, Name: asOf + "-" + hash[:idDigits], ID: hash, Identity: id, asOf: asOf, schema: ManifestSchema,
		Timings: Timings{Started: time.Now()},
	}, nil
}

func (r *Run) begin() (err error) {
	if err := os.MkdirAll(r.Out, 0o755); err != nil {
		return fmt.Errorf("cannot create output folder: %w", err)
	}
	if r.lock, err = store.Lock(r.Out); err != nil {
		return err
	}
	if err := r.prepare(); err != nil {
		return errors.Join(err, r.Abort())
	}
	return nil
}

// prepare cleans up and finds the run or stages it; the lock is held.
func (r *Run) prepare() error {
	if err := r.clean(); err != nil {
		return err
	}
	r.rememberLatest()
	found, err := complete(r.Path(), r.schema, r.ID)
	if err != nil {
		return err
	}
	if found {
		r.Reused = true
		return errors.Join(r.point(), r.lock.Unlock())
	}
	if err := r.step("stage"); err != nil {
		return err
	}
	r.staging = filepath.Join(r.Out, partialPrefix+r.Name)
	return os.Mkdir(r.staging, 0o755)
}

// clean removes what crashed runs left.
func (r *Run) clean() error {
	entries, err := os.ReadDir(r.Out)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), partialPrefix) {
			if err := os.RemoveAll(filepath.Join(r.Out, e.Name())); err != nil {
				return fmt.Errorf("cannot remove what a crashed run left: %w", err)
			}
		}
	}
	return nil
}

// complete reports whether the folder holds the run of that id: a manifest of the schema that says so, and every
// output that it lists, at its size.
func complete(path, schema, id string) (bool, error) {
	b, err := os.ReadFile(filepath.Join(path, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var m struct {
		Schema  string   `json:"schema"`
		ID      string   `json:"id"`
		Outputs []Output `json:"outputs"`
	}
	if err := json.Unmarshal(b, &m); err != nil || m.Schema != schema || m.ID != id {
		return false, nil
	}
	for _, o := range m.Outputs {
		info, err := os.Stat(filepath.Join(path, o.Name))
		if err != nil || info.Size() != o.Bytes {
			return false, nil
		}
	}
	return true, nil
}

// Commit writes timings and manifest, publishes the folder with one rename and makes latest.json
// point to it. On an error before the rename the last good run stays as it was; after it, the run is
// complete and the next Begin repairs the pointer. The lock is released either way.
func (r *Run) Commit(m *Manifest) error {
	m.Outputs = r.sortedOutputs()
	return r.commit(m)
}

func (r *Run) commit(manifest any) error {
	err := r.publish(manifest)
	return errors.Join(err, r.Abort())
}

func (r *Run) publish(manifest any) error {
	r.Timings.Finished = time.Now()
	if err := r.writeDocument(timingsName, &r.Timings); err != nil {
		return err
	}
	if err := r.writeDocument(manifestName, manifest); err != nil {
		return err
	}
	if err := r.step("sync staging"); err != nil {
		return err
	}
	if err := store.SyncDir(r.staging); err != nil {
		return err
	}
	if err := r.replace(); err != nil {
		return err
	}
	r.staging = ""
	if err := r.step("sync out"); err != nil {
		return err
	}
	if err := store.SyncDir(r.Out); err != nil {
		return err
	}
	return r.point()
}

// replace renames the staging folder to the run's. A folder of that name that is not the complete run
// (somebody removed a file from it) steps aside first, and goes when its successor is in place.
func (r *Run) replace() error {
	aside := filepath.Join(r.Out, partialPrefix+"old-"+r.Name)
	_, err := os.Lstat(r.Path())
	damaged := err == nil
	if damaged {
		if err := r.step("step aside"); err != nil {
			return err
		}
		if err := os.Rename(r.Path(), aside); err != nil {
			return err
		}
	}
	if err := r.step("publish"); err != nil {
		return err
	}
	if err := os.Rename(r.staging, r.Path()); err != nil {
		return fmt.Errorf("cannot publish the run: %w", err)
	}
	if damaged {
		return os.RemoveAll(aside)
	}
	return nil
}

// Abort removes the staging folder and releases the lock. After Commit, or called twice, it does
// nothing.
func (r *Run) Abort() error {
	var errs []error
	for _, f := range r.open {
		f.f.Close() // Windows cannot remove an open file; the content no longer matters
	}
	r.open = nil
	if r.staging != "" {
		errs = append(errs, os.RemoveAll(r.staging))
		r.staging = ""
	}
	if r.lock != nil {
		errs = append(errs, r.lock.Unlock())
	}
	return errors.Join(errs...)
}

// writeDocument writes a JSON document that is not itself an output: manifest, timings.
func (r *Run) writeDocument(name string, v any) error {
	if err := r.step("write " + name); err != nil {
		return err
	}
	b, err := encodeJSON(v)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return store.WriteSynced(filepath.Join(r.staging, name), b)
}

// step is where tests let a run fail.
func (r *Run) step(name string) error {
	if r.fault == nil {
		return nil
	}
	return r.fault(name)
}
