package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

//go:embed Dockerfile
var dockerfile []byte

// standIn is the bootstrap of the stand-in's runtime, which runs the function's.
const standIn = "#!/bin/sh\nexec /var/task/bootstrap \"$@\"\n"

// image makes sure that Docker has the functions' base image, under the name that SAM
// uses: AWS's own where it can be pulled, else a stand-in of two megabytes, which
// suffices since a Go binary needs nothing of it.
func image(ctx context.Context, arch string) error {
	tag := "public.ecr.aws/lambda/provided:al2023-" + arch
	if _, err := docker(ctx, "image", "inspect", tag); err == nil {
		return nil
	}
	pull, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if _, err := docker(pull, "pull", "--quiet", tag); err == nil {
		return nil
	} else if ctx.Err() != nil {
		return ctx.Err()
	}
	say("The base image can't be pulled; building a stand-in for it.")
	dir, err := os.MkdirTemp("", "wardroom-image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	busybox, err := staticBusybox(ctx)
	if err != nil {
		return fmt.Errorf("no shell for the stand-in image: %w", err)
	}
	certificates, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		certificates = nil // a function that calls nothing but the engine needs none
	}
	for name, content := range map[string][]byte{
		"Dockerfile": dockerfile, "busybox": busybox, "bootstrap": []byte(standIn), "ca-certificates.crt": certificates,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o755); err != nil { //nolint:gosec // programs of an image
			return err
		}
	}
	_, err = docker(ctx, "build", "--quiet", "--tag", tag, dir)
	return err
}

// staticBusybox is a shell that needs no libraries. Debian's package busybox
// may be linked to some; busybox-static, which takes its place, never is.
func staticBusybox(ctx context.Context) ([]byte, error) {
	path, err := exec.LookPath("busybox")
	if err != nil || exec.CommandContext(ctx, "dpkg", "--status", "busybox-static").Run() != nil {
		if err := install(ctx, "busybox-static"); err != nil {
			return nil, err
		}
		if path, err = exec.LookPath("busybox"); err != nil {
			return nil, err
		}
	}
	return os.ReadFile(path)
}
