package s3

import (
	"cmp"
	"context"
	"io"
	"slices"
	"sync"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
)

const (
	tailBytes   = 64 << 10  // read at once at the end of an object, where the footer is
	gapBytes    = 256 << 10 // between two ranges that are cheaper read than a second GET
	sharedBytes = 4 << 20   // the most that ranges are merged to
)

// reader is an open object.
type reader struct {
	s      *Store
	o      store.Object
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	tail    held
	streams []*stream
	pieces  []*held // of ranges that no stream serves, each with the piece of it that was read last
	other   held    // of what was not announced
}

// held is a range with the bytes of it, or of its beginning from b's offset, that are in memory.
type held struct {
	store.Range
	b   []byte
	off int64 // of b
}

// Open implements store.Store.
func (s *Store) Open(ctx context.Context, o store.Object) (store.Reader, error) {
	if o.Version == "" {
		var err error
		if o, _, err = s.Stat(ctx, o.Name); err != nil {
			return nil, unreadable(err)
		}
	}
	r := &reader{s: s, o: o}
	r.ctx, r.cancel = context.WithCancel(ctx)
	r.other.Range = store.Range{End: o.Size}
	r.tail.Range = store.Range{Off: max(0, o.Size-tailBytes), End: o.Size}
	return r, nil
}

// Expect implements store.Ahead: a GET for each range, or for several with small gaps between them.
func (r *reader) Expect(ranges ...store.Range) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forget()
	for _, m := range merge(ranges, r.o.Size) {
		if len(r.tail.b) > 0 && m.Off >= r.tail.Off {
			continue
		}
		if st := startStream(r.ctx, r.s, &r.o, m.Range, m.shared); st != nil {
			r.streams = append(r.streams, st)
		} else {
			r.pieces = append(r.pieces, &held{Range: m.Range})
		}
	}
}

// merged is a range that one GET reads; shared by several that were announced.
type merged struct {
	store.Range
	shared bool
}

// merge joins ranges that lie near each other.
func merge(ranges []store.Range, size int64) (out []merged) {
	ranges = slices.DeleteFunc(slices.Clone(ranges), func(a store.Range) bool { return a.Off < 0 || a.End > size || a.Off >= a.End })
	slices.SortFunc(ranges, func(a, b store.Range) int { return cmp.Or(cmp.Compare(a.Off, b.Off), cmp.Compare(a.End, b.End)) })
	for _, a := range ranges {
		if n := len(out); n > 0 {
			if last := &out[n-1]; a.Off-last.End <= gapBytes && max(a.End, last.End)-last.Off <= sharedBytes {
				last.End, last.shared = max(a.End, last.End), true
				continue
			}
		}
		out = append(out, merged{Range: a})
	}
	return out
}

// forget ends what was announced before; the lock is held.
func (r *reader) forget() {
	for _, st := range r.streams {
		st.close()
	}
	r.streams, r.pieces = nil, nil
}

// ReadAt implements io.ReaderAt. Errors of the store name no file: callers do, who say where they were.
func (r *reader) ReadAt(b []byte, off int64) (n int, err error) {
	for n < len(b) && off < r.o.Size {
		if err := r.ctx.Err(); err != nil {
			return n, context.Cause(r.ctx)
		}
		k, err := r.read(b[n:], off)
		if err != nil {
			return n, err
		}
		n, off = n+k, off+int64(k)
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// read fills some of b, at least one byte.
func (r *reader) read(b []byte, off int64) (int, error) {
	if st := r.streamAt(off); st != nil {
		if n, err := st.read(b, off); n > 0 || err != nil {
			return n, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	h := &r.other
	if i := slices.IndexFunc(r.pieces, func(p *held) bool { return p.Off <= off && off < p.End }); i >= 0 {
		h = r.pieces[i]
	} else if off >= r.tail.Off {
		h = &r.tail
	}
	if off < h.off || off >= h.off+int64(len(h.b)) {
		if err := r.load(h, off, int64(len(b))); err != nil {
			return 0, err
		}
	}
	return copy(b, h.b[off-h.off:]), nil
}

// load reads the tail whole, of other ranges a piece from off; what lies in the tail is not read twice.
func (r *reader) load(h *held, off, n int64) error {
	piece := store.Range{Off: off, End: min(h.End, max(off+n, off+leastAhead))}
	switch {
	case h == &r.tail:
		piece = h.Range
	case h == &r.other:
		piece.End = min(piece.End, r.tail.Off)
	}
	h.b, h.off = make([]byte, 0, piece.End-piece.Off), piece.Off
	err := r.s.fetch(r.ctx, &r.o, piece, func(p []byte) error {
		h.b = append(h.b, p...)
		return nil
	})
	if err != nil {
		h.b = nil
	}
	return err
}

func (r *reader) streamAt(off int64) *stream {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.tail.b) > 0 && off >= r.tail.Off {
		return nil
	}
	if i := slices.IndexFunc(r.streams, func(st *stream) bool { return st.Off <= off && off < st.End }); i >= 0 {
		return r.streams[i]
	}
	return nil
}

// Close implements io.Closer.
func (r *reader) Close() error {
	r.cancel()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forget()
	return nil
}

// unreadable makes err, which names the file, the error of an input.
func unreadable(err error) error { return &column.Error{RowGroup: -1, Row: -1, Err: err} }

var _ store.Ahead = (*reader)(nil)
