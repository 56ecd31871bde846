package evaluate

import (
	"math"
	"slices"

	"mainstay/internal/num"
)

// Bin is one row of a calibration or lift table.
type Bin struct {
	N          int     `json:"n"`
	Predicted  float64 `json:"predicted"`   // mean predicted
	Observed   float64 `json:"observed"`    // mean observed
	CumCapture float64 `json:"cum_capture"` // share of all events in this and the bins before it in the table
	Lift       float64 `json:"lift"`        // observed ÷ overall rate; 0 without events
}

// bin is a Bin with what its intervals need.
type bin struct {
	Bin
	from, to  int     // levels [from, to)
	weight    float64 // Σw
	events    float64 // Σw of events
	effective float64 // rows that weights leave, (Σw)²/Σw² (Kish 1965, Survey Sampling, §11.7)
}

// Calibration compares predicted with observed rates in bins by quantiles of p, ascending
// (Hosmer & Lemeshow 1980, Communications in Statistics A9:1043–1069). y is 0 or 1.
//
// Equal p are never split: a group of ties at positions [a, b) of n goes to bin
// ⌊bins·(a+b)/2n⌋, that of its middle, so that bins have equal sizes where p are distinct
// and the order of rows never matters. Bins that stay empty are left out. Nil when there is
// nothing to bin: no rows, lengths that differ, a p that is not finite, bins < 1.
func Calibration(y, p []float64, bins int) []Bin { return tableOf(&Rows{Y: y, P: p}, bins, false) }

// CalibrationOf is Calibration of rows with weights.
func CalibrationOf(r *Rows, bins int) []Bin { return tableOf(r, bins, false) }

// Lift is the same table best first: the highest p lead, and CumCapture is the share of all
// events found by taking the bins from the top.
func Lift(y, p []float64, bins int) []Bin { return tableOf(&Rows{Y: y, P: p}, bins, true) }

func tableOf(r *Rows, bins int, best bool) (out []Bin) {
	if !binary(r.Y, r.P) || bins < 1 {
		return nil
	}
	levels, _ := newSet(r).levels()
	for _, b := range binned(levels, bins, best) {
		out = append(out, b.Bin)
	}
	return out
}

// binned puts levels into bins of equal weight, those of the highest scores first where best is set.
func binned(levels []Level, bins int, best bool) (table []bin) {
	_, w := totals(levels)
	total, before := w[0]+w[1], 0.0
	bins = max(bins, 1)
	current := -1.0
	var predicted num.Adder
	var squares float64
	for k := range levels {
		l := &levels[k]
		weight := l.weight()
		if b := min(math.Floor(float64(bins)*(2*before+weight)/(2*total)), float64(bins-1)); b != current {
			current, predicted, squares = b, num.Adder{}, 0
			table = append(table, bin{from: k})
		}
		last := &table[len(table)-1]
		last.to = k + 1
		last.N += int(l.N[0] + l.N[1])
		last.weight += weight
		last.events += l.W[1]
		squares += l.W2[0] + l.W2[1]
		predicted.AddProduct(weight, l.P)
		last.Predicted = predicted.Sum() / last.weight
		last.Observed = last.events / last.weight
		last.effective = last.weight * last.weight / squares
		before += weight
	}
	if best {
		slices.Reverse(table)
	}
	found := 0.0
	for i := range table {
		b := &table[i]
		if found += b.events; w[1] > 0 {
			b.CumCapture, b.Lift = found/w[1], b.Observed/(w[1]/total)
		}
	}
	return table
}
