package mem

import "golang.org/x/sys/unix"

// hugePages asks for 2 MiB pages. Kernels without them return EINVAL; pages are small then.
func hugePages(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }
