package cli

import (
	"graft/internal/config"
	"graft/internal/teacher"
	"graft/internal/teacher/anthropic"
	"graft/internal/teacher/openai"
)

// teacher is the one that the configuration names, with the key and the endpoint of the environment. It is here alone that keys are read.
func (a *App) teacher(c *config.Config) (teacher.Teacher, error) {
	d := &c.Dataset
	endpoint := func(variable string) string {
		if d.BaseURL != "" {
			return d.BaseURL
		}
		return a.getenv(variable)
	}
	var t teacher.Teacher
	var err error
	switch d.Teacher {
	case anthropic.Name:
		t, err = anthropic.New(anthropic.Options{Model: d.TeacherModel, BaseURL: endpoint(anthropic.BaseURLVariable), Key: a.getenv(anthropic.KeyVariable)})
	case openai.Name:
		t, err = openai.New(openai.Options{Model: d.TeacherModel, BaseURL: endpoint(openai.BaseURLVariable), Key: a.getenv(openai.KeyVariable)})
	default:
		return nil, c.Problem("dataset.teacher", "%s is no teacher to ask; choose %s or %s", d.Teacher, anthropic.Name, openai.Name)
	}
	if err != nil {
		return nil, &ExitError{ExitUsage, err}
	}
	return t, nil
}
