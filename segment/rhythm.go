package segment

import (
	"math"

	"mainstay/ingest"
	"mainstay/markov/attrition"
)

// rhythm is what the models of latent attrition know of a customer on a day: purchase days, and the times between them.
type rhythm struct {
	days          int32   // purchase days
	tenure        int32   // days since the first
	first, second int32   // the first two gaps between them, in days; 0 without
	logGaps       float64 // Σ log of all gaps
	within        float64 // Σ (value of a purchase day − its mean)²
}

// customer is as the laws see it. Time begins with the first purchase that the book has: of who bought before, with the first since.
func (s *subject) customer() attrition.Customer {
	r := &s.rhythm
	return attrition.Customer{X: float64(r.days - 1), Last: float64(r.tenure-s.recency) / latentUnit, T: float64(r.tenure) / latentUnit}
}

// byDay is what the customer's purchase days brought.
func (s *subject) byDay() bill {
	n := float64(s.rhythm.days)
	return bill{n, s.spend * float64(s.periods) / n, s.rhythm.within}
}

// pace collects a rhythm from cells, the newest first.
type pace struct {
	rhythm
	oldest              ingest.Day // purchase day so far
	sum, squares, loose float64    // of purchase days; value since without one
	last                float64    // value of the oldest purchase day so far
}

// add takes the next cell. Value on a day without a purchase goes to the purchase day before.
func (p *pace) add(day ingest.Day, value float64, purchase bool) {
	p.sum += value
	p.loose += value
	if !purchase {
		return
	}
	if p.days > 0 {
		p.first, p.second = int32(p.oldest-day), p.first
		p.logGaps += logDays(p.first)
	}
	p.days++
	p.oldest = day
	p.last, p.loose = p.loose, 0
	p.squares += p.last * p.last
}

// finish is the rhythm on a day.
func (p *pace) finish(day ingest.Day) rhythm {
	p.squares += p.loose * (2*p.last + p.loose) // before the first purchase: part of it
	p.tenure = int32(day - p.oldest)
	p.within = max(0, p.squares-p.sum*p.sum/float64(p.days))
	return p.rhythm
}

// logDays is log of a number of days, those of two years from a table.
func logDays(n int32) float64 {
	if int(n) < len(logTable) {
		return logTable[n]
	}
	return math.Log(float64(n))
}

var logTable = func() (t [732]float64) {
	for i := range t {
		t[i] = math.Log(float64(i))
	}
	return t
}()
