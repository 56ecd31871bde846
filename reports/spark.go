package reports

import (
	"math"
	"strings"
)

// blocks are the eighths of a character cell, from below.
var blocks = []rune(" ▁▂▃▄▅▆▇█")

// eighths of a cell.
const eighths = 8

// sparkline draws one character per value, its height the value's share of the greatest. What is not above
// zero is a dot; what is, shows.
func sparkline(values []float64) string {
	most := 0.0
	for _, v := range values {
		if v > most {
			most = v
		}
	}
	var b strings.Builder
	for _, v := range values {
		if !(v > 0) {
			b.WriteRune('·')
			continue
		}
		b.WriteRune(blocks[level(v, most, eighths)])
	}
	return b.String()
}

// level is v as a share of most in whole parts, at least one: v > 0.
func level(v, most float64, parts int) int {
	return min(max(int(math.Round(v/most*float64(parts))), 1), parts)
}

// columnChart draws values as columns, so many rows high and each width characters wide, a blank between
// them. What is not above zero has no column. Values share one scale: most, the height of the chart.
func columnChart(values []float64, most float64, rows, width int) []string {
	out := make([]string, rows)
	for r := range out {
		below := (rows - 1 - r) * eighths // of the row's foot
		var b strings.Builder
		for k, v := range values {
			if k > 0 {
				b.WriteByte(' ')
			}
			fill := 0
			if v > 0 && most > 0 {
				fill = min(max(level(v, most, rows*eighths)-below, 0), eighths)
			}
			b.WriteString(strings.Repeat(string(blocks[fill]), width))
		}
		out[r] = strings.TrimRight(b.String(), " ")
	}
	return out
}
