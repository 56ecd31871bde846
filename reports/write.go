package reports

import (
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"mainstay/ingest"
	"mainstay/segment"
)

const summaryName = "summary.txt"

// Write puts everything a run found into its staging folder and publishes it with Commit. The rows
// set aside must have been written and closed before (NewRejects). style decides the language of
// summary.txt, which never has colours. On error the caller's Abort removes what was staged.
func Write(ctx context.Context, r *Run, plan *ingest.Plan, l *ingest.Ledger, res *segment.Result, style Style) error {
	m, err := NewManifest(r, plan, &l.Tally, res)
	if err != nil {
		return err
	}
	m.ClosedMonths = ingest.ClosedPeriods(l, r.Timings.Threads)
	if err := r.writeScores(ctx, Scores(res, l.Has)); err != nil {
		return err
	}
	tables := []*Table{
		Segments(res.Segments, res.Scale), Transitions(res.Transitions), Tiers(res),
		Tournament(res.Contests), Cuts(res.Cuts), Concentration(res, &l.Tally),
		Bridge(res.Bridge, res.Scale),
	}
	if plan.Config.Unit == ingest.UnitParent {
		tables = append(tables, Groups(plan))
	}
	for _, t := range tables {
		if err := r.writeTable(ctx, t, ".parquet", WriteParquet); err != nil {
			return err
		}
		if err := r.writeTable(ctx, t, ".csv", WriteCSV); err != nil {
			return err
		}
	}
	fits, err := newModels(m, res)
	if err != nil {
		return err
	}
	b, err := encodeJSON(fits)
	if err != nil {
		return err
	}
	if err := r.writeFile(ctx, modelsName, b); err != nil {
		return err
	}
	if err := r.writeModel(ctx, m, res); err != nil {
		return err
	}
	if err := r.writeReference(ctx, res.Reference); err != nil {
		return err
	}
	style.Colour = false
	if err := r.writeFile(ctx, summaryName, summarise(r, plan, l, res, style)); err != nil {
		return err
	}
	if err := l.Err(); err != nil { // before anything is published
		return err
	}
	return r.Commit(m)
}

// writeScores writes the score file in its three formats at the same time.
func (r *Run) writeScores(ctx context.Context, s *Stream) error {
	var files []*File
	for _, ext := range []string{".parquet", ".csv", ".arrow"} {
		f, err := r.Create(ctx, s.Shape.Name+ext)
		if err != nil {
			return err
		}
		f.Rows, f.Columns = int64(s.Rows), len(s.Shape.Columns)
		files = append(files, f)
	}
	arrow, err := newArrowWriter(files[2], s.Shape, memory.NewGoAllocator())
	if err != nil {
		return err
	}
	if err := s.write(newParquetWriter(files[0], s.Shape), newCSVWriter(files[1], s.Shape), arrow); err != nil {
		return err
	}
	for _, f := range files {
		f.sync() // of all at the same time
	}
	for _, f := range files {
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) writeTable(ctx context.Context, t *Table, ext string, write func(io.Writer, *Table) error) error {
	f, err := r.Create(ctx, t.Name+ext)
	if err != nil {
		return err
	}
	f.Rows, f.Columns = int64(t.Rows), len(t.Columns)
	if err := write(f, t); err != nil {
		return err
	}
	return f.Close()
}

func (r *Run) writeFile(ctx context.Context, name string, b []byte) error {
	f, err := r.Create(ctx, name)
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		return err
	}
	return f.Close()
}
