package mem

import "golang.org/x/sys/unix"

// rss is the peak: Darwin reports the current value through Mach calls only.
func rss() int { return peakRSS() }

func peakRSS() int {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return int(u.Maxrss)
}

// available is all memory: Darwin compresses and drops what is not in use.
func available() int {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return int(n)
}
