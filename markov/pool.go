package markov

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"mainstay/internal/num"
)

// Pool are segments whose chains borrow from each other, state by state.
type Pool struct {
	States   []string
	All      *Counts     // of all segments
	Segments []*Counts   // as they were seen
	Chains   []*Chain    // pooled, one for each segment
	Mean     *Chain      // of all segments together
	Strength []float64   // by state: the median of A, how many moves what the segments share is worth; NaN in absorbing states
	Share    [][]float64 // by segment and state: how much of a row is the segment's own, n/(n + A) on average
	Warnings []num.Warning

	strengths [][]weighted // by state
}

// weighted is a value of A and its posterior weight.
type weighted struct{ a, weight float64 }

// Values of A: steps of a sixth of a power of e from a tenth of a move to a million, so many that a segment's own have no
// say.
const (
	leastStrength = .1
	mostStrength  = 1e6
	strengthSteps = 97
)

// NewPool pools the moves of segments. In state i the segments' rows are drawn from Dirichlet(A m), m being the row of all
// segments together; of A the moves say
//
//	log L(A) = Σ_g [ log Γ(A) − log Γ(n_g + A) + Σ_j log Γ(n_gj + A m_j) − log Γ(A m_j) ]
//
// (Dirichlet-multinomial: Mosimann 1962, Biometrika 49:65–82; Good 1965, The Estimation of Probabilities; one maximum at
// most: Levin & Reeds 1977, Annals of Statistics 5:79–87). Given A a segment's row has the posterior
//
//	p_gij = (n_gij + A m_j) / (n_gi + A),   Var = p(1 − p)/(n_gi + A + 1) + (A/(n_gi + A))² Var m_j
//	Var m_j = m_j(1 − m_j) Σ_g n_g(n_g + A) / ((A + 1) n²)
//
// so that few moves count little. It is averaged over A, not taken at the most likely A, which makes intervals too narrow
// (Kass & Steffey 1989, JASA 84:717–726), by a sum over 97 values of log A. The prior of A is uniform in how much of a row's
// variance lies between segments, 1/(A + 1), the counterpart of a flat prior on a variance of normal means, with which intervals
// cover what they say (Morris & Tang 2011, Statistical Science 26:271–287, §2.4); one uniform in A/(A + n̄) borrows more, and its
// 95 % intervals cover 90 to 94 % where segments differ. The row has the mean of the mixture, and the Dirichlet covariance of the same
// total variance; intervals are the quantiles of the mixture, each A's posterior being the Beta of its mean and variance. Where the
// likelihood rises without end the segments do not differ in that state (WarnBoundary).
//
// Absorbing states are absorbing in every segment. Errors are those of Fit for all segments together, and no or different
// segments.
func NewPool(segments []*Counts, absorbing ...int) (*Pool, error) {
	if len(segments) == 0 {
		return nil, errors.New("segments to pool: there are none")
	}
	p := &Pool{States: segments[0].States, All: NewCounts(segments[0].States), Segments: segments}
	for _, c := range segments {
		if err := checkCounts(c, absorbing); err != nil {
			return nil, err
		}
		if err := p.All.Merge(c); err != nil {
			return nil, err
		}
	}
	var err error
	if p.Mean, err = Fit(p.All, absorbing...); err != nil {
		return nil, err
	}
	if !p.Mean.Certificate.Certified() {
		return nil, &RefusedError{refusal(&p.Mean.Certificate)}
	}
	fixed := p.Mean.fixed()
	var alike []string
	p.Strength, p.strengths = make([]float64, len(p.States)), make([][]weighted, len(p.States))
	for i := range p.States {
		if p.Strength[i] = math.NaN(); !fixed[i] && p.weigh(i) && len(segments) > 1 {
			alike = append(alike, fmt.Sprintf("%q", p.States[i]))
		}
	}
	if alike != nil {
		p.Warnings = append(p.Warnings, num.Warning{Code: num.WarnBoundary, Message: "segments do not differ beyond chance in how they leave " + strings.Join(alike, ", ")})
	}
	for _, c := range segments {
		p.add(c, fixed)
	}
	return p, nil
}

// weigh finds the weights of A in state i, and reports whether the likelihood rises without end.
func (p *Pool) weigh(i int) (alike bool) {
	m := p.Mean.P.RawRowView(i)
	logLik, best := make([]float64, strengthSteps), 0
	out := make([]weighted, strengthSteps)
	for t := range out {
		share := float64(t) / (strengthSteps - 1)
		a := math.Exp(math.Log(leastStrength)*(1-share) + math.Log(mostStrength)*share)
		var sum num.Adder
		for _, c := range p.Segments {
			sum.Add(dirichletMultinomial(c.row(i), a, m))
		}
		logLik[t], out[t].a = sum.Sum(), a
		if logLik[t] > logLik[best] {
			best = t
		}
	}
	total := 0.0
	for t := range out {
		a := out[t].a
		out[t].weight = math.Exp(logLik[t]-logLik[best]) * a / ((a + 1) * (a + 1)) // d(1/(A + 1)) = A/(A + 1)² d log A
		total += out[t].weight
	}
	below := 0.0
	for t := range out {
		out[t].weight /= total
		if below < .5 {
			p.Strength[i] = out[t].a
		}
		below += out[t].weight
	}
	p.strengths[i] = out
	return best == strengthSteps-1
}

