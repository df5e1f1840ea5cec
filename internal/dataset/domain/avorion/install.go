package avorion

import (
	"fmt"
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

// mostPages bounds the documentation. The game of 2018 has 175 pages.
const mostPages = 10_000

// Documentation lists the pages of the scripting API's documentation in the folder of the game, in the order of their names. There are none
// if the game was installed without it.
func Documentation(game string) ([]string, error) {
	var pages []string
	for _, folder := range []string{"Documentation", "documentation"} {
		entries, err := os.ReadDir(filepath.Join(game, folder))
		if err != nil {
			continue
		}
		for _, e := range entries {
			if isPage(e) {
				pages = append(pages, filepath.Join(game, folder, e.Name()))
			}
		}
		break
	}
	if len(pages) > mostPages {
		return nil, fmt.Errorf("avorion: the documentation in %s has %d pages, expected up to %d", game, len(pages), mostPages)
	}
	slices.Sort(pages)
	return pages, nil
}

func isPage(e fs.DirEntry) bool {
	ext := strings.ToLower(filepath.Ext(e.Name()))
	return e.Type().IsRegular() && (ext == ".html" || ext == ".htm")
}
