package hidden

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Estimate is a figure, its delta-method standard error, and its interval (on the log scale, of probabilities on the logit scale). SE is 0
// and the interval NaN where the figure lies on an edge; all are NaN where it does not exist.
type Estimate = num.Estimate

// MoveEstimates are the probabilities of moves, row by row. This and all estimates below are nil for a refused fit.
func (f *Fit) MoveEstimates(level float64) [][]Estimate {
	if f.Params == nil {
		return nil
	}
	out := make([][]Estimate, f.States)
	for i, row := range f.Moves {
		for j, v := range row {
			g := f.gradient(func(c coordinate) float64 {
				if c.kind != ofMove || c.i != i {
					return 0
				}
				return v * (num.Indicator(c.j == j) - row[c.j])
			})
			out[i] = append(out[i], num.OnLogit(v, f.se(g), level))
		}
	}
	return out
}

// InitialEstimates are the probabilities of the first state.
func (f *Fit) InitialEstimates(level float64) []Estimate {
	if f.Params == nil {
		return nil
	}
	if f.Start == Stationary {
		return f.LongRun(level)
	}
	out := make([]Estimate, f.States)
	for j, v := range f.Initial {
		g := f.gradient(func(c coordinate) float64 {
			if c.kind != ofInitial {
				return 0
			}
			return v * (num.Indicator(c.j == j) - f.Initial[c.j])
		})
		out[j] = num.OnLogit(v, f.se(g), level)
	}
	return out
}

// LongRun is the stationary distribution of the states, NaN where there is more than one: dδ = δ dP (I − P + 1·1ᵀ)⁻¹.
func (f *Fit) LongRun(level float64) []Estimate {
	if f.Params == nil {
		return nil
	}
	out := make([]Estimate, f.States)
	delta, z := stationary(f.Moves), fundamental(f.Moves)
	for m := range out {
		if delta == nil {
			out[m] = Estimate{Value: math.NaN(), SE: math.NaN(), Low: math.NaN(), High: math.NaN()}
			continue
		}
		g := f.gradient(func(c coordinate) float64 {
			if c.kind != ofMove {
				return 0
			}
			row, mean := f.Moves[c.i], 0.0
			for j, v := range row {
				mean += v * z.At(j, m)
			}
			return delta[c.i] * row[c.j] * (z.At(c.j, m) - mean)
		})
		out[m] = num.OnLogit(delta[m], f.se(g), level)
	}
	return out
}

// MeanEstimates are the mean activities by state.
func (f *Fit) MeanEstimates(level float64) []Estimate { return f.logs(ofMean, level) }

// SizeEstimates are the sizes of the negative binomials; nil for Poisson.
func (f *Fit) SizeEstimates(level float64) []Estimate {
	if f.Params == nil || f.Size == nil {
		return nil
	}
	return f.logs(ofSize, level)
}

// SpendMeanEstimates are the mean spends of periods with some; nil without spend.
func (f *Fit) SpendMeanEstimates(level float64) []Estimate {
	if !f.Spend {
		return nil
	}
	return f.logs(ofSpendMean, level)
}

// SpendShapeEstimate is the shape of the Gamma distributions, one value; nil without spend.
func (f *Fit) SpendShapeEstimate(level float64) []Estimate {
	if !f.Spend {
		return nil
	}
	return f.logs(ofSpendShape, level)[:1]
}

func (f *Fit) logs(k kind, level float64) []Estimate {
	if f.Params == nil {
		return nil
	}
	var out []Estimate
	for i := range f.States {
		v := *f.at(coordinate{kind: k, i: i})
		se := f.se(f.gradient(func(c coordinate) float64 { return num.Indicator(c.kind == k && c.i == i) }))
		switch {
		case math.IsNaN(v):
			out = append(out, Estimate{Value: v, SE: v, Low: v, High: v})
		case se == 0:
			out = append(out, num.Known(v))
		default:
			z := num.ZLevel(level)
			out = append(out, Estimate{Value: v, SE: v * se, Low: v * math.Exp(-z*se), High: v * math.Exp(z*se)})
		}
	}
	return out
}

func (f *Fit) gradient(slope func(c coordinate) float64) []float64 {
	g := make([]float64, len(f.working.coords))
	for i, c := range f.working.coords {
		g[i] = slope(c)
	}
	return g
}

func (f *Fit) se(gradient []float64) float64 {
	if len(gradient) == 0 {
		return 0
	}
	g := mat.NewVecDense(len(gradient), gradient)
	return math.Sqrt(max(0, mat.Inner(g, f.Cov, g)))
}
