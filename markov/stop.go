package markov

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Policy says in which states serving a customer is worth what it costs, and the value by state when the others are let go.
type Policy struct {
	Serve      []bool
	Value      []float64 // 0 where nobody is served
	SE         []float64 // by the delta method at this policy; 0 where nobody is served
	Iterations int       // of values until the policy was settled
}

// mostValueIterations is far beyond what a rate of 1e-6 needs.
const mostValueIterations = 100_000_000

// Stop finds the states in which to stop: who is let go brings and costs nothing from then on,
//
//	V = max(0, R + d·P·V),   d = 1/(1+rate)
//
// (Pfeifer & Carraway 2000, who stop where the value is negative) by value iteration from 0, until values are within a
// billionth of the largest reward of their limit (Puterman 1994, Markov Decision Processes, §6.3). The value is then that of
// the policy itself, V = R + d·P·V over the states served, by LU, and improved until no state gains by changing (ibid.,
// §6.4). With rate 0 or below the sum need not end, and an error says so. covariance is as in ValueFiniteErrors. Standard
// errors take the policy as given: where a value is near 0 the policy itself may be another one.
func (c *Chain) Stop(reward []float64, covariance *mat.SymDense, rate float64) (*Policy, error) {
	d, err := checkValue(c.P, reward, rate, true)
	if err != nil {
		return nil, err
	}
	if rate == 0 {
		return nil, fmt.Errorf("whom to let go needs a discount rate above 0: without one the value of serving for ever need not end")
	}
	largest := 0.0
	for _, r := range reward {
		largest = max(largest, math.Abs(r))
	}
	k := len(reward)
	policy := &Policy{Serve: make([]bool, k), Value: make([]float64, k), SE: make([]float64, k)}
	for limit := 1e-9 * largest * (1 - d) / (2 * d); policy.Iterations < mostValueIterations; policy.Iterations++ {
		change := 0.0
		next := earn(c.P, d, policy.Value, reward)
		for i := range next {
			next[i] = max(0, next[i])
			change = max(change, math.Abs(next[i]-policy.Value[i]))
		}
		policy.Value = next
		if change <= limit {
			break
		}
	}
	return policy, c.settle(policy, reward, covariance, d)
}

// settle makes the values exact, and improves the policy while it can be.
func (c *Chain) settle(policy *Policy, reward []float64, covariance *mat.SymDense, d float64) error {
	k := len(reward)
	for range k + 1 { // each round serves a different set
		changed := false
		for i, v := range earn(c.P, d, policy.Value, reward) {
			serve := v > 0
			changed = changed || serve != policy.Serve[i]
			policy.Serve[i] = serve
		}
		if !changed {
			break
		}
		policy.Iterations++
		m, r := mat.DenseCopyOf(c.P), append([]float64(nil), reward...)
		for i, serve := range policy.Serve {
			if !serve {
				m.SetRow(i, make([]float64, k))
				r[i] = 0
			}
		}
		var err error
		if policy.Value, err = solveDiscounted(m, d, r); err != nil {
			return err
		}
		for i, v := range policy.Value {
			policy.Value[i] = max(0, v) // that of stopping; a reward that is 0 but for rounding is solved to either side
		}
		m.Scale(-d, m)
		for i := range k {
			m.Set(i, i, 1+m.At(i, i))
		}
		visits, err := invert(m)
		if err != nil {
			return errSingular
		}
		for i := range k {
			at := append([]float64(nil), visits.RawRowView(i)...)
			for j, serve := range policy.Serve {
				if !serve {
					at[j] = 0
				}
			}
			policy.SE[i] = math.Sqrt(d*d*c.variance(outer(at, policy.Value)) + quadratic(at, covariance))
		}
	}
	return nil
}
