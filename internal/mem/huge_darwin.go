package mem

// hugePages does nothing: Darwin has no advice for it.
func hugePages([]byte) {}
