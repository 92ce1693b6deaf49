package signin

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"time"
)

// Resolver returns the texts of a domain's TXT records: none where the domain has none
// or doesn't exist, an error where that can't be found out.
type Resolver interface {
	TXT(ctx context.Context, domain string) ([]string, error)
}

// Nameservers asks the machine's name servers, or those of its Resolver.
type Nameservers struct{ Resolver *net.Resolver }

// dnsTimeout bounds a lookup: the request that waits for it must still be answered.
const dnsTimeout = 3 * time.Second

// TXT implements Resolver. The domain is looked up as absolute, never in the machine's
// search domains.
func (n Nameservers) TXT(ctx context.Context, domain string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, dnsTimeout)
	defer cancel()
	resolver := n.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	texts, err := resolver.LookupTXT(ctx, domain+".")
	var no *net.DNSError
	if errors.As(err, &no) && no.IsNotFound {
		return nil, nil
	}
	return texts, err
}

// Zone is a Resolver with fixed answers, by domain.
type Zone map[string][]string

// TXT implements Resolver.
func (z Zone) TXT(_ context.Context, domain string) ([]string, error) {
	return slices.Clone(z[domain]), nil
}

type resolverKey struct{}

// WithResolver gives every request to h a resolver, which ResolverOf finds.
func WithResolver(r Resolver, h http.Handler) http.Handler {
	if r == nil {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		h.ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), resolverKey{}, r)))
	})
}

// ResolverOf returns the resolver of a request: the machine's own, where it carries
// none.
func ResolverOf(ctx context.Context) Resolver {
	if r, ok := ctx.Value(resolverKey{}).(Resolver); ok {
		return r
	}
	return Nameservers{}
}
