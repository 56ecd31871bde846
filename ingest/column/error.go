package column

import (
	"errors"
	"fmt"
	"io"
)

// Error says what is wrong with a file, where, and what to do about it. RowGroup and
// Row are −1 and Column is "" where the failure is not narrowed down to one; File is ""
// where Err names it.
type Error struct {
	File     string
	RowGroup int
	Column   string
	Row      int64 // the row at fault, 0-based within the row group, or the file where that is −1
	Err      error
}

// SourceError is what a source of bytes says in words of its own, remedy included; readers add where they were.
type SourceError struct{ Err error }

func (e *SourceError) Error() string { return e.Err.Error() }

// Unwrap returns the error that is said.
func (e *SourceError) Unwrap() error { return e.Err }

// ErrChanged says that a file is not the one that was listed, or whose footer was read.
var ErrChanged error = &SourceError{errors.New("the file changed while it was read: wait until the export has finished, then run again")}

func (e *Error) Unwrap() error { return e.Err }

func (e *Error) Error() string {
	if e.File == "" {
		return e.Err.Error()
	}
	s := e.File
	if e.RowGroup >= 0 {
		s += fmt.Sprintf(", row group %d", e.RowGroup)
	}
	if e.Column != "" {
		s += fmt.Sprintf(", column %q", e.Column)
	}
	if e.Row >= 0 {
		s += fmt.Sprintf(", row %d", e.Row)
	}
	return s + ": " + e.Err.Error()
}

// remedy closes the description of damage with what to do.
const remedy = "the file is damaged or was written wrongly: export it again"

// damaged describes damage found in a file.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", fmt.Errorf(format, args...), remedy)
}

// fileError is an Error about the file as a whole.
func fileError(name string, err error) error {
	return &Error{File: name, RowGroup: -1, Row: -1, Err: err}
}

// guard turns a panic of the decoding below into an error, in the goroutine where it
// happens. Every exported call that touches foreign bytes runs under it.
func guard(err *error) {
	if p := recover(); p != nil {
		*err = damaged("decoding failed (%v)", p)
	}
}

// readAt fills b from offset off of a file of known size.
func readAt(r io.ReaderAt, b []byte, off int64) error {
	n, err := r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if source := (*SourceError)(nil); errors.As(err, &source) {
		return err
	}
	if err == nil || errors.Is(err, io.EOF) {
		return damaged("the file ends at byte %d, inside what it declares", off+int64(n))
	}
	return fmt.Errorf("cannot read %d bytes at byte %d: %w: check the disk or the connection", len(b), off, err)
}
