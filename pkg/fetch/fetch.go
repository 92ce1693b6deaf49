// Package fetch reads web pages that users name. It reaches the public internet and
// nothing else, whatever a user, a name server or a redirect says; it asks a site's
// robots.txt first, and takes no more than its limits, in bytes and in time.
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

// Config is how pages are read; zero values are the usual ones.
type Config struct {
	Agent     string        // who reads, as sites are told; "Wardroom" if it is ""
	MaxBytes  int64         // of a page; 32 MB if it is 0
	Timeout   time.Duration // for a page with its redirects; 30 s if it is 0
	Redirects int           // that are followed; 5 if it is 0

	// For tests alone, whose pages are on this machine.
	inside   []netip.Prefix
	ports    []uint16
	resolver *net.Resolver
}

// Known is what is known of a page that was read before; its zero value is nothing. An
// ETag is that of one address alone, where redirects led to.
type Known struct{ URL, ETag, LastModified string }

// Page is a page as it was read.
type Page struct {
	ContentType string // as the site says
	Body        []byte // nil where it is unchanged
	Unchanged   bool   // it is as it was known
	Known
}

// Client reads pages. It may be used by many at once.
type Client struct {
	config Config
	http   *http.Client
	robots robots
}

// New returns a client. A proxy of the environment isn't used: it would look names up
// itself.
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
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // followed below
	}
	return out
}

// Get reads a page, unless it is as it was known. It returns a *Refusal for one that
// isn't read, and ctx's error when that ends.
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

// errSlow ends what takes too long.
var errSlow = errors.New("fetch: too slow")

// read asks for a page, and returns where it leads to instead, if it does.
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

// ask sends a request, with what is known of the page.
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

// body reads an answer, unpacked, up to a limit.
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

// nowhere is the same for a name that nobody knows and for one that leads inside, so that
// nobody learns which names are known here.
func nowhere() error { return refuse(Unreachable, "There is no such site on the public internet") }

// failed says why a page can't be reached; ctx's error stays what it is.
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
