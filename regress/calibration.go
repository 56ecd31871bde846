package regress

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

// Calibration compares predicted with observed rates in bins by quantiles of p, ascending
// (Hosmer & Lemeshow 1980, Communications in Statistics A9:1043–1069). y is 0 or 1.
//
// Equal p are never split: a group of ties at positions [a, b) of n goes to bin
// ⌊bins·(a+b)/2n⌋, that of its middle, so that bins have equal sizes where p are distinct
// and the order of rows never matters. Bins that stay empty are left out. Nil when there is
// nothing to bin: no rows, lengths that differ, a p that is not finite, bins < 1.
func Calibration(y, p []float64, bins int) []Bin {
	table := binned(y, p, bins)
	capture(table)
	return table
}

// Lift is the same table best first: the highest p lead, and CumCapture is the share of all
// events found by taking the bins from the top.
func Lift(y, p []float64, bins int) []Bin {
	table := binned(y, p, bins)
	slices.Reverse(table)
	capture(table)
	return table
}

func binned(y, p []float64, bins int) (table []Bin) {
	order, ok := ranked(y, p)
	if !ok || bins < 1 {
		return nil
	}
	n := len(order)
	current := -1
	var predicted num.Adder
	for lo := 0; lo < n; {
		hi, events := lo, 0.0
		for ; hi < n && p[order[hi]] == p[order[lo]]; hi++ {
			events += y[order[hi]]
		}
		if b := bins * (lo + hi) / (2 * n); b != current {
			current, predicted = b, num.Adder{}
			table = append(table, Bin{})
		}
		last := &table[len(table)-1]
		last.N += hi - lo
		last.Observed += events
		predicted.AddProduct(float64(hi-lo), p[order[lo]])
		last.Predicted = predicted.Sum()
		lo = hi
	}
	for b := range table {
		table[b].Predicted /= float64(table[b].N)
		table[b].Observed /= float64(table[b].N)
	}
	return table
}

// capture fills in lift and cumulative capture in the order of the table.
func capture(table []Bin) {
	var events, rows float64
	for _, b := range table {
		events += b.events()
		rows += float64(b.N)
	}
	if events == 0 {
		return
	}
	found := 0.0
	for i := range table {
		b := &table[i]
		found += b.events()
		b.CumCapture = found / events
		b.Lift = b.Observed / (events / rows)
	}
}

// events is the whole number of events in the bin.
func (b *Bin) events() float64 { return math.Round(b.Observed * float64(b.N)) }
