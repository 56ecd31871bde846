package regress

import (
	"slices"

	"gonum.org/v1/gonum/floats"
)

// A sample is every sampleEvery-th block, of a source with so many rows and blocks that even the sample is large.
const (
	sampleEvery  = 16
	sampleRows   = 4096 // of a sample, at least
	samplePerCol = 200  // and so many for every column
	sampleStep   = 0.01 // the ascent on the sample ends at a step this small, for its own error is no smaller
	sampleSteps  = 12
	secondEvery  = 4 // one more step on a larger sample costs a quarter of a pass and saves one
)

// begin is the point from which the likelihood is maximised: where samples of a large source would end, some 2
// standard errors of all rows away, which saves about four passes; else the null model. null is the log-likelihood
// of that.
func (m *glm) begin(null float64) point {
	if gamma := m.sampled(); gamma != nil {
		if p := m.at(gamma); p.loglik > null && allFinite(p.score) {
			return p
		}
	}
	return m.at(m.start())
}

// sampled is about the maximum on samples; nil when there is none, or it is not found soon.
func (m *glm) sampled() []float64 {
	if !m.large() {
		return nil
	}
	few := *m
	few.d = m.d.sample(sampleEvery)
	gamma := few.climbSoon(few.start())
	m.d.fail(few.d.err)
	if gamma == nil {
		return nil
	}
	few.d = m.d.sample(secondEvery)
	p := few.at(gamma)
	m.d.fail(few.d.err)
	step, ok := p.newton()
	if !ok {
		return gamma
	}
	next := slices.Clone(gamma)
	floats.Add(next, step)
	return next
}

// climbSoon is where an ascent from gamma ends by its first small step; nil when it does not soon.
func (m *glm) climbSoon(gamma []float64) []float64 {
	p := m.at(gamma)
	for range sampleSteps {
		step, ok := p.newton()
		if !ok {
			return nil
		}
		next, size, ok := climb(p, step, m.at)
		if !ok {
			return nil
		}
		if p = next; size <= sampleStep {
			return p.gamma
		}
	}
	return nil
}

// large reports whether a pass costs so much that one is worth saving.
func (m *glm) large() bool {
	return len(m.d.counts) >= sampleEvery && m.d.rows() >= sampleEvery*max(sampleRows, samplePerCol*len(m.cols))
}

// constantStart is the estimate of the constant column alone.
func (m *glm) constantStart() []float64 {
	gamma := make([]float64, len(m.cols))
	if m.fr.ones >= 0 && len(gamma) > 0 { // always the first of cols, scaled to 1
		gamma[0] = m.law.link(m.response / m.total)
	}
	return gamma
}

// start is the constant estimate or, where that is better, the first step of iteratively reweighted least squares from
// means near the responses (McCullagh & Nelder 1989, §2.5). Means near classes say no more than the constant.
func (m *glm) start() []float64 {
	constant := m.constantStart()
	if m.law.traits().classes {
		return constant
	}
	k, mean := len(m.cols), m.response/m.total
	sums := m.tiles(func(t *tileRows, part []float64) {
		for i, y := range t.Y {
			eta := m.law.link(m.law.guess(y, mean))
			_, slope, variance := m.law.mean(eta)
			t.info[i] = t.weight(i) * slope * slope / variance
			t.score[i] = t.info[i] * (eta - t.offset(i))
		}
		t.addScore(part, t.score[:])
		t.addGram(part[k:], t.info[:])
	}, k+k*(k+1)/2)
	first := point{gamma: constant, score: sums[:k], info: unpack(sums[k:], k)}
	if guess, ok := first.newton(); ok && !(m.loglik(guess) <= m.loglik(constant)) {
		return guess
	}
	return constant
}
