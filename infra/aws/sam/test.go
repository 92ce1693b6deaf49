package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/functions"
	"wardroom/functions/stream"
	"wardroom/infra/events"
	"wardroom/pkg/followup"
)

// test proves one operation of each function: its sample event invoked in the
// emulator, on fresh data each, then the same as requests to the emulated API,
// one after the other. Each must answer what events/ wants.
func test(ctx context.Context, b *bench) error {
	all, err := events.Of(functions.All(nil))
	if err != nil {
		return err
	}
	chosen := onePerGroup(all)
	if len(chosen)+1 != len(b.functions) { // no route reaches the stream's
		return fmt.Errorf("%d functions in the stack, samples for %d and the stream", len(b.functions), len(chosen))
	}
	if err := b.sweep(ctx); err != nil {
		return err
	}
	failed := 0
	check := func(how string, s events.Sample, ask func(log io.Writer) (int, []byte, error)) {
		var log bytes.Buffer
		began := time.Now()
		err := asWanted(b, s, began, func() (int, []byte, error) { return ask(&log) })
		if err != nil {
			failed++
			fmt.Printf("FAIL %s %s: %v\n%s\n", how, s.Operation, err, log.Bytes())
			return
		}
		fmt.Printf("ok   %s %s (%s)\n", how, s.Operation, time.Since(began).Round(10*time.Millisecond))
	}
	dir := b.events()
	for _, s := range chosen {
		check("invoke", s, func(log io.Writer) (int, []byte, error) {
			table, err := b.demo(ctx)
			if err != nil {
				return 0, nil, err
			}
			a, err := b.call(ctx, s.Group, s.File(dir), table, log)
			return a.Status, []byte(a.Body), err
		})
	}
	table, err := b.demo(ctx)
	if err != nil {
		return err
	}
	if err := b.environment(table); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	var log bytes.Buffer
	if err := b.during(ctx, port, &log, func(base string) error {
		made := bodies(all)
		last := len(made) - 1 // governance's plan depends on all rows, so it comes first
		for _, s := range slices.Concat(made[last:], chosen, made[:last]) {
			check("api", s, func(io.Writer) (int, []byte, error) { return send(ctx, s, base) })
		}
		return nil
	}); err != nil {
		return fmt.Errorf("%w\n%s", err, log.Bytes())
	}
	if failed > 0 {
		fmt.Printf("%s\n", log.Bytes())
		return errors.New("SAM and the functions disagree with events/")
	}
	return nil
}

// sweep sends the schedule's event to the stream's function.
func (b *bench) sweep(ctx context.Context) error {
	table, err := b.demo(ctx)
	if err != nil {
		return err
	}
	event, err := json.Marshal(stream.Scheduled())
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	file, err := os.CreateTemp("", "wardroom-sweep-*.json")
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(event)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	var log bytes.Buffer
	out, err := b.invoke(ctx, stream.Slug, file.Name(), table, &log)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, log.Bytes())
	}
	var report struct {
		followup.Report
		ErrorType string `json:"errorType"`
	}
	if err := json.Unmarshal(out, &report); err != nil || report.ErrorType != "" || report.Failed > 0 {
		return fmt.Errorf("the sweep answers %s\n%s", out, log.Bytes())
	}
	fmt.Println("ok   invoke stream, a sweep")
	return nil
}

// bodies are the first operation of each group that takes a body, which comes to
// the function in base64, as every body does. Each makes something new.
func bodies(all []events.Sample) (chosen []events.Sample) {
	seen := map[string]bool{}
	for _, s := range all {
		if s.Event.Body != nil && !seen[s.Group] {
			seen[s.Group] = true
			chosen = append(chosen, s)
		}
	}
	return chosen
}

// onePerGroup prefers a removal, which reads, checks and writes most; else the
// group's first operation. The removals of two groups touch different rows.
func onePerGroup(all []events.Sample) (chosen []events.Sample) {
	var groups []string
	best := map[string]events.Sample{}
	for _, s := range all {
		was, ok := best[s.Group]
		if !ok {
			groups = append(groups, s.Group)
		}
		if !ok || strings.HasPrefix(s.Operation, "remove-user") && !strings.HasPrefix(was.Operation, "remove-user") {
			best[s.Group] = s
		}
	}
	slices.Sort(groups)
	for _, g := range groups {
		chosen = append(chosen, best[g])
	}
	return chosen
}

func asWanted(b *bench, s events.Sample, began time.Time, ask func() (int, []byte, error)) error {
	want, err := s.Want(b.events())
	if err != nil {
		return err
	}
	status, body, err := ask()
	if err != nil {
		return err
	}
	got, err := events.Answer(status, body, began)
	if err != nil {
		return err
	}
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("wanted (-), got (+):\n%s", d)
	}
	return nil
}

// send makes the request of a sample.
func send(ctx context.Context, s events.Sample, base string) (int, []byte, error) {
	r, err := s.Request(base)
	if err != nil {
		return 0, nil, err
	}
	response, err := http.DefaultClient.Do(r.WithContext(ctx))
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
