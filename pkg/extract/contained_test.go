package extract_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wardroom/pkg/extract"
)

func TestMain(m *testing.M) {
	extract.ServeContained()
	os.Exit(m.Run())
}

func fileOf(t *testing.T, content string) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "document")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestContained(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	for says, content := range map[string]string{"text": "One.\n\nTwo.", "a presentation": archive(pptx()), "no text": "", "other bytes": "\x00\x01"} {
		want, wantFormat, wantErr := read(content, extract.Default)
		got, format, err := extract.Contained{}.Extract(t.Context(), fileOf(t, content))
		var failure, other *extract.Failure
		if errors.As(err, &failure) != errors.As(wantErr, &other) || failure != nil && *failure != *other || failure == nil && err != nil {
			t.Errorf("%s: %v, want %v", says, err, wantErr)
		}
		if format != wantFormat || got.Pages != want.Pages || !slices.Equal(got.Blocks, want.Blocks) {
			t.Errorf("%s: %s %+v, want %s %+v", says, format, got, wantFormat, want)
		}
	}
}

// What makes a process die, or hang, is a failure of its document alone.
func TestContainedFailures(t *testing.T) {
	unlimited := extract.Limits{Input: 1 << 40, Inside: 1 << 40, Text: 1 << 40, Parts: 1 << 20, Depth: 1 << 30, Pages: 1 << 20, Columns: 1 << 20}
	many := strings.Repeat("a b\n", 4<<20)
	deep := strings.Repeat("[", 1<<20) + "1" + strings.Repeat("]", 1<<20)
	for says, tt := range map[string]struct {
		content string
		c       extract.Contained
		reason  extract.Reason
		part    string
	}{
		"more memory than it may have": {many, extract.Contained{Memory: 200 << 20, Limits: unlimited}, extract.TooLarge, "memory"},
		"more time":                    {strings.Repeat("a\n", 1<<20), extract.Contained{Timeout: time.Nanosecond}, extract.TooLarge, "seconds"},
		"a stack without end":          {deep, extract.Contained{Memory: 1, Limits: unlimited}, extract.TooLarge, "memory"},
	} {
		_, _, err := tt.c.Extract(t.Context(), fileOf(t, tt.content))
		var failure *extract.Failure
		if !errors.As(err, &failure) || failure.Reason != tt.reason || !strings.Contains(failure.Says, tt.part) {
			t.Errorf("%s: %v", says, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := (extract.Contained{}).Extract(ctx, fileOf(t, "One.")); !errors.Is(err, context.Canceled) {
		t.Error("given up:", err)
	}
}
