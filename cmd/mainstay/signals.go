package main

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"mainstay/internal/num"
)

// withSignals cancels the context on the first SIGINT or SIGTERM, so that staging folders are
// removed on the way out; a second signal kills the process as usual. caught returns the exit code of
// the signal, 0 when none came.
func withSignals(parent context.Context) (ctx context.Context, stop func(), caught func() int) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	var code atomic.Int32
	go func() {
		select {
		case s := <-signals:
			code.Store(exitInterrupted)
			if s == syscall.SIGTERM {
				code.Store(exitTerminated)
			}
			signal.Stop(signals)
			cancel()
		case <-ctx.Done():
		}
	}()
	stop = func() { signal.Stop(signals); cancel() }
	return ctx, stop, func() int { return int(code.Load()) }
}

// fitting is called when a fit begins; tests hold it here.
var fitting = func() {}

// unlessStopped calls fit, which reads, computes and does not look at ctx, and returns what it says, or the error of ctx as soon as that ends: what it would have
// found then is not waited for, and ends with the process. Nothing that fit fills in may be looked at after that error.
func unlessStopped(ctx context.Context, fit func() error) error {
	done := make(chan error, 1)
	go func() {
		done <- num.Safely(func() error {
			fitting()
			return fit()
		})
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
