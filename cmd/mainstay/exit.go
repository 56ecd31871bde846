package main

import (
	"context"
	"errors"
	"fmt"

	"mainstay/ingest"
	"mainstay/ingest/generate"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
	"mainstay/segment/moves"
)

// The exit codes, one table for all commands. docs/format.md and every help show it.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitInput       = 3
	exitQuality     = 4
	exitLocked      = 7
	exitInterrupted = 130 // 128 + SIGINT
	exitTerminated  = 143 // 128 + SIGTERM
)

const exitHeading = "EXIT STATUS"

const exitTable = exitHeading + `
  0    success: published, or an identical run exists already
  1    failure: anything not listed below
  2    usage or configuration: a flag, an argument or a config key is wrong
  3    input: a file is unreadable, its columns are missing or ambiguous, or a value cannot be used
  4    quality gate not met: too many bad rows, a model fell back under --strict, a fit that may not be
       used was asked for, or a figure of selftest is not reached
  7    locked: another run is writing to the same output folder
  130  interrupted (143: terminated); nothing half-written is left behind`

// usageError marks errors of the command line itself.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// qualityError marks a result that must not be relied on.
type qualityError struct{ error }

func (e qualityError) Unwrap() error { return e.error }

// exitCode maps an error to the exit code; signalled is the code of the signal that was
// caught, 0 when none was.
func exitCode(err error, signalled int) int {
	var (
		usage   usageError
		config  *ingest.ConfigError
		mapping *ingest.MappingError
		input   *ingest.InputError
		account *table.MappingError
		export  *generate.ConfigError
		quality *ingest.QualityError
		result  qualityError
		setting *moves.ConfigError
		locked  *store.LockedError
	)
	switch {
	case signalled != 0 && errors.Is(err, context.Canceled):
		return signalled
	case errors.As(err, &usage), errors.As(err, &config), errors.As(err, &setting), errors.As(err, &export):
		return exitUsage
	case errors.As(err, &quality), errors.As(err, &result):
		return exitQuality
	case errors.As(err, &mapping), errors.As(err, &account), errors.As(err, &input):
		return exitInput
	case errors.As(err, &locked):
		return exitLocked
	}
	return exitFailure
}

// fail tells people why the command failed: one line on a terminal, JSON otherwise.
func (a *app) fail(err error, code int) {
	if code == exitInterrupted || code == exitTerminated {
		var stopped *stoppedError
		if errors.As(err, &stopped) && stopped.done > 0 {
			err = fmt.Errorf("interrupted after %d of %d runs: they are published, nothing half-written is left, and the same command goes on from there", stopped.done, stopped.of)
		} else {
			err = errors.New("interrupted: nothing was published, and nothing half-written is left")
		}
	}
	if a.logOptions.json(a.stderr) {
		log := a.logger()
		log.Error().Int("exit_code", code).Msg(err.Error())
		return
	}
	fmt.Fprintf(a.stderr, "mainstay: %v\n", err)
}
