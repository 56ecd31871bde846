package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"mainstay/internal/num"
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
		a.progress.clear()
		w = zerolog.ConsoleWriter{Out: a.stderr, TimeFormat: time.TimeOnly, NoColor: !isTerminal(a.stderr)}
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}

// logWarnings logs what to know about a result. shown says that stdout shows it too: a person at a
// console need not read it twice.
func (a *app) logWarnings(shown bool, warnings []num.Warning) {
	if shown && !a.logOptions.json(a.stderr) {
		return
	}
	log := a.logger()
	for _, w := range warnings {
		log.Warn().Str("code", w.Code).Msg(w.Message)
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
