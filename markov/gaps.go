package markov

import (
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Leap is two states of one id, Steps periods apart, 2 or more, with none known in between.
type Leap struct {
	Who      int32
	From, To int16
	Steps    int32
}

const (
	// MostLeap is the longest gap that is used: after so many periods a state says next to nothing of the one before.
	MostLeap = 60
	// mostLeaping are the most states of a chain with gaps, whose covariance is states² × states².
	mostLeaping = 30

	mostRounds    = 20_000
	leastChange   = 1e-12 // of any probability in a round of expectation-maximisation: that has settled
	leastChance   = 1e-9  // below it a probability has gone to 0
	leapCondition = 1e12
)

// over are the gaps of a fit by their length: seen[g][i*k+j] pairs of i and, g steps later, j.
type over struct {
	k       int
	c       *Counts
	allowed []bool
	seen    [][]float64
	used    int64
}

// fitOver is the maximum of
//
//	log L = Σ n_ij log p_ij + Σ_g Σ_ij m_ijg log (P^g)_ij
//
// with m_ijg gaps of g steps from i to j: what happened in a gap is not known, and that it was not seen must not depend on it
// (missing at random, Little & Rubin 2019, §6.1). By expectation-maximisation (Dempster, Laird & Rubin 1977, JRSS B 39:1–38): the
// moves expected in the gaps are p_ab ∂/∂p_ab of the second sum (Sherlaw-Johnson, Gallivan & Burridge 1995, J. Operational
// Research Society 46:405–410, for chains). The covariance is that of the observed information
// I = −Jᵀ(∂² log L/∂p∂pᵀ)J, J = ∂p/∂θ of rows p_ab ∝ e^θ_ab: at the maximum the slope by p is the same within a row, so that the
// curvature of J adds nothing. Probabilities that go to 0 are set to 0, and have no error.
//
// Gaps longer than MostLeap are not used. A gap that no possible moves fill is an error.
func (a Assumptions) fitOver(c *Counts) (*Chain, error) {
	o, err := a.overOf(c)
	if err != nil {
		return nil, err
	}
	chain := newChain(c)
	chain.Absorbing = sortedSet(a.Absorbing)
	chain.Leapt = o.used
	cert := &chain.Certificate
	*cert = num.Certificate{Model: "chain", InfoPosDef: true, Observations: o.used,
		Criteria: []string{"expectation-maximisation over gaps: no probability changes by 1e-12", "observed information is positive definite", "every state was left at least once or is absorbing"}}
	p, expected := o.ascend(cert)
	fixed, begun := chain.fixed(), o.begun()
	for i := range o.k {
		n := mat.Sum(expected.RowView(i))
		switch {
		case fixed[i]:
			chain.remark(i, c.Leaving(i), true)
		case c.Leaving(i)+begun[i] == 0: // what gaps may have held is not enough
			chain.remark(i, 0, false)
		default:
			chain.remark(i, int64(math.Round(n)), false)
			cert.Observations += c.Leaving(i)
			chain.size[i], chain.divisor[i] = n, n
		}
		chain.P.SetRow(i, p.RawRowView(i))
	}
	if !cert.Converged && cert.Certified() {
		cert.Refuse(num.WarnNotConverged, fmt.Sprintf("the moves in gaps did not settle in %d rounds: use a longer period, or leave the gaps out", mostRounds))
	}
	if !cert.Certified() {
		cert.Converged = false
		return chain, nil
	}
	if chain.cov = o.covariance(p); chain.cov == nil {
		cert.InfoPosDef = false
		cert.Refuse(num.WarnNotConverged, "the gaps leave open which moves filled them: too few moves were seen singly; use a longer period, or leave the gaps out")
		return chain, nil
	}
	for i := range o.k {
		for j := range o.k {
			chain.SE.Set(i, j, math.Sqrt(max(0, chain.cov.At(i*o.k+j, i*o.k+j))))
		}
	}
	return chain, nil
}

func (a Assumptions) overOf(c *Counts) (*over, error) {
	k := len(c.States)
	if a.Prior > 0 || a.Weights != nil {
		return nil, errors.New("gaps are filled by maximum likelihood, without a prior and without weights")
	}
	if k > mostLeaping {
		return nil, fmt.Errorf("%d states are too many for a chain over gaps; expected at most %d: merge states, or leave the gaps out", k, mostLeaping)
	}
	o := &over{k: k, c: c, allowed: make([]bool, k*k), seen: make([][]float64, MostLeap+1)}
	end := make([]bool, k)
	for _, i := range a.Absorbing {
		end[i] = true
	}
	for cell := range o.allowed {
		i, j := cell/k, cell%k
		o.allowed[cell] = !end[i] && (a.Never == nil || !a.Never[cell]) || end[i] && i == j
	}
	for _, l := range a.Leaps {
		if l.Steps < 2 || int(l.From) >= k || int(l.To) >= k || l.From < 0 || l.To < 0 {
			return nil, fmt.Errorf("a gap of %d steps from state %d to state %d of %d does not exist", l.Steps, l.From, l.To, k)
		}
		if l.Steps > MostLeap || end[l.From] {
			continue
		}
		if o.seen[l.Steps] == nil {
			o.seen[l.Steps] = make([]float64, k*k)
		}
		o.seen[l.Steps][int(l.From)*k+int(l.To)]++
		o.used++
	}
	for steps, reach := 1, o.start(); steps <= MostLeap; steps++ {
		for cell, n := range o.seen[steps] {
			if n > 0 && reach.At(cell/k, cell%k) == 0 {
				return nil, fmt.Errorf("a gap of %d steps from %q to %q was seen, and no possible moves fill it: correct the data, or let more moves happen", steps, c.States[cell/k], c.States[cell%k])
			}
		}
		next := mat.NewDense(k, k, nil)
		next.Mul(o.start(), reach)
		reach = next
	}
	return o, nil
}

// begun is how many gaps begin in each state.
func (o *over) begun() []int64 {
	out := make([]int64, o.k)
	for _, cells := range o.seen {
		for cell, n := range cells {
			out[cell/o.k] += int64(n)
		}
	}
	return out
}

// start are the moves that were seen, and half a move of every kind that can be.
func (o *over) start() *mat.Dense {
	p := mat.NewDense(o.k, o.k, nil)
	for i := range o.k {
		total := 0.0
		row := p.RawRowView(i)
		for j := range row {
			if o.allowed[i*o.k+j] {
				row[j] = float64(o.c.At(i, j)) + .5
				total += row[j]
			}
		}
		for j := range row {
			row[j] /= total
		}
	}
	return p
}

// ascend is expectation-maximisation: the probabilities, and the moves that they are shares of.
func (o *over) ascend(cert *num.Certificate) (p, expected *mat.Dense) {
	p, expected = o.start(), mat.NewDense(o.k, o.k, nil)
	for cert.Iterations < mostRounds && !cert.Converged {
		cert.Iterations++
		_, slope := o.gaps(p)
		expected.MulElem(slope, p)
		change := 0.0
		for i := range o.k {
			if o.c.Leaving(i) == 0 && mat.Sum(expected.RowView(i)) == 0 || o.ends(i) {
				if !o.ends(i) { // nobody was ever there: as in a fit without gaps
					p.SetRow(i, make([]float64, o.k))
					p.Set(i, i, 1)
				}
				continue
			}
			total := 0.0
			for j, n := range o.c.row(i) {
				expected.Set(i, j, expected.At(i, j)+float64(n))
				total += expected.At(i, j)
			}
			for j := range o.k {
				v := expected.At(i, j) / total
				if v < leastChance {
					v = 0
				}
				change = max(change, math.Abs(v-p.At(i, j)))
				p.Set(i, j, v)
			}
		}
		cert.Converged = change < leastChange
	}
	logLik, _ := o.gaps(p)
	var seen num.Adder
	for cell, n := range o.c.N {
		if v := p.At(cell/o.k, cell%o.k); n > 0 && v > 0 && !o.ends(cell/o.k) {
			seen.AddProduct(float64(n), math.Log(v))
		}
	}
	cert.LogLik = logLik + seen.Sum()
	return p, expected
}

// ends reports whether nobody may leave state i.
func (o *over) ends(i int) bool {
	for j := range o.k {
		if j != i && o.allowed[i*o.k+j] {
			return false
		}
	}
	return true
}

// gaps are the log-likelihood of the gaps and its slope by every entry of p, as if these were free. With M_g = P M_{g−1}
// backwards: A_g = m_g/M_g + Pᵀ A_{g+1}, slope = Σ A_g M_{g−1}ᵀ.
func (o *over) gaps(p *mat.Dense) (logLik float64, slope *mat.Dense) {
	slope = mat.NewDense(o.k, o.k, nil)
	longest := len(o.seen) - 1
	for longest > 0 && o.seen[longest] == nil {
		longest--
	}
	power := make([]*mat.Dense, longest+1)
	power[0] = identity(o.k)
	for g := 1; g <= longest; g++ {
		power[g] = mat.NewDense(o.k, o.k, nil)
		power[g].Mul(p, power[g-1])
	}
	var sum num.Adder
	adjoint, product := mat.NewDense(o.k, o.k, nil), mat.NewDense(o.k, o.k, nil)
	for g := longest; g > 0; g-- {
		product.Mul(p.T(), adjoint)
		adjoint.Copy(product)
		for cell, n := range o.seen[g] {
			if n > 0 {
				i, j := cell/o.k, cell%o.k
				v := power[g].At(i, j)
				sum.AddProduct(n, math.Log(v))
				adjoint.Set(i, j, adjoint.At(i, j)+n/v)
			}
		}
		product.Mul(adjoint, power[g-1].T())
		slope.Add(slope, product)
	}
	return sum.Sum(), slope
}
