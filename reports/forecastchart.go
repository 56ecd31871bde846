package reports

import (
	"math"
	"strings"
)

// forecastPoint is one forecast with its interval and what came; NaN where unknown.
type forecastPoint struct{ predicted, low, high, actual float64 }

// Marks of a forecast chart.
const (
	markForecast = '○'
	markActual   = '●'
	markBoth     = '◉'
	markInterval = '│'
)

// forecastChart draws points side by side, each so many columns wide, on rows lines from the least to the
// greatest value; the labels of both are given with the lines. Nil where nothing is known.
func forecastChart(points []forecastPoint, rows, columns int, label func(float64) string) []string {
	least, most := math.Inf(1), math.Inf(-1)
	for _, p := range points {
		for _, v := range []float64{p.predicted, p.low, p.high, p.actual} {
			if !math.IsNaN(v) {
				least, most = math.Min(least, v), math.Max(most, v)
			}
		}
	}
	if !(most > least) {
		return nil
	}
	at := func(v float64) int { // line from above; −1 where unknown
		if math.IsNaN(v) {
			return -1
		}
		return rows - 1 - int(math.Round((v-least)/(most-least)*float64(rows-1)))
	}
	lines := make([]string, rows)
	top, bottom := label(most), label(least)
	margin := max(width(top), width(bottom))
	for r := range lines {
		name := ""
		switch r {
		case 0:
			name = top
		case rows - 1:
			name = bottom
		}
		var b strings.Builder
		b.WriteString(pad(name, margin, true) + " ┤")
		for _, p := range points {
			mark := ' '
			switch forecast, actual := at(p.predicted), at(p.actual); {
			case forecast == r && actual == r:
				mark = markBoth
			case actual == r:
				mark = markActual
			case forecast == r:
				mark = markForecast
			case at(p.low) >= r && at(p.high) >= 0 && at(p.high) <= r:
				mark = markInterval
			}
			b.WriteString(strings.Repeat(" ", columns-1) + string(mark))
		}
		lines[r] = strings.TrimRight(b.String(), " ")
	}
	return lines
}
