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

// maker finds the engine of a name.
func (a *App) maker(name string) (engine.Maker, bool) {
	i := slices.IndexFunc(a.makers(), func(m engine.Maker) bool { return m.Name == name })
	if i < 0 {
		return engine.Maker{}, false
	}
	return a.makers()[i], true
}

// engineKnown refuses an engine that this build does not have.
func (a *App) engineKnown(c *config.Config) error {
	if _, ok := a.maker(c.Engine); ok {
		return nil
	}
	var names []string
	for _, m := range a.makers() {
		names = append(names, m.Name)
	}
	return c.Problem("engine", "%s is not built into this version of graft, which trains with %s", c.Engine, strings.Join(names, ", "))
}

// engine is the one that the configuration names.
func (a *App) engine(c *config.Config) (engine.Engine, error) {
	n, err := a.threads()
	if err := errors.Join(err, a.engineKnown(c)); err != nil {
		return nil, err
	}
	m, _ := a.maker(c.Engine)
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
