package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progressLine is one line on the terminal that says what is going on. Off a terminal it is silent.
type progressLine struct {
	mu   sync.Mutex
	w    io.Writer // nil = off
	last time.Time
	open bool

	prefix string // before every phase: which part of the whole it belongs to
}

// progressInterval keeps the line readable and the terminal idle.
const progressInterval = 100 * time.Millisecond

func (p *progressLine) start(w io.Writer) {
	if isTerminal(w) {
		p.w = w
	}
}

// phase shows a named phase and how far it is, 0 to 1. It may be called from any goroutine.
func (p *progressLine) phase(name string, done float64) {
	p.say("%s %3.0f %%", p.prefix+name, 100*done)
}

func (p *progressLine) say(format string, args ...any) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open && time.Since(p.last) < progressInterval {
		return
	}
	p.last, p.open = time.Now(), true
	fmt.Fprintf(p.w, "\r\x1b[K"+format, args...)
}

// clear removes the line, so that results start on a clean one.
func (p *progressLine) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.open = false
	}
}
