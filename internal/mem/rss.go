package mem

// RSS is the resident memory of this process in bytes, 0 where it cannot be told.
func RSS() int { return rss() }

// PeakRSS is the largest resident memory of this process so far in bytes, 0 where it cannot be told.
func PeakRSS() int { return peakRSS() }
