package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"wardroom/pkg/concurrent"
)

// serve runs the API in SAM's emulator until it is interrupted.
func serve(ctx context.Context, b *bench) error {
	table, err := b.demo(ctx)
	if err != nil {
		return err
	}
	if err := b.environment(table); err != nil {
		return err
	}
	cmd := b.command(ctx, "local", "start-api")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); ctx.Err() == nil {
		return err
	}
	return nil
}

// during runs f while the API is served at the address that f is given.
func (b *bench) during(ctx context.Context, port int, log io.Writer, f func(base string) error) error {
	serving, stop := context.WithCancel(ctx)
	cmd := b.command(serving, "local", "start-api", "--port", fmt.Sprint(port))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		stop()
		return err
	}
	ended := concurrent.Start(cmd.Wait)
	defer func() {
		stop()
		for range ended { // it is killed
		}
	}()
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	deadline := time.After(3 * time.Minute)
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base, nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(r); err == nil { // of whatever status: it listens
			_ = response.Body.Close()
			return f(base)
		}
		select {
		case <-ended: //nolint:errcheck // however it ended
			return errors.New("sam local start-api ended at once")
		case <-deadline:
			return errors.New("sam local start-api does not answer")
		case <-time.After(200 * time.Millisecond):
		}
	}
}
