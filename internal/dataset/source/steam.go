package source

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Machine is what the standard places of a system depend on.
type Machine struct {
	OS   string // as runtime.GOOS
	Home string // of the user
	// Steam is where Steam has registered itself on Windows, "" elsewhere and if it has not.
	Steam string
	// Root stands before absolute paths of standard places, on Windows for C:\, "" for the machine itself. Paths that a file lists are taken as
	// they are.
	Root string
}

// steamHomes lists the folders in which Steam itself may be installed, most usual first. On Linux that includes Flatpak, Snap and the
// Windows below WSL; on macOS the Windows programs below CrossOver.
func (m *Machine) steamHomes() []string {
	home := func(parts ...string) string { return filepath.Join(append([]string{m.Home}, parts...)...) }
	switch m.OS {
	case "darwin":
		support := home("Library", "Application Support")
		bottles, _ := filepath.Glob(filepath.Join(support, "CrossOver", "Bottles", "*", "drive_c", "Program Files (x86)", "Steam")) // the pattern is well formed
		return append([]string{filepath.Join(support, "Steam")}, bottles...)
	case "windows":
		disk := cmp.Or(m.Root, `C:\`)
		homes := []string{
			filepath.Join(disk, "Program Files (x86)", "Steam"), filepath.Join(disk, "Program Files", "Steam"),
		}
		if m.Steam != "" {
			homes = append([]string{filepath.FromSlash(m.Steam)}, homes...)
		}
		return homes
	}
	const flatpak = ".var/app/com.valvesoftware.Steam"
	return []string{
		home(".local", "share", "Steam"), home(".steam", "steam"), home(".steam", "root"), home(".steam", "debian-installation"),
		home(flatpak, ".local", "share", "Steam"), home(flatpak, "data", "Steam"), home("snap", "steam", "common", ".local", "share", "Steam"),
		filepath.Join(m.Root+"/mnt/c", "Program Files (x86)", "Steam"), filepath.Join(m.Root+"/mnt/c", "Program Files", "Steam"),
	}
}

// Libraries returns the folders in which Steam installs games, and the folders that were looked at. A list that cannot be read is an
// error beside those that can.
func (m *Machine) Libraries() (libraries, looked []string, err error) {
	var errs []error
	for _, home := range m.steamHomes() {
		looked = append(looked, home)
		if info, err := os.Stat(home); err != nil || !info.IsDir() {
			continue
		}
		libraries = append(libraries, home)
		for _, list := range []string{"steamapps/libraryfolders.vdf", "config/libraryfolders.vdf"} {
			paths, err := readLibraries(home, list)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", filepath.Join(home, list), err))
			}
			for _, p := range paths {
				libraries = append(libraries, m.native(p))
			}
		}
	}
	return distinct(libraries), looked, errors.Join(errs...)
}

func readLibraries(home, list string) ([]string, error) {
	name := filepath.Join(home, filepath.FromSlash(list))
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxVDF {
		return nil, fmt.Errorf("it is no file of up to %d bytes", maxVDF)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return libraryPaths(string(text))
}

var drive = regexp.MustCompile(`^([A-Za-z]):[\\/]`)

// native turns a path of Windows into the one that leads there under WSL. Others stay as they are.
func (m *Machine) native(name string) string {
	if match := drive.FindStringSubmatch(name); match != nil && m.OS == "linux" {
		return filepath.Join(m.Root+"/mnt", strings.ToLower(match[1]), strings.ReplaceAll(name[len(match[0]):], `\`, "/"))
	}
	return filepath.Clean(name)
}

// distinct drops what leads to the same folder as one before.
func distinct(folders []string) []string {
	var kept, targets []string
	for _, f := range folders {
		target, err := filepath.EvalSymlinks(f)
		if err == nil && !slices.Contains(targets, target) {
			kept, targets = append(kept, f), append(targets, target)
		}
	}
	return kept
}

// Game returns the folder of a game in a Steam library. The game is there if its folder holds proof, a path with slashes such as
// data/scripts.
func (m *Machine) Game(folder, proof string) (string, error) {
	libraries, looked, err := m.Libraries()
	for _, l := range libraries {
		dir := filepath.Join(l, "steamapps", "common", folder)
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(proof))); err == nil {
			return dir, nil
		}
	}
	where := "no Steam was found; looked at " + strings.Join(looked, ", ")
	if len(libraries) > 0 {
		where = "Steam's libraries are " + strings.Join(libraries, ", ")
	}
	return "", errors.Join(specErrorf("%s is not installed (%s); name its folder as dataset.raw", folder, where), err)
}
