package reports

import (
	"context"
	"errors"

	"mainstay/ingest"
)

// rejectRows is how many rows set aside gather before they are written as one row group: bounds the
// memory whatever the export holds.
const rejectRows = 64 * 1024

// Rejects streams the rows set aside into rejects.parquet and rejects.csv. Its Sink is an
// ingest.RejectSink.
type Rejects struct {
	parquet, csv *File
	pw           *parquetWriter
	cw           *csvWriter
	pending      []ingest.Reject
	scale        int
}

// NewRejects opens both files in the run's staging folder. scale is the Plan's.
func NewRejects(ctx context.Context, r *Run, scale int) (*Rejects, error) {
	j := &Rejects{scale: scale}
	shape := rejectTable(nil, scale)
	var err error
	if j.parquet, err = r.Create(ctx, shape.Name+".parquet"); err != nil {
		return nil, err
	}
	if j.csv, err = r.Create(ctx, shape.Name+".csv"); err != nil {
		return nil, err
	}
	j.parquet.Columns, j.csv.Columns = len(shape.Columns), len(shape.Columns)
	j.pw, j.cw = newParquetWriter(j.parquet, shape), newCSVWriter(j.csv, shape)
	return j, nil
}

// Sink takes a batch; the slice may be reused after the call.
func (j *Rejects) Sink(batch []ingest.Reject) error {
	for len(batch) > 0 {
		n := min(len(batch), rejectRows-len(j.pending))
		j.pending = append(j.pending, batch[:n]...)
		batch = batch[n:]
		if len(j.pending) == rejectRows {
			if err := j.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (j *Rejects) flush() error {
	t := rejectTable(j.pending, j.scale)
	if err := t.check(); err != nil {
		return err
	}
	if err := errors.Join(j.pw.rows(t), j.pw.flush()); err != nil {
		return err
	}
	j.parquet.Rows += int64(t.Rows)
	j.csv.Rows += int64(t.Rows)
	j.pending = j.pending[:0]
	return errors.Join(j.cw.rows(t), j.cw.flush())
}

// Close writes what is left and closes both files.
func (j *Rejects) Close() error {
	err := j.flush()
	if err == nil {
		err = j.pw.close()
	}
	if err != nil {
		return err // Abort closes the files
	}
	return errors.Join(j.parquet.Close(), j.csv.Close())
}

// rejectTable is the table of rows set aside.
func rejectTable(rows []ingest.Reject, scale int) *Table {
	b := newColumns("rejects", len(rows))
	b.key("file", "the input file, below the folder that the inputs have in common", func(i int) string { return rows[i].File })
	b.integer("row", "the row within the file, from 0", func(i int) int64 { return rows[i].Row })
	b.key("reason", "reason code", func(i int) string { return rows[i].Reason })
	b.key("kind", "out_of_scope or bad", func(i int) string { return rows[i].Kind })
	b.text("column", "the column at fault", func(i int) string { return rows[i].Column })
	b.text("value", "its value as text, at most 200 bytes", func(i int) string { return rows[i].Value })
	b.decimalOr("amount", "the row's amount; null where it cannot be read or has more than 18 digits", scale, func(i int) (int64, bool) {
		a := rows[i].Amount
		return a, rows[i].HasAmount && a <= maxCoefficient && a >= -maxCoefficient
	})
	return &b.t
}
