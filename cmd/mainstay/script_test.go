package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

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

// TestScripts runs the command line as people do: testdata/script/*.txtar, each one story. Scripts
// find the small data in $DATA, and the real data in $SHARED where it is present ([shared]).
func TestScripts(t *testing.T) {
	data, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	shared := filepath.Join(data, "../../shared/data")
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(data, "script"),
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("DATA", data)
			e.Setenv("SHARED", shared)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "shared" {
				_, err := os.Stat(shared)
				return err == nil, nil
			}
			return false, nil
		},
	})
}
