package signin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Bounds of fetches from an issuer.
const (
	fetchTime = 3 * time.Second // one document, within every request's deadline
	maxFetch  = 256 << 10
	settle    = 5 * time.Second // how long an answer is reused
)

// errIssuer says that the issuer could not be asked, which isn't the token's fault.
var errIssuer = errors.New("the issuer can't be asked")

// fetcher gets an issuer's documents for go-oidc, which bounds neither their
// size nor how often it asks: it fetches the keys anew for every signature that
// it can't verify, so a flood of forged tokens would become one of fetches.
// Any answer but a whole JSON document with status 200 is errIssuer.
type fetcher struct {
	next http.RoundTripper
	now  func() time.Time

	mu   sync.Mutex
	kept map[string]document
}

type document struct {
	header http.Header
	body   []byte
	err    error
	until  time.Time
}

// client returns the HTTP client for go-oidc.
func (f *fetcher) client() *http.Client {
	return &http.Client{
		Transport: f, Timeout: fetchTime,
		// A redirect would lead away from the issuer's own address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RoundTrip implements http.RoundTripper.
func (f *fetcher) RoundTrip(r *http.Request) (*http.Response, error) {
	url := r.URL.String()
	f.mu.Lock()
	d, ok := f.kept[url]
	f.mu.Unlock()
	if !ok || !f.now().Before(d.until) {
		d = f.fetch(r)
		if r.Context().Err() == nil { // else the caller gave up
			f.mu.Lock()
			f.kept[url] = d
			f.mu.Unlock()
		}
	}
	if d.err != nil {
		return nil, d.err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: d.header, Body: io.NopCloser(bytes.NewReader(d.body)), ContentLength: int64(len(d.body)),
	}, nil
}

func (f *fetcher) fetch(r *http.Request) document {
	res, err := f.next.RoundTrip(r)
	// An error is reused for a shorter time than an answer.
	bad := func(err error) document {
		return document{err: fmt.Errorf("%w: %w", errIssuer, err), until: f.now().Add(settle / 5)}
	}
	if err != nil {
		return bad(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxFetch+1))
	switch {
	case err != nil:
		return bad(err)
	case res.StatusCode != http.StatusOK:
		return bad(fmt.Errorf("it answered %d", res.StatusCode))
	case len(body) > maxFetch:
		return bad(errors.New("its answer has no end"))
	case !json.Valid(body):
		return bad(errors.New("its answer is no JSON"))
	}
	return document{header: http.Header{"Content-Type": {"application/json"}}, body: body, until: f.now().Add(settle)}
}
