package s3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"mainstay/ingest/store"
)

// List implements store.Store.
func (s *Store) List(ctx context.Context, source string, endings ...string) ([]store.Object, error) {
	rest, ok := strings.CutPrefix(source, scheme)
	bucket, _, _ := strings.Cut(rest, "/")
	if !ok || bucket == "" || strings.ContainsAny(bucket, `*?[\`) {
		return nil, unreadable(fmt.Errorf("%s: expected s3://bucket/key, with the bucket spelled out", source))
	}
	root := scheme + bucket + "/"
	if !strings.HasPrefix(source, root) {
		source = root
	}
	return store.ListKeys(ctx, s, root, source, endings...)
}

// Stat implements store.Remote.
func (s *Store) Stat(ctx context.Context, name string) (store.Object, time.Duration, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	bucket, key := split(name)
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return store.Object{}, 0, named(name, s.explain(ctx, s.spelledOut(ctx, err, bucket, key), "s3:GetObject"))
	}
	now := time.Now()
	if r, ok := middleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response); ok {
		if t, err := http.ParseTime(r.Header.Get("Date")); err == nil {
			now = t
		}
	}
	age := now.Sub(aws.ToTime(out.LastModified))
	return store.Object{Name: name, Size: aws.ToInt64(out.ContentLength), Version: aws.ToString(out.ETag)}, age, nil
}

// spelledOut is err, the answer to a HEAD, or what a GET is answered: only that says what is wrong with
// the credentials.
func (s *Store) spelledOut(ctx context.Context, err error, bucket, key string) error {
	answer := (*smithyhttp.ResponseError)(nil)
	if !errors.As(err, &answer) || (answer.HTTPStatusCode() != http.StatusBadRequest && answer.HTTPStatusCode() != http.StatusForbidden) {
		return err
	}
	out, more := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key, Range: aws.String("bytes=0-0")})
	if more != nil {
		return more
	}
	out.Body.Close()
	return err
}

// Below implements store.Remote.
func (s *Store) Below(ctx context.Context, folder string) ([]store.Object, error) {
	return s.Prefixed(ctx, store.Join(folder)+"/")
}

// Prefixed implements store.Keys.
func (s *Store) Prefixed(ctx context.Context, prefix string) ([]store.Object, error) {
	bucket, key := split(prefix)
	var out []store.Object
	for pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &key}); pages.HasMorePages(); {
		page, err := s.nextPage(ctx, pages)
		if err != nil {
			return nil, named(prefix, err)
		}
		for _, o := range page.Contents {
			out = append(out, store.Object{Name: scheme + bucket + "/" + aws.ToString(o.Key), Size: aws.ToInt64(o.Size), Version: aws.ToString(o.ETag)})
		}
	}
	slices.SortFunc(out, func(a, b store.Object) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func (s *Store) nextPage(ctx context.Context, pages *s3.ListObjectsV2Paginator) (*s3.ListObjectsV2Output, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	page, err := pages.NextPage(ctx)
	if err != nil {
		err = s.explain(ctx, err, "s3:ListBucket")
	}
	return page, err
}

// Beside implements store.Keys: one page is enough for a suggestion.
func (s *Store) Beside(ctx context.Context, folder string) (names []string) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	bucket, key := split(folder)
	page, err := s.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &key, Delimiter: aws.String("/")})
	if err != nil {
		return nil
	}
	for _, o := range page.Contents {
		names = append(names, strings.TrimPrefix(aws.ToString(o.Key), key))
	}
	for _, p := range page.CommonPrefixes {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(aws.ToString(p.Prefix), key), "/"))
	}
	return names
}
