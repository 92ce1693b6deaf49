package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"wardroom/infra/local/engine"
	"wardroom/pkg/audit"
	"wardroom/pkg/checkpoint"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// exportAudit is the command that writes an organisation's audit log to a file,
// whole or not at all.
func exportAudit(flags *flag.FlagSet, args []string) (action, error) {
	organization := flags.Int64("organization", 0, "the organization's id")
	path := flags.String("out", "", "the file to be written")
	if err := only(flags, args); err != nil {
		return nil, err
	}
	switch {
	case *organization < 1:
		return nil, errors.New("--organization must be the id of an organization")
	case *path == "":
		return nil, errors.New("--out must name the file to be written")
	}
	if info, err := os.Stat(filepath.Dir(*path)); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("--out: there is no folder %s", filepath.Dir(*path))
	}
	if _, err := os.Stat(*path); err == nil {
		return nil, fmt.Errorf("--out: %s is there already, and would be lost: name another file", *path)
	}
	return func(ctx context.Context, at place, out io.Writer) error {
		if err := at.organization(ctx, *organization); err != nil {
			return err
		}
		public, name, err := at.signer(ctx)
		if err != nil {
			return err
		}
		return export(ctx, at.store, *organization, public, name, *path, out)
	}, nil
}

// signer returns the public key of the checkpoints and its name; nil where none is
// configured. For the stage local it is the key that make run has made.
func (p place) signer(ctx context.Context) (*ecdsa.PublicKey, string, error) {
	signer, err := checkpoint.Environment()
	if errors.Is(err, checkpoint.ErrNone) {
		if p.stage != local {
			return nil, "", nil
		}
		data, err := engine.Folder()
		if err != nil {
			return nil, "", err
		}
		made := filepath.Join(data, engine.CheckpointFile)
		if _, err := os.Stat(made); err != nil {
			return nil, "", nil //nolint:nilerr // the first signature makes the file, so there are none
		}
		if signer, err = checkpoint.File(made); err != nil {
			return nil, "", err
		}
	} else if err != nil {
		return nil, "", err
	}
	return signer.Public(ctx)
}

func export(ctx context.Context, s *store.Store, organization int64, public *ecdsa.PublicKey, name, path string, out io.Writer) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".audit")
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // fails after the rename
	err = audit.Export(ctx, s, organization, model.Now(), public, name, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	fmt.Fprintf(out, "The audit log of organization %d is in %s.\n", organization, path)
	return nil
}

// verifyAudit checks an exported log, which may be named before or after the
// flags.
func verifyAudit(flags *flag.FlagSet, args []string) (action, error) {
	var kept []audit.Point
	flags.Func("checkpoint", "a checkpoint that was kept, as the API answered it", func(path string) error {
		p, err := readPoint(path)
		kept = append(kept, p)
		return err
	})
	var public *ecdsa.PublicKey
	flags.Func("key", "the public key of checkpoints, in PEM", func(path string) (err error) {
		public, err = readKey(path)
		return err
	})
	err := flags.Parse(args)
	path := flags.Arg(0)
	if err == nil && flags.NArg() > 1 {
		err = flags.Parse(flags.Args()[1:])
		if err == nil && flags.NArg() > 0 {
			err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
		}
	}
	if err == nil && path == "" {
		err = errors.New("verify-audit needs a file")
	}
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, _ place, out io.Writer) error { return verify(path, kept, public, out) }, nil
}

func verify(path string, kept []audit.Point, public *ecdsa.PublicKey, out io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the log: %w", err)
	}
	defer func() { _ = file.Close() }() // reading needs no sync
	report, err := audit.Check(file, kept, public)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, summary(report))
	if report.FirstBad > 0 {
		return fmt.Errorf("the log doesn't hold: the first bad row is %d: %s", report.FirstBad, report.Reason)
	}
	return nil
}

// summary describes a report in words, with the number of signatures that weren't
// checked because their key is missing.
func summary(r audit.Report) string {
	signatures := count(int64(r.Signatures), "signature", "signatures") + " checked"
	if missing := r.Checkpoints - r.Signatures; missing > 0 {
		signatures += fmt.Sprintf(", %d NOT checked: the log has no key for it; name one by --key", missing)
	}
	return fmt.Sprintf("Organization %d: %s, %s on the chain (%s), %s sealed yet.", r.OrganizationID,
		count(r.Checked, "row holds", "rows hold"), count(int64(r.Checkpoints), "checkpoint is", "checkpoints are"), signatures, count(r.Unsealed, "row isn't", "rows aren't"))
}

func count(n int64, one, many string) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// readPoint reads a checkpoint, with or without the API's envelope.
func readPoint(path string) (audit.Point, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return audit.Point{}, fmt.Errorf("the checkpoint: %w", err)
	}
	var p struct {
		audit.Point
		Data *audit.Point `json:"data"`
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return audit.Point{}, fmt.Errorf("the checkpoint: %w", err)
	}
	if p.Data != nil {
		p.Point = *p.Data
	}
	if p.Hash == "" {
		return audit.Point{}, errors.New("the checkpoint has no hash")
	}
	return p.Point, nil
}

func readKey(path string) (*ecdsa.PublicKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the key is not a PEM file")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	public, ok := key.(*ecdsa.PublicKey)
	if err != nil || !ok {
		return nil, errors.New("the key is not a public EC key")
	}
	return public, nil
}
