//go:build linux || darwin

package source

import (
	"os/exec"
	"syscall"
)

// detach starts a command in a session of its own: it has no terminal, so that neither git nor ssh can ask for anything, and is ended with all the
// processes that it has started.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

// InstalledSteam returns "": only Windows has a registry.
func InstalledSteam() string { return "" }
