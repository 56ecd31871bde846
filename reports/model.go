package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/segment"
)

// modelName is the file of what a run has learnt; a run that scores with a stored model has a copy of that.
const modelName = "model.json"

// mostModel is the size in bytes beyond which a file is no model.
const mostModel = 256 << 20

// ReadModel reads the stored model that --model names: the folder of a run, or any that holds a model.json, or one whose latest.json points to a run. The
// error names the file.
func ReadModel(ctx context.Context, temp, dir string) (*segment.Reuse, error) {
	if base := path.Base(filepath.ToSlash(dir)); base == modelName {
		dir = strings.TrimSuffix(strings.TrimSuffix(filepath.ToSlash(dir), base), "/")
	}
	p, err := placeAt(ctx, dir, temp)
	if err != nil {
		return nil, err
	}
	folder := ""
	if f, _, err := p.open(modelName); err == nil {
		f.Close()
	} else if l, err := readLatest(p); err == nil && l.Path == path.Base(l.Path) {
		folder = l.Path + "/"
	}
	use, err := readModel(p, folder)
	if err != nil {
		at := filepath.Join(dir, folder, modelName)
		if store.IsRemote(dir) {
			at = store.Join(dir, folder+modelName)
		}
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			err = errors.New("there is no model: name the folder of a run, such as mainstay-out/2026-11-22-7f3a1b2c, or an output folder with its latest.json")
		}
		return nil, &ingest.InputError{File: at, RowGroup: -1, Row: -1, Err: err}
	}
	use.From, use.Must = dir, true
	return use, nil
}

// placeAt is a folder that is only read.
func placeAt(ctx context.Context, dir, temp string) (place, error) {
	r := &Run{Out: dir}
	return r.placeOf(ctx, temp)
}

// readModel reads the model of a folder, which must be the one that the manifest beside it names, where there is one.
func readModel(p place, folder string) (*segment.Reuse, error) {
	r, size, err := p.open(folder + modelName)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if size > mostModel {
		return nil, fmt.Errorf("it has %d bytes; expected at most %d", size, mostModel)
	}
	b := make([]byte, size)
	if n, err := r.ReadAt(b, 0); n < len(b) {
		return nil, err
	}
	sum := sha256.Sum256(b)
	hash := hex.EncodeToString(sum[:])
	if m, err := readManifest(p, folder); err == nil {
		if i := slices.IndexFunc(m.Outputs, func(o Output) bool { return o.Name == modelName }); i >= 0 && m.Outputs[i].SHA256 != hash {
			return nil, errors.New("it is not the file that the manifest beside it names: take the run's folder from a backup, or fit again")
		}
	}
	stored, err := segment.ParseStored(b)
	if err != nil {
		return nil, err
	}
	return &segment.Reuse{Model: stored, SHA256: hash}, nil
}

// modelManifest is what a manifest says that matters here.
type modelManifest struct {
	AsOf    string     `json:"as_of"`
	Outputs []Output   `json:"outputs"`
	Model   *ModelInfo `json:"model"`
}

func readManifest(p place, folder string) (m modelManifest, err error) {
	b, err := read(p, folder+manifestName)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(b, &m)
}

// LatestModel is the stored model that a run of an as-of date looks at before it fits its own: that of the run that latest.json points to. Where that run is
// of the same date it is the one that run looked at, so that a run that is repeated is the same run. Without a Model it says why there is none.
func LatestModel(ctx context.Context, out, temp string, asOf ingest.Day) (*segment.Reuse, error) {
	p, err := placeAt(ctx, out, temp)
	if err != nil {
		return nil, err
	}
	none := func(why string) *segment.Reuse { return &segment.Reuse{Why: why} }
	l, err := readLatest(p)
	if err != nil || l.Path != path.Base(l.Path) {
		return none("there is no earlier run"), nil
	}
	run := l.Path
	switch day := asOf.String(); { // as YYYY-MM-DD
	case l.AsOf > day:
		return none("the latest run, " + run + ", is of a later date"), nil
	case l.AsOf == day:
		m, err := readManifest(p, run+"/")
		switch {
		case err != nil || m.Model == nil:
			return none("there is no earlier run with a model"), nil
		case m.Model.Considered == nil:
			return none(m.Model.Why), nil
		}
		if run = m.Model.Considered.From; run != path.Base(run) {
			return none("there is no earlier run with a model"), nil
		}
	}
	use, err := readModel(p, run+"/")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return none("the run " + run + " has no model"), nil
	case err != nil:
		return &segment.Reuse{From: run, Why: "it cannot be read: " + err.Error(), Failed: true}, nil
	}
	use.From = run
	return use, nil
}

