package fetch

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/temoto/robotstxt"
)

const (
	maxRobots   = 500 << 10 // most bytes of a robots.txt (RFC 9309, 2.5)
	robotsKept  = time.Hour
	robotsSites = 1_000 // most cached sites
	robotsHops  = 5     // most redirects (RFC 9309, 2.3.1.2)
)

// robots caches the rules of sites, each for robotsKept.
type robots struct {
	mu    sync.Mutex
	sites map[string]site
}

type site struct {
	allows *robotstxt.Group
	until  time.Time
}

// allow refuses a page that its site's robots.txt disallows, and, by RFC 9309, every page
// of a site whose robots.txt can't be had at present.
func (r *robots) allow(ctx context.Context, c *Client, page *url.URL) error {
	root := page.Scheme + "://" + page.Host
	r.mu.Lock()
	known, ok := r.sites[root]
	r.mu.Unlock()
	if !ok || time.Now().After(known.until) {
		allows, err := c.readRobots(ctx, root)
		if err != nil {
			return err
		}
		known = site{allows, time.Now().Add(robotsKept)}
		r.mu.Lock()
		if r.sites == nil || len(r.sites) >= robotsSites {
			r.sites = map[string]site{}
		}
		r.sites[root] = known
		r.mu.Unlock()
	}
	if !known.allows.Test(page.RequestURI()) {
		return refuse(Robots, "The site wants no program to read it (robots.txt)")
	}
	return nil
}

// readRobots reads a site's rules for the client's agent. A site without a robots.txt
// allows everything.
func (c *Client) readRobots(ctx context.Context, root string) (*robotstxt.Group, error) {
	at, err := c.config.address(root + "/robots.txt")
	if err != nil {
		return nil, err
	}
	for range robotsHops + 1 {
		r, err := c.ask(ctx, at, Known{})
		if err != nil {
			return nil, err
		}
		if r.StatusCode >= 300 && r.StatusCode < 400 {
			_ = r.Body.Close()
			next, err := at.Parse(r.Header.Get("Location"))
			if err != nil {
				break
			}
			if at, err = c.config.address(next.String()); err != nil {
				break
			}
			continue
		}
		defer r.Body.Close()
		if r.StatusCode >= http.StatusInternalServerError || r.StatusCode == http.StatusTooManyRequests {
			return nil, refuse(Unreachable, "The site can't say at present whether it may be read")
		}
		text, err := io.ReadAll(io.LimitReader(r.Body, maxRobots)) // the rest isn't asked for
		if err != nil {
			return nil, failed(ctx, err)
		}
		all, err := robotstxt.FromStatusAndBytes(r.StatusCode, text)
		if err != nil {
			break
		}
		return all.FindGroup(c.config.Agent), nil
	}
	none, err := robotstxt.FromStatusAndBytes(http.StatusNotFound, nil)
	if err != nil {
		return nil, err
	}
	return none.FindGroup(c.config.Agent), nil
}
