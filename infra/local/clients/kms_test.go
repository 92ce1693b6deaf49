package clients_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/clients"
	"wardroom/pkg/audit"
	"wardroom/pkg/checkpoint"
	"wardroom/pkg/model"
)

// Checkpoints are signed by a key of KMS, as moto plays it: the key is made, and
// what it signs holds by its public half.
func TestCheckpointsByKMS(t *testing.T) {
	python := environment(t, clients.Package{Name: "moto", Version: "5.2.5", With: []string{"moto[server,kms]==5.2.5"}})
	endpoint := motoServer(t, python())
	t.Setenv("AWS_ENDPOINT_URL_KMS", endpoint)
	t.Setenv("AWS_ACCESS_KEY_ID", "local")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "local")
	out := kms(t, endpoint, "CreateKey", `{"KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY"}`)
	_, rest, ok := strings.Cut(out, `"Arn": "`)
	arn, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("no key: %s", out)
	}
	t.Setenv("WARDROOM_CHECKPOINT_KEY", arn)
	signer, err := checkpoint.Environment()
	if err != nil {
		t.Fatal(err)
	}
	point := model.Checkpoint{OrganizationID: 1, Seq: 7, Hash: make([]byte, audit.Size), SignedOn: model.Now()}
	if point.Signature, point.Key, err = signer.Sign(t.Context(), audit.Statement(point)); err != nil {
		t.Fatal(err)
	}
	public, name, err := signer.Public(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !audit.Signed(point, public) || name != point.Key || name != arn {
		t.Errorf("a signature by %q, of the key %q: %v", point.Key, name, audit.Signed(point, public))
	}
	point.Seq++
	if audit.Signed(point, public) {
		t.Error("the signature holds for another checkpoint")
	}
}

// motoServer starts moto on a port of its own and waits until it answers.
func motoServer(t *testing.T, python string) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close() // moto takes the port over
	_, port, _ := strings.Cut(address, ":")
	cmd := command(t, time.Minute, python, "-m", "moto.server", "-H", "127.0.0.1", "-p", port)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for tick := time.Tick(100 * time.Millisecond); ; {
		if c, err := new(net.Dialer).DialContext(ctx, "tcp", address); err == nil {
			_ = c.Close()
			return "http://" + address
		}
		select {
		case <-ctx.Done():
			t.Fatal("moto doesn't answer")
		case <-tick:
		}
	}
}

// kms asks for what Wardroom itself never does.
func kms(t *testing.T, endpoint, action, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "TrentService."+action)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=0")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	if err != nil || got.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s %v", action, got.StatusCode, text, err)
	}
	return string(text)
}
