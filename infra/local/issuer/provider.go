package issuer

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/engine"
	"wardroom/infra/local/filelock"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/signin"
)

// files are the program around oidc-provider, and its exact dependencies.
//
//go:embed npm
var files embed.FS

// People are a provider's users: the claims of their ID tokens, by subject.
type People map[string]map[string]any

// Provider is oidc-provider, on a free port of the loopback.
type Provider struct {
	URL    string
	people string
	home   string
	stop   func()
}

// Start starts a provider, and installs it first if necessary. It ends with the test.
func Start(t testing.TB, people People) *Provider {
	t.Helper()
	text, err := json.Marshal(people)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{people: string(text), home: install(t)}
	p.start(t, "0")
	t.Cleanup(func() { p.stop() })
	return p
}

// Restart starts the provider anew at the same address, with new keys.
func (p *Provider) Restart(t testing.TB) {
	t.Helper()
	p.stop()
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	p.start(t, u.Port())
}

// Stop ends the provider.
func (p *Provider) Stop() { p.stop() }

func (p *Provider) start(t testing.TB, port string) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "node", "provider.js", port, p.people)
	cmd.Dir = p.home
	var log bytes.Buffer
	cmd.Stderr = &log
	in, err := cmd.StdinPipe() // its end ends the program, even if this process is killed
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("oidc-provider needs Node 20 or newer (on Debian: sudo apt-get install nodejs npm): %v", err)
	}
	stopped := false
	p.stop = func() {
		if !stopped {
			stopped = true
			_ = in.Close()
			_ = cmd.Wait() // however it ended
		}
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "http://127.0.0.1:") {
			p.URL = lines.Text()
			concurrent.Start(func() error { _, err := io.Copy(io.Discard, out); return err })
			return
		}
	}
	p.stop()
	t.Fatalf("oidc-provider did not start: %s", log.String())
}

// install installs oidc-provider under .local, once for each content of its files.
func install(t testing.TB) string {
	t.Helper()
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	content := map[string][]byte{}
	sum := sha256.New()
	for _, name := range []string{"package.json", "package-lock.json", "provider.js"} {
		if content[name], err = files.ReadFile("npm/" + name); err != nil {
			t.Fatal(err)
		}
		sum.Write(content[name])
	}
	home := filepath.Join(root, ".local", "issuer", hex.EncodeToString(sum.Sum(nil))[:12])
	if err := os.MkdirAll(home, 0o750); err != nil {
		t.Fatal(err)
	}
	lock, err := filelock.Wait(t.Context(), home+".lock", func() { t.Log("Waiting for another process that installs oidc-provider.") })
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	marker := filepath.Join(home, ".complete")
	if _, err := os.Stat(marker); err == nil {
		return home
	}
	for name, text := range content {
		if err := os.WriteFile(filepath.Join(home, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ci := exec.CommandContext(t.Context(), "npm", "ci", "--silent", "--no-fund", "--no-audit", "--ignore-scripts")
	ci.Dir = home
	if out, err := ci.CombinedOutput(); err != nil {
		t.Fatalf("npm could not install oidc-provider; it needs Node 20 with npm and the network: %v\n%s", err, out)
	}
	if err := os.WriteFile(marker, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return home
}

// Config returns the configuration of a system that accepts the provider's tokens.
func (p *Provider) Config() signin.Config {
	return signin.Config{Issuer: p.URL, Clients: []string{Client, "another-of-ours"}}
}

// Tokens are the tokens of a sign-in.
type Tokens struct {
	ID     string `json:"id_token"`
	Access string `json:"access_token"`
}

// SignIn signs in as a browser does: by the authorization code flow with PKCE.
func (p *Provider) SignIn(t testing.TB, client, subject string) (got Tokens) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	done, verifier := p.URL+"/done", rand.Text()+rand.Text()
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/done" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	challenge := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"client_id": {client}, "response_type": {"code"}, "redirect_uri": {done}, "scope": {"openid email profile"}, "login_hint": {subject},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
	res := send(ctx, t, browser, http.MethodGet, p.URL+"/auth?"+query.Encode(), "")
	to, err := res.Location()
	if err != nil {
		body, _ := io.ReadAll(res.Body)
		t.Fatalf("the sign-in ended with %d %s", res.StatusCode, body)
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {done}, "client_id": {client}, "code_verifier": {verifier}}
	res = send(ctx, t, browser, http.MethodPost, p.URL+"/token", form.Encode())
	body, err := io.ReadAll(res.Body)
	if err != nil || json.Unmarshal(body, &got) != nil || got.ID == "" || strings.Count(got.Access, ".") != 2 {
		t.Fatalf("no tokens: %d %s %v", res.StatusCode, body, err)
	}
	return got
}

func send(ctx context.Context, t testing.TB, by *http.Client, method, to, form string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, to, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := by.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}
