package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mainstay/ingest/table"
	"mainstay/regress/evaluate"
	"mainstay/reports"
)

// mappingFlags ask for a correction of probabilities, learnt on other rows than those that are judged.
type mappingFlags struct {
	calibrate, learn, learnWhere string
	mapping, out                 string
	keep                         []string
}

// calibrations are the values of --calibrate, by what they let be tried.
var calibrations = map[string][]string{"auto": nil, evaluate.Platt: {evaluate.Platt}, evaluate.Isotonic: {evaluate.Isotonic}}

func (m *mappingFlags) addFlags(f *pflag.FlagSet) {
	f.StringVar(&m.calibrate, "calibrate", "", "correct probabilities by a `METHOD` learnt on other rows, kept only where it helps those that are judged: platt, isotonic, auto (the better)")
	f.StringVar(&m.learn, "learn", "", "with --calibrate: `FILE` of the rows to learn from, with the same columns")
	f.StringVar(&m.learnWhere, "learn-where", "", "with --calibrate: learn from the rows of the table for which a `CONDITION` holds, and judge by the others")
	f.StringVar(&m.mapping, "mapping", "", "with --calibrate: write the correction to `FILE` (.json)")
	f.StringSliceVar(&m.keep, "keep", nil, "with --out: `COLUMNS` of those rows to write beside their probabilities, such as the customer")
	f.StringVarP(&m.out, "out", "o", "", "with --calibrate: write the rows that are judged with their corrected probabilities to `FILE` (.csv, .parquet, .arrow, .json)")
}

// check finds what is wrong with the flags, given the kind of predictions and the tables that are read.
func (m *mappingFlags) check(kind string, read []string) error {
	_, known := calibrations[m.calibrate]
	switch {
	case m.calibrate == "" && (m.learn != "" || m.learnWhere != "" || m.mapping != "" || m.out != "" || len(m.keep) > 0):
		return usageError{errors.New("--learn, --learn-where, --mapping, --out and --keep are about a correction: ask for it with --calibrate auto")}
	case m.calibrate == "":
		return nil
	case !known:
		return usageError{fmt.Errorf("--calibrate is %q; expected platt, isotonic or auto", m.calibrate)}
	case kind == kindValue:
		return usageError{errors.New("--calibrate is of probabilities: leave it out with --kind value")}
	case len(m.keep) > 0 && m.out == "":
		return usageError{errors.New("--keep is about the rows that are written: name their file with --out")}
	case (m.learn == "") == (m.learnWhere == ""):
		return usageError{errors.New("a correction is learnt on other rows than those that are judged: name their file with --learn, or choose them with --learn-where, one of both")}
	}
	if m.learn != "" {
		if slices.ContainsFunc(read, func(in string) bool { return reads(in, m.learn) }) {
			return usageError{fmt.Errorf("--learn %s has the rows that are judged, and would flatter itself: name another file, or choose rows with --learn-where", m.learn)}
		}
		read = append(slices.Clone(read), m.learn)
	}
	if err := checkFiles(read, m.mapping, m.out); err != nil {
		return err
	}
	if m.mapping != "" && !strings.HasSuffix(strings.ToLower(m.mapping), ".json") {
		return usageError{fmt.Errorf("--mapping %s: a correction is written as .json", m.mapping)}
	}
	return nil
}

// teaches are the rows of the table that --learn-where chooses; nil without it.
func (m *mappingFlags) teaches(t *table.Table) (func(row int) bool, error) {
	if m.learnWhere == "" {
		return nil, nil
	}
	rows, err := chosenRows(t, m.learnWhere)
	if err != nil {
		return nil, fmt.Errorf("--learn-where: %w", err)
	}
	return func(row int) bool { _, found := slices.BinarySearch(rows, row); return found }, nil
}

// not is the other rows; nil for nil.
func not(keep func(row int) bool) func(row int) bool {
	if keep == nil {
		return nil
	}
	return func(row int) bool { return !keep(row) }
}

// correct learns a mapping and judges what it makes of the rows of p.
func (p *predictions) correct(ctx context.Context, o *evaluateOptions, t *table.Table, teaches func(row int) bool) (*reports.Mapped, error) {
	if !p.probability {
		return nil, usageError{errors.New("--calibrate is of probabilities, and these are values (--kind probability takes what came for an event)")}
	}
	from, source := *o, ""
	from.kind, from.by, from.against, from.saved, from.policy = kindProbability, "", "", "", false
	if p.outcomes != [2]string{"0", "1"} {
		from.event = p.outcomes[1]
	}
	if source = "the rows for which " + o.learnWhere; o.learn != "" {
		var err error
		if t, err = table.Read(ctx, files, []string{o.learn}, o.threads); err != nil {
			return nil, err
		}
		source, teaches = strings.Join(t.Files, ", "), nil
	}
	learn, err := newPredictions(t, &from, teaches)
	if err != nil {
		return nil, fmt.Errorf("learning a correction: %w", err)
	}
	learn.renumber(p.clusters)
	for i, c := range learn.all.Cluster {
		if int(c) < len(p.clusters) {
			return nil, t.Fail(learn.rows[i], p.names["cluster"], fmt.Errorf("%s is among the rows judged too, and would teach about itself: keep its rows on one side", p.clusters[c]))
		}
	}
	m, err := evaluate.LearnMapping(&learn.all, &p.all, o.level, calibrations[o.calibrate]...)
	switch {
	case errors.Is(err, evaluate.ErrNoRows):
		return nil, &table.MappingError{Msg: "no rows to learn a correction from: those chosen weigh 0"}
	case err != nil:
		return nil, err
	}
	out := &reports.Mapped{Mapping: m, Source: source, P: make([]float64, len(p.all.P))}
	for i, v := range p.all.P {
		out.P[i] = m.Apply(v)
	}
	after := p.all
	after.P = out.P
	settings, _ := o.settings()
	settings.Policy = nil
	out.After, err = evaluate.OfProbabilities(&after, settings)
	return out, err
}

// renumber gives clusters the numbers that their names have in known, and others numbers behind.
func (p *predictions) renumber(known []string) {
	for i, c := range p.all.Cluster {
		if at, found := slices.BinarySearch(known, p.clusters[c]); found {
			p.all.Cluster[i] = int32(at)
		} else {
			p.all.Cluster[i] = int32(len(known)) + c
		}
	}
}

// writeMapped writes the files that --mapping and --out ask for.
func (p *predictions) writeMapped(o *evaluateOptions, e *reports.Evaluation) error {
	if e.Mapped == nil {
		return nil
	}
	keep, err := keptColumns(p.table, o.keep, p.rows)
	if err != nil {
		return err
	}
	rows, err := reports.CorrectedRows(p.rows, keep, p.all.Y, p.all.P, e.Mapped.P)
	if err != nil {
		return usageError{err}
	}
	if o.mapping != "" {
		err := reports.WriteWhole(o.mapping, func(w io.Writer) error {
			b, err := json.MarshalIndent(e.Mapped.Mapping, "", "  ")
			if err == nil {
				_, err = w.Write(append(b, '\n'))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if o.out == "" {
		return nil
	}
	return reports.WriteFile(o.out, rows)
}
