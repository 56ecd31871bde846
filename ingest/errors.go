package ingest

import "fmt"

// MappingError says that a role is missing or ambiguous, or that a flag names
// something that is not there. cmd maps it to exit code 3 (input ambiguous).
type MappingError struct {
	Role string
	Msg  string // ends with what to do: which flag settles it
}

func (e *MappingError) Error() string { return e.Msg }

// QualityError says that the data did not pass a gate (exit code 4).
type QualityError struct{ Msg string }

func (e *QualityError) Error() string { return e.Msg }

// InputError says that an input cannot be read (exit code 3). RowGroup and Row are
// −1 where unknown.
type InputError struct {
	File     string
	RowGroup int
	Column   string
	Row      int64
	Err      error
}

func (e *InputError) Unwrap() error { return e.Err }

func (e *InputError) Error() string {
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

// ConfigError says that a setting is wrong (exit code 2).
type ConfigError struct{ Msg string }

func (e *ConfigError) Error() string { return e.Msg }
