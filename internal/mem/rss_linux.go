package mem

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

func rss() int {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident int
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		return 0
	}
	return resident * os.Getpagesize()
}

func peakRSS() int {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return int(u.Maxrss) << 10
}

// available is MemAvailable, or what is left of the control group's limit if that is less.
func available() int {
	n := field("/proc/meminfo", "MemAvailable:") << 10
	const group = "/sys/fs/cgroup/"
	if limit := number(group + "memory.max"); limit > 0 {
		left := limit - number(group+"memory.current") + field(group+"memory.stat", "inactive_file ")
		n = min(n, max(left, 1))
	}
	return n
}

// field is the number that follows a word at the start of a line of a file, 0 if there is none.
func field(path, word string) (n int) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, word); ok {
			if _, err := fmt.Sscan(rest, &n); err != nil {
				return 0
			}
		}
	}
	return n
}

// number reads a file that holds one number; 0 for anything else.
func number(path string) int {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0 // "max"
	}
	return n
}
