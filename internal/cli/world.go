package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"unicode"

	"graft/internal/base"
	"graft/internal/config"
	"graft/internal/cpu"
	"graft/internal/fault"
	"graft/internal/hub"
)

// Version is the version of the program.
const Version = "0.1.0"

// getenv is a variable of the environment, "" if it is not set.
func (a *App) getenv(name string) string {
	v, _ := a.LookupEnv(name)
	return v
}

// threads is GRAFT_THREADS, by default the number of CPUs. A GRAFT_CPU that this machine cannot run is reported here too.
func (a *App) threads() (int, error) {
	if err := cpu.Err(); err != nil {
		return 0, &ExitError{ExitUsage, err}
	}
	v := a.getenv("GRAFT_THREADS")
	if v == "" {
		return runtime.NumCPU(), nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 4096 {
		return 0, usageErrorf("graft: GRAFT_THREADS is %q, expected a number of threads from 1 to 4096", v)
	}
	return n, nil
}

// home is the user's folder, "" where the environment does not name it.
func (a *App) home() string {
	if runtime.GOOS == "windows" {
		return a.getenv("USERPROFILE")
	}
	return a.getenv("HOME")
}

// hubOptions are where the hub and its cache are.
func (a *App) hubOptions() hub.Options {
	home := a.home()
	if home == "" {
		home = os.TempDir()
	}
	return hub.FromEnv(a.getenv, home)
}

// locator finds base models.
func (a *App) locator() base.Locator {
	cache := a.getenv("XDG_CACHE_HOME")
	if cache == "" && runtime.GOOS == "windows" {
		cache = a.getenv("LocalAppData")
	}
	if home := a.home(); cache == "" && home != "" {
		cache = filepath.Join(home, ".cache")
	}
	if cache == "" {
		cache = os.TempDir()
	}
	return base.Locator{Hub: a.hubOptions(), CacheDir: filepath.Join(cache, "graft")}
}

// modelDir is the directory of the configured model.
func (a *App) modelDir(c *config.Config) (string, error) {
	dir, err := a.locator().Dir(c.Model.Name, c.Model.Revision)
	if err != nil {
		return "", c.Problem("model.name", "%v", err)
	}
	return dir, nil
}

// placed names the file and line of each configuration key that err is about.
func placed(c *config.Config, err error) error {
	switch e := err.(type) { //nolint:errorlint // the parts of a joined error are walked one by one
	case *fault.KeyError:
		return c.Problem(e.Key, "%v", e.Err)
	case interface{ Unwrap() []error }:
		var errs []error
		for _, part := range e.Unwrap() {
			errs = append(errs, placed(c, part))
		}
		return errors.Join(errs...)
	}
	return err
}

// says prints a line of result unless the program was asked to be quiet.
func (a *App) says(format string, args ...any) {
	if !a.flags.quiet {
		fmt.Fprintln(a.Stdout, printable(fmt.Sprintf(format, args...)))
	}
}

// printable writes the control characters of a text out, but for those that end lines and set tabs: names of files and source code come
// from untrusted sources, and a terminal obeys what it is sent.
func printable(s string) string {
	if !strings.ContainsFunc(s, commands) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if commands(r) {
			fmt.Fprintf(&b, "\\x%02x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func commands(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
