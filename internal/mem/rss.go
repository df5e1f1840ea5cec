package mem

// RSS is the resident memory of this process in bytes, 0 where the system does not report it.
func RSS() int { return rss() }

// PeakRSS is the largest resident memory of this process so far in bytes, 0 where the system does not report it.
func PeakRSS() int { return peakRSS() }

// Available is the memory that this machine could give a process now without swapping in bytes, 0 where the system does not report it.
func Available() int { return available() }
