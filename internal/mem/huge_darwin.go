package mem

// hugePages does nothing: Darwin has no such madvise.
func hugePages([]byte) {}
