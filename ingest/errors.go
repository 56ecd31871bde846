package ingest

import "mainstay/ingest/column"

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

// InputError says that an input cannot be read (exit code 3): the error of a file.
type InputError = column.Error

// ConfigError says that a setting is wrong (exit code 2).
type ConfigError struct{ Msg string }

func (e *ConfigError) Error() string { return e.Msg }
