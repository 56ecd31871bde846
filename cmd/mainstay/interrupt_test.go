//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"os"
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
