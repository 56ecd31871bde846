package spill

import "io"

// Stream is bytes of any length in a File: written piece by piece, as a buffered writer flushes them, and read back in
// order.
type Stream struct {
	f     *File
	spans []Span
}

// Stream is a new, empty one.
func (f *File) Stream() *Stream { return &Stream{f: f} }

// Write appends a piece. On a full disk the error is a *FullError.
func (s *Stream) Write(b []byte) (int, error) {
	span, err := s.f.Append(b)
	if err != nil {
		return 0, err
	}
	s.spans = append(s.spans, span)
	return len(b), nil
}

// Bytes is the length of what was written.
func (s *Stream) Bytes() (n int64) {
	for _, p := range s.spans {
		n += p.bytes
	}
	return n
}

// Reader reads from the beginning, whole pieces at a time: each is checked before any of it is handed out.
func (s *Stream) Reader() io.Reader { return &streamReader{s: s} }

type streamReader struct {
	s    *Stream
	next int
	buf  []byte
	left []byte // of buf
}

func (r *streamReader) Read(b []byte) (int, error) {
	for len(r.left) == 0 {
		if r.next == len(r.s.spans) {
			return 0, io.EOF
		}
		var err error
		if r.buf, err = r.s.f.Read(r.s.spans[r.next], r.buf); err != nil {
			return 0, err
		}
		r.left = r.buf
		r.next++
	}
	n := copy(b, r.left)
	r.left = r.left[n:]
	return n, nil
}
