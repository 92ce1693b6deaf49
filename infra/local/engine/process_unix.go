//go:build unix && !linux

package engine

import (
	"os"
	"os/exec"
	"syscall"

	"wardroom/pkg/concurrent"
)

// guardian runs its arguments and ends them when its standard input closes,
// which the kernel does for a parent that died. Only Linux can ask the kernel
// itself for that.
const guardian = `exec 3<&0; "$@" </dev/null & pid=$!; (cat <&3 >/dev/null; kill -9 $pid) 2>/dev/null & wait $pid`

// spawn starts the command so that it ends with this process, in a process group
// of its own: Ctrl-C reaches the whole group of the terminal, and requests in
// flight still need the database while they end.
func spawn(cmd *exec.Cmd, done chan<- struct{}) error {
	cmd.Args = append([]string{"sh", "-c", guardian, "sh", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	concurrent.Start(func() error {
		defer close(done)
		_ = cmd.Wait()
		return stdin.Close()
	})
	return nil
}

// terminate signals the whole group: the shell and java.
func terminate(p *os.Process, sig syscall.Signal) error { return syscall.Kill(-p.Pid, sig) }
