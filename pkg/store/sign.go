package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// signer signs calls by AWS's Signature Version 4, for the one shape of request that
// calls to DynamoDB have: a POST of "/" without a query. The SDK's signer, which
// takes any request, needs ten times as long for it; a test compares the two.
type signer struct {
	region      string
	credentials aws.CredentialsProvider

	mu  sync.Mutex
	key dayKey // the latest, or zero
}

// dayKey is the signing key of a day, derived from a secret.
type dayKey struct {
	day, secret string
	key         []byte
}

const (
	algorithm = "AWS4-HMAC-SHA256"
	service   = "dynamodb"
	dayForm   = "20060102"
	timeForm  = "20060102T150405Z"
)

// sign adds the headers of the signature to r, whose headers Content-Type and
// X-Amz-Target are set, as of now.
func (s *signer) sign(ctx context.Context, r *http.Request, body []byte, now time.Time) error {
	c, err := s.credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	at := now.UTC().Format(timeForm)
	day := at[:len(dayForm)]
	r.Header["X-Amz-Date"] = []string{at}
	signed := "content-length;content-type;host;x-amz-date;x-amz-target"
	buf := make([]byte, 0, 1024)
	buf = append(buf, "POST\n/\n\ncontent-length:"...)
	buf = strconv.AppendInt(buf, int64(len(body)), 10)
	buf = append(append(buf, "\ncontent-type:"...), r.Header["Content-Type"][0]...)
	buf = append(append(buf, "\nhost:"...), r.Host...)
	buf = append(append(buf, "\nx-amz-date:"...), at...)
	if c.SessionToken != "" {
		r.Header["X-Amz-Security-Token"] = []string{c.SessionToken}
		signed = "content-length;content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
		buf = append(append(buf, "\nx-amz-security-token:"...), c.SessionToken...)
	}
	buf = append(append(buf, "\nx-amz-target:"...), r.Header["X-Amz-Target"][0]...)
	buf = append(append(buf, "\n\n"...), signed...)
	buf = append(buf, '\n')
	buf = appendDigest(buf, body)
	request := sha256.Sum256(buf)

	scope := day + "/" + s.region + "/" + service + "/aws4_request"
	buf = append(buf[:0], algorithm+"\n"...)
	buf = append(append(buf, at...), '\n')
	buf = append(append(buf, scope...), '\n')
	buf = hex.AppendEncode(buf, request[:])
	signature := mac(s.keyOf(day, c.SecretAccessKey), buf)

	buf = append(buf[:0], algorithm+" Credential="...)
	buf = append(append(append(buf, c.AccessKeyID...), '/'), scope...)
	buf = append(append(buf, ", SignedHeaders="...), signed...)
	buf = hex.AppendEncode(append(buf, ", Signature="...), signature)
	r.Header["Authorization"] = []string{string(buf)}
	return nil
}

// keyOf returns the signing key of a day, which it derives when day or secret changes.
func (s *signer) keyOf(day, secret string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key.day != day || s.key.secret != secret {
		key := []byte("AWS4" + secret)
		for _, part := range []string{day, s.region, service, "aws4_request"} {
			key = mac(key, []byte(part))
		}
		s.key = dayKey{day, secret, key}
	}
	return s.key.key
}

func mac(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return h.Sum(nil)
}

func appendDigest(buf, text []byte) []byte {
	sum := sha256.Sum256(text)
	return hex.AppendEncode(buf, sum[:])
}
