package weights

// nearest returns the tensor name with the fewest edits from name, if they are few enough for a slip of the pen.
func nearest(name string, among []Info) string {
	best, fewest := "", len(name)/4+1
	for _, t := range among {
		if d := edits(name, t.Name, fewest); d < fewest {
			best, fewest = t.Name, d
		}
	}
	return best
}

// edits returns the number of insertions, deletions and replacements that turn a into b; limit if that is less.
func edits(a, b string, limit int) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1) // the distances of a's beginnings from b's, one beginning of a at a time
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d++
			}
			diagonal = row[j+1]
			row[j+1] = min(d, row[j]+1, diagonal+1)
		}
	}
	return min(row[len(b)], limit)
}
