package concurrent_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"wardroom/pkg/concurrent"
)

func TestPanicIsAnError(t *testing.T) {
	cause := errors.New("the cause")
	fail := func() error { panic(cause) }
	for name, run := range map[string]func() error{
		"called":  func() error { return concurrent.Do(fail) },
		"started": func() error { return <-concurrent.Start(fail) },
		"in a group": func() error {
			g := concurrent.NewGroup()
			g.Go(fail)
			return g.Wait()
		},
		"in a group with a context": func() error {
			g, ctx := concurrent.WithContext(t.Context())
			g.Go(fail)
			g.Go(func() error { <-ctx.Done(); return context.Cause(ctx) })
			return g.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := run()
			var p *concurrent.Panic
			if !errors.As(err, &p) || !errors.Is(err, cause) {
				t.Fatalf("got %v, want the panic", err)
			}
			if !strings.Contains(string(p.Stack), "concurrent_test.go") {
				t.Errorf("the stack doesn't say where:\n%s", p.Stack)
			}
		})
	}
}

func TestStartGivesTheErrorOnce(t *testing.T) {
	ended := concurrent.Start(func() error { return nil })
	if err, open := <-ended; err != nil || !open {
		t.Errorf("first got %v, %t", err, open)
	}
	if _, open := <-ended; open {
		t.Error("not closed")
	}
}

func TestAnExitIsNoSuccess(t *testing.T) {
	if err := <-concurrent.Start(func() error { runtime.Goexit(); return nil }); err == nil {
		t.Error("a goroutine that exited is told as one that returned")
	}
}
