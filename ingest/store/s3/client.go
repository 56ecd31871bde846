// Package s3 serves s3://bucket/key by Amazon's SDK. Credentials, region, endpoint and retries come from where
// every AWS tool looks for them (environment, shared files and their profiles, web identity, container and
// instance roles), never from a flag or a configuration of ours, and are never printed.
//
//	client.go  the client and its settings
//	list.go    what is there
//	reader.go  an open object: the end of it, what was announced, and pieces
//	stream.go  one ranged GET that runs ahead of its reader
//	body.go    a GET, and what the body of an answer can do wrong
//	write.go   whole objects, in parts where they are large
//	explain.go errors for people
package s3

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"

	"mainstay/ingest/store"
)

const (
	scheme  = "s3://"
	dialing = 5 * time.Second
)

func init() {
	store.Register("s3", func() (store.Remote, error) { return open(context.Background(), defaults) })
}

// settings are what tests make small.
type settings struct {
	attempts int           // of a request, and of a body without progress
	pause    time.Duration // the longest between two attempts
	stall    time.Duration // without a byte, or an answer, an attempt has failed
	patience time.Duration // with a request that is no GET, all its attempts together
	part     int64         // an object larger than this is written in parts of this size
}

var defaults = settings{attempts: 6, pause: 5 * time.Second, stall: 30 * time.Second, patience: 10 * time.Minute, part: 32 << 20}

// Store is a client. It serves any bucket that the credentials may read or write.
type Store struct {
	settings
	client *s3.Client
	config aws.Config
	slots  chan struct{} // GETs that run ahead
	ahead  atomic.Int64  // bytes that they hold
}

// open reads the settings of the environment and finds credentials.
func open(ctx context.Context, set settings) (*Store, error) {
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.ResponseHeaderTimeout = set.stall
		t.MaxIdleConnsPerHost = maxStreams
	}).WithDialerOptions(func(d *net.Dialer) {
		d.Timeout = dialing // who takes longer is not there; the SDK's 30 s, six times over, would be silent minutes
	})
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithHTTPClient(transport),
		config.WithLogger(logging.Nop{}), // what matters is in errors
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.MaxBackoff, o.RateLimiter = set.attempts, set.pause, ratelimit.None
			})
		}))
	if err != nil {
		return nil, fmt.Errorf("s3: the settings of AWS (environment, ~/.aws/config) cannot be read: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1" // where it is the wrong one, S3 says which is right
	}
	s := &Store{settings: set, config: cfg, slots: make(chan struct{}, maxStreams)}
	s.client = s3.NewFromConfig(cfg, func(o *s3.Options) {
		if o.BaseEndpoint == nil {
			return
		}
		// Not Amazon's: most know buckets by path alone, and few the checksums that Amazon added in 2024.
		o.UsePathStyle = !strings.EqualFold(os.Getenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST"), "true")
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	if e := s.client.Options().BaseEndpoint; e != nil && !isAddress(*e) {
		return nil, errors.New("s3: the endpoint (AWS_ENDPOINT_URL, or endpoint_url in ~/.aws/config) is no address: expected one such as https://minio.example:9000")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return nil, noCredentials()
	}
	return s, nil
}

func isAddress(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// within bounds a request whose body or answer the client reads or writes itself, where nothing watches whether
// anything moves.
func (s *Store) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.patience, fmt.Errorf("the object store did not finish within %v: check the network, try later", s.patience))
}

// split is the bucket and the key of a name.
func split(name string) (bucket, key string) {
	bucket, key, _ = strings.Cut(strings.TrimPrefix(name, scheme), "/")
	return bucket, key
}
