package attrition

import (
	"fmt"
	"math"

	"mainstay/internal/num"
)

// Point is a point of a curve of all customers.
type Point struct {
	Time       float64 // from the end of observation: negative before it
	Increment  Estimate
	Cumulative Estimate
}

// Curve is how many purchases the model expects of customers of whom it knows only when they began, at each of the times (ascending, 0 being when
// Data ends): since the time before, the first time since the beginning, and in all. Beside what was bought it shows whether the model holds, and
// beyond 0 where it leads. Purchases at 0 of a customer are none of x. Intervals by the delta method, on the log scale: they are those of the
// mean, not of the purchases.
//
// Errors: those of Scores, and times that are not ascending. bg/bb takes whole times.
func (f *Fit) Curve(d *Data, times []float64, level float64, threads int) ([]Point, error) {
	if !f.Certificate.Certified() {
		return nil, fmt.Errorf("attrition: a refused fit has no curve")
	}
	if err := d.check(f.Model); err != nil {
		return nil, err
	}
	for i, t := range times {
		if !(math.Abs(t) <= longestTime) || i > 0 && t <= times[i-1] {
			return nil, fmt.Errorf("attrition: time %d of the curve is %v, expected finite ascending times", i, t)
		}
	}
	ages, who, weights := d.beginnings()
	size := len(f.Names) + len(f.effects)
	width := len(times) * (1 + size) // of each time the mean and its gradient in coordinates
	sums := num.BlockSums(len(ages), 64, threads, width, func(lo, hi int, sum []float64) {
		t := f.teller(level)
		for i := lo; i < hi; i++ {
			c := d.Row(who[i])
			c.X, c.Last, c.T = 0, 0, 0
			for k, at := range times {
				if age := ages[i] + at; age > 0 {
					t.turn(c)
					t.add(f.law.expected(&t.w, &t.p, 0, 0, 0, age), weights[i], sum[k*(1+size):(k+1)*(1+size)])
				}
			}
		}
	})
	t := f.teller(level)
	out := make([]Point, len(times))
	before := make([]float64, 1+size)
	for k, at := range times {
		now := sums[k*(1+size) : (k+1)*(1+size)]
		step := make([]float64, 1+size)
		for j := range step {
			step[j] = now[j] - before[j]
		}
		out[k] = Point{at, t.total(step), t.total(now)}
		before = now
	}
	return out, nil
}

// beginnings are the different ages of customers with how many there are; with covariates everybody is alone.
func (d *Data) beginnings() (ages []float64, who []int, weights []float64) {
	place := map[float64]int{}
	alone := len(d.Purchase)+len(d.Dropout)+len(d.Stay) > 0
	for i, age := range d.T {
		at, ok := place[age]
		if !ok || alone {
			at = len(ages)
			place[age] = at
			ages, who, weights = append(ages, age), append(who, i), append(weights, 0)
		}
		weights[at] += d.weight(i)
	}
	return ages, who, weights
}

// add adds weight times a mean P(alive)·exp(v) and its gradient in coordinates.
func (t *teller) add(v slope, weight float64, sum []float64) {
	e := t.times(v) // leaves the gradient of the logarithm behind
	sum[0] += weight * e.Value
	for j, g := range t.g {
		sum[1+j] += weight * e.Value * g
	}
}

// total is a mean with its gradient in coordinates as an estimate.
func (t *teller) total(sum []float64) Estimate {
	mean := sum[0]
	if mean <= 0 {
		return Estimate{mean, math.NaN(), math.NaN(), math.NaN()}
	}
	copy(t.g, sum[1:])
	se := t.spread()
	half := t.z * se / mean
	return Estimate{mean, se, mean * math.Exp(-half), mean * math.Exp(half)}
}
