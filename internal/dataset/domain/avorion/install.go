package avorion

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/dataset/source"
)

// scripts is where the game keeps its own scripts.
const scripts = "data/scripts"

// Game returns the folder in which Steam has installed the game.
func Game(m *source.Machine) (string, error) { return m.Game("Avorion", scripts) }

// Install returns the folder of the game's own scripts.
func (domain) Install(m *source.Machine) (string, error) {
	game, err := Game(m)
	if err != nil {
		return "", err
	}
	return filepath.Join(game, filepath.FromSlash(scripts)), nil
}

// Documentation returns the folder of the scripting API's documentation beside the game's scripts, "" if the game was installed without it.
func (domain) Documentation(m *source.Machine) (string, error) {
	game, err := Game(m)
	if err != nil {
		return "", err
	}
	for _, name := range []string{"Documentation", "documentation"} {
		folder := filepath.Join(game, name)
		entries, err := os.ReadDir(folder)
		if err == nil && slices.ContainsFunc(entries, isPage) {
			return folder, nil
		}
	}
	return "", nil
}

func isPage(e fs.DirEntry) bool {
	ext := strings.ToLower(filepath.Ext(e.Name()))
	return e.Type().IsRegular() && (ext == ".html" || ext == ".htm")
}
