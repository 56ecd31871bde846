package ctmc

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Estimate is a figure, its delta-method standard error, and its interval. SE is 0 and the interval NaN where the figure is
// known.
type Estimate = num.Estimate

// Intensities are the rates at covariates x (nil: at their mean), intervals on the log scale.
func (f *Fit) Intensities(x []float64, level float64) []Estimate {
	q := f.rates(f.Theta, f.centred(x))
	out := make([]Estimate, len(q))
	for r, v := range q {
		out[r] = num.OnLog(v, v*f.se(f.gradient(x, func(s int) float64 { return num.Indicator(s == r) })), level)
	}
	return out
}

// HazardRatios are e^β for each of the model's effects: by what one unit of a covariate multiplies its rates. One at a limit is 0 or +Inf,
// without a standard error, its interval by profile likelihood.
func (f *Fit) HazardRatios(level float64) []Estimate {
	out := make([]Estimate, len(f.Effects))
	for e := range out {
		if limit := f.limitOf(e); limit != nil {
			out[e] = f.atLimit(limit, level)
			continue
		}
		i := len(f.Rates) + e
		v := math.Exp(f.Theta[i])
		out[e] = num.OnLog(v, v*math.Sqrt(f.Cov.At(i, i)), level)
	}
	return out
}

// Stays are the mean times that states are kept, −1/q_ii; +Inf where nobody leaves.
func (f *Fit) Stays(x []float64, level float64) []Estimate {
	q := f.rates(f.Theta, f.centred(x))
	out := make([]Estimate, len(f.States))
	for i := range out {
		var total float64
		for r, rate := range f.Rates {
			if rate.From == i {
				total += q[r]
			}
		}
		if total == 0 {
			out[i] = num.Known(math.Inf(1))
			continue
		}
		v := 1 / total // ∂ log v / ∂ log q_r = −q_r/total
		out[i] = num.OnLog(v, v*f.se(f.gradient(x, func(r int) float64 { return -num.Indicator(f.Rates[r].From == i) * q[r] / total })), level)
	}
	return out
}

// Next is, for each rate, the probability that a move out of its state is that one.
func (f *Fit) Next(x []float64, level float64) []Estimate {
	q := f.rates(f.Theta, f.centred(x))
	out := make([]Estimate, len(q))
	for r, rate := range f.Rates {
		var total float64
		for s, other := range f.Rates {
			if other.From == rate.From {
				total += q[s]
			}
		}
		v := q[r] / total
		out[r] = num.OnLogit(v, f.se(f.gradient(x, func(s int) float64 {
			return num.Indicator(f.Rates[s].From == rate.From) * v * (num.Indicator(s == r) - q[s]/total)
		})), level)
	}
	return out
}

// Probabilities are those of being in state j a time t after being in i, e^{Qt}, from-state by to-state.
func (f *Fit) Probabilities(t float64, x []float64, level float64) ([][]Estimate, error) {
	if !(t >= 0) || math.IsInf(t, 1) {
		return nil, fmt.Errorf("a time of %v does not exist; use 0 or more", t)
	}
	k := len(f.States)
	w := newWorker(f.Model, nil)
	w.q = f.rates(f.Theta, f.centred(x))
	p := w.transition(t)
	out := make([][]Estimate, k)
	for i := range out {
		for j := range k {
			at := i*k + j
			v := min(max(p.v[at], 0), 1)
			out[i] = append(out[i], num.OnLogit(v, f.se(f.gradient(x, func(r int) float64 { return p.d[r][at] })), level))
		}
	}
	return out, nil
}

// Lives are the mean times until a state that nobody leaves, −(Q_T)⁻¹ 1 over the others; nil without such a state, or where
// some state never leads to one.
func (f *Fit) Lives(x []float64, level float64) []Estimate {
	k := len(f.States)
	absorbing := f.absorbing()
	q := f.rates(f.Theta, f.centred(x))
	var states []int
	place := make([]int, k)
	for i := range k {
		if place[i] = -1; !absorbing[i] {
			place[i] = len(states)
			states = append(states, i)
		}
	}
	n := len(states)
	if n == k {
		return nil
	}
	m := mat.NewDense(n, n, nil)
	for r, rate := range f.Rates {
		i := place[rate.From]
		m.Set(i, i, m.At(i, i)+q[r])
		if j := place[rate.To]; j >= 0 {
			m.Set(i, j, m.At(i, j)-q[r])
		}
	}
	var visits mat.Dense // expected time in each
	if visits.Inverse(m) != nil {
		return nil
	}
	time := make([]float64, k)
	for i, s := range states {
		time[s] = mat.Sum(visits.RowView(i))
	}
	out := make([]Estimate, k)
	for i := range out {
		if absorbing[i] {
			out[i] = num.Known(0)
			continue
		}
		// ∂t/∂q_rs = N_ir (t_s − t_r)
		out[i] = num.OnLog(time[i], f.se(f.gradient(x, func(r int) float64 {
			rate := f.Rates[r]
			return q[r] * visits.At(place[i], place[rate.From]) * (time[rate.To] - time[rate.From])
		})), level)
	}
	return out
}

// centred is x less the mean of the covariates; nil stays nil.
func (f *Fit) centred(x []float64) []float64 {
	if x == nil {
		return nil
	}
	out := make([]float64, len(x))
	for c := range x {
		out[c] = x[c] - f.Mean[c]
	}
	return out
}

// gradient is by parameters what slope is by the logarithms of the rates at x.
func (f *Fit) gradient(x []float64, slope func(r int) float64) []float64 {
	g := make([]float64, len(f.Theta))
	for r := range f.Rates {
		g[r] = slope(r)
	}
	for e, effect := range f.Effects {
		if x == nil {
			break
		}
		for _, r := range effect.Rates {
			g[len(f.Rates)+e] += g[r] * (x[effect.Covariate] - f.Mean[effect.Covariate])
		}
	}
	return g
}

func (f *Fit) se(gradient []float64) float64 {
	g := mat.NewVecDense(len(gradient), gradient)
	return math.Sqrt(max(0, mat.Inner(g, f.Cov, g)))
}
