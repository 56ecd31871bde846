package segment

import "mainstay/internal/num"

// clocks are the features that the calendar alone moves: everybody's first purchase day is longer ago than it was, and everybody has
// bought more often. How they differ between customers of one day says who stays. How their means differ between days does
// not: a cohort that ages by a quarter is not the better for it, and a regression on days stacked would read the one as the
// other (within and between effects: Mundlak 1978, Econometrica 46:69–85). So a regression sees them less their mean over the
// customers at risk on the day.
//
// In a young book, though, the clock is the truth: everybody is new, and the first losses are the most. Fewer than
// clockDays training days are a young book, whose clocks stay as they are.
var clocks = [...]int{fFrequency, fTenure, fTruncated}

// relativeSuffix ends the name of a column that is told less the day's mean.
const relativeSuffix = "_relative"

// clockDays is how many training days a regression needs before it tells clocks from customers.
const clockDays = 3

// clockMeans are the means of the clocks over the customers at risk of a panel.
func (p *panel) clockMeans() (mean [len(clocks)]float64) {
	rows := p.atRisk()
	if rows == 0 {
		return mean
	}
	for k, j := range clocks {
		var sum num.Adder
		for i := range rows {
			sum.Add(p.X[i*p.width+j])
		}
		mean[k] = sum.Sum() / float64(rows)
	}
	return mean
}

// relative says that column k, feature j of a panel, is told less its mean on the day, if j is a clock.
func (c *columns) relative(k, j int) {
	for n, clock := range clocks {
		if j == clock {
			c.clock = append(c.clock, [2]int{k, n})
			c.All[k].Name += relativeSuffix
			c.All[k].Doc += ", less its mean over the customers at risk on the day"
		}
	}
}
