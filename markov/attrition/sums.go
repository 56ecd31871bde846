package attrition

import "math"

// Sums are those of scores over customers (times their weights), with intervals on the log scale: errors of customers go together, for they are those of the parameters.
type Sums struct {
	Alive, Expected, Residual Estimate
	Value                     Estimate // Σ expected × money
	Worth                     Estimate // Σ residual × money
}

// sumsOf is how many Sums there are.
const sumsOf = 5

// each is all of them, in order.
func (s *Sums) each() [sumsOf]*Estimate {
	return [sumsOf]*Estimate{&s.Alive, &s.Expected, &s.Residual, &s.Value, &s.Worth}
}

// Summed is Scores and their sums. money is what a purchase of each customer brings, taken as known, NaN of those to be left out of Value and Worth; nil for none, of which the two are 0. Standard errors are by the delta method: √(G′VG), G the sum
// of the customers' gradients. Without a rate Residual and Worth are 0.
//
// Errors: those of Scores.
func (f *Fit) Summed(d *Data, q Questions, money []float64) ([]Score, *Sums, error) {
	scores, sums, err := f.score(d, &q, money, true)
	if err != nil {
		return nil, nil, err
	}
	t := f.teller(q.Level)
	size := len(sums) / sumsOf
	out := &Sums{}
	for k, e := range out.each() {
		*e = t.total(sums[k*size : (k+1)*size])
	}
	return scores, out, nil
}

// keep notes figure k of the customer at hand; the gradient of its logarithm is scale times the one left behind.
func (t *teller) keep(k int, e *Estimate, scale float64) {
	if t.kept == nil {
		return
	}
	size := 1 + len(t.g)
	to := t.kept[k*size : (k+1)*size]
	clear(to)
	if math.IsNaN(e.Value) {
		return
	}
	to[0] = e.Value
	if math.IsNaN(e.SE) { // certain
		return
	}
	for j, g := range t.g {
		to[1+j] = e.Value * scale * g
	}
}

// addTo adds the customer at hand to the sums.
func (t *teller) addTo(sum []float64, weight float64, money []float64, i int) {
	size := 1 + len(t.g)
	for j, v := range t.kept {
		sum[j] += weight * v
	}
	if money == nil || math.IsNaN(money[i]) {
		return
	}
	weight *= money[i]
	for j, v := range t.kept[size:] {
		sum[3*size+j] += weight * v
	}
}
