//go:build !linux && !darwin

package mem

func rss() int { return 0 }

func peakRSS() int { return 0 }

func available() int { return 0 }

func freeDisk(string) int { return 0 }
