// Bench measures the figures that docs/decisions.md promises, prints them as a table,
// and fails where one exceeds its limit.
//
//	go run ./infra/bench          every measure
//	go run ./infra/bench start    the named ones
//	go run ./infra/bench -write docs/measures.md
//
// The last writes the table to a file. A measure is a function in a file of its own and
// a line in the list below. Everything it starts listens on 127.0.0.1 and ends with it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// measure is a function that reports figures as rows. Its error means that it couldn't
// measure, which fails the bench too.
type measure struct {
	name string
	run  func(context.Context, *report) error
}

var measures = []measure{
	{"start", start},       // each function: start to ready, size, memory
	{"handler", handler},   // our own work in a handler: allocations, processor time
	{"decision", decision}, // one decision about access
	{"latency", latency},   // requests through the local door, over their bare calls
	{"load", load},         // requests a second through make run
}

// row is one figure. Without a limit, limit is "" and held true.
type row struct {
	what, figure, limit string
	held                bool
}

type report struct{ rows []row }

// add adds a figure without a limit.
func (r *report) add(what, format string, args ...any) {
	r.rows = append(r.rows, row{what: what, figure: fmt.Sprintf(format, args...), held: true})
}

// hold adds a figure that must be at most limit. The format has one verb, and formats
// both.
func (r *report) hold(what, format string, figure, limit float64) {
	r.rows = append(r.rows, row{what, fmt.Sprintf(format, figure), "≤ " + fmt.Sprintf(format, limit), figure <= limit})
}

func (r *report) held() bool {
	return !slices.ContainsFunc(r.rows, func(x row) bool { return !x.held })
}

// write writes the figures to a page of the documentation.
func (r *report) write(path string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Measures\n\nWritten by `make measure`, last on %s, on %d processors; the engine was %s. Figures of one machine say little of another: what is held is what has a limit.\n\n| measure | figure | limit |\n|---|--:|--:|\n",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), engineName())
	for _, x := range r.rows {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", x.what, x.figure, x.limit)
	}
	return os.WriteFile(path, []byte(b.String()), 0o600)
}

func (r *report) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "measure\tfigure\tlimit\theld?")
	for _, x := range r.rows {
		verdict := ""
		switch {
		case !x.held:
			verdict = "NOT HELD"
		case x.limit != "":
			verdict = "yes"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", x.what, x.figure, x.limit, verdict)
	}
	return t.Flush()
}

func main() {
	file := flag.String("write", "", "the file that keeps the figures, too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, os.Stdout, *file, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench runs the named measures, or all of them, and prints their figures, even where
// one has failed. It writes them to file too, unless that is "".
func bench(ctx context.Context, w io.Writer, file string, names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(measures, func(m measure) bool { return m.name == name }) {
			return fmt.Errorf("no measure is called %q", name)
		}
	}
	var r report
	var failed []error
	for _, m := range measures {
		if len(names) == 0 || slices.Contains(names, m.name) {
			if err := m.run(ctx, &r); err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", m.name, err))
			}
		}
	}
	if err := r.print(w); err != nil {
		return err
	}
	if file != "" {
		failed = append(failed, r.write(file))
	}
	if !r.held() {
		failed = append(failed, errors.New("a figure is not held"))
	}
	return errors.Join(failed...)
}
