package evaluate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Distribution is how the values of one feature are spread, in a form that is small, has no NaN, and can be compared with
// another one without the values: shares up to points, or of levels. Missing values are a share of their own.
type Distribution struct {
	Name    string    `json:"name"`
	Rows    int64     `json:"rows"`
	Missing float64   `json:"missing"`          // share of all rows
	Points  []float64 `json:"points,omitempty"` // numbers, ascending
	Every   bool      `json:"every"`            // the points are all values there are, not quantiles of them
	Upto    []float64 `json:"upto,omitempty"`   // share of the values known that are at most the point
	Levels  []string  `json:"levels,omitempty"` // texts, the commonest first
	Shares  []float64 `json:"shares,omitempty"` // of the values known, by level; the rest is of rarer levels
}

// A distribution has so many points and levels at most; more levels are rare.
const (
	mostPoints = 100
	mostLevels = 50
)

// NewDistribution is that of numbers; NaN and infinities are missing. At most mostPoints different values are points each, more are
// told by as many quantiles; of a value that many share the number just below is a point too, so that the step is not taken for
// a slope.
func NewDistribution(name string, values []float64) Distribution {
	d := Distribution{Name: name, Rows: int64(len(values))}
	known := slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	if len(values) > 0 {
		d.Missing = float64(len(values)-len(known)) / float64(len(values))
	}
	slices.Sort(known)
	n := len(known)
	step := 1.0
	if d.Every = distinct(known, mostPoints) <= mostPoints; !d.Every {
		step = float64(n) / mostPoints
	}
	next, first := step, 0 // first: where the values equal to that at i begin
	for i, v := range known {
		if i+1 < n && known[i+1] == v {
			continue
		}
		if upto := float64(i + 1); upto >= next || i+1 == n {
			below := math.Nextafter(v, math.Inf(-1))
			if !d.Every && first > 0 && float64(i+1-first) > step && (len(d.Points) == 0 || below > d.Points[len(d.Points)-1]) {
				d.add(below, float64(first)/float64(n))
			}
			d.add(v+0, upto/float64(n))
			next = (math.Floor(upto/step) + 1) * step
		}
		first = i + 1
	}
	return d
}

// add appends a point.
func (d *Distribution) add(point, upto float64) {
	d.Points, d.Upto = append(d.Points, point), append(d.Upto, upto)
}

// distinct counts the different values of a sorted slice, up to one more than most.
func distinct(sorted []float64, most int) (n int) {
	for i, v := range sorted {
		if i == 0 || v != sorted[i-1] {
			if n++; n > most {
				break
			}
		}
	}
	return n
}

// NewCategories is that of texts; "" is missing. The mostLevels commonest are named.
func NewCategories(name string, values []string) Distribution {
	d := Distribution{Name: name, Rows: int64(len(values))}
	counts := map[string]int{}
	known := 0
	for _, v := range values {
		if v != "" {
			counts[v]++
			known++
		}
	}
	if len(values) > 0 {
		d.Missing = float64(len(values)-known) / float64(len(values))
	}
	for v := range counts {
		d.Levels = append(d.Levels, v)
	}
	slices.SortFunc(d.Levels, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	d.Levels = d.Levels[:min(len(d.Levels), mostLevels)]
	for _, v := range d.Levels {
		d.Shares = append(d.Shares, float64(counts[v])/float64(known))
	}
	return d
}

// upto is the share of the values known that are at most x, between two points in proportion.
func (d *Distribution) upto(x float64) float64 {
	k, exact := slices.BinarySearch(d.Points, x)
	switch {
	case exact:
		return d.Upto[k]
	case k == 0:
		return 0
	case k == len(d.Points):
		return 1
	case d.Every: // nothing lies between two points
		return d.Upto[k-1]
	}
	a, b := d.Points[k-1], d.Points[k]
	return d.Upto[k-1] + (d.Upto[k]-d.Upto[k-1])*(x-a)/(b-a)
}

// cuts are the points at which the values known are cut into shares as equal as ties allow: tenths, or of fewer than
// 500 rows as many as have 50 rows each (a lump of ties that moves by a step must not look like a drift); where every
// value is a point, what is under the least and over the greatest is cut off too.
func (d *Distribution) cuts() (cuts []float64) {
	parts := int(min(max(d.Rows/50, 2), 10))
	if len(d.Points) > 0 && d.Every {
		cuts = append(cuts, math.Nextafter(d.Points[0], math.Inf(-1)))
	}
	k := 0
	for q := 1; q < parts; q++ {
		for k+1 < len(d.Points) && d.Upto[k] < float64(q)/float64(parts)-1e-12 {
			k++
		}
		if k+1 < len(d.Points) && (len(cuts) == 0 || d.Points[k] > cuts[len(cuts)-1]) {
			cuts = append(cuts, d.Points[k])
		}
	}
	if len(d.Points) > 0 && d.Every {
		cuts = append(cuts, d.Points[len(d.Points)-1])
	}
	return cuts
}

// check finds what a distribution read from a file cannot be.
func (d *Distribution) check() error {
	share := func(v float64) bool { return v >= 0 && v <= 1+1e-9 }
	switch {
	case d.Rows < 0 || !share(d.Missing):
		return fmt.Errorf("feature %q: rows %d and missing share %g", d.Name, d.Rows, d.Missing)
	case len(d.Points) != len(d.Upto) || len(d.Levels) != len(d.Shares) || len(d.Points) > 0 && len(d.Levels) > 0:
		return fmt.Errorf("feature %q: each point has a share, each level has one, and there are but points or levels", d.Name)
	}
	sum := 0.0
	for k, v := range d.Shares {
		if sum += v; !share(v) || !share(sum) || d.Levels[k] == "" {
			return fmt.Errorf("feature %q: level %q has the share %g", d.Name, d.Levels[k], v)
		}
	}
	for k, v := range d.Upto {
		if !share(v) || math.IsInf(d.Points[k], 0) || k > 0 && !(v >= d.Upto[k-1] && d.Points[k] > d.Points[k-1]) {
			return fmt.Errorf("feature %q: point %d does not ascend", d.Name, k+1)
		}
	}
	return nil
}

var errNoReference = errors.New("not a reference of " + ReferenceSchema)
