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
