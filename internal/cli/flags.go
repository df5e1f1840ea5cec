package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"graft/internal/config"
)

// sharedFlags are the flags that every command takes.
type sharedFlags struct {
	config  string
	domain  string
	sets    []string
	json    bool
	quiet   bool
	verbose bool
}

func (f *sharedFlags) register(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVarP(&f.config, "config", "c", "", "configuration `FILE`")
	flags.StringVar(&f.domain, "domain", "", "`NAME` of a domain, stands for --config config/NAME.yaml")
	flags.StringArrayVar(&f.sets, "set", nil, "`KEY=VALUE`, override a key of the configuration; repeatable")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print errors only")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print more")
	complete(root, "config", func(string) ([]string, cobra.ShellCompDirective) {
		return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
	})
	complete(root, "domain", func(string) ([]string, cobra.ShellCompDirective) {
		return domains(), cobra.ShellCompDirectiveNoFileComp
	})
	complete(root, "set", func(typed string) ([]string, cobra.ShellCompDirective) {
		return config.Complete(typed), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	})
}

func complete(cmd *cobra.Command, flag string, values func(typed string) ([]string, cobra.ShellCompDirective)) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return values(typed)
	})
	if err != nil {
		panic(err) // the flag was registered a line before
	}
}

// domains lists the names that --domain takes here.
func domains() []string {
	files, err := filepath.Glob("config/*.yaml")
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".yaml"); name != "base" {
			names = append(names, name)
		}
	}
	return names
}

// check reports flags that contradict one another.
func (f *sharedFlags) check() error {
	if f.quiet && f.verbose {
		return usageErrorf("graft: --quiet and --verbose exclude each other")
	}
	return nil
}

// refuseConfig reports flags that cmd, which reads no configuration, would ignore.
func (f *sharedFlags) refuseConfig(cmd *cobra.Command) error {
	for _, name := range []string{"config", "domain", "set"} {
		if cmd.Flags().Changed(name) {
			return usageErrorf("graft: %s reads no configuration; remove --%s", cmd.CommandPath(), name)
		}
	}
	return nil
}

// loadConfig loads the configuration that the flags name; without one, the built-in defaults.
func (a *App) loadConfig() (*config.Config, error) {
	return config.Load(config.Source{File: a.flags.config, Domain: a.flags.domain, Sets: a.flags.sets})
}
