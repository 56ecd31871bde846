package reports

import (
	"mainstay/internal/num"
	"mainstay/markov"
)

func longRun(names []string, share []markov.Estimate) *grid {
	g := &grid{right: []bool{false, true, false, false}}
	for i, e := range share {
		g.rows = append(g.rows, []string{names[i], percent(e.Value), bracket(e, percentBound), bar(e.Value, barWidth)})
	}
	return g
}

// barWidth is the length of the bar of a share of 1.
const barWidth = 20

// forecastColumns is the most steps that the terminal shows.
const forecastColumns = 8

func (c *Chain) forecast(names []string) *grid {
	a := c.Analysis
	last := len(a.Forecast) - 1
	stride := (last + forecastColumns - 2) / (forecastColumns - 1)
	steps := []int{}
	for n := 0; n < last; n += stride {
		steps = append(steps, n)
	}
	steps = append(steps, last)
	g := &grid{right: []bool{false}}
	head := []string{"step"}
	for _, n := range steps {
		g.right = append(g.right, true)
		head = append(head, count(n))
	}
	g.right = append(g.right, false)
	head = append(head, "")
	if a.Heads != nil {
		g.right = append(g.right, true, false)
		head = append(head, "of "+count(int64(num.Sum(c.Questions.Start))), "")
	}
	g.rows = append(g.rows, head)
	for i, name := range names {
		row := []string{name}
		for _, n := range steps {
			row = append(row, percentBound(a.Forecast[n][i].Value))
		}
		row = append(row, bracket(a.Forecast[last][i], percentBound))
		if a.Heads != nil {
			row = append(row, oneplace(a.Heads[last][i].Value), bracket(a.Heads[last][i], oneplace))
		}
		g.rows = append(g.rows, row)
	}
	g.squeeze(0, pageWidth-len(columnGap), nameLeast)
	return g
}