// dirichletMultinomial is the log probability of moves n in their order, given A and m; of few moves by sums of logarithms, without the
// cancellation of log Γ at large A.
func dirichletMultinomial(n []int64, a float64, m []float64) float64 {
	var total int64
	var sum float64
	for j, x := range n {
		if x > 0 {
			sum += logRising(a*m[j], x)
			total += x
		}
	}
	return sum - logRising(a, total)
}

// logRising is log Γ(a + n) − log Γ(a) = Σ_{r<n} log(a + r).
func logRising(a float64, n int64) float64 {
	const direct = 64
	if n <= direct {
		var sum float64
		for r := range n {
			sum += math.Log(a + float64(r))
		}
		return sum
	}
	x := float64(n)
	if a > 1e3 { // Stirling's series, differenced
		return (a+x-.5)*math.Log1p(x/a) + x*math.Log(a) - x + (1/(a+x)-1/a)/12 - (1/math.Pow(a+x, 3)-1/math.Pow(a, 3))/360
	}
	high, _ := math.Lgamma(a + x)
	low, _ := math.Lgamma(a)
	return high - low
}

// add pools one segment.
func (p *Pool) add(c *Counts, fixed []bool) {
	k := len(p.States)
	out := newChain(c)
	out.Absorbing, out.prior = p.Mean.Absorbing, 1
	out.Certificate = num.Certificate{Model: "chain", Converged: true, InfoPosDef: true,
		Criteria: []string{"closed form: posterior of a segment's moves and of what all segments share, averaged over its strength"}}
	shares := make([]float64, k)
	var logLik num.Adder
	for i := range k {
		if fixed[i] {
			out.P.Set(i, i, 1)
			continue
		}
		e, share := p.row(c, i)
		out.setRow(i, e)
		shares[i] = share
		out.Certificate.Observations += c.Leaving(i)
		for j, x := range c.row(i) {
			if x > 0 {
				logLik.AddProduct(float64(x), math.Log(out.P.At(i, j)))
			}
		}
	}
	out.Certificate.LogLik = logLik.Sum()
	out.tails = func(i, j int, level float64) (low, high float64) { return p.tails(c, i, j, level) }
	p.Chains, p.Share = append(p.Chains, out), append(p.Share, shares)
}

// part is the posterior of an entry at one A: Beta(mean·size, (1 − mean)·size), and its weight.
type part struct{ mean, size, variance, weight float64 }

// leastSize keeps a Beta that knows nothing a Beta: where hardly anything is known of the mean of few segments.
const leastSize = .01

// entry is the posterior of p_gij at a value of A.
func (p *Pool) entry(c *Counts, i, j int, s weighted) part {
	m, n := p.Mean.P.At(i, j), float64(c.Leaving(i))
	borrowed := s.a / (n + s.a)
	mean := (float64(c.At(i, j)) + s.a*m) / (n + s.a)
	variance := mean*(1-mean)/(n+s.a+1) + p.meanVariance(i, s.a)*borrowed*borrowed*m*(1-m)
	return part{mean, max(mean*(1-mean)/variance-1, leastSize), variance, s.weight}
}

// row is state i of a segment, and how much of it is its own.
func (p *Pool) row(c *Counts, i int) (e estimate, share float64) {
	n, k := float64(c.Leaving(i)), len(p.States)
	e.p = make([]float64, k)
	second := make([]float64, k) // E[Var + mean²]
	for _, s := range p.strengths[i] {
		share += s.weight * n / (n + s.a)
		for j := range k {
			at := p.entry(c, i, j, s)
			e.p[j] += s.weight * at.mean
			second[j] += s.weight * (at.variance + at.mean*at.mean)
		}
	}
	var variance, multinomial float64
	for j, v := range e.p {
		variance += second[j] - v*v
		multinomial += v * (1 - v)
	}
	e.spread, e.divisor = e.p, n+2 // of a row that is sure any number will do
	if variance > 0 && multinomial > 0 {
		e.divisor = multinomial / variance
	}
	e.size = max(e.divisor-1, 0)
	return e, share
}

// meanVariance is Var m_j ÷ (m_j(1 − m_j)) at A.
func (p *Pool) meanVariance(i int, a float64) (sum float64) {
	all := float64(p.All.Leaving(i))
	for _, c := range p.Segments {
		n := float64(c.Leaving(i)) / all
		sum += n * (n + a/all) / (a + 1)
	}
	return sum
}
