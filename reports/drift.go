package reports

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
)

const referenceName = "reference.json"

// WarnDrift is the code of a run whose customers, scores or calibration are not what they were.
const WarnDrift = "drift"

// writeReference writes reference.json, what a later run is compared with.
func (r *Run) writeReference(ctx context.Context, ref *evaluate.Reference) error {
	b, err := encodeJSON(ref)
	if err != nil {
		return err
	}
	return r.writeFile(ctx, referenceName, b)
}

// ReadReference reads the reference of the run in a folder of this machine. The error names the file.
func ReadReference(folder string) (*evaluate.Reference, error) {
	path := filepath.Join(folder, referenceName)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, &ingest.InputError{File: path, RowGroup: -1, Row: -1, Err: fmt.Errorf("%w: name the folder of a run, as 2026-11-22-7f3a1b2c", err)}
	}
	ref, err := evaluate.ParseReference(b)
	if err != nil {
		return nil, &ingest.InputError{File: path, RowGroup: -1, Row: -1, Err: err}
	}
	return ref, nil
}

// Against sets what the run is compared with in place of the run before it; nil changes nothing.
func (r *Run) Against(ref *evaluate.Reference) { r.against = ref }

// Drift is what moved since the reference given, else since the run before, if that read its inputs alike. Nil where there is nothing to
// compare with. As History it is in no file.
type Drift struct{ *evaluate.Drift }

// Drift compares the published run.
func (r *Run) Drift() *Drift {
	now, err := readReference(r.place, r.Name)
	if err != nil {
		return nil
	}
	then := r.against
	if then == nil {
		if r.Behind != "" { // it is later
			return nil
		}
		before, ok1 := readHistory(r.place, r.before)
		self, ok2 := readHistory(r.place, r.Name)
		if r.before == "" || !ok1 || !ok2 || !before.sameRules(&self) {
			return nil
		}
		if then, err = readReference(r.place, r.before); err != nil {
			return nil
		}
	}
	return &Drift{then.Compare(now)}
}

func readReference(p place, run string) (*evaluate.Reference, error) {
	b, err := read(p, run+"/"+referenceName)
	if err != nil {
		return nil, err
	}
	return evaluate.ParseReference(b)
}

// say is the drift in words, "" where nothing notable moved.
func (d *Drift) say(style Style) string {
	if d == nil {
		return ""
	}
	var parts []string
	if moved := d.Notable(); len(moved) > 0 {
		slices.SortStableFunc(moved, func(a, b evaluate.Shift) int { return cmp.Compare(b.PSI, a.PSI) })
		const most = 4
		var names []string
		for i, s := range moved {
			if i == most {
				names = append(names, style.say("drift.more", count(len(moved)-most)))
				break
			}
			text := style.say("drift.feature", s.Name, fixed(s.PSI, 2))
			if s.New > 0.005 {
				text += " (" + style.say("drift.new", percent(s.New)) + ")"
			}
			names = append(names, text)
		}
		parts = append(parts, style.say("drift.features", d.Since, strings.Join(names, ", ")))
	}
	if d.Scored && d.Score.Band != evaluate.Stable {
		word := "drift.shifted"
		if d.Score.Band == evaluate.Large {
			word = "drift.large"
		}
		parts = append(parts, style.say("drift.score", style.say(word), fixed(d.Score.PSI, 2)))
	}
	if c := d.Calibration; c != nil && c.Band != evaluate.Stable {
		parts = append(parts, style.say("drift.ratio", fixed(c.Then, 2), fixed(c.Now, 2)))
	}
	return strings.Join(parts, "; ")
}

// Warnings says what drifted, once for the log.
func (d *Drift) Warnings() []num.Warning {
	if text := d.say(Style{Lang: English}); text != "" {
		return []num.Warning{{Code: WarnDrift, Message: text}}
	}
	return nil
}
