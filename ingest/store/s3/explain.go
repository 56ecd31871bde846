package s3

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"mainstay/ingest/column"
)

// lookedIn is where credentials may lie.
const lookedIn = "the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), the shared files ~/.aws/credentials and ~/.aws/config " +
	"(profile %s), a web identity (AWS_WEB_IDENTITY_TOKEN_FILE), the container's and the instance's role"

func noCredentials() error {
	return fmt.Errorf("s3: no credentials were found in "+lookedIn+": provide them there, for example with 'aws configure' or 'aws sso login'", profile())
}

func profile() string {
	for _, name := range []string{os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE")} {
		if name != "" {
			return name
		}
	}
	return "default"
}

// named is err about an object or a prefix.
func named(name string, err error) error {
	return fmt.Errorf("%s: %w", name, err)
}

// explain says what the store refused and what to do about it; it does not name the object. action is the
// permission that the request needs. What the SDK itself says is left out where it may quote the request.
func (s *Store) explain(ctx context.Context, err error, action string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &column.SourceError{Err: s.words(err, action)}
}

func (s *Store) words(err error, action string) error {
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) || answer.HTTPStatusCode() == 0 {
		return fmt.Errorf("the object store cannot be reached (%s): check the network, AWS_ENDPOINT_URL and the proxy", deepest(err))
	}
	code, text := "", ""
	if api := smithy.APIError(nil); errors.As(err, &api) {
		code, text = api.ErrorCode(), api.ErrorMessage()
	}
	if region := regionOf(answer.Response, text); region != "" && region != s.config.Region && answer.HTTPStatusCode() != http.StatusNotFound {
		return fmt.Errorf("the bucket lies in region %s, not %s: set AWS_REGION=%s", region, s.config.Region, region)
	}
	switch status := answer.HTTPStatusCode(); {
	case code == "NoSuchBucket":
		return fmt.Errorf("no such bucket (%w): check its name and AWS_ENDPOINT_URL", fs.ErrNotExist)
	case status == http.StatusNotFound:
		return fmt.Errorf("no such object (%w): check the name", fs.ErrNotExist)
	case status == http.StatusPreconditionFailed, status == http.StatusRequestedRangeNotSatisfiable:
		return column.ErrChanged
	case code == "InvalidObjectState":
		return errors.New("the object is archived: restore it first")
	case strings.Contains(code, "Expired"):
		return fmt.Errorf("the credentials have expired (%s); they are from %s: renew them, for example with 'aws sso login'", code, s.origin())
	case code == "InvalidAccessKeyId", code == "SignatureDoesNotMatch", strings.Contains(code, "Token"):
		return fmt.Errorf("access denied: this store does not accept the credentials (%s); they are from %s, looked for in "+lookedIn+": check them, and AWS_ENDPOINT_URL",
			code, s.origin(), profile())
	case code == "RequestTimeTooSkewed":
		return fmt.Errorf("the clock of this machine and that of the object store are too far apart (%s): set the clock", code)
	case status == http.StatusForbidden, status == http.StatusUnauthorized:
		return fmt.Errorf("access denied: %s needs the permission %s; the credentials are from %s, looked for in "+lookedIn,
			reason(code), action, s.origin(), profile())
	case status == http.StatusNotImplemented:
		return fmt.Errorf("this object store does not implement what %s asks for (%s)", action, code)
	case status == http.StatusMovedPermanently:
		return fmt.Errorf("the bucket lies in another region than %s: set AWS_REGION", s.config.Region)
	case status < http.StatusInternalServerError:
		return fmt.Errorf("the object store refused the request: %d %s (%s): check the name and AWS_ENDPOINT_URL", status, code, action)
	default:
		return fmt.Errorf("the object store answered %d %s (%s), also when asked again: try later, or ask who runs it", status, code, action)
	}
}

// codeOf is what the store calls an error; "" where it does not say.
func codeOf(err error) string {
	if api := smithy.APIError(nil); errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func reason(code string) string {
	switch code {
	case "", "AccessDenied", "Forbidden":
		return "the request"
	}
	return "the request (" + code + ")"
}

// origin is the kind of place where the credentials are from.
func (s *Store) origin() string {
	c, err := s.config.Credentials.Retrieve(context.Background())
	if err != nil || c.Source == "" {
		return "nowhere known"
	}
	return c.Source
}

var regionInText = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)

// regionOf is the region that an answer says is right.
func regionOf(r *smithyhttp.Response, text string) string {
	if r != nil {
		if region := r.Header.Get("X-Amz-Bucket-Region"); region != "" {
			return region
		}
	}
	if m := regionInText.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// deepest is the innermost error: what happened, without the layers that quote addresses.
func deepest(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
