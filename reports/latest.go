package reports

import (
	"encoding/json"
	"fmt"
	"path"

	"mainstay/internal/num"
)

// LatestSchema is the version of latest.json.
const LatestSchema = "mainstay.latest/1"

const latestName = "latest.json"

// Latest is the content of latest.json: the run that last succeeded. Path is relative to the output
// folder, so that the folder can be moved.
type Latest struct {
	Schema string `json:"schema"`
	Run    string `json:"run"`
	Path   string `json:"path"`
	AsOf   string `json:"as_of"`
	ID     string `json:"id"`
}

// readLatest reads OUT/latest.json; the error is fs.ErrNotExist before the first run.
func readLatest(p place) (*Latest, error) {
	b, err := read(p, latestName)
	if err != nil {
		return nil, err
	}
	var l Latest
	if err := json.Unmarshal(b, &l); err != nil {
		return nil, fmt.Errorf("%s is not a pointer to a run: %w", latestName, err)
	}
	return &l, nil
}

// point replaces latest.json in one step, so that a reader sees the old run or the new, never half. It does not move back: where it points to a complete run of
// a later as-of date this run is a backfill, whose Behind names that one.
func (r *Run) point() error {
	if r.asOf == "" {
		return nil
	}
	l := Latest{Schema: LatestSchema, Run: r.Name, Path: r.Name, AsOf: r.asOf, ID: r.ID}
	old, err := readLatest(r.place)
	switch {
	case err != nil: // there is none yet, or it is damaged
	case *old == l:
		return nil
	case r.later(old):
		r.Behind = old.Path
		return nil
	}
	b, err := encodeJSON(l)
	if err != nil {
		return err
	}
	return r.place.replace(latestName, b)
}

// WarnBackfill is the code of a run that latest.json does not point to, because it points to a later one.
const WarnBackfill = "backfill"

// Backfill says that latest.json stays where it is, once for the log; nothing of other runs.
func (r *Run) Backfill() []num.Warning {
	if r.Behind == "" {
		return nil
	}
	return []num.Warning{{Code: WarnBackfill, Message: r.behind(Style{Lang: English}) + "; this run is as of " + r.asOf + ": unless that date was asked for, the export has lost its newest days"}}
}

func (r *Run) behind(style Style) string { return style.say("files.behind", r.Behind) }

// later reports whether latest.json points to a run of a later as-of date that is still there.
func (r *Run) later(old *Latest) bool {
	if old.AsOf <= r.asOf || old.Path != path.Base(old.Path) { // as YYYY-MM-DD
		return false
	}
	_, err := read(r.place, old.Path+"/"+manifestName)
	return err == nil
}
