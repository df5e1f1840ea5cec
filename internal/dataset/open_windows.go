package dataset

import "os"

// openPlain opens a file below a tree for reading; the tree lets no link lead out of it. Pipes do not lie in folders here.
func openPlain(tree *os.Root, name string) (*os.File, error) {
	info, err := tree.Lstat(name)
	if err != nil {
		return nil, err
	}
	if info.Mode()&os.ModeSymlink != 0 {
		return nil, &os.PathError{Op: "open", Path: name, Err: errIrregular}
	}
	return tree.Open(name)
}
