package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// logOptions decides how mainstay logs: to stderr, console lines for people on a terminal, JSON
// for cron.
type logOptions struct {
	format string
	level  string
}

func (o *logOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.format, "log-format", "auto", "log to stderr as console or json; auto = console on a terminal")
	f.StringVar(&o.level, "log-level", "warn", "least level logged: debug, info, warn, error")
}

func (o *logOptions) validate() error {
	if o.format != "auto" && o.format != "console" && o.format != "json" {
		return usageError{fmt.Errorf("--log-format is %q; expected auto, console or json", o.format)}
	}
	if _, err := zerolog.ParseLevel(o.level); err != nil || o.level == "" {
		return usageError{fmt.Errorf("--log-level is %q; expected debug, info, warn or error", o.level)}
	}
	return nil
}

func (o *logOptions) json(stderr io.Writer) bool {
	return o.format == "json" || o.format != "console" && !isTerminal(stderr)
}

func (a *app) logger() zerolog.Logger {
	level, err := zerolog.ParseLevel(a.logOptions.level)
	if err != nil {
		level = zerolog.WarnLevel
	}
	var w io.Writer = a.stderr
	if !a.logOptions.json(a.stderr) {
		w = zerolog.ConsoleWriter{Out: a.stderr, TimeFormat: time.TimeOnly}
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
