package hidden

import (
	"math"
	"slices"

	"mainstay/internal/num"
)

// clone is a copy that shares nothing.
func (q *Params) clone() *Params {
	out := &Params{Initial: slices.Clone(q.Initial), Mean: slices.Clone(q.Mean), Size: slices.Clone(q.Size), SpendMean: slices.Clone(q.SpendMean), SpendShape: q.SpendShape}
	for _, row := range q.Moves {
		out.Moves = append(out.Moves, slices.Clone(row))
	}
	out.Centre = q.Centre
	for _, row := range q.Slopes {
		next := make([][]float64, len(row))
		for j, v := range row {
			next[j] = slices.Clone(v)
		}
		out.Slopes = append(out.Slopes, next)
	}
	return out
}

// em climbs by expectation and maximisation (Baum, Petrie, Soules & Weiss 1970, Annals of Mathematical Statistics 41:164–171; Dempster,
// Laird & Rubin 1977) until the log-likelihood rises by less than tolerance × periods, or for a number of steps. It never falls: with a
// stationary start, where a step neglects what first states say of moves, and with covariates, where a step is Newton's, it ends where it would. trace is the log-likelihood before each step.
func (p *panel) em(q *Params, steps int, tolerance float64) (best *Params, trace []float64) {
	for range steps {
		s := p.learn(q)
		n := len(trace)
		if math.IsInf(s.logLik, -1) || math.IsNaN(s.logLik) || n > 0 && s.logLik < trace[n-1] && best != nil {
			return best, trace
		}
		trace = append(trace, s.logLik)
		best = q
		if n > 0 && s.logLik-trace[n-1] < tolerance*p.seen {
			break
		}
		q = p.maximise(q, s)
	}
	return best, trace
}

// maximise is the M-step: each part has its own maximum. The stationary start follows from the moves.
func (p *panel) maximise(old *Params, s *sums) *Params {
	k := p.m.States
	q := old.clone()
	normalise(q.Initial, s.first)
	for i := range k {
		if p.x == nil {
			normalise(q.Moves[i], s.moves[i*k:(i+1)*k])
		} else {
			p.maximiseMoves(q, i, s)
		}
		p.maximiseCount(q, i, s.counts[i*len(p.counts):(i+1)*len(p.counts)])
	}
	if p.m.Spend {
		maximiseSpend(q, s.spends)
	}
	if p.m.Start == Stationary {
		if d := stationary(q.Moves); d != nil {
			q.Initial = d
		}
	}
	return q
}

// normalise multiplies probabilities by their derivatives, and makes them sum to 1; it leaves them where nothing was seen.
func normalise(prob, by []float64) {
	var total float64
	for j, v := range by {
		total += prob[j] * v
	}
	if !(total > 0) {
		return
	}
	for j, v := range by {
		prob[j] *= v / total
	}
}

// Limits of the size of a negative binomial, and of the shape of a Gamma.
const (
	leastSize  = 1e-4
	mostSize   = 1e7
	leastShape = 1e-4
	mostShape  = 1e6
)

// maximiseCount sets mean and size; hist are expected periods by count. The mean's estimate is the mean, whatever the size.
func (p *panel) maximiseCount(q *Params, i int, hist []float64) {
	var total, sum float64
	for c, h := range hist {
		total += h
		sum += h * p.counts[c]
	}
	if !(total > 0) {
		return
	}
	q.Mean[i] = sum / total
	if q.Size == nil {
		return
	}
	value := func(size float64) (v float64) {
		for c, h := range hist {
			if h > 0 {
				v += h * logCount(p.counts[c], q.Mean[i], size)
			}
		}
		return v
	}
	if q.Mean[i] == 0 || overdispersion(hist, p.counts, q.Mean[i]) <= 0 { // Poisson is at least as good as any size near it
		if v := value(q.Size[i]); value(math.Inf(1)) >= v {
			q.Size[i] = math.Inf(1)
			return
		}
	}
	logSize, v := num.Maximise(func(x float64) float64 { return value(math.Exp(x)) }, math.Log(leastSize), math.Log(mostSize), 1e-9)
	if v >= value(q.Size[i]) {
		q.Size[i] = math.Exp(logSize)
	}
}

// overdispersion is Σ h((x−μ)² − x), twice the derivative of the log-likelihood in 1/r at Poisson.
func overdispersion(hist, counts []float64, mean float64) (sum float64) {
	for c, h := range hist {
		sum += h * ((counts[c]-mean)*(counts[c]-mean) - counts[c])
	}
	return sum
}

// maximiseSpend sets means and shape: a mean is the mean; log a − ψ(a) = mean of (log mean of the state − log y) (Choi & Wette 1969, Technometrics
// 11:683–690, eq. 6, of one state), by Newton's method in log a.
func maximiseSpend(q *Params, s []float64) {
	var total, gap float64
	for i := range q.SpendMean {
		w := s[i*spendSums]
		if w > leastWeight {
			q.SpendMean[i] = s[i*spendSums+1] / w
		}
		if !math.IsNaN(q.SpendMean[i]) {
			total += w
			gap += w*math.Log(q.SpendMean[i]) - s[i*spendSums+2]
		}
	}
	gap /= total
	if !(total > leastWeight) {
		return
	}
	if !(gap > 1/(2*mostShape)) {
		q.SpendShape = mostShape
		return
	}
	shape := (3 - gap + math.Sqrt((gap-3)*(gap-3)+24*gap)) / (12 * gap)
	for range 50 {
		step := (math.Log(shape) - num.Digamma(shape) - gap) / (shape*num.Trigamma(shape) - 1)
		shape *= math.Exp(max(-1, min(1, step)))
		if math.Abs(step) < 1e-13 {
			break
		}
	}
	q.SpendShape = max(leastShape, min(mostShape, shape))
}

// leastWeight is how many expected periods with spend say nothing.
const leastWeight = 1e-12
