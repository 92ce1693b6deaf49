package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"wardroom/pkg/telemetry"
)

// What is done again and again survives a panic and an error, and the log tells
// of both.
func TestEverySurvivesAPanic(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var log bytes.Buffer
	calls := 0
	every(ctx, time.Millisecond, telemetry.Logger(&log, false), "the sweep broke off", func() error {
		switch calls++; calls {
		case 1:
			panic("a bad row")
		case 2:
			return errors.New("no table")
		}
		cancel()
		return nil
	})
	if calls != 3 || strings.Count(log.String(), "the sweep broke off") != 2 || !strings.Contains(log.String(), "a bad row") || !strings.Contains(log.String(), "no table") {
		t.Errorf("%d calls; %s", calls, log.String())
	}
}
