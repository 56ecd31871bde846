package markov

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// LongRun is where amounts over states go in the end, on average over time, in any chain: with closed classes c
//
//	f_j = Σ_c h_c π_cj,   h_c = Σ_i start_i P(from i into c)
//
// π_c being the stationary distribution of class c (Kemeny & Snell 1960, chs. III and V), with standard errors by the delta
// method: ∂f_j/∂p_ab = (start N)_a G_bj for a transient, G_bj the share of j in the end from b, and h_c π_ca z_bj for a in
// class c (as StationaryError). It is unique whatever the classes, and depends on the start where there are several.
func (c *Chain) LongRun(start []float64) (share, se []float64, err error) {
	k := len(c.States)
	end, visits, err := c.ends(start)
	if err != nil {
		return nil, nil, err
	}
	share, se = Forecast(end, start, 1), make([]float64, k)
	gradients := make([][]float64, k)
	for j := range gradients {
		gradients[j] = outer(visits, mat.Col(nil, j, end))
	}
	for _, class := range Classes(c.P) {
		if class.Closed && len(class.States) > 1 {
			if err := c.classGradients(class.States, share, gradients); err != nil {
				return nil, nil, err
			}
		}
	}
	for j := range se {
		se[j] = math.Sqrt(c.variance(gradients[j]))
	}
	return share, se, nil
}

// ends is the matrix of shares in the end by where one is now, and how often transient states are visited from the start.
func (c *Chain) ends(start []float64) (end *mat.Dense, visits []float64, err error) {
	k := len(c.States)
	end, visits = mat.NewDense(k, k, nil), make([]float64, k)
	var closed []int
	for _, class := range Classes(c.P) {
		if !class.Closed {
			continue
		}
		pi := stationaryOf(c.P, class.States)
		for _, i := range class.States {
			for n, j := range class.States {
				end.Set(i, j, pi[n])
			}
		}
		closed = append(closed, class.States...)
	}
	if len(closed) == k {
		return end, visits, nil
	}
	a, err := Absorb(c.P, closed)
	if err != nil {
		return nil, nil, err
	}
	for i, from := range a.Transient {
		for n, into := range a.Absorbing {
			for j := range k {
				end.Set(from, j, end.At(from, j)+a.Probability.At(i, n)*end.At(into, j))
			}
		}
		for m, at := range a.Transient {
			visits[at] += start[from] * a.Fundamental.At(i, m)
		}
	}
	return end, visits, nil
}

// classGradients adds what the rows of a closed class do to the shares of its states.
func (c *Chain) classGradients(class []int, share []float64, gradients [][]float64) error {
	n, k := len(class), len(c.States)
	var here float64 // h_c
	for _, i := range class {
		here += share[i]
	}
	if here == 0 {
		return nil
	}
	m := mat.NewDense(n, n, nil)
	for a, i := range class {
		for b, j := range class {
			m.Set(a, b, share[j]/here-c.P.At(i, j))
		}
		m.Set(a, a, 1+m.At(a, a))
	}
	z, err := invert(m)
	if err != nil {
		return err
	}
	for _, from := range class {
		for b, to := range class {
			for t, j := range class {
				gradients[j][from*k+to] += share[from] * z.At(b, t)
			}
		}
	}
	return nil
}