// ModelInfo says which model made the scores.
type ModelInfo struct {
	Run        string          `json:"run"`    // that learnt it
	SHA256     string          `json:"sha256"` // of model.json
	LearntOn   string          `json:"learnt_on"`
	AgeDays    int             `json:"age_days"`
	Reused     bool            `json:"reused"` // it was learnt by an earlier run, whose backtest is told
	Refit      string          `json:"refit"`  // the policy: nightly, monthly, on-drift; "" with --model
	Considered *ConsideredInfo `json:"considered"`
	Why        string          `json:"why"` // why the run fitted, where it looked for a stored model
	Tests      []DriftTestInfo `json:"tests"`
}

// ConsideredInfo is the stored model that was looked at, used or not.
type ConsideredInfo struct {
	From   string `json:"from"` // the run of the output folder that it lay in; "" with --model
	Run    string `json:"run"`
	SHA256 string `json:"sha256"`
}

// DriftTestInfo is a segment.DriftTest.
type DriftTestInfo struct {
	Name    string `json:"name"`
	Figure  number `json:"figure"`
	Low     number `json:"low"`
	High    number `json:"high"`
	Level   number `json:"level"`
	Limit   number `json:"limit"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	N       int    `json:"n"`
	Drifted bool   `json:"drifted"`
	Note    string `json:"note,omitempty"`
}

// newModelInfo is of a result whose model has that hash; refit is the policy of the run.
func newModelInfo(res *segment.Result, hash, refit string) *ModelInfo {
	if res.Stored == nil {
		return nil
	}
	m := &ModelInfo{Run: res.Stored.Run, SHA256: hash, LearntOn: res.Stored.LearntOn.String(), AgeDays: int(res.Clock.AsOf - res.Stored.LearntOn), Refit: refit, Tests: []DriftTestInfo{}}
	u := res.Reuse
	if u == nil {
		return m
	}
	m.Reused, m.Why = u.Used, u.Why
	if u.SHA256 != "" || u.From != "" {
		m.Considered = &ConsideredInfo{From: u.From, Run: u.Run, SHA256: u.SHA256}
		if refit == "" {
			m.Considered.From = "" // where it lay is nobody's business
		}
	}
	for _, t := range u.Tests {
		info := DriftTestInfo{Name: t.Name, Figure: number(t.Figure), Low: number(t.Low), High: number(t.High), Level: number(t.Level), Limit: number(t.Limit), N: t.N, Drifted: t.Drifted, Note: t.Note}
		if t.To > t.From {
			info.From, info.To = (t.From + 1).String(), t.To.String()
		}
		m.Tests = append(m.Tests, info)
	}
	return m
}

// storedInfo is of a result whose models were learnt before; nil of others.
func storedInfo(res *segment.Result) *ModelInfo {
	if res.Reuse == nil || !res.Reuse.Used {
		return nil
	}
	return newModelInfo(res, res.Reuse.SHA256, "")
}

// writeModel writes model.json and says in the manifest which model scored. A model that cannot be stored is a warning.
func (r *Run) writeModel(ctx context.Context, m *Manifest, res *segment.Result) error {
	if res.Stored == nil {
		return nil
	}
	if res.Reuse == nil || !res.Reuse.Used {
		res.Stored.Run = r.Name
	}
	b, err := res.Stored.Encode()
	if err != nil {
		w := segment.NotStored(err)
		m.Warnings = append(m.Warnings, w)
		res.Warnings = append(res.Warnings, w)
		m.Model = newModelInfo(res, "", r.Refit)
		return nil
	}
	sum := sha256.Sum256(b)
	m.Model = newModelInfo(res, hex.EncodeToString(sum[:]), r.Refit)
	return r.writeFile(ctx, modelName, b)
}
