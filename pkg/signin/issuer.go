package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"wardroom/pkg/fault"
)

// How long a discovery is used. go-oidc keeps keys until it meets one that it doesn't
// know, so a key that the issuer has withdrawn would be trusted as long as the process
// lives.
const (
	fresh = 10 * time.Minute // then the issuer is discovered again;
	stale = time.Hour        // where that fails, the old discovery is used until then,
	retry = 30 * time.Second // and discovery is tried again so often
)

// algorithms are those that a token may be signed with. The key that verifies is
// public, so no symmetric one may ever be among them.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// Issuer verifies tokens. It is safe for concurrent use; a nil Issuer refuses all.
type Issuer struct {
	config  Config
	clients []string
	now     func() time.Time
	fetcher *fetcher
	turn    chan struct{} // has room for the one request that discovers
	known   atomic.Pointer[known]
}

// known is the result of a discovery, when it was made, and when it must be made
// again.
type known struct {
	verifier  *oidc.IDTokenVerifier
	on, again time.Time
}

// New returns the issuer that c names, nil where it names none. It fetches nothing.
func New(c Config) *Issuer { return newIssuer(c, time.Now) }

func newIssuer(c Config, now func() time.Time) *Issuer {
	if c.Issuer == "" {
		return nil
	}
	return &Issuer{
		config: c, clients: c.clients(), now: now, turn: make(chan struct{}, 1),
		fetcher: &fetcher{next: http.DefaultTransport, now: now, kept: map[string]document{}},
	}
}

// Verify returns the identity of a valid token. Any other token is a 401, with the reason
// in the fault's cause alone; where the issuer can't be asked, it is unavailable (503).
func (i *Issuer) Verify(ctx context.Context, raw string) (Identity, error) {
	id, err := i.verify(ctx, raw)
	var no *Refused
	switch {
	case err == nil:
		return id, nil
	case errors.As(err, &no):
		return Identity{}, &fault.Fault{Kind: fault.KindUnauthorized, Message: fault.Unauthorized().Message, Cause: err}
	}
	return Identity{}, fault.Unavailable(err)
}

// verify checks a token's claims first, which costs nothing and saves asking the issuer
// about tokens that were never meant for us, and then its signature, without which the
// claims mean nothing.
func (i *Issuer) verify(ctx context.Context, raw string) (Identity, error) {
	if i == nil {
		return Identity{}, refused("no issuer is configured")
	}
	h, said, err := preview(raw)
	if err != nil {
		return Identity{}, err
	}
	if said.text("iss") != i.config.Issuer {
		return Identity{}, refused("of another issuer")
	}
	access, err := kind(h, said, i.clients)
	if err != nil {
		return Identity{}, err
	}
	verifier, err := i.verifier(ctx)
	if err != nil {
		return Identity{}, err
	}
	var unable error
	token, err := verifier.Verify(context.WithValue(ctx, unableKey{}, &unable), raw)
	if unable != nil {
		return Identity{}, unable
	}
	if err != nil {
		return Identity{}, refused("%v", err)
	}
	subject := said.text("sub")
	if subject == "" || subject != token.Subject {
		return Identity{}, refused("of nobody")
	}
	id := Identity{Subject: digest(i.config.Issuer, subject), Issuer: digest(i.config.Issuer)}
	if !access {
		id.FirstName, id.LastName = name(said.text("given_name")), name(said.text("family_name"))
		if said.isTrue("email_verified") || i.config.Trusted && !said.has("email_verified") {
			id.Email = address(said.text("email"))
		}
	}
	return id, nil
}

// verifier returns the verifier of tokens. The first caller discovers it, while others
// wait as long as their requests have time.
func (i *Issuer) verifier(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	if k := i.known.Load(); k != nil && i.now().Before(k.again) {
		return k.verifier, nil
	}
	select {
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	old, now := i.known.Load(), i.now()
	if old != nil && now.Before(old.again) {
		return old.verifier, nil
	}
	verifier, err := i.discover(ctx)
	switch {
	case err == nil:
		i.known.Store(&known{verifier, now, now.Add(fresh)})
		return verifier, nil
	case old != nil && now.Before(old.on.Add(stale)):
		i.known.Store(&known{old.verifier, old.on, now.Add(retry)})
		return old.verifier, nil
	}
	return nil, err
}

func (i *Issuer) discover(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	client := i.fetcher.client()
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, client), i.config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	var more struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&more); err != nil || more.Keys == "" {
		return nil, fmt.Errorf("%w: its discovery document names no keys", errIssuer)
	}
	// The keys outlive the request that asks for them first.
	remote := oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), client), more.Keys)
	return oidc.NewVerifier(i.config.Issuer, keys{remote}, &oidc.Config{SkipClientIDCheck: true, SupportedSigningAlgs: algorithms, Now: i.now}), nil
}

// keys distinguishes two errors that go-oidc's verifier mixes up: a wrong signature, and
// one that could not be verified because the keys could not be fetched.
type keys struct{ oidc.KeySet }

type unableKey struct{}

// VerifySignature implements oidc.KeySet.
func (k keys) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, jwt)
	if errors.Is(err, errIssuer) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		if unable, ok := ctx.Value(unableKey{}).(*error); ok {
			*unable = err
		}
	}
	return payload, err
}
