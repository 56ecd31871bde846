package reports

import (
	"iter"
	"math"
	"strings"
)

// block is as high as a share: 0 the lowest, 1 the full one; undefined is a blank.
func block(share float64) string {
	if math.IsNaN(share) {
		return " "
	}
	return string(blocks[max(1, min(1+int(share*eighths), eighths))])
}

// course draws one block per value, between the least of them and the greatest: how they moved, where
// sparkline shows how large they were.
func course(values []float64) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	var s strings.Builder
	for _, v := range values {
		share := (v - low) / (high - low)
		if v == low && v == high {
			share = 0.5
		}
		s.WriteString(block(share))
	}
	return s.String()
}

// bar draws a share of so many columns, in eighths of a column; undefined is empty.
func bar(share float64, columns int) string {
	if math.IsNaN(share) {
		return ""
	}
	parts := int(max(0, min(share, 1))*float64(eighths*columns) + 0.5)
	s := strings.Repeat("█", parts/eighths)
	if rest := parts % eighths; rest > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return s
}

// chunkBy cuts rows into runs of rows that belong together.
func chunkBy[T any](rows []T, same func(x, y *T) bool) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for i := 0; i < len(rows); {
			n := i + 1
			for n < len(rows) && same(&rows[i], &rows[n]) {
				n++
			}
			if !yield(rows[i:n:n]) {
				return
			}
			i = n
		}
	}
}
