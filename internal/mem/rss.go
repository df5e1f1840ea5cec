package mem

// RSS is the resident memory of this process in bytes, 0 where it cannot be told.
func RSS() int { return rss() }

// PeakRSS is the largest resident memory of this process so far in bytes, 0 where it cannot be told.
func PeakRSS() int { return peakRSS() }

// Available is the memory that this machine could give a process now without swapping, 0 where it cannot be told.
func Available() int { return available() }

// FreeDisk is the free room of the file system of path or of its nearest parent that exists, 0 where it cannot be told.
func FreeDisk(path string) int { return freeDisk(path) }
