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

	"wardroom/pkg/audit"
	"wardroom/pkg/checkpoint"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
)

// exportAudit is the command that writes an organisation's audit log to a file,
// whole or not at all.
func exportAudit(flags *flag.FlagSet, args []string) (action, error) {
	organization := flags.Int64("organization", 0, "the organisation's id")
	path := flags.String("out", "", "the file to be written")
	if err := only(flags, args); err != nil {
		return nil, err
	}
	switch {
	case *organization < 1:
		return nil, errors.New("--organization must be the id of an organisation")
	case *path == "":
		return nil, errors.New("--out must name the file to be written")
	}
	if info, err := os.Stat(filepath.Dir(*path)); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("--out: there is no folder %s", filepath.Dir(*path))
	}
	return func(ctx context.Context, at place, out io.Writer) error {
		if err := at.organization(ctx, *organization); err != nil {
			return err
		}
		return export(ctx, at.store, *organization, *path, out)
	}, nil
}

func export(ctx context.Context, s *store.Store, organization int64, path string, out io.Writer) error {
	var public *ecdsa.PublicKey
	var name string
	signer, err := checkpoint.Environment()
	if err == nil {
		public, name, err = signer.Public(ctx)
	}
	if err != nil && !errors.Is(err, checkpoint.ErrNone) {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".audit")
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // it is there no more once it was renamed
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
	defer func() { _ = file.Close() }() // it was only read
	report, err := audit.Check(file, kept, public)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Organization %d: %d rows hold, %d checkpoints are on the chain (%d signatures checked), %d rows weren't sealed yet.\n",
		report.OrganizationID, report.Checked, report.Checkpoints, report.Signatures, report.Unsealed)
	if report.FirstBad > 0 {
		return fmt.Errorf("the log doesn't hold: the first bad row is %d: %s", report.FirstBad, report.Reason)
	}
	return nil
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
