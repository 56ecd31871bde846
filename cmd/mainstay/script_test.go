package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gofrs/flock"
	"github.com/rogpeppe/go-internal/testscript"
)

// today is the day on which scripts and documentation run: the default as-of date is never after
// yesterday.
var today = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	now = func() time.Time { return today }
	testscript.Main(m, map[string]func(){
		"mainstay": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// concurrent are the scripts that the race detector (-short) runs, too: of goroutines that no other test has. The others are
// slow there, and their goroutines are those of the packages' own tests and of TestSameBytes.
var concurrent = []string{"evaluate_stream", "regress_predict"}

// TestScripts runs the command line as people do: testdata/script/*.txtar, each one story. Scripts
// find the small data in $DATA and the real data, where it is present ([shared]), in $SHARED: short names, as the program
// wraps what it says to the page wherever the project lies.
func TestScripts(t *testing.T) {
	data, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	shared := sharedData(t)
	if shared == "" {
		t.Log("no ../shared/data: the [shared] scripts on real exports prove nothing here")
	}
	scripts := filepath.Join(data, "script")
	var files []string
	if testing.Short() {
		for _, name := range concurrent {
			files = append(files, filepath.Join(scripts, name+".txtar"))
		}
		scripts = ""
	}
	testscript.Run(t, testscript.Params{
		Dir:                 scripts,
		Files:               files,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("DATA", "data")
			e.Setenv("SHARED", "shared/data")
			return errors.Join(os.Symlink(data, filepath.Join(e.WorkDir, "data")), os.Symlink(filepath.Dir(shared), filepath.Join(e.WorkDir, "shared")))
		},
		Condition: func(cond string) (bool, error) { return cond == "shared" && shared != "", nil },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":     checkStatus,
			"lock":       holdLock,
			"truncate":   truncate,
			"narrow":     checkWidth,
			"summarised": checkSummary,
		},
	})
}

// sharedData is the folder of the real exports, "" where it is absent.
func sharedData(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../../shared/data")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// checkStatus runs mainstay as on a console and checks its exit status: "status 3 run nowhere.parquet".
func checkStatus(ts *testscript.TestScript, _ bool, args []string) {
	line := append([]string{"--log-format=console"}, args[1:]...)
	err := ts.Exec("mainstay", line...)
	got := "0"
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		got = strconv.Itoa(exit.ExitCode())
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// holdLock is another run that writes to the output folder until the script ends: "lock OUT".
func holdLock(ts *testscript.TestScript, _ bool, args []string) {
	out := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(out, 0o755))
	l := flock.New(filepath.Join(out, ".lock"))
	_, err := l.TryLock()
	ts.Check(err)
	ts.Defer(func() { l.Unlock() })
}

// truncate keeps the first half of a file: "truncate FROM TO".
func truncate(ts *testscript.TestScript, _ bool, args []string) {
	b, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b[:len(b)/2], 0o644))
}

// Limits of what people read: a terminal of ordinary width, and one page.
const (
	pageColumns           = 104 // the widest crossing of two attributes; the summary itself keeps to 100
	leastLines, mostLines = 25, 40
)

// checkWidth holds a text to the width of a page: "narrow FILE".
func checkWidth(ts *testscript.TestScript, _ bool, args []string) {
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > pageColumns {
			ts.Fatalf("%s: %d columns: %s", args[0], n, line)
		}
	}
}

// checkSummary holds a summary to one page, with nothing undefined in it: "summarised FILE".
func checkSummary(ts *testscript.TestScript, neg bool, args []string) {
	checkWidth(ts, neg, args)
	text := ts.ReadFile(args[0])
	if n := strings.Count(text, "\n"); n < leastLines || n > mostLines {
		ts.Fatalf("%s: %d lines, want %d to %d", args[0], n, leastLines, mostLines)
	}
	for _, bad := range []string{"NaN", "Inf", "%!", "{", "\x1b"} {
		if strings.Contains(text, bad) {
			ts.Fatalf("%s holds %q", args[0], bad)
		}
	}
}
