package s3

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"

	"mainstay/ingest/store"
)

const (
	blockBytes = 1 << 17   // read at a time
	leastAhead = 1 << 20   // that a stream may always run ahead, and how much is read at once where none does
	mostAhead  = 256 << 20 // bytes that all streams together hold beyond that, or a sixteenth of the memory if that is less
	maxStreams = 64        // GETs that run ahead at a time
)

var errClosed = errors.New("closed")

// stream is a range that will be read from front to back, by one GET that runs ahead of its reader. It
// stops ahead when leastAhead is unread and the streams together hold as much as they may: what waits then is the
// connection. Bytes are let go of when they have been read, unless the stream is shared by several columns,
// which are read side by side.
type stream struct {
	store.Range
	s      *Store
	o      *store.Object
	shared bool
	most   int64 // mostAhead, or what the memory allows
	cancel context.CancelFunc

	mu     sync.Mutex
	moved  sync.Cond // bytes came, or were read, or err
	blocks [][]byte  // from at
	at     int64     // all before has been let go of
	filled int64     // where the next byte goes
	wanted int64     // the reader waits for what lies before
	err    error     // why no more will come
}

// startStream begins the GET of a range, unless maxStreams run already.
func startStream(ctx context.Context, s *Store, o *store.Object, r store.Range, shared bool) *stream {
	select {
	case s.slots <- struct{}{}:
	default:
		return nil
	}
	st := &stream{Range: r, s: s, o: o, shared: shared, most: min(mostAhead, debug.SetMemoryLimit(-1)/16), at: r.Off, filled: r.Off}
	st.moved.L = &st.mu
	ctx, st.cancel = context.WithCancel(ctx)
	go func() {
		defer func() { <-s.slots }()
		stop := context.AfterFunc(ctx, func() { st.end(context.Cause(ctx)) })
		defer stop()
		st.end(s.fetch(ctx, o, r, st.add))
	}()
	return st
}

// add appends what came, and waits while too much is unread.
func (st *stream) add(p []byte) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	for !st.shared && st.err == nil && st.filled >= st.wanted && st.filled-st.at >= leastAhead && st.s.ahead.Load() >= st.most {
		st.moved.Wait()
	}
	if st.err != nil {
		return st.err
	}
	for rest := p; len(rest) > 0; {
		last := len(st.blocks) - 1
		if last < 0 || len(st.blocks[last]) == cap(st.blocks[last]) {
			st.blocks, last = append(st.blocks, make([]byte, 0, blockBytes)), last+1
		}
		b := &st.blocks[last]
		n := min(len(rest), cap(*b)-len(*b))
		*b, rest = append(*b, rest[:n]...), rest[n:]
	}
	st.filled += int64(len(p))
	st.s.ahead.Add(int64(len(p)))
	st.moved.Broadcast()
	return nil
}

// end notes that no more will come.
func (st *stream) end(err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.err == nil {
		st.err = err
	}
	st.moved.Broadcast()
}

// read fills b from off, which lies in the range, as far as the range goes; it waits for bytes that have not
// come yet. No bytes: they were let go of, or another Expect closed the stream.
func (st *stream) read(b []byte, off int64) (int, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	end := min(off+int64(len(b)), st.End)
	for st.filled < end && st.err == nil && off >= st.at {
		st.wanted = end
		if !st.shared {
			st.drop(min(off, st.filled)) // what is passed over need not be held
		}
		st.moved.Broadcast()
		st.moved.Wait()
	}
	switch {
	case off < st.at, st.err == errClosed:
		return 0, nil
	case st.filled < end:
		return 0, st.err
	}
	n, at := 0, st.at
	for i := 0; n < int(end-off); i++ {
		if next := at + int64(len(st.blocks[i])); next > off {
			n += copy(b[n:end-off], st.blocks[i][max(0, off-at):])
		}
		at += int64(len(st.blocks[i]))
	}
	if !st.shared {
		st.drop(end)
		st.moved.Broadcast()
	}
	return n, nil
}

// drop lets go of the blocks that end before off.
func (st *stream) drop(off int64) {
	for len(st.blocks) > 0 && st.at+int64(len(st.blocks[0])) <= off {
		n := int64(len(st.blocks[0]))
		st.blocks, st.at = st.blocks[1:], st.at+n
		st.s.ahead.Add(-n)
	}
}

// close ends the GET and lets go of everything.
func (st *stream) close() {
	st.cancel()
	st.end(errClosed)
	st.mu.Lock()
	defer st.mu.Unlock()
	st.drop(st.filled)
}
