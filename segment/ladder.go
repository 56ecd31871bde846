package segment

import (
	"math"
	"sort"
	"strconv"
)

// Ladder places customers on rungs by the units they took in the trailing 12 months.
type Ladder struct {
	Floors []float64 // units a year, descending: rung k holds Floors[k] ≤ units < Floors[k−1]
	Names  []string  // the rungs, best first, then one for fewer than the last floor, then "none"
}

// NewLadder names the rungs of descending floors: 100, 50, 10, 5 gives ≥100, 50–99, 10–49, 5–9, 1–4
// and none (no units, or more returned than taken).
func NewLadder(floors []float64) Ladder {
	l := Ladder{Floors: floors}
	above := math.Inf(1)
	for _, f := range floors {
		l.Names = append(l.Names, rungName(f, above))
		above = f
	}
	switch {
	case len(floors) == 0:
		l.Names = append(l.Names, "any")
	case above > 1 && whole(above):
		l.Names = append(l.Names, rungName(1, above))
	default:
		l.Names = append(l.Names, "under "+decimal(above))
	}
	l.Names = append(l.Names, "none")
	return l
}

// rungName is the range low ≤ units < above; whole numbers are named by the units they hold.
func rungName(low, above float64) string {
	switch {
	case math.IsInf(above, 1):
		return "≥" + decimal(low)
	case !whole(low) || !whole(above):
		return decimal(low) + " to under " + decimal(above)
	case above-low == 1:
		return decimal(low)
	}
	return decimal(low) + "–" + decimal(above-1)
}

// Rung is the index into Names for a number of units.
func (l *Ladder) Rung(units float64) int {
	if units <= 0 {
		return len(l.Names) - 1
	}
	return sort.Search(len(l.Floors), func(k int) bool { return units >= l.Floors[k] })
}

func whole(v float64) bool     { return v == math.Trunc(v) }
func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
