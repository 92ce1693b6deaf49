package extract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"
)

// Contained extracts each document in a separate process, so that a parser that crashes
// or hangs affects nothing else. The process runs the program itself, whose main must
// call ServeContained first.
type Contained struct {
	Memory  int64         // bytes of data that a process may have: 200 MB if it is less, and 400 MB if it is 0
	Timeout time.Duration // for a document; a minute if it is 0
	Limits  Limits        // Default if it is zero
}

const (
	usualMemory  = 400 << 20
	leastMemory  = 200 << 20 // of which the program itself takes most
	usualTimeout = time.Minute
)

// errSlow is the cause of a context that Timeout has ended.
var errSlow = errors.New("extract: too slow")

// order is the task of a process, in its environment.
type order struct {
	Size   int64
	Memory int64
	Limits Limits
}

const orderVariable = "WARDROOM_EXTRACT"

// begin is the first value of a process's answer. A part for each block follows, and one
// with End.
type begin struct {
	Format  Format
	Title   string
	Pages   int
	Failure *Failure
}

type part struct {
	Block Block
	End   bool
}

// Extract is the function Extract for a file. A document that makes its process die, or
// exceeds Timeout or Memory, is a *Failure too.
func (c Contained) Extract(ctx context.Context, file *os.File) (Document, Format, error) {
	if !serves.Load() {
		return Document{}, Unknown, errors.New("extract: the program doesn't call ServeContained")
	}
	info, err := file.Stat()
	if err != nil {
		return Document{}, Unknown, err
	}
	program, err := os.Executable()
	if err != nil {
		return Document{}, Unknown, err
	}
	o := order{info.Size(), c.Memory, c.Limits}
	if o.Memory == 0 {
		o.Memory = usualMemory
	}
	o.Memory = max(o.Memory, leastMemory)
	if o.Limits == (Limits{}) {
		o.Limits = Default
	}
	text, err := json.Marshal(o)
	if err != nil {
		return Document{}, Unknown, err
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = usualTimeout
	}
	within, cancel := context.WithTimeoutCause(ctx, timeout, errSlow)
	defer cancel()
	var said bytes.Buffer
	child := exec.CommandContext(within, program)            //nolint:gosec // this program
	child.Env = []string{orderVariable + "=" + string(text)} // without this process's secrets
	child.ExtraFiles = []*os.File{file}
	child.Stderr = &head{to: &said}
	d, format, died, err := run(child)
	switch {
	case ctx.Err() != nil:
		return Document{}, format, ctx.Err()
	case errors.Is(context.Cause(within), errSlow):
		return Document{}, format, fail(TooLarge, "Reading it takes more than %d seconds", int(timeout.Seconds()))
	case ended(died, crashed) && bytes.HasPrefix(said.Bytes(), []byte("panic:")):
		return Document{}, format, &Failure{Damaged, "It can't be read."}
	case ended(died, crashed), ended(died, -1): // what the runtime ends by is memory, whatever it says
		return Document{}, format, fail(TooLarge, "Reading it takes more than %d MB of memory", o.Memory>>20)
	case died != nil: // the document isn't to blame
		return Document{}, format, fmt.Errorf("extract: %w: %s", died, said.Bytes())
	}
	return d, format, err
}

// crashed is how a Go program ends that panics, or that the runtime ends.
const crashed = 2

// ended reports whether a process ended with a status, -1 for a signal.
func ended(died error, status int) bool {
	var exit *exec.ExitError
	return errors.As(died, &exit) && exit.ExitCode() == status
}

// run runs a process. died is how it ended, nil for well.
func run(child *exec.Cmd) (d Document, format Format, died, err error) {
	answer, err := child.StdoutPipe()
	if err != nil {
		return d, Unknown, err, err
	}
	if err := child.Start(); err != nil {
		return d, Unknown, err, err
	}
	d, format, err = receive(answer)
	return d, format, child.Wait(), err
}

// receive reads the answer of a process.
func receive(answer io.Reader) (d Document, format Format, err error) {
	in := gob.NewDecoder(bufio.NewReader(answer))
	var b begin
	if err := in.Decode(&b); err != nil {
		return d, Unknown, fmt.Errorf("extract: the process answers nothing: %w", err)
	}
	d.Title, d.Pages = b.Title, b.Pages
	for {
		var p part
		if err := in.Decode(&p); err != nil {
			return Document{}, b.Format, fmt.Errorf("extract: the process breaks off: %w", err)
		}
		if p.End {
			break
		}
		d.Blocks = append(d.Blocks, p.Block)
	}
	if b.Failure != nil {
		return d, b.Format, b.Failure
	}
	return d, b.Format, nil
}

// serves is whether the program calls ServeContained: else it would be started once
// more, whole, for each document.
var serves atomic.Bool

// ServeContained does the work of a process that a Contained has started, and ends it;
// in every other it does nothing. A program that contains calls it first.
func ServeContained() {
	serves.Store(true)
	text, ordered := os.LookupEnv(orderVariable)
	if !ordered {
		return
	}
	if err := serveContained(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serveContained(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	limit := uint64(o.Memory) //nolint:gosec // not negative
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	debug.SetMemoryLimit(o.Memory * 3 / 4)
	file := os.NewFile(3, "document")
	d, format, err := Extract(context.Background(), file, o.Size, o.Limits)
	b := begin{Format: format, Title: d.Title, Pages: d.Pages}
	if err != nil && !errors.As(err, &b.Failure) {
		return err
	}
	buffer := bufio.NewWriter(os.Stdout)
	out := gob.NewEncoder(buffer)
	if err := out.Encode(b); err != nil {
		return err
	}
	for _, block := range d.Blocks {
		if err := out.Encode(part{Block: block}); err != nil {
			return err
		}
	}
	if err := out.Encode(part{End: true}); err != nil {
		return err
	}
	return buffer.Flush()
}

// head is a Writer that keeps the first 4 KB.
type head struct{ to *bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	const most = 4 << 10
	if room := most - h.to.Len(); room > 0 {
		h.to.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}
