package source

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// detach starts a command without a console, so that neither git nor ssh can ask for anything. What it has started itself ends when it finds
// its pipes closed.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW}
}

// InstalledSteam returns the folder of Steam's installation according to the registry, "" if there is none.
func InstalledSteam() string {
	key, err := registry.OpenKey(registry.CURRENT_USER, `Software\Valve\Steam`, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer key.Close() //nolint:errcheck // nothing was written
	path, _, err := key.GetStringValue("SteamPath")
	if err != nil {
		return ""
	}
	return path
}
