package evaluate

import (
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"
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

// CoxCalibration fits y to the logit of predicted probabilities (Cox 1958, Biometrika 45:562–565):
//
//	intercept a of logit P(y = 1) = a + logit p: calibration in the large, 0 when the total is right
//	slope b of logit P(y = 1) = c + b·logit p: 1 when p is neither too bold (< 1) nor too timid
//
// each with its standard error, clustered where clusters are given. p is clipped as in LogLoss. NaN where
// a fit is refused, or there is nothing to fit.
func CoxCalibration(y, p []float64, cluster []int32) (intercept, slope Estimate) {
	nan := math.NaN()
	intercept, slope = Estimate{nan, nan}, Estimate{nan, nan}
	if !binary(y, p) {
		return intercept, slope
	}
	ones, both := &regress.Design{Names: []string{"intercept"}}, &regress.Design{Names: []string{"intercept", "logit"}}
	logits := make([]float64, len(p))
	for i, v := range p {
		logits[i] = num.Logit(clip(v))
		ones.X, both.X = append(ones.X, 1), append(both.X, 1, logits[i])
	}
	if f, err := regress.Logistic(ones, y, regress.Options{Offset: logits, Cluster: cluster}); err == nil && f.Certificate.Certified() {
		intercept = Estimate{f.Coef[0], f.StandardErrors()[0]}
	}
	if f, err := regress.Logistic(both, y, regress.Options{Cluster: cluster}); err == nil && f.Certificate.Certified() && len(f.Dropped) == 0 {
		slope = Estimate{f.Coef[1], f.StandardErrors()[1]}
	}
	return intercept, slope
}

// Estimate is a figure and its standard error; NaN where undefined.
type Estimate struct{ Value, SE float64 }

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
