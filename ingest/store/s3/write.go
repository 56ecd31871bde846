package s3

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"mainstay/ingest/store"
)

// Put implements store.Remote.
func (s *Store) Put(ctx context.Context, name string, body io.ReaderAt, size int64, when store.Condition) (string, error) {
	if size > s.part && when == (store.Condition{}) {
		return s.putParts(ctx, name, body, size)
	}
	ctx, cancel := s.within(ctx)
	defer cancel()
	bucket, key := split(name)
	in := &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: io.NewSectionReader(body, 0, size), ContentLength: &size}
	if when.Absent {
		in.IfNoneMatch = aws.String("*")
	}
	if when.Version != "" {
		in.IfMatch = &when.Version
	}
	out, err := s.client.PutObject(ctx, in)
	if answer := (*smithyhttp.ResponseError)(nil); when != (store.Condition{}) && errors.As(err, &answer) {
		switch status := answer.HTTPStatusCode(); {
		case status == http.StatusPreconditionFailed, status == http.StatusConflict,
			status == http.StatusNotFound && when.Version != "" && codeOf(err) != "NoSuchBucket": // If-Match of what is gone
			return "", &store.ConditionError{Name: name}
		}
	}
	if err != nil {
		return "", named(name, s.explain(ctx, err, "s3:PutObject"))
	}
	return aws.ToString(out.ETag), nil
}

// mostParts is S3's own limit.
const mostParts = 10_000

// putParts writes a large object in parts, which become an object together or are taken back.
func (s *Store) putParts(ctx context.Context, name string, body io.ReaderAt, size int64) (version string, err error) {
	bucket, key := split(name)
	before, _, _ := s.Stat(ctx, name)
	begun, err := s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return "", named(name, s.explain(ctx, err, "s3:PutObject"))
	}
	defer func() {
		if err != nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.stall)
			defer cancel()
			s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &bucket, Key: &key, UploadId: begun.UploadId})
		}
	}()
	length := max(s.part, (size+mostParts-1)/mostParts)
	var parts []types.CompletedPart
	for off := int64(0); off < size; off += length {
		number, n := aws.Int32(int32(len(parts)+1)), min(length, size-off)
		tag, err := s.putPart(ctx, &s3.UploadPartInput{Bucket: &bucket, Key: &key, UploadId: begun.UploadId,
			PartNumber: number, Body: io.NewSectionReader(body, off, n), ContentLength: &n})
		if err != nil {
			return "", named(name, err)
		}
		parts = append(parts, types.CompletedPart{ETag: tag, PartNumber: number})
	}
	done, err := s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &bucket, Key: &key, UploadId: begun.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
	if answer := (*smithyhttp.ResponseError)(nil); errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusNotFound {
		// There is no such upload any more where it was completed, and the answer to that was lost.
		if o, _, gone := s.Stat(ctx, name); gone == nil && o.Size == size && o.Version != before.Version {
			return o.Version, nil
		}
	}
	if err != nil {
		return "", named(name, s.explain(ctx, err, "s3:PutObject"))
	}
	return aws.ToString(done.ETag), nil
}

func (s *Store) putPart(ctx context.Context, part *s3.UploadPartInput) (tag *string, err error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	out, err := s.client.UploadPart(ctx, part)
	if err != nil {
		return nil, s.explain(ctx, err, "s3:PutObject")
	}
	return out.ETag, nil
}

// Delete implements store.Remote.
func (s *Store) Delete(ctx context.Context, names ...string) error {
	ctx, cancel := s.within(ctx)
	defer cancel()
	for _, name := range names {
		bucket, key := split(name)
		if _, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}); err != nil {
			return named(name, s.explain(ctx, err, "s3:DeleteObject"))
		}
	}
	return nil
}

var _ store.Remote = (*Store)(nil)
