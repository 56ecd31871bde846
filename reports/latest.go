package reports

import (
	"encoding/json"
	"fmt"
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

// point replaces latest.json in one step, so that a reader sees the old run or the new, never half.
func (r *Run) point() error {
	if r.asOf == "" {
		return nil
	}
	l := Latest{Schema: LatestSchema, Run: r.Name, Path: r.Name, AsOf: r.asOf, ID: r.ID}
	if old, err := readLatest(r.place); err == nil && (*old == l || r.past && r.later(old)) {
		return nil
	}
	b, err := encodeJSON(l)
	if err != nil {
		return err
	}
	return r.place.replace(latestName, b)
}

// later reports whether latest.json points to a run of a later as-of date that is still there.
func (r *Run) later(old *Latest) bool {
	if old.AsOf <= r.asOf { // as YYYY-MM-DD
		return false
	}
	_, err := read(r.place, old.Path+"/"+manifestName)
	return err == nil
}
