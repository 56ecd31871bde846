// Package s3test is for tests only: an S3 server on loopback (gofakes3) behind a proxy that counts requests and
// does what networks and servers do when they fail. Neither is in the program.
package s3test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Bucket is the bucket that a Server has.
const Bucket = "exports"

// AccessKey and Secret are what no output and no error may show.
const (
	AccessKey = "AKIAMAINSTAYTEST"
	Secret    = "do-not-print-this-secret"
)

// Fault is how the answer to a request fails; nil = it does not.
type Fault func(w http.ResponseWriter, r *http.Request, serve http.Handler)

// Server is an S3 server in this process.
type Server struct {
	URL     string
	backend *s3mem.Backend
	real    http.Handler

	mu     sync.Mutex
	log    []string
	choose func(r *http.Request) Fault
}

// Start runs a server until the test ends, with one empty bucket, and lets the environment of this process name
// it as every AWS tool expects.
func Start(t testing.TB) *Server {
	s := &Server{backend: s3mem.New()}
	s.real = gofakes3.New(s.backend).Server()
	if err := s.backend.CreateBucket(Bucket); err != nil {
		t.Fatal(err)
	}
	h := httptest.NewUnstartedServer(s)
	h.Config.ErrorLog = log.New(io.Discard, "", 0) // gofakes3 logs what faults do to its answers
	h.Start()
	t.Cleanup(h.Close)
	t.Cleanup(h.CloseClientConnections)
	s.URL = h.URL
	for _, v := range os.Environ() { // a runner's own profile, role or endpoint
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	nowhere := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": s.URL, "AWS_ACCESS_KEY_ID": AccessKey, "AWS_SECRET_ACCESS_KEY": Secret, "AWS_SESSION_TOKEN": "",
		"AWS_REGION": "eu-central-1", "AWS_PROFILE": "", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": nowhere,
		"AWS_SHARED_CREDENTIALS_FILE": nowhere, "AWS_MAX_ATTEMPTS": "", "NO_PROXY": "127.0.0.1",
	} {
		t.Setenv(name, value)
	}
	return s
}

// Name is s3://bucket/key.
func Name(key string) string { return "s3://" + Bucket + "/" + key }

// Put stores an object.
func (s *Server) Put(t testing.TB, key string, b []byte) {
	if _, err := s.backend.PutObject(Bucket, key, map[string]string{}, bytes.NewReader(b), int64(len(b)), nil); err != nil {
		t.Fatal(err)
	}
}

// Get is what an object holds; nil where there is none.
func (s *Server) Get(key string) []byte {
	o, err := s.backend.GetObject(Bucket, key, nil)
	if err != nil {
		return nil
	}
	defer o.Contents.Close()
	var b bytes.Buffer
	b.ReadFrom(o.Contents)
	return b.Bytes()
}

// Delete removes an object.
func (s *Server) Delete(key string) { s.backend.DeleteObject(Bucket, key) }

// Keys lists the keys that begin with prefix, sorted.
func (s *Server) Keys(t testing.TB, prefix string) (keys []string) {
	l, err := s.backend.ListBucket(Bucket, &gofakes3.Prefix{HasPrefix: true, Prefix: prefix}, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range l.Contents {
		keys = append(keys, c.Key)
	}
	slices.Sort(keys)
	return keys
}

// Fail lets choose decide how each request from now on fails; nil: none does.
func (s *Server) Fail(choose func(r *http.Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.choose = choose
}

// Requests returns those since the last call that begin with method, as "GET key range", and forgets all.
func (s *Server) Requests(method string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := slices.DeleteFunc(s.log, func(l string) bool { return !strings.HasPrefix(l, method+" ") })
	s.log = nil
	return log
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.log = append(s.log, strings.TrimSpace(r.Method+" "+strings.TrimPrefix(r.URL.Path, "/"+Bucket+"/")+" "+r.Header.Get("Range")))
	var fault Fault
	if s.choose != nil {
		fault = s.choose(r)
	}
	s.mu.Unlock()
	serve := http.HandlerFunc(s.serve)
	if fault == nil {
		fault = func(w http.ResponseWriter, r *http.Request, serve http.Handler) { serve.ServeHTTP(w, r) }
	}
	fault(w, r, serve)
}

// serve adds to gofakes3 the If-Match of GET, which it does not know.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if want := r.Header.Get("If-Match"); r.Method == http.MethodGet && want != "" {
		head := r.Clone(r.Context())
		head.Method = http.MethodHead
		head.Header.Del("Range")
		is := httptest.NewRecorder()
		s.real.ServeHTTP(is, head)
		if is.Code == http.StatusOK && is.Header().Get("ETag") != want {
			Status(http.StatusPreconditionFailed, "PreconditionFailed")(w, r, nil)
			return
		}
	}
	s.real.ServeHTTP(w, r)
}

// Status answers with an error of S3.
func Status(status int, code string, header ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		io.Copy(io.Discard, r.Body) // or the connection is reset before the answer is read
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>made by a test</Message></Error>", code)
		}
	}
}

// whole is the real answer.
func whole(r *http.Request, serve http.Handler) *httptest.ResponseRecorder {
	is := httptest.NewRecorder()
	serve.ServeHTTP(is, r)
	return is
}

// begin sends the header of an answer, which promises its whole body, and n bytes of that.
func begin(w http.ResponseWriter, is *httptest.ResponseRecorder, n int) {
	for name, values := range is.Header() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(is.Body.Len()))
	w.WriteHeader(is.Code)
	w.Write(is.Body.Bytes()[:min(n, is.Body.Len())])
	w.(http.Flusher).Flush()
}

// Truncate breaks the connection off after n bytes of the body.
func Truncate(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, serve http.Handler) {
		begin(w, whole(r, serve), n)
		panic(http.ErrAbortHandler)
	}
}

// Stall sends n bytes of the body, then nothing until the client gives up.
func Stall(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, serve http.Handler) {
		begin(w, whole(r, serve), n)
		<-r.Context().Done()
	}
}

// Slow sends the body in pieces with pauses between them.
func Slow(piece int, pause time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, serve http.Handler) {
		is := whole(r, serve)
		begin(w, is, 0)
		for b := range slices.Chunk(is.Body.Bytes(), piece) {
			time.Sleep(pause)
			w.Write(b)
			w.(http.Flusher).Flush()
		}
	}
}

// Reset closes the connection as a network does that lost it.
func Reset(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}

// NoRange answers with the whole object, whatever was asked for.
func NoRange(w http.ResponseWriter, r *http.Request, serve http.Handler) {
	r.Header.Del("Range")
	serve.ServeHTTP(w, r)
}

// Shorter answers with a range that ends n bytes early, and says so.
func Shorter(n int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, serve http.Handler) {
		var from, to int64
		if k, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); k == 2 {
			r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to-n))
		}
		serve.ServeHTTP(w, r)
	}
}
