package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// invoke sends the sample event of an operation to its function and prints the answer.
func invoke(ctx context.Context, b *bench, operation string) error {
	found, err := filepath.Glob(filepath.Join(b.root, "events", "*", operation+".json"))
	if err != nil || len(found) != 1 {
		return fmt.Errorf("there is no operation %q: see the files under events/", operation)
	}
	table, err := b.demo(ctx)
	if err != nil {
		return err
	}
	answer, err := b.call(ctx, filepath.Base(filepath.Dir(found[0])), found[0], table, os.Stderr)
	if err != nil {
		return err
	}
	fmt.Printf("%d\n", answer.Status)
	var pretty bytes.Buffer
	if json.Indent(&pretty, []byte(answer.Body), "", "  ") != nil {
		pretty.WriteString(answer.Body)
	}
	fmt.Println(pretty.String())
	return nil
}

// answer is a function's answer to API Gateway.
type answer struct {
	Status int    `json:"statusCode"`
	Body   string `json:"body"`
}

// call runs sam local invoke for one event.
func (b *bench) call(ctx context.Context, group, event, table string, log io.Writer) (a answer, err error) {
	out, err := b.invoke(ctx, group, event, table, log)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(out, &a); err != nil || a.Status == 0 {
		return a, fmt.Errorf("sam local invoke %s answered no response: %s", group, out)
	}
	return a, nil
}

// invoke sends an event to a function and returns its answer.
func (b *bench) invoke(ctx context.Context, slug, event, table string, log io.Writer) ([]byte, error) {
	id, err := b.function(slug)
	if err != nil {
		return nil, err
	}
	if err := b.environment(table); err != nil {
		return nil, err
	}
	cmd := b.command(ctx, "local", "invoke", id, "--event", event)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, log
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("sam local invoke %s: %w\n%s", id, err, out.Bytes())
	}
	return out.Bytes(), nil
}

// command is a call of SAM with the settings of samconfig.toml. An interrupt
// lets it take its containers down first.
func (b *bench) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append(args, "--config-file", filepath.Join(b.root, "samconfig.toml"))
	cmd := exec.CommandContext(ctx, b.sam, args...)
	cmd.Dir, cmd.Env = b.root, variables()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	return cmd
}
