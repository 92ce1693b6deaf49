// Package checkpoint has the keys that sign the end of the audit chain: one of KMS in
// AWS, one in a file on one machine. It is a package of its own because only one
// function needs it, and KMS's client with it.
package checkpoint

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wardroom/pkg/settings"
)

// Signer signs with an ECDSA key of P-256 over SHA-256.
type Signer interface {
	// Sign returns the signature of a text of at most 4,096 bytes in ASN.1, and
	// the name of the key.
	Sign(ctx context.Context, text []byte) (signature []byte, key string, err error)
	// Public returns the key's public half and its name.
	Public(ctx context.Context) (*ecdsa.PublicKey, string, error)
}

// ErrNone is returned where no key is configured.
var ErrNone = errors.New("no key for checkpoints is configured: neither WARDROOM_CHECKPOINT_KEY nor WARDROOM_CHECKPOINT_FILE")

// Config is the part of the environment that names the key.
type Config struct {
	Key  string `env:"WARDROOM_CHECKPOINT_KEY"`  // of KMS: its id or ARN
	File string `env:"WARDROOM_CHECKPOINT_FILE"` // created at first use
}

// Environment returns the signer that the environment names, or ErrNone. Call it when
// something is to be signed, not at the start of the function.
func Environment() (Signer, error) {
	c, err := settings.Read[Config]()
	switch {
	case err != nil:
		return nil, err
	case c.Key != "":
		return newKMS(c.Key)
	case c.File != "":
		return File(c.File)
	}
	return nil, ErrNone
}

// file is a key on one machine.
type file struct{ key *ecdsa.PrivateKey }

// File returns the key in a PEM file, which it creates where there is none.
func File(path string) (Signer, error) {
	text, err := os.ReadFile(path) //nolint:gosec // whoever starts the process names the file
	if errors.Is(err, os.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, err
		}
		text, err = os.ReadFile(path) //nolint:gosec // likewise
	}
	if err != nil {
		return nil, fmt.Errorf("the key for checkpoints: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the key for checkpoints is not a PEM file")
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil || key.Curve != elliptic.P256() {
		return nil, errors.New("the key for checkpoints is not an EC key of P-256")
	}
	return file{key}, nil
}

// create writes a new key, whole or not at all: of concurrent processes one wins.
func create(path string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("a key for checkpoints: %w", err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return fmt.Errorf("a key for checkpoints: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the key for checkpoints: %w", err)
	}
	new, err := os.CreateTemp(filepath.Dir(path), ".checkpoint")
	if err != nil {
		return fmt.Errorf("the key for checkpoints: %w", err)
	}
	defer func() { _ = os.Remove(new.Name()) }()
	err = errors.Join(pem.Encode(new, &pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), new.Close())
	if err == nil {
		if err = os.Link(new.Name(), path); errors.Is(err, os.ErrExist) {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("the key for checkpoints: %w", err)
	}
	return nil
}

func (f file) Sign(_ context.Context, text []byte) ([]byte, string, error) {
	digest := sha256.Sum256(text)
	signature, err := ecdsa.SignASN1(rand.Reader, f.key, digest[:])
	if err != nil {
		return nil, "", fmt.Errorf("sign: %w", err)
	}
	return signature, Name(&f.key.PublicKey), nil
}

func (f file) Public(context.Context) (*ecdsa.PublicKey, string, error) {
	return &f.key.PublicKey, Name(&f.key.PublicKey), nil
}

// Name is the name of a key in a file: a digest of its public half.
func Name(key *ecdsa.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	return "sha256:" + hex.EncodeToString(sum[:])
}
