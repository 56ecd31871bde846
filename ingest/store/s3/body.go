package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
)

var errStalled = errors.New("no byte came for too long")

// body is the answer to a GET, read under a watch: a connection on which nothing comes any more does not
// end by itself.
type body struct {
	io.ReadCloser
	watch *time.Timer
	stall time.Duration
	ctx   context.Context
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.watch.Reset(b.stall)
	n, err := b.ReadCloser.Read(p)
	b.watch.Stop()
	if err != nil && err != io.EOF && context.Cause(b.ctx) == errStalled {
		err = errStalled
	}
	return n, err
}

// get asks for a range of a version of an object. The SDK repeats the request until an answer
// begins; its body is the caller's. cancel ends it.
func (s *Store) get(ctx context.Context, o *store.Object, r store.Range) (_ *body, cancel func(), err error) {
	ctx, stop := context.WithCancelCause(ctx)
	bucket, key := split(o.Name)
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &bucket, Key: &key, IfMatch: &o.Version, Range: aws.String(fmt.Sprintf("bytes=%d-%d", r.Off, r.End-1)),
	})
	if err != nil {
		err = s.explain(ctx, err, "s3:GetObject")
		stop(nil)
		return nil, nil, err
	}
	b := &body{ReadCloser: out.Body, watch: time.AfterFunc(s.stall, func() { stop(errStalled) }), stall: s.stall, ctx: ctx}
	b.watch.Stop()
	cancel = func() { b.watch.Stop(); stop(nil); out.Body.Close() }
	want := fmt.Sprintf("bytes %d-%d/%d", r.Off, r.End-1, o.Size)
	switch got := aws.ToString(out.ContentRange); {
	case out.ETag != nil && *out.ETag != o.Version:
		err = column.ErrChanged
	case got != want && !(got == "" && r == store.Range{End: o.Size} && aws.ToInt64(out.ContentLength) == o.Size):
		err = sourceError("the object store answered with %q where %q was asked for: it does not serve ranges", got, want)
	}
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return b, cancel, nil
}

// fetch hands the bytes of a range to take, in order, as they come. A body that breaks off, or stalls, is
// asked for again from where it ended, until attempts in a row yield nothing. take returns an error to
// stop.
func (s *Store) fetch(ctx context.Context, o *store.Object, r store.Range, take func(p []byte) error) error {
	block := make([]byte, blockBytes)
	for failed := 0; r.Off < r.End; {
		b, cancel, err := s.get(ctx, o, r)
		if err != nil {
			return err
		}
		for r.Off < r.End && err == nil {
			var n int
			n, err = b.Read(block[:min(blockBytes, r.End-r.Off)])
			if n > 0 {
				failed = 0
				r.Off += int64(n)
				if err := take(block[:n]); err != nil {
					cancel()
					return err
				}
			}
		}
		cancel()
		if r.Off == r.End {
			break
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if failed++; failed >= s.attempts {
			return sourceError("the answer of the object store broke off at byte %d, %d times in a row (%w): check the network, try later", r.Off, failed, noEOF(err))
		}
		if err := s.sleep(ctx, failed); err != nil {
			return err
		}
	}
	return nil
}

func sourceError(format string, args ...any) error {
	return &column.SourceError{Err: fmt.Errorf(format, args...)}
}

// noEOF spells out what an early end is: EOF means an end that was due.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// sleep waits before the next attempt: twice as long each time, less a random part, so that many readers
// do not come back together.
func (s *Store) sleep(ctx context.Context, failed int) error {
	d := min(s.pause, 100*time.Millisecond<<failed)
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d/2 + rand.N(d/2+1)):
		return nil
	}
}
