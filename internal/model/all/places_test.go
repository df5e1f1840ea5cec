package all

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestPlaces proves that an architecture is its folder and its line in all.go: no other file of the program names it, as model_type or class, or
// imports its package.
func TestPlaces(t *testing.T) {
	names := map[string]string{} // to the folder that may write them
	for _, a := range Models() {
		folder := strings.ReplaceAll(a.Name, "_", "")
		names[a.Name], names["graft/internal/model/"+folder] = folder, folder
		for _, class := range a.HF {
			names[class] = folder
		}
	}
	files := 0
	for _, root := range []string{"../..", "../../../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.Base(path) == "all.go" ||
				strings.HasSuffix(filepath.Dir(path), "test") { // kits are tests too
				return err
			}
			files++
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
					text, err := strconv.Unquote(l.Value)
					if folder, named := names[text]; err == nil && named && filepath.Base(filepath.Dir(path)) != folder {
						t.Errorf("%s names the architecture %s", filepath.ToSlash(path), text)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 100 {
		t.Errorf("%d files were read", files)
	}
}
