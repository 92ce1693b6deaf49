// Package concurrent starts goroutines, and is the only package that does. A panic
// that a goroutine doesn't recover ends the whole process, with every request in it;
// here it becomes the error of the one piece of work that panicked.
package concurrent

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// Panic is a panic as an error. Its text names the value and the stack, which
// are for the log alone: a caller is answered a mute 500.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v\n%s", p.Value, p.Stack) }

// Unwrap returns the value, where it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Do calls f and returns its error, or its panic as a *Panic.
func Do(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{v, debug.Stack()}
		}
	}()
	return f()
}

// errExited is the error of a goroutine that ended without returning, as by
// runtime.Goexit.
var errExited = errors.New("the goroutine has exited")

// Start calls f in a goroutine of its own. The channel yields f's error, or nil,
// once and is closed; nobody has to receive from it.
func Start(f func() error) <-chan error {
	ended := make(chan error, 1)
	go func() {
		err := errExited
		defer func() {
			ended <- err
			close(ended)
		}()
		err = Do(f)
	}()
	return ended
}

// Group is an errgroup.Group in which a panic is an error of the group.
type Group struct {
	g *errgroup.Group
}

// NewGroup returns a Group that cancels nothing.
func NewGroup() *Group { return &Group{new(errgroup.Group)} }

// WithContext returns a Group and a context that is cancelled by the first
// error, and by Wait.
func WithContext(ctx context.Context) (*Group, context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	return &Group{g}, ctx
}

// SetLimit bounds how many functions run at the same time.
func (g *Group) SetLimit(n int) { g.g.SetLimit(n) }

// Go calls f in a goroutine, once the limit allows it.
func (g *Group) Go(f func() error) { g.g.Go(func() error { return Do(f) }) }

// Wait waits for all of them and returns the first error.
func (g *Group) Wait() error { return g.g.Wait() }
