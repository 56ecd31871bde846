package markov

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// WithoutEntry is the chain in which no state outside the banned set moves into it: those moves are
// taken away and what remains of the row is divided by its sum,
//
//	p'_ij = p_ij / Σ_{m not banned} p_im   for i and j not banned,   p'_ij = 0 for j banned
//
// that is, the chain conditioned step by step on staying outside: with lapsed states banned, attrition is
// switched off. Rows of banned states are kept: who is inside moves on, or back, as before. A state whose
// every move goes into the banned set has no such row, and is an error.
func WithoutEntry(p mat.Matrix, banned []bool) (*mat.Dense, error) {
	k := len(banned)
	if err := checkMatrix(p, k, true); err != nil {
		return nil, err
	}
	out := mat.DenseCopyOf(p)
	for i := range k {
		if banned[i] {
			continue
		}
		var stay float64
		for j := range k {
			if !banned[j] {
				stay += p.At(i, j)
			}
		}
		if stay == 0 {
			return nil, fmt.Errorf("every move out of state %d goes into a banned state; merge it with a neighbour or ban it too", i)
		}
		for j := range k {
			if banned[j] {
				out.Set(i, j, 0)
			} else {
				out.Set(i, j, p.At(i, j)/stay)
			}
		}
	}
	return out, nil
}
