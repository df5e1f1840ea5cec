package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"graft/internal/config"
	"graft/internal/fault"
)

// TestPlaced proves exit code and text of each kind of error from the engines, joined or not.
func TestPlaced(t *testing.T) {
	c, err := config.Load(config.Source{Sets: []string{"lora.r=8"}})
	if err != nil {
		t.Fatal(err)
	}
	plain := errors.New("plain")
	for _, test := range []struct {
		err  error
		code int
		text string
	}{
		{nil, ExitDone, ""},
		{plain, ExitFailed, "plain"},
		{fault.Input(plain), ExitUsage, "plain"},
		{fmt.Errorf("native: %w", fault.Input(plain)), ExitUsage, "native: plain"},
		{fault.Gate(plain), ExitGate, "plain"},
		{fault.InputAt("lora.r", plain), ExitUsage, "--set lora.r: plain"},
		{errors.Join(fault.Input(plain), fault.InputAt("lora.r", plain), fault.InputAt("lora.alpha", plain)), ExitUsage, "plain\n--set lora.r: plain\nlora.alpha: plain"},
		{usageErrorf("already placed"), ExitUsage, "already placed"},
		{context.Canceled, ExitFailed, "context canceled"},
	} {
		got := placed(c, test.err)
		if code := exitCode(got, false); code != test.code || got != nil && got.Error() != test.text {
			t.Errorf("%v: exit code %d, %q, want %d, %q", test.err, code, got, test.code, test.text)
		}
	}
}

// TestWithoutCancel keeps what went wrong beside an interruption.
func TestWithoutCancel(t *testing.T) {
	plain := errors.New("the disk is full")
	for _, c := range []struct{ err, want error }{
		{context.Canceled, nil},
		{fmt.Errorf("train: %w", context.Canceled), nil},
		{errors.Join(context.Canceled, nil), nil},
		{errors.Join(fmt.Errorf("x: %w", context.Canceled), plain), plain},
		{plain, plain},
	} {
		got := withoutCancel(c.err)
		if (got == nil) != (c.want == nil) || got != nil && got.Error() != c.want.Error() {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
}

// TestPlaces proves where models are looked for, with and without a home.
func TestPlaces(t *testing.T) {
	home := "HOME"
	if runtime.GOOS == "windows" {
		home = "USERPROFILE"
	}
	for _, c := range []struct {
		env              map[string]string
		builtin, hubRoot string
	}{
		{map[string]string{home: "/h"}, "/h/.cache/graft", "/h/.cache/huggingface/hub"},
		{map[string]string{home: "/h", "XDG_CACHE_HOME": "/c"}, "/c/graft", "/c/huggingface/hub"},
		{map[string]string{home: "/h", "HF_HOME": "/hf"}, "/h/.cache/graft", "/hf/hub"},
	} {
		a := &App{LookupEnv: func(name string) (string, bool) { v, ok := c.env[name]; return v, ok }}
		if l := a.locator(); filepath.ToSlash(l.CacheDir) != c.builtin || filepath.ToSlash(l.Hub.CacheDir) != c.hubRoot {
			t.Errorf("%v: %s and %s, want %s and %s", c.env, l.CacheDir, l.Hub.CacheDir, c.builtin, c.hubRoot)
		}
	}
	bare := &App{LookupEnv: func(string) (string, bool) { return "", false }}
	if l := bare.locator(); l.CacheDir == "graft" || l.Hub.CacheDir == "" {
		t.Errorf("without a home: %s and %s", l.CacheDir, l.Hub.CacheDir)
	}
}

// TestPrintable: untrusted text does not command the terminal.
func TestPrintable(t *testing.T) {
	for s, want := range map[string]string{"a\tb\n": "a\tb\n", "\x1b[2Ja\r\u009b": `\x1b[2Ja\x0d\x9b`, "ä → 日": "ä → 日", "\x00\x7f": `\x00\x7f`} {
		if got := printable(s); got != want {
			t.Errorf("printable(%q) = %q, want %q", s, got, want)
		}
	}
}
