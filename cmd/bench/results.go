//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// record is one measurement: a line of results.jsonl.
type record struct {
	Case    benchCase  `json:"case"`
	Who     contestant `json:"who"`
	Build   string     `json:"build"` // of Mainstay, of whichever tool the record is: rounds belong together
	Round   int        `json:"round"` // 0 = the answers were compared; not in the medians
	Machine string     `json:"machine"`
	Load    float64    `json:"load"` // load average of the last minute before it began; 0 = not known
	cost
	Phases map[string]float64 `json:"phases,omitempty"`
	Rows   int64              `json:"rows,omitempty"`
	Checks map[string]int64   `json:"checks,omitempty"`
}

// results are all measurements so far.
type results struct {
	path    string
	records []record
}

func (r *results) load() error {
	f, err := os.Open(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var rec record
		if err := json.Unmarshal(lines.Bytes(), &rec); err != nil {
			return fmt.Errorf("%s, line %d: %w (remove the line, or the file)", r.path, n, err)
		}
		r.records = append(r.records, rec)
	}
	return lines.Err()
}

// add keeps a measurement, in the file too.
func (r *results) add(rec *record) error {
	line, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	r.records = append(r.records, *rec)
	return errors.Join(err, f.Close())
}

// find is the measurement of a round of a case that was made already with a build, nil without.
func (r *results) find(c benchCase, who contestant, build string, round int) *record {
	for i := range r.records {
		if rec := &r.records[i]; rec.is(c, who, build) && rec.Round == round {
			return rec
		}
	}
	return nil
}

func (r *record) is(c benchCase, who contestant, build string) bool {
	return r.Case.String() == c.String() && r.Who == who && r.Build == build
}

// median is what one contestant needed in one case.
type median struct {
	Case   benchCase
	Who    contestant
	Build  string
	Rounds int
	cost
	Phases    map[string]float64
	Rows      int64
	Customers int64 // 0 = not known
	Machine   string
	Load      float64 // the highest of the rounds
}

// medians are those of every case with the newest build that measured as many contestants as any, in the order in
// which cases and contestants came.
func (r *results) medians() []median {
	newest := r.newest()
	type key struct {
		c   string
		who contestant
	}
	var order []key
	of := map[key][]record{}
	checked := map[key]map[string]int64{}
	for _, rec := range r.records {
		k := key{rec.Case.String(), rec.Who}
		switch {
		case rec.Build != newest[k.c]:
		case rec.Round == 0:
			checked[k] = rec.Checks
		default:
			if of[k] == nil {
				order = append(order, k)
			}
			of[k] = append(of[k], rec)
		}
	}
	var all []median
	for _, k := range order {
		list := of[k]
		m := median{Case: list[0].Case, Who: k.who, Build: list[0].Build, Rounds: len(list), Rows: list[0].Rows, Machine: list[0].Machine,
			Customers: checked[k]["customers"], Phases: map[string]float64{}}
		for i := range list {
			m.Load = max(m.Load, list[i].Load)
		}
		m.Wall = middle(list, func(r *record) float64 { return r.Wall })
		m.CPU = middle(list, func(r *record) float64 { return r.CPU })
		m.Peak = int64(middle(list, func(r *record) float64 { return float64(r.Peak) }))
		for phase := range list[0].Phases {
			m.Phases[phase] = middle(list, func(r *record) float64 { return r.Phases[phase] })
		}
		all = append(all, m)
	}
	return all
}

// newest is, by case, the last build with which as many contestants were measured as with any.
func (r *results) newest() map[string]string {
	type key struct{ c, build string }
	found := map[key]map[contestant]bool{}
	best := map[string]string{}
	for i := range r.records {
		rec := &r.records[i]
		if rec.Round == 0 {
			continue
		}
		who := rec.Who
		if who.Tool == mainstay {
			who.Version = ""
		}
		k := key{rec.Case.String(), rec.Build}
		if found[k] == nil {
			found[k] = map[contestant]bool{}
		}
		found[k][who] = true
		if len(found[k]) >= len(found[key{k.c, best[k.c]}]) {
			best[k.c] = rec.Build
		}
	}
	return best
}

// middle is the median over the rounds.
func middle(list []record, of func(*record) float64) float64 {
	values := make([]float64, len(list))
	for i := range list {
		values[i] = of(&list[i])
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
