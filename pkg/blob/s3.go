package blob

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// S3 keeps blobs in a bucket.
type S3 struct {
	client  *s3.Client
	presign *s3.PresignClient
	bucket  string
}

// NewS3 keeps blobs in a bucket, which is there.
func NewS3(client *s3.Client, bucket string) *S3 {
	return &S3{client, s3.NewPresignClient(client), bucket}
}

// failed is an error of S3 as one of this package.
func failed(err error) error {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		switch refused.ErrorCode() {
		case "NoSuchKey", "NotFound", "NoSuchUpload":
			return ErrNotFound
		case "PreconditionFailed", "ConditionalRequestConflict": // the second: another writer is at it
			return ErrExists
		}
	}
	return err
}

// Put is Store's.
func (s *S3) Put(ctx context.Context, key string, body io.ReadSeeker, o PutOptions) error {
	if err := check(key); err != nil {
		return err
	}
	in := &s3.PutObjectInput{Bucket: &s.bucket, Key: &key, Body: body, ChecksumAlgorithm: types.ChecksumAlgorithmSha256}
	if o.Type != "" {
		in.ContentType = &o.Type
	}
	if o.IfAbsent {
		in.IfNoneMatch = aws.String("*")
	}
	_, err := s.client.PutObject(ctx, in)
	return failed(err)
}

// Get is Store's.
func (s *S3) Get(ctx context.Context, key string) (io.ReadCloser, Info, error) {
	if err := check(key); err != nil {
		return nil, Info{}, err
	}
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return nil, Info{}, failed(err)
	}
	return out.Body, Info{key, aws.ToInt64(out.ContentLength), aws.ToTime(out.LastModified)}, nil
}

// Range is Store's.
func (s *S3) Range(ctx context.Context, key string, offset, length int64) ([]byte, error) {
	if err := check(key); err != nil || length <= 0 {
		return nil, err
	}
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key, Range: aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))})
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == "InvalidRange" { // behind its end
		return nil, nil
	}
	if err != nil {
		return nil, failed(err)
	}
	defer out.Body.Close()
	return io.ReadAll(out.Body)
}

// Stat is Store's.
func (s *S3) Stat(ctx context.Context, key string) (Info, error) {
	if err := check(key); err != nil {
		return Info{}, err
	}
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return Info{}, failed(err)
	}
	return Info{key, aws.ToInt64(out.ContentLength), aws.ToTime(out.LastModified)}, nil
}

// deletedAtOnce is how many keys S3 takes in one request.
const deletedAtOnce = 1000

// Delete is Store's.
func (s *S3) Delete(ctx context.Context, keys ...string) error {
	if err := check(keys...); err != nil {
		return err
	}
	for len(keys) > 0 {
		some := keys[:min(len(keys), deletedAtOnce)]
		keys = keys[len(some):]
		ids := make([]types.ObjectIdentifier, len(some))
		for i := range some {
			ids[i].Key = &some[i]
		}
		out, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &s.bucket, Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)}})
		if err != nil {
			return failed(err)
		}
		for _, e := range out.Errors {
			if aws.ToString(e.Code) != "NoSuchKey" {
				return fmt.Errorf("blob: %d of %d can't be deleted: %s", len(out.Errors), len(some), aws.ToString(e.Code))
			}
		}
	}
	return nil
}

// List is Store's.
func (s *S3) List(ctx context.Context, prefix, after string, n int) (all []Info, err error) {
	for len(all) < n {
		in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix, MaxKeys: aws.Int32(int32(min(n-len(all), 1000)))} //nolint:gosec // not more than that
		if after != "" {
			in.StartAfter = &after
		}
		out, err := s.client.ListObjectsV2(ctx, in)
		if err != nil {
			return all, failed(err)
		}
		for _, o := range out.Contents {
			after = aws.ToString(o.Key)
			all = append(all, Info{after, aws.ToInt64(o.Size), aws.ToTime(o.LastModified)})
		}
		if !aws.ToBool(out.IsTruncated) {
			break
		}
	}
	return all, nil
}

// Upload is Store's.
func (s *S3) Upload(ctx context.Context, key string, o UploadOptions) (Upload, error) {
	if err := check(key); err != nil {
		return Upload{}, err
	}
	u := Upload{Parts: parts(o.Size)}
	lasts := s3.WithPresignExpires(o.Lasts)
	if len(u.Parts) == 1 {
		sum := base64.StdEncoding.EncodeToString(o.SHA256[:])
		r, err := s.presign.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: &key, ContentLength: &o.Size, ContentType: &o.Type, ChecksumSHA256: &sum}, lasts)
		if err != nil {
			return Upload{}, err
		}
		u.Parts[0].URL, u.Parts[0].Headers = r.URL, toSend(r.SignedHeader)
		return u, nil
	}
	begun, err := s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &s.bucket, Key: &key, ContentType: &o.Type})
	if err != nil {
		return Upload{}, failed(err)
	}
	u.ID = aws.ToString(begun.UploadId)
	for i := range u.Parts {
		p := &u.Parts[i]
		r, err := s.presign.PresignUploadPart(ctx, &s3.UploadPartInput{Bucket: &s.bucket, Key: &key, UploadId: &u.ID, PartNumber: aws.Int32(int32(i + 1)), ContentLength: &p.Size}, lasts)
		if err != nil {
			return Upload{}, err
		}
		p.URL, p.Headers = r.URL, toSend(r.SignedHeader)
	}
	return u, nil
}

// toSend are the signed headers that a client sends of its own accord.
func toSend(signed http.Header) map[string]string {
	out := map[string]string{}
	for name := range signed {
		if name != "Host" && name != "Content-Length" {
			out[name] = signed.Get(name)
		}
	}
	return out
}

// Complete is Store's. Which parts there are, S3 says, not who uploaded them.
func (s *S3) Complete(ctx context.Context, key string, u Upload, size int64) error {
	if err := check(key); err != nil || u.ID == "" {
		return err
	}
	want := parts(size)
	var done []types.CompletedPart
	pages := s3.NewListPartsPaginator(s.client, &s3.ListPartsInput{Bucket: &s.bucket, Key: &key, UploadId: &u.ID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return failed(err)
		}
		for _, p := range page.Parts {
			if n := len(done); n >= len(want) || int(aws.ToInt32(p.PartNumber)) != n+1 || aws.ToInt64(p.Size) != want[n].Size {
				return ErrUpload
			}
			done = append(done, types.CompletedPart{PartNumber: p.PartNumber, ETag: p.ETag})
		}
	}
	if len(done) != len(want) {
		return ErrUpload
	}
	_, err := s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &s.bucket, Key: &key, UploadId: &u.ID, MultipartUpload: &types.CompletedMultipartUpload{Parts: done}})
	return failed(err)
}

// Abort is Store's.
func (s *S3) Abort(ctx context.Context, key string, u Upload) error {
	if err := check(key); err != nil || u.ID == "" {
		return err
	}
	_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: &key, UploadId: &u.ID})
	if errors.Is(failed(err), ErrNotFound) {
		return nil
	}
	return failed(err)
}

var _ = []Store{(*S3)(nil), (*Dir)(nil)}

// Lasts is how long the URLs of an upload may be used at most: what S3 allows.
const Lasts = 7 * 24 * time.Hour
