package markov

import (
	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Margins are what is earned per period in every state, and how sure that is.
type Margins struct {
	Mean []float64     // by state; 0 in a state without observations
	Cov  *mat.SymDense // k×k, of the means
	N    []int64       // observations by state
}

// NewMargins are the means of value[i], what was earned in stays[i], by state. Their covariance is by customers, the
// periods of one not being independent:
//
//	Cov = c/(c − 1) Σ_c ψ_c ψ_cᵀ,   ψ_cs = Σ_{stays of c in s} (value − mean_s) / n_s
//
// (Liang & Zeger 1986, Biometrika 73:13–22; the factor as for CR1). It is 0 with one customer. stays hold those of one
// customer together.
func NewMargins(states []string, stays []Stay, value []float64) *Margins {
	k := len(states)
	m := &Margins{Mean: make([]float64, k), Cov: mat.NewSymDense(k, nil), N: make([]int64, k)}
	sums := make([]num.Adder, k)
	for i, s := range stays {
		sums[s.State].Add(value[i])
		m.N[s.State]++
	}
	for s, n := range m.N {
		if n > 0 {
			m.Mean[s] = sums[s].Sum() / float64(n)
		}
	}
	customers := 0.0
	for lo, hi := 0, 0; lo < len(stays); lo = hi {
		psi := make([]float64, k)
		for hi = lo; hi < len(stays) && stays[hi].Who == stays[lo].Who; hi++ {
			s := stays[hi].State
			psi[s] += (value[hi] - m.Mean[s]) / float64(m.N[s])
		}
		m.Cov.SymRankOne(m.Cov, 1, mat.NewVecDense(k, psi))
		customers++
	}
	if customers < 2 {
		m.Cov.Zero()
		return m
	}
	m.Cov.ScaleSym(customers/(customers-1), m.Cov)
	return m
}
