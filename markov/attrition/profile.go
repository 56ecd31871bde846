package attrition

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Bounds are the ends of the interval of a parameter, or coefficient.
type Bounds struct {
	Low, High float64 // 0, or −Inf of a coefficient, and +Inf where the data set no end
	Profile   bool    // by the profile likelihood; else estimate ± z standard errors, of a parameter on the log scale
}

// Bounds are those of all parameters, then coefficients, of the customers of the fit. Where a standard error of a logarithm is so large that the likelihood is no parabola
// (the ridges that WarnRidge tells of) they are the values that 2(log L − profile log L) ≤ χ²₁ does not exclude: the profile likelihood is that of the best fit with
// the parameter held. A side on which it never falls so far has no end. Each end takes some 20 passes over the customers.
//
// Source: Venzon & Moolgavkar 1988, Applied Statistics 37:87–94.
//
// Errors: a refused fit, a level outside (0, 1), values that the model does not know.
func (f *Fit) Bounds(d *Data, level float64, threads int) ([]Bounds, error) {
	switch {
	case !f.Certificate.Certified():
		return nil, fmt.Errorf("attrition: a refused fit has no intervals")
	case !(level > 0 && level < 1):
		return nil, fmt.Errorf("attrition: level %v, expected a number between 0 and 1", level)
	}
	if err := f.fits(d); err != nil {
		return nil, err
	}
	z := num.ZLevel(level)
	var p *profile
	var out []Bounds
	for i, name := range f.Names {
		half := z * f.SE[i] / f.Params[i]
		b := Bounds{Low: f.Params[i] * math.Exp(-half), High: f.Params[i] * math.Exp(half)}
		if f.loose(i) {
			if p == nil {
				p = f.profile(d, z, threads)
			}
			b = Bounds{math.Exp(p.end(i, -1)), math.Exp(p.end(i, 1)), true}
			if !(b.Low <= f.Params[i] && f.Params[i] <= b.High) {
				return nil, fmt.Errorf("attrition: the profile likelihood of %s has its top elsewhere: these are not the customers of the fit", name)
			}
		}
		out = append(out, b)
	}
	for i, v := range f.Coefficients {
		out = append(out, Bounds{Low: v - z*f.CoefSE[i], High: v + z*f.CoefSE[i]})
	}
	return out, nil
}

// loose says whether parameter i is hardly known.
func (f *Fit) loose(i int) bool { return f.SE[i] > loose*f.Params[i] }

// profile looks along a parameter with all others at their best.
type profile struct {
	all    *likelihood
	top    []float64 // coordinates of the maximum
	sigma  []float64 // their standard errors
	target float64   // mean log L at the ends
	total  float64
}

// profile prepares. Covariates are divided by their standard deviations, not centred, so that logarithms of parameters are coordinates.
func (f *Fit) profile(d *Data, z float64, threads int) *profile {
	book := d.book(f.K)
	centre, _ := book.standardise()
	k := 0
	for g := range book.z {
		for _, col := range book.z[g] {
			for i := range col {
				col[i] += centre.mean[k] / centre.sd[k]
			}
			k++
		}
	}
	p := &profile{all: newLikelihood(f.law, book, threads), total: book.total}
	for i := range p.all.size() {
		scale, n := 1.0, len(f.Names)
		if i < n {
			p.top = append(p.top, math.Log(f.Params[i]))
		} else {
			scale = centre.sd[i-n]
			p.top = append(p.top, f.Coefficients[i-n]*scale)
		}
		p.sigma = append(p.sigma, scale*math.Sqrt(f.LogCov.At(i, i)))
	}
	top, _, _ := p.all.surface(p.top)
	p.target = top - z*z/2/book.total
	return p
}

// point is a place on a profile: the coordinates, its height, its slope and its curvature (that of minus the height).
type point struct {
	theta                  []float64
	height, slope, bending float64
	path                   []float64 // how the other coordinates move with it
}

// at is the point where coordinate i is v, beginning from others; ok is false where there is none.
func (p *profile) at(i int, v float64, others []float64) (point, bool) {
	whole := func(rest []float64) []float64 { return slices.Insert(slices.Clone(rest), i, v) }
	a := num.Climb(func(rest []float64) (float64, []float64, *mat.SymDense) {
		value, gradient, hessian := p.all.surface(whole(rest))
		return value, slices.Delete(gradient, i, i+1), without(hessian, i)
	}, others)
	if a.Gradient == nil {
		return point{}, false
	}
	out := point{theta: whole(a.Theta), height: a.Value, path: make([]float64, len(a.Theta))}
	_, gradient, hessian := p.all.surface(out.theta)
	out.slope, out.bending = gradient[i], -hessian.At(i, i)
	var chol mat.Cholesky
	var path mat.VecDense
	cross := mat.NewVecDense(len(a.Theta), nil)
	for j := range a.Theta {
		k := j
		if j >= i {
			k++
		}
		cross.SetVec(j, hessian.At(i, k))
	}
	if chol.Factorize(a.Information) && chol.SolveVecTo(&path, cross) == nil {
		out.path = path.RawVector().Data
		out.bending -= mat.Dot(cross, &path)
	}
	return out, true
}

// without is a symmetric matrix less a row and column.
func without(m *mat.SymDense, i int) *mat.SymDense {
	n := m.SymmetricDim() - 1
	out := mat.NewSymDense(max(n, 1), nil)
	for r := range n {
		for c := r; c < n; c++ {
			from, to := r, c
			if r >= i {
				from++
			}
			if c >= i {
				to++
			}
			out.SetSym(r, c, m.At(from, to))
		}
	}
	return out
}

// end is where the profile of coordinate i crosses the target on a side: by Newton's method on the parabola through each point, kept between the last place inside and the
// first outside. ±Inf where it does not within a factor of beyond.
func (p *profile) end(i int, side float64) float64 {
	const (
		exact   = 1e-6 // of 2(log L − profile)
		longest = 1.5
		rounds  = 60
	)
	inside, outside := p.top[i], math.Inf(1)*side
	others := slices.Delete(slices.Clone(p.top), i, i+1)
	v := p.top[i] + side*min(longest, 2*p.sigma[i])
	for range rounds {
		now, ok := p.at(i, v, others)
		over := now.height - p.target
		switch {
		case ok && math.Abs(over)*2*p.total <= exact:
			return v
		case ok && over > 0:
			if inside = v; math.Abs(v) > beyond && side*v > 0 || math.Abs(v-p.top[i]) > 2*beyond {
				return math.Inf(1) * side
			}
		default:
			outside = v
		}
		next := math.NaN()
		if ok {
			if now.bending > 0 {
				next = v + (now.slope+side*math.Sqrt(max(0, now.slope*now.slope+2*now.bending*over)))/now.bending
			} else if now.slope != 0 {
				next = v - over/now.slope
			}
			next = min(max(next, v-longest), v+longest)
		}
		if between := side*(next-inside) > 0 && side*(outside-next) > 0; !between {
			if next = (inside + outside) / 2; math.IsInf(outside, 0) {
				next = inside + side*longest
			}
		}
		if ok {
			for j := range others {
				k := j
				if j >= i {
					k++
				}
				others[j] = now.theta[k] + now.path[j]*(next-v)
			}
		}
		if math.Abs(next-v) < 1e-9 {
			return next
		}
		v = next
	}
	return v
}
