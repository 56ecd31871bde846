package segment

import (
	"math"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// Retention is what became of the customers who were at risk one churn horizon ago: retained are those
// with a purchase day since, in (asOf − horizon, asOf], or a contract in force on asOf.
type Retention struct {
	Then     *Book  // the book one horizon ago
	Exposed  []bool // by profile of Then: at risk then
	Retained []bool // by profile of Then: exposed, and bought since or under contract

	where string // the condition that in answers; in is nil before the first
	in    []bool // by member of Then
}

// retentionLevel is the level of the Wilson intervals of observed retention in the segments table.
const retentionLevel = 0.95

// ObserveRetention looks back one horizon. Segments, conditions and key accounts are those of that day
// (Then): who bought since is exactly what puts a customer into today's segments, so that retention by
// today's recency or class would be high or low by construction. Attributes of the accounts are
// those of that day where they carry dates, else today's. Errors are those of OpenBook.
func ObserveRetention(b *Book) (*Retention, error) {
	then, err := b.Before(b.Clock.AsOf - ingest.Day(b.Clock.Horizon))
	if err != nil {
		return nil, err
	}
	r := &Retention{
		Then:     then,
		Exposed:  make([]bool, then.Profiles.Len()),
		Retained: make([]bool, then.Profiles.Len()),
	}
	for i, k := range then.Profiles.among(b.Profiles) {
		if k >= 0 && then.atRisk(int(k)) {
			r.Exposed[k] = true
			r.Retained[k] = b.Profiles.Last[i] > then.Clock.AsOf || b.Profiles.Contract(i)
		}
	}
	return r, nil
}

// holds is Then.Where, remembered from one scheme to the next.
func (r *Retention) holds(where string) ([]bool, error) {
	if r.in == nil || r.where != where {
		in, err := r.Then.Where(where)
		if err != nil {
			return nil, err
		}
		r.where, r.in = where, in
	}
	return r.in, nil
}

// Overall is the retention of the whole book with its Wilson interval at a level, and the number of
// customers exposed; NaN without any.
func (r *Retention) Overall(level float64) (rate, low, high float64, n int) {
	return wilson(count(r.Retained), count(r.Exposed), level)
}

func wilson(k, n int, level float64) (rate, low, high float64, total int) {
	if n == 0 {
		return math.NaN(), math.NaN(), math.NaN(), 0
	}
	low, high = num.Wilson(float64(k), float64(n), level)
	return float64(k) / float64(n), low, high, n
}
