package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"graft/internal/config"
	"graft/internal/engine"
	"graft/internal/engine/all"
)

// makers are the engines of this program.
func (a *App) makers() []engine.Maker {
	if a.Engines != nil {
		return a.Engines
	}
	return all.Engines()
}

// maker finds the engine that the configuration names and refuses one that this build does not have.
func (a *App) maker(c *config.Config) (engine.Maker, error) {
	var names []string
	for _, m := range a.makers() {
		if m.Name == c.Engine {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return engine.Maker{}, c.Problem("engine", "%s is not built into this version of graft, which trains with %s", c.Engine, strings.Join(names, ", "))
}

// engine is the one that the configuration names.
func (a *App) engine(c *config.Config) (engine.Engine, error) {
	n, err1 := a.threads()
	m, err2 := a.maker(c)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return m.New(engine.Options{Threads: n, MaxMemory: maxMemory(c)}), nil
}

// local is the first engine that runs models in this process: the one of the configuration if it does, or another.
func local[Power any](a *App, c *config.Config, what string) (power Power, err error) {
	n, err := a.threads()
	if err != nil {
		return power, err
	}
	list := slices.Clone(a.makers())
	slices.SortStableFunc(list, func(x, y engine.Maker) int { // the configuration's first
		switch {
		case x.Name == c.Engine:
			return -1
		case y.Name == c.Engine:
			return 1
		}
		return 0
	})
	for _, m := range list {
		if p, ok := m.New(engine.Options{Threads: n, MaxMemory: maxMemory(c)}).(Power); ok {
			return p, nil
		}
	}
	return power, fmt.Errorf("graft: no engine of this version can %s", what)
}
