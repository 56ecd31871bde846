//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// A signal in the middle of a run ends it with the signal's status, and leaves neither a staging folder
// nor a pointer to a run.
func TestSignalLeavesNothingBehind(t *testing.T) {
	t.Cleanup(func() { staged = func(context.Context) {} })
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: exitInterrupted, syscall.SIGTERM: exitTerminated} {
		out := t.TempDir()
		held := false
		staged = func(ctx context.Context) {
			if entries, _ := os.ReadDir(out); len(entries) < 2 { // the lock and the staging folder
				t.Errorf("nothing is staged: %v", entries)
			}
			held = true
			if err := syscall.Kill(os.Getpid(), signal); err != nil {
				t.Error(err)
			}
			<-ctx.Done()
		}
		var stderr bytes.Buffer
		code := run(context.Background(), []string{"run", exampleOrders, "--out", out}, strings.NewReader(""), io.Discard, &stderr)
		if code != want || !held {
			t.Errorf("%v: exit status %d, want %d: %s", signal, code, want, stderr.String())
		}
		if !strings.Contains(stderr.String(), "interrupted: nothing was published") {
			t.Errorf("%v: stderr is %s", signal, stderr.String())
		}
		entries, err := os.ReadDir(out)
		if err != nil || len(entries) != 1 || entries[0].Name() != ".lock" {
			t.Errorf("%v: left behind: %v, %v", signal, entries, err)
		}
	}
}

// A signal in the middle of a replay leaves the runs that are finished, and says how to go on.
func TestSignalLeavesTheFinishedRunsOfAReplay(t *testing.T) {
	t.Cleanup(func() { staged = func(context.Context) {} })
	out := t.TempDir()
	n := 0
	staged = func(ctx context.Context) {
		if n++; n == 3 {
			if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
				t.Error(err)
			}
			<-ctx.Done()
		}
	}
	args := []string{"run", exampleOrders, "--as-of", "2024-05-31..2024-08-31", "--out", out, "--quiet"}
	var stderr bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), io.Discard, &stderr); code != exitInterrupted {
		t.Errorf("exit status %d: %s", code, stderr.String())
	}
	if !strings.Contains(stderr.String(), "interrupted after 2 of 4 runs: they are published") {
		t.Errorf("stderr is %s", stderr.String())
	}
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) != 4 { // the lock, two runs, latest.json
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if l := latestRun(t, out); !strings.Contains(l, `"as_of": "2024-06-30"`) {
		t.Errorf("latest.json: %s", l)
	}
	if code := run(context.Background(), args, strings.NewReader(""), io.Discard, &stderr); code != exitOK || n != 5 {
		t.Errorf("going on: exit status %d, %d runs computed in all, want 5", code, n)
	}
}

// A signal in the middle of a fit, which looks at nothing else, ends the command at once, and what was written before stays.
func TestSignalEndsAFit(t *testing.T) {
	before := fitting
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	looks := file("looks.csv", "id,period,orders\na,1,3\na,2,0\na,3,2\nb,1,0\nb,2,0\nb,3,5\n")
	left := file("left.csv", "plan,renewals,left\nregular,0,1000\nregular,1,631\nregular,2,468\n")
	stages := file("stages.csv", "id,time,state\na,0,x\na,1,y\na,2.5,x\nb,0,y\nb,1,y\nb,3,x\n")
	out := file("out.csv", "the last good one")
	for _, args := range [][]string{
		{"attrition", exampleOrders},
		{"attrition", "contracts", left, "--survivors", "left", "--by", "plan"},
		{"markov", stages, "--id", "id", "--time", "time", "--state", "state"},
		{"markov", "continuous", stages, "--id", "id", "--time", "time", "--state", "state"},
		{"markov", "hidden", looks, "--id", "id", "--time", "period", "--activity", "orders"},
		{"regress", looks, "orders ~ period"},
	} {
		began, release, ended := make(chan bool), make(chan bool), make(chan bool)
		fitting = func() {
			began <- true
			<-release // a fit that takes for ever
			close(ended)
			runtime.Goexit()
		}
		go func() {
			<-began
			if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
				t.Error(err)
			}
		}()
		var stderr bytes.Buffer
		code := run(context.Background(), append(args, "--out", out), strings.NewReader(""), io.Discard, &stderr)
		if code != exitTerminated || !strings.Contains(stderr.String(), "nothing half-written is left") {
			t.Errorf("%q: exit status %d: %s", args, code, stderr.String())
		}
		if code != exitTerminated { // no fit began: nobody waits to be released
			continue
		}
		close(release)
		<-ended
		if b, err := os.ReadFile(out); err != nil || string(b) != "the last good one" {
			t.Errorf("%q: %s is now %q, %v", args, out, b, err)
		}
	}
	fitting = before
}
