package reports

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"mainstay/ingest/store"
	"mainstay/regress/evaluate"
)

// idDigits is how much of the id a folder's name shows; the manifest has all of it.
const idDigits = 8

// Run is one run's folder OUT/<as-of>-<id>. It is complete or not there: files gather in a staging
// folder, the manifest is written last, one step publishes (place), and latest.json follows, never to an earlier as-of date. A Run belongs
// to one goroutine.
type Run struct {
	Out     string // output folder, of this machine or of an object store
	Name    string // <as-of>-<first digits of the id>
	ID      string
	Reused  bool // the identical run was there already: nothing to do
	Timings Timings
	Behind  string // the run of a later as-of date that latest.json goes on pointing to; "" where it points to this one
	Refit   string // when it fits: nightly, monthly, on-drift; "" where --model names what scores

	Identity Identity
	asOf     string // what latest.json is told; "" for a folder that it never points to
	schema   string // of its manifest
	place    place
	staging  string // "" once published or aborted
	outputs  []Output
	open     []*File
	fault    func(step string) error // tests make steps fail; nil otherwise
	before   string                  // the run that latest.json pointed to; "" = none, or this one
	against  *evaluate.Reference     // what the run is compared with in place of the one before; nil = that one
}

// Path is the folder of the published run.
func (r *Run) Path() string {
	if store.IsRemote(r.Out) {
		return store.Join(r.Out, r.Name)
	}
	return filepath.Join(r.Out, r.Name)
}

// Read reads a file of the published run.
func (r *Run) Read(name string) ([]byte, error) { return read(r.place, r.Name+"/"+name) }

// Begin takes the single-writer lock of out (held elsewhere: *store.LockedError), removes what crashed runs
// left, and opens a staging folder. When the identical run is there it only makes latest.json point
// to it (unless that points to a later one), and returns it with Reused set and nothing held. Otherwise Commit or Abort must follow. Only an
// object store looks at ctx, which must last as long as the Run, and at temp, the folder for temporary files ("" =
// the system's), where the run is staged.
func Begin(ctx context.Context, out, temp string, id Identity) (*Run, error) {
	r, err := newRun(ctx, out, temp, id)
	if err != nil {
		return nil, err
	}
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r, nil
}

func newRun(ctx context.Context, out, temp string, id Identity) (*Run, error) {
	hash, err := id.ID()
	if err != nil {
		return nil, err
	}
	asOf := id.AsOf.String()
	r := &Run{
		Out: out, Name: asOf + "-" + hash[:idDigits], ID: hash, Identity: id, asOf: asOf, schema: ManifestSchema,
		Timings: Timings{Started: time.Now()},
	}
	r.place, err = r.placeOf(ctx, temp)
	return r, err
}

// placeOf is where the run is published.
func (r *Run) placeOf(ctx context.Context, temp string) (place, error) {
	if !store.IsRemote(r.Out) {
		return &folder{out: r.Out, step: r.step}, nil
	}
	remote, err := store.RemoteOf(r.Out)
	if err != nil {
		return nil, err
	}
	return &bucket{ctx: ctx, remote: remote, out: r.Out, temp: cmp.Or(temp, os.TempDir()), step: r.step}, nil
}

func (r *Run) begin() error {
	if err := r.place.lock(r.Name); err != nil {
		return err
	}
	if err := r.prepare(); err != nil {
		return errors.Join(err, r.Abort())
	}
	return nil
}

// prepare finds the run or stages it; the lock is held.
func (r *Run) prepare() error {
	r.rememberLatest()
	found, err := complete(r.place, r.Name, r.schema, r.ID)
	if err != nil {
		return err
	}
	if found {
		r.Reused = true
		return errors.Join(r.point(), r.place.unlock())
	}
	if err := r.step("stage"); err != nil {
		return err
	}
	r.staging, err = r.place.stage(r.Name)
	return err
}

// complete reports whether the folder of that name holds the run of that id: a manifest of the schema that says so,
// and every output that it lists, at its size.
func complete(p place, name, schema, id string) (bool, error) {
	b, err := read(p, name+"/"+manifestName)
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
	sizes, err := p.sizes(name)
	if err != nil {
		return false, err
	}
	for _, o := range m.Outputs {
		if size, ok := sizes[o.Name]; !ok || size != o.Bytes {
			return false, nil
		}
	}
	return true, nil
}

// Commit writes timings and manifest, publishes the folder in one step and makes latest.json
// point to it. On an error before that step the last good run stays as it was; after it, the run is
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
	if err := r.place.publish(r.staging, r.Name); err != nil {
		return err
	}
	return r.point()
}

// Abort removes the staging folder and releases the lock. After Commit, or called twice, it does
// nothing.
func (r *Run) Abort() error {
	var errs []error
	for _, f := range r.open {
		f.syncing.Wait()
		f.f.Close() // Windows cannot remove an open file; the content no longer matters
	}
	r.open = nil
	if r.staging != "" {
		errs = append(errs, r.place.discard(r.staging))
		r.staging = ""
	}
	return errors.Join(append(errs, r.place.unlock())...)
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
