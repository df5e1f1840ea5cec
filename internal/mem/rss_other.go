//go:build !linux && !darwin

package mem

func rss() int { return 0 }

func peakRSS() int { return 0 }
