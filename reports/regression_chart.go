package reports

import (
	"strings"

	"mainstay/regress/evaluate"
)

// rateWidth is the columns of a bar for 100 %.
const rateWidth = 50

// calibrationChart sets the observed rate of every bin against the predicted one: a bar as long as the
// observed rate, and a mark where the prediction is.
func calibrationChart(bins []evaluate.Bin, style Style) *grid {
	g := &grid{right: []bool{true, true, true, false}}
	g.rows = append(g.rows, style.fitRow("rows", "predicted", "observed", "observed ▇ against predicted │"))
	for _, b := range bins {
		bar := []rune(strings.Repeat("▇", int(b.Observed*rateWidth+0.5)))
		at := min(int(b.Predicted*rateWidth), rateWidth-1)
		for len(bar) <= at {
			bar = append(bar, ' ')
		}
		bar[at] = '│'
		g.rows = append(g.rows, []string{count(b.N), percent(b.Predicted), percent(b.Observed), string(bar)})
	}
	return g
}
