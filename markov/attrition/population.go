package attrition

import (
	"fmt"
	"maps"
	"math"
	"slices"

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
	if err := f.fits(d); err != nil {
		return nil, err
	}
	for i, t := range times {
		if !(math.Abs(t) <= longestTime) || i > 0 && t <= times[i-1] {
			return nil, fmt.Errorf("attrition: time %d of the curve is %v, expected finite ascending times", i, t)
		}
	}
	size := len(f.Names) + len(f.effects)
	sums := f.sums(d, times, threads, 1+size)
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

// sums are, for each time, the mean of all and its gradient in coordinates. Without covariates a mean depends on the time since the first
// purchase only, and is found once for each.
func (f *Fit) sums(d *Data, times []float64, threads, width int) []float64 {
	if len(f.effects) > 0 {
		return num.BlockSums(len(d.T), 64, threads, len(times)*width, func(lo, hi int, sum []float64) {
			t := f.teller(0.95)
			for i := lo; i < hi; i++ {
				c := d.Row(i)
				c.X, c.Last, c.T = 0, 0, 0
				t.turn(c)
				for k, at := range times {
					if age := d.T[i] + at; age > 0 {
						t.add(f.law.expected(&t.w, &t.p, 0, 0, 0, age), d.weight(i), sum[k*width:(k+1)*width])
					}
				}
			}
		})
	}
	const grain = 1e-7 // ages that differ by less are the same, written differently
	key := func(age float64) int64 { return int64(math.Round(age / grain)) }
	customers := map[int64]float64{}
	for i, age := range d.T {
		customers[key(age)] += d.weight(i)
	}
	ages := slices.Sorted(maps.Keys(customers))
	needed := map[int64]bool{}
	for _, age := range ages {
		for _, at := range times {
			if now := age + key(at); now > 0 {
				needed[now] = true
			}
		}
	}
	since := slices.Sorted(maps.Keys(needed))
	means := make([]float64, len(since)*width)
	num.Blocks(len(since), 16, threads, func(_, lo, hi int) {
		t := f.teller(0.95)
		for i := lo; i < hi; i++ {
			t.turn(Customer{})
			t.add(f.law.expected(&t.w, &t.p, 0, 0, 0, float64(since[i])*grain), 1, means[i*width:(i+1)*width])
		}
	})
	out := make([]float64, len(times)*width)
	for k, at := range times {
		for _, age := range ages {
			if now := age + key(at); now > 0 {
				i, _ := slices.BinarySearch(since, now)
				for j := range width {
					out[k*width+j] += customers[age] * means[i*width+j]
				}
			}
		}
	}
	return out
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
		return Estimate{Value: mean, SE: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	copy(t.g, sum[1:])
	se := t.spread()
	half := t.z * se / mean
	return Estimate{Value: mean, SE: se, Low: mean * math.Exp(-half), High: mean * math.Exp(half)}
}
