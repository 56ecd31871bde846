package reports

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"mainstay/internal/num"
	"mainstay/segment"
)

// A table written in batches, in three formats at the same time, is the same bytes as in one piece.
func TestStreamIsTheTable(t *testing.T) {
	f := newFixture()
	rows := append(manyScores(3*scoreBatch+17), f.res.Scores.(segment.Rows)...)
	f.res.Scores = rows
	whole, s := scoreTable(&Table{}, rows, f.res, f.ledger.Has), Scores(f.res, f.ledger.Has)
	var parquet, csv, arrow bytes.Buffer
	a, err := newArrowWriter(&arrow, s.Shape, memory.NewGoAllocator())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.write(newParquetWriter(&parquet, s.Shape), newCSVWriter(&csv, s.Shape), a); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		got   []byte
		write func(io.Writer, *Table) error
	}{"parquet": {parquet.Bytes(), WriteParquet}, "csv": {csv.Bytes(), WriteCSV}, "arrow": {arrow.Bytes(), arrowFile}} {
		if want := encoded(t, c.write, whole); len(want) == 0 || !bytes.Equal(c.got, want) {
			t.Errorf("%s: %d bytes in batches, %d in one piece", name, len(c.got), len(want))
		}
	}
}

// failing fails at its n-th batch.
type failing struct {
	n   int
	err error
}

func (f *failing) rows(*Table) error {
	if f.n--; f.n == 0 {
		return f.err
	}
	return nil
}

func (f *failing) close() error { return nil }

// One format that cannot be written ends the others, with its own error, before much more is made.
func TestStreamStopsAtAnError(t *testing.T) {
	f := newFixture()
	f.res.Scores = manyScores(9 * scoreBatch)
	s, full := Scores(f.res, f.ledger.Has), errors.New("disk full")
	asked := 0
	batches := s.Batches
	s.Batches = func(yield func(*Table, error) bool) {
		for b, err := range batches {
			if asked++; !yield(b, err) {
				return
			}
		}
	}
	if err := s.write(newCSVWriter(io.Discard, s.Shape), &failing{2, full}); !errors.Is(err, full) || asked > streamAhead+3 {
		t.Errorf("error is %v after %d batches", err, asked)
	}
	lost := errors.New("temporary file is gone")
	s.Batches = func(yield func(*Table, error) bool) { yield(nil, lost) }
	if err := s.write(newCSVWriter(io.Discard, s.Shape)); !errors.Is(err, lost) {
		t.Errorf("error is %v", err)
	}
}

// panicking panics at its second batch.
type panicking struct{ n int }

func (p *panicking) rows(t *Table) error {
	p.n++
	if p.n == 2 {
		_ = t.Columns[len(t.Columns)]
	}
	return nil
}

func (p *panicking) close() error { return nil }

// A panic in one format is an error, and so is one in a half of a Parquet file: neither ends the program.
func TestStreamSurvivesAPanic(t *testing.T) {
	f := newFixture()
	f.res.Scores = manyScores(5 * scoreBatch)
	s := Scores(f.res, f.ledger.Has)
	if err := s.write(newCSVWriter(io.Discard, s.Shape), &panicking{}); err == nil || !strings.Contains(err.Error(), "internal error: ") {
		t.Errorf("error is %v", err)
	}
	broken := *s.Shape
	broken.Rows = 1 // and no values, which Table.check would refuse
	if err := num.Safely(func() error { return newParquetWriter(io.Discard, s.Shape).rows(&broken) }); err == nil || !strings.Contains(err.Error(), "internal error: ") {
		t.Errorf("error of a half is %v", err)
	}
}
