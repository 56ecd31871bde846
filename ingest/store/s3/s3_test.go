package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mainstay/ingest/column"
	"mainstay/ingest/store"
	"mainstay/ingest/store/s3/s3test"
	"mainstay/ingest/store/storetest"
)

// quick fails and repeats as the real settings do, without their patience.
var quick = settings{attempts: 4, pause: 5 * time.Millisecond, stall: time.Minute, patience: time.Minute, part: 6 << 20}

// impatient takes a pause for a stall, and tries more often: on a busy machine some pauses are none.
var impatient = settings{attempts: 20, pause: 5 * time.Millisecond, stall: 300 * time.Millisecond, patience: time.Minute, part: 6 << 20}

func start(t *testing.T) (*s3test.Server, *Store) {
	server := s3test.Start(t)
	return server, client(t, quick)
}

func client(t *testing.T, set settings) *Store {
	s, err := open(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestList(t *testing.T) {
	server, s := start(t)
	for _, name := range append(storetest.Tree, "folder/") { // a console makes such objects for folders
		server.Put(t, name, []byte(name))
	}
	storetest.List(t, s, s3test.Name(""))
	for _, source := range []string{"s3://" + s3test.Bucket, s3test.Name("")} {
		if got, err := s.List(t.Context(), source); err != nil || len(got) != 10 {
			t.Errorf("%s: %v, %v", source, got, err)
		}
	}
	for source, want := range map[string]string{
		"s3://":           "expected s3://bucket/key",
		"s3://*/x":        "expected s3://bucket/key",
		"s3://absent/x":   "no such bucket",
		"s3://absent/x/*": "no such bucket",
	} {
		_, err := s.List(t.Context(), source)
		if input := (*column.Error)(nil); !errors.As(err, &input) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// A listing of several pages is whole.
func TestManyObjects(t *testing.T) {
	server, s := start(t)
	for i := range 2345 {
		server.Put(t, fmt.Sprintf("many/%05d.parquet", i), []byte("x"))
	}
	if got, err := s.List(t.Context(), s3test.Name("many")); err != nil || len(got) != 2345 {
		t.Errorf("%d objects, %v", len(got), err)
	}
}

// content is n bytes that no other place has.
func content(n int) []byte {
	b, r := make([]byte, n), rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return b
}

// object stores n bytes and opens them as they are listed.
func object(t *testing.T, server *s3test.Server, s *Store, n int) ([]byte, store.Ahead) {
	t.Helper()
	b := content(n)
	server.Put(t, "o.parquet", b)
	return b, opened(t, t.Context(), s)
}

func opened(t *testing.T, ctx context.Context, s *Store) store.Ahead {
	t.Helper()
	listed, err := s.List(t.Context(), s3test.Name("o.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(ctx, listed[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r.(store.Ahead)
}

// sweep reads a range from front to back in pieces and compares.
func sweep(r io.ReaderAt, all []byte, in store.Range, piece int64) error {
	b := make([]byte, piece)
	for off := in.Off; off < in.End; off += piece {
		p := b[:min(piece, in.End-off)]
		if n, err := r.ReadAt(p, off); n < len(p) {
			return err
		}
		if !bytes.Equal(p, all[off:off+int64(len(p))]) {
			return fmt.Errorf("other bytes at %d", off)
		}
	}
	return nil
}

// What was announced is one GET each, neighbours together; the end of the object is one, however often it is read.
func TestRangesAreCoalesced(t *testing.T) {
	server, s := start(t)
	const size = 20 << 20
	all, r := object(t, server, s, size)
	server.Requests("")
	for _, in := range []store.Range{{Off: size - 8, End: size}, {Off: size - 5000, End: size - 8}} {
		if err := sweep(r, all, in, 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	if got := server.Requests("GET"); !slices.Equal(got, []string{"GET o.parquet bytes=20905984-20971519"}) {
		t.Errorf("the end: %q", got)
	}
	ranges := []store.Range{{Off: 4, End: 5 << 20}, {Off: 6 << 20, End: 6<<20 + 1000}, {Off: 6<<20 + 9000, End: 7 << 20}, {Off: 9 << 20, End: 19 << 20}}
	r.Expect(ranges...)
	var all4 sync.WaitGroup
	for _, in := range ranges {
		all4.Go(func() {
			if err := sweep(r, all, in, 100_000); err != nil {
				t.Error(err)
			}
		})
	}
	all4.Wait()
	got := server.Requests("GET")
	slices.Sort(got)
	if want := []string{"GET o.parquet bytes=4-5242879", "GET o.parquet bytes=6291456-7340031", "GET o.parquet bytes=9437184-19922943"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	r.Expect()
	if held := s.ahead.Load(); held != 0 {
		t.Errorf("%d bytes are held after the end", held)
	}
}

// Whatever is announced or not, and in whatever order it is read, the bytes are those of the object.
func TestAnyOrder(t *testing.T) {
	server, s := start(t)
	const size = 5 << 20
	all, r := object(t, server, s, size)
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		var ranges []store.Range
		for range random.IntN(4) {
			off := random.Int64N(size)
			ranges = append(ranges, store.Range{Off: off, End: off + random.Int64N(size+10-off)})
		}
		r.Expect(ranges...)
		for range 10 {
			off := random.Int64N(size)
			n := random.Int64N(min(size-off, 3<<20) + 1)
			if err := sweep(r, all, store.Range{Off: off, End: off + n}, 1+random.Int64N(1<<20)+n/10); err != nil {
				t.Fatalf("%v, %d bytes at %d: %v", ranges, n, off, err)
			}
		}
	}
	if n, err := r.ReadAt(make([]byte, 10), size-4); n != 4 || err != io.EOF {
		t.Errorf("%d, %v behind the end", n, err)
	}
}

// Readers that stop ahead, because others hold what may be held, still come to their ends; more streams than
// may run at a time are read without.
func TestBounds(t *testing.T) {
	server, s := start(t)
	all, _ := object(t, server, s, 30<<20)
	s.ahead.Store(mostAhead) // all that may be held is
	s.slots = make(chan struct{}, 5)
	var group sync.WaitGroup
	for range 4 {
		r := opened(t, t.Context(), s)
		group.Go(func() {
			ranges := []store.Range{{Off: 100, End: 9 << 20}, {Off: 10 << 20, End: 19 << 20}, {Off: 20 << 20, End: 29 << 20}}
			r.Expect(ranges...)
			for at := int64(0); at < 8<<20; at += 2 << 20 { // as columns are read: side by side, a page larger than what runs ahead
				for _, in := range ranges {
					if err := sweep(r, all, store.Range{Off: in.Off + at, End: in.Off + at + 2<<20}, 2<<20); err != nil {
						t.Error(err)
					}
				}
			}
			r.Close()
		})
	}
	group.Wait()
	if held := s.ahead.Load(); held != mostAhead {
		t.Errorf("%d bytes are held after the end", held-mostAhead)
	}
}

// every lets the first requests with a method that match fail; it returns how many did.
func every(server *s3test.Server, method string, times int, fault s3test.Fault) *atomic.Int64 {
	var n atomic.Int64
	server.Fail(func(r *http.Request) s3test.Fault {
		if r.Method != method || n.Load() >= int64(times) {
			return nil
		}
		n.Add(1)
		return fault
	})
	return &n
}

// Failures that pass leave no trace in what is read.
func TestFailuresPass(t *testing.T) {
	server, s := start(t)
	all, _ := object(t, server, s, 3<<20)
	for name, fault := range map[string]s3test.Fault{
		"500":       s3test.Status(500, "InternalError"),
		"503":       s3test.Status(503, "SlowDown"),
		"reset":     s3test.Reset,
		"truncated": s3test.Truncate(700_000),
		"nothing":   s3test.Truncate(0),
		"stalled":   s3test.Stall(200_000),
		"slow":      s3test.Slow(100_000, time.Millisecond),
	} {
		s := client(t, map[bool]settings{true: impatient, false: quick}[name == "stalled"])
		for _, announced := range []bool{true, false} {
			r := opened(t, t.Context(), s)
			n := every(server, http.MethodGet, 2, fault)
			if announced {
				r.Expect(store.Range{Off: 4, End: 3 << 20})
			}
			if err := sweep(r, all, store.Range{Off: 4, End: 3 << 20}, 1<<18); err != nil {
				t.Errorf("%s, announced %v: %v", name, announced, err)
			}
			if n.Load() != 2 && name != "slow" {
				t.Errorf("%s: %d requests failed", name, n.Load())
			}
			server.Fail(nil)
			r.Close()
		}
	}
	every(server, http.MethodHead, 2, s3test.Status(503, "SlowDown"))
	if _, err := s.List(t.Context(), s3test.Name("o.parquet")); err != nil {
		t.Error(err)
	}
}

// Failures that last are errors that say what to do, are of the input, and are not waited for when they cannot pass.
func TestFailuresLast(t *testing.T) {
	server, s := start(t)
	object(t, server, s, 3<<20)
	for name, c := range map[string]struct {
		fault    s3test.Fault
		want     string
		requests int // 0 = not counted: net/http repeats some itself, and how long a stall lasts is the machine's affair
	}{
		"500":        {s3test.Status(500, "InternalError"), "answered 500 InternalError", quick.attempts},
		"reset":      {s3test.Reset, "cannot be reached", 0},
		"truncated":  {s3test.Truncate(0), "broke off at byte 4, 4 times in a row", quick.attempts},
		"stalled":    {s3test.Stall(0), "no byte came for too long", 0},
		"403":        {s3test.Status(403, "AccessDenied"), "needs the permission s3:GetObject; the credentials are from EnvConfigCredentials", 1},
		"signature":  {s3test.Status(403, "SignatureDoesNotMatch"), "does not accept the credentials (SignatureDoesNotMatch)", 1},
		"token":      {s3test.Status(400, "ExpiredToken"), "have expired (ExpiredToken)", 1},
		"clock":      {s3test.Status(403, "RequestTimeTooSkewed"), "set the clock", 1},
		"refused":    {s3test.Status(400, "InvalidRequest"), "refused the request: 400 InvalidRequest", 1},
		"archived":   {s3test.Status(403, "InvalidObjectState"), "archived: restore it", 1},
		"gone":       {s3test.Status(404, "NoSuchKey"), "no such object", 1},
		"changed":    {s3test.Status(412, "PreconditionFailed"), "changed while it was read", 1},
		"region":     {s3test.Status(301, "PermanentRedirect", "x-amz-bucket-region", "cn-north-1"), "lies in region cn-north-1, not eu-central-1: set AWS_REGION=cn-north-1", 1},
		"other size": {s3test.Shorter(1000), "does not serve ranges", 1},
		"no ranges":  {s3test.NoRange, "does not serve ranges", 1},
	} {
		s := s
		if name == "stalled" {
			s = client(t, settings{attempts: 4, pause: time.Millisecond, stall: 100 * time.Millisecond, patience: time.Minute})
		}
		for _, announced := range []bool{true, false} {
			r := opened(t, t.Context(), s)
			every(server, http.MethodGet, 1000, c.fault)
			server.Requests("")
			if announced {
				r.Expect(store.Range{Off: 4, End: 3 << 20})
			}
			_, err := r.ReadAt(make([]byte, 3<<20-4), 4)
			want := c.want
			if name == "stalled" && strings.Contains(fmt.Sprint(err), "timeout awaiting response headers") {
				want = "cannot be reached" // on a busy machine the headers too come later than this test's stall
			}
			if source := (*column.SourceError)(nil); !errors.As(err, &source) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s, announced %v: %v", name, announced, err)
			}
			if err != nil && (strings.Contains(err.Error(), s3test.Secret) || strings.Contains(err.Error(), s3test.AccessKey)) {
				t.Errorf("%s: the error shows credentials: %v", name, err)
			}
			if got := server.Requests("GET"); len(got) != c.requests && c.requests > 0 {
				t.Errorf("%s, announced %v: %d requests: %q", name, announced, len(got), got)
			}
			server.Fail(nil)
			r.Close()
		}
	}
}

// The answer to a HEAD has no body that says what is wrong; the error does all the same.
func TestRefusedFirst(t *testing.T) {
	server, s := start(t)
	for code, want := range map[string]string{"ExpiredToken": "have expired", "InvalidAccessKeyId": "does not accept the credentials", "AccessDenied": "needs the permission s3:GetObject"} {
		server.Fail(func(*http.Request) s3test.Fault { return s3test.Status(403, code) })
		if _, err := s.List(t.Context(), s3test.Name("x")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// An object that is replaced while it is read is an error, not a mixture.
func TestChangedObject(t *testing.T) {
	server, s := start(t)
	_, r := object(t, server, s, 3<<20)
	if _, err := r.ReadAt(make([]byte, 100), 0); err != nil {
		t.Fatal(err)
	}
	server.Put(t, "o.parquet", bytes.Repeat([]byte("x"), 3<<20))
	r.Expect(store.Range{End: 2 << 20})
	if _, err := r.ReadAt(make([]byte, 100), 1<<20+5); !errors.Is(err, column.ErrChanged) {
		t.Error(err)
	}
	r.Expect()
	if _, err := r.ReadAt(make([]byte, 100), 2<<20); !errors.Is(err, column.ErrChanged) {
		t.Error(err)
	}
	server.Delete("o.parquet")
	if _, err := r.ReadAt(make([]byte, 100), 1<<20+200); err == nil {
		t.Error("a deleted object is read")
	}
	if _, err := s.Open(t.Context(), store.Object{Name: s3test.Name("o.parquet")}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// An interrupt ends a read that waits, and says so.
func TestCancel(t *testing.T) {
	server, s := start(t)
	s.stall = time.Hour
	object(t, server, s, 3<<20)
	for _, announced := range []bool{true, false} {
		ctx, cancel := context.WithCancelCause(t.Context())
		r := opened(t, ctx, s)
		begun := make(chan bool, 10)
		every(server, http.MethodGet, 10, func(w http.ResponseWriter, r *http.Request, serve http.Handler) {
			begun <- true
			s3test.Stall(100)(w, r, serve)
		})
		if announced {
			r.Expect(store.Range{End: 2 << 20})
		}
		why := errors.New("interrupted")
		go func() { <-begun; cancel(why) }()
		if _, err := r.ReadAt(make([]byte, 1<<20), 0); !errors.Is(err, why) {
			t.Errorf("announced %v: %v", announced, err)
		}
		server.Fail(nil)
		r.Close()
	}
}

// Objects are whole or not there, whatever their size; conditions hold.
func TestPut(t *testing.T) {
	server, s := start(t)
	for _, n := range []int{0, 10, 6 << 20, 20 << 20} {
		b := content(n)
		every(server, http.MethodPut, 1, s3test.Status(503, "SlowDown"))
		if _, err := s.Put(t.Context(), s3test.Name("out/x"), bytes.NewReader(b), int64(n), store.Condition{}); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(server.Get("out/x"), b) {
			t.Errorf("%d bytes are not what was written", n)
		}
	}
	put := func(when store.Condition) (string, error) {
		return s.Put(t.Context(), s3test.Name("lock"), strings.NewReader("me"), 2, when)
	}
	first, err := put(store.Condition{Absent: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := put(store.Condition{Version: first}); err != nil {
		t.Error(err)
	}
	for _, when := range []store.Condition{{Absent: true}, {Version: `"other"`}} {
		if _, err := put(when); !errors.As(err, new(*store.ConditionError)) {
			t.Errorf("%+v: %v", when, err)
		}
	}
	// A bucket that is not there is no other writer.
	for _, when := range []store.Condition{{}, {Absent: true}, {Version: first}} {
		if _, err := s.Put(t.Context(), "s3://absent/lock", strings.NewReader("me"), 2, when); err == nil || !strings.Contains(err.Error(), "no such bucket") {
			t.Errorf("%+v: %v", when, err)
		}
	}
	if o, age, err := s.Stat(t.Context(), s3test.Name("lock")); err != nil || o.Size != 2 || age < -time.Minute || age > time.Minute {
		t.Errorf("%+v, %v old, %v", o, age, err)
	}
	if err := s.Delete(t.Context(), s3test.Name("lock"), s3test.Name("lock")); err != nil {
		t.Error(err)
	}
}

// The answer to the last request of an upload in parts may be lost: the object is there all the same.
func TestPutWithLostAnswer(t *testing.T) {
	server, s := start(t)
	lost := false
	server.Fail(func(r *http.Request) s3test.Fault {
		if r.Method != http.MethodPost || !r.URL.Query().Has("uploadId") || lost {
			return nil
		}
		lost = true
		return func(w http.ResponseWriter, r *http.Request, serve http.Handler) {
			serve.ServeHTTP(httptest.NewRecorder(), r)
			s3test.Reset(w, r, serve)
		}
	})
	b := content(20 << 20)
	if _, err := s.Put(t.Context(), s3test.Name("out/x"), bytes.NewReader(b), 20<<20, store.Condition{}); err != nil || !lost || !bytes.Equal(server.Get("out/x"), b) {
		t.Errorf("%v, the answer was lost: %v", err, lost)
	}
}

// A large object that cannot be written whole leaves neither an object nor parts.
func TestPutIsTakenBack(t *testing.T) {
	server, s := start(t)
	var aborted atomic.Bool
	server.Fail(func(r *http.Request) s3test.Fault {
		if r.Method == http.MethodDelete && r.URL.Query().Get("uploadId") != "" {
			aborted.Store(true)
		}
		if r.URL.Query().Get("partNumber") == "2" {
			return s3test.Status(403, "AccessDenied")
		}
		return nil
	})
	_, err := s.Put(t.Context(), s3test.Name("out/x"), bytes.NewReader(content(20<<20)), 20<<20, store.Condition{})
	if err == nil || !strings.Contains(err.Error(), "out/x: access denied: the request needs the permission s3:PutObject") {
		t.Error(err)
	}
	if !aborted.Load() || len(server.Keys(t, "")) > 0 {
		t.Errorf("aborted %v, left %q", aborted.Load(), server.Keys(t, ""))
	}
}

// A request on which nothing moves any more ends, also where the SDK reads and writes.
func TestPatience(t *testing.T) {
	server, s := start(t)
	s.patience = 400 * time.Millisecond
	every(server, http.MethodGet, 100, s3test.Stall(20))
	if _, err := s.List(t.Context(), s3test.Name("x/*")); err == nil || !strings.Contains(err.Error(), "did not finish within 400ms") {
		t.Error(err)
	}
	s.stall = time.Hour
	every(server, http.MethodPut, 100, func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	if _, err := s.Put(t.Context(), s3test.Name("x"), bytes.NewReader(content(5<<20)), 5<<20, store.Condition{}); err == nil || !strings.Contains(err.Error(), "did not finish within 400ms") {
		t.Error(err)
	}
}

// Without credentials nothing is asked of any store, and the error says where they were looked for.
func TestNoCredentials(t *testing.T) {
	s3test.Start(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_PROFILE", "")
	_, err := open(t.Context(), quick)
	if err == nil || !strings.Contains(err.Error(), "~/.aws/credentials") || strings.Contains(err.Error(), s3test.Secret) {
		t.Error(err)
	}
}

// An endpoint that is no address is said at once, without what it holds: that may be a password.
func TestNoEndpoint(t *testing.T) {
	s3test.Start(t)
	for _, endpoint := range []string{"127.0.0.1:9000", "minio", "http://", "http://user:secret@%zz"} {
		t.Setenv("AWS_ENDPOINT_URL", endpoint)
		if _, err := open(t.Context(), quick); err == nil || !strings.Contains(err.Error(), "expected one such as") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}
