package engine

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"wardroom/pkg/concurrent"
)

// spawn starts the command so that it can't outlive this process: the kernel
// kills it when its parent dies, even by SIGKILL. It gets a process group of its
// own, since Ctrl-C is sent to the whole group of the terminal, and requests in
// flight still need the database while they end.
func spawn(cmd *exec.Cmd, done chan<- struct{}) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	concurrent.Start(func() error {
		// Linux takes the death of the thread that forked for the death of the
		// parent, so this goroutine keeps its thread until the child has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return err
		}
		defer close(done)
		return cmd.Wait()
	})
	return <-started
}

func terminate(p *os.Process, sig syscall.Signal) error { return p.Signal(sig) }
