// Package fetch reads web pages at addresses of users. It connects to the public internet
// and nothing else, whatever a user, a name server or a redirect says; it obeys a site's
// robots.txt, and has limits of bytes and time.
package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"code.dny.dev/ssrf"
)

// Config has the settings of a Client. Zero values are defaults.
type Config struct {
	Agent     string        // the User-Agent, and the name in robots.txt; "Wardroom" if ""
	MaxBytes  int64         // most bytes of a page; 32 MB if 0
	Timeout   time.Duration // for a page with its redirects; 30 s if 0
	Redirects int           // most redirects; 5 if 0

	// For tests alone, whose pages are on this machine.
	inside   []netip.Prefix
	ports    []uint16
	resolver *net.Resolver
}

// Known is what is known of a page that was read before; its zero value is nothing. An
// ETag is that of one address alone, where redirects led to.
type Known struct{ URL, ETag, LastModified string }

// Page is a page that was read.
type Page struct {
	ContentType string // as the site says
	Body        []byte // nil where it is unchanged
	Unchanged   bool   // it is as it was known
	Known
}

// Client reads pages. It is safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
	robots robots
}

// New returns a client. It ignores a proxy of the environment, which would resolve names
// itself, past the guard.
func New(c Config) *Client {
	if c.Agent == "" {
		c.Agent = "Wardroom"
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 32 << 20
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Redirects == 0 {
		c.Redirects = 5
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: c.guard().Safe, Resolver: c.resolver}
	out := &Client{config: c}
	out.http = &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, DisableKeepAlives: true,
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 15 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // Get follows them
	}
	return out
}

// Get reads a page, without its body where it is unchanged since known. It returns a
// *Refusal for a page that can't or mustn't be read, and ctx's error when that ends.
func (c *Client) Get(ctx context.Context, address string, known Known) (Page, error) {
	at, err := c.config.address(address)
	if err != nil {
		return Page{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.Timeout, errSlow)
	defer cancel()
	for range c.config.Redirects + 1 {
		if err := c.robots.allow(ctx, c, at); err != nil {
			return Page{}, err
		}
		page, next, err := c.read(ctx, at, known)
		if err != nil || next == nil {
			return page, err
		}
		at = next
	}
	return Page{}, refuse(Unreachable, "It leads from one address to another more than %d times", c.config.Redirects)
}

// errSlow is the cause of a context that Timeout has ended.
var errSlow = errors.New("fetch: too slow")

// read reads a page, or returns the address that it redirects to.
func (c *Client) read(ctx context.Context, at *url.URL, known Known) (Page, *url.URL, error) {
	if known.URL != at.String() {
		known = Known{}
	}
	r, err := c.ask(ctx, at, known)
	if err != nil {
		return Page{}, nil, err
	}
	defer r.Body.Close()
	page := Page{ContentType: r.Header.Get("Content-Type"), Known: Known{at.String(), r.Header.Get("ETag"), r.Header.Get("Last-Modified")}}
	switch {
	case r.StatusCode == http.StatusNotModified && known != (Known{}):
		page.Unchanged, page.Known = true, known
		return page, nil, nil
	case r.StatusCode == http.StatusOK:
	case r.StatusCode >= 300 && r.StatusCode < 400:
		next, err := at.Parse(r.Header.Get("Location"))
		if err != nil || r.Header.Get("Location") == "" {
			return page, nil, refuse(Unreachable, "It leads to no address")
		}
		next, err = c.config.address(next.String())
		return page, next, err
	case r.StatusCode == http.StatusNotFound, r.StatusCode == http.StatusGone:
		return page, nil, refuse(Gone, "The site says that there is no such page (status %d)", r.StatusCode)
	case r.StatusCode == http.StatusUnauthorized, r.StatusCode == http.StatusForbidden:
		return page, nil, refuse(Refused, "The site lets nobody read it without signing in (status %d)", r.StatusCode)
	default:
		return page, nil, refuse(Unreachable, "The site answers with status %d", r.StatusCode)
	}
	page.Body, err = c.body(ctx, r, c.config.MaxBytes)
	return page, nil, err
}

// ask sends a request, which is conditional where known isn't zero.
func (c *Client) ask(ctx context.Context, at *url.URL, known Known) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, refuse(NoAddress, "It is no address of a web page")
	}
	r.Header.Set("User-Agent", c.config.Agent)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,application/pdf,text/plain,*/*;q=0.5")
	if known.ETag != "" {
		r.Header.Set("If-None-Match", known.ETag)
	}
	if known.LastModified != "" {
		r.Header.Set("If-Modified-Since", known.LastModified)
	}
	answer, err := c.http.Do(r)
	return answer, failed(ctx, err)
}

// body reads an answer, decompressed, and refuses one of more than limit bytes.
func (c *Client) body(ctx context.Context, r *http.Response, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, refuse(TooLarge, "It has more than %d MB", limit>>20)
	}
	var all bytes.Buffer
	n, err := io.Copy(&all, io.LimitReader(r.Body, limit+1))
	if n > limit {
		return nil, refuse(TooLarge, "It has more than %d MB", limit>>20)
	}
	return all.Bytes(), failed(ctx, err)
}

// nowhere is the refusal both for an unknown name and for one of an internal address, so
// that users can't find out internal names.
func nowhere() error { return refuse(Unreachable, "There is no such site on the public internet") }

// failed converts an error of a request to a Refusal, or to ctx's error where that has
// ended; nil for nil.
func failed(ctx context.Context, err error) error {
	var unknown *net.DNSError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedPort), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrInvalidHostPort):
		return nowhere()
	case errors.Is(context.Cause(ctx), errSlow):
		return refuse(Unreachable, "The site takes too long to answer")
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &unknown):
		return nowhere()
	}
	return refuse(Unreachable, "The site can't be reached")
}
