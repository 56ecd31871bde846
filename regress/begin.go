package regress

// A sample is every sampleEvery-th block, of a source with so many rows and blocks that even the sample is large.
const (
	sampleEvery  = 16
	sampleRows   = 8192 // of a sample, at least
	samplePerCol = 200  // and so many for every column
	sampleStep   = 0.01 // the ascent on the sample ends at a step this small, for its own error is no smaller
	sampleSteps  = 12
)

// begin is the point from which the likelihood is maximised: where a sample of a large source would end, some 4
// standard errors of all rows away, which saves about three passes; else the null model. null is the log-likelihood
// of that.
func (m *logit) begin(null float64) point {
	if gamma := m.sampled(); gamma != nil {
		if p := m.at(gamma); p.loglik > null && allFinite(p.score) {
			return p
		}
	}
	return m.at(m.start())
}

// sampled is about the maximum on a sample; nil when there is none, or it is not found soon.
func (m *logit) sampled() []float64 {
	if !m.large() {
		return nil
	}
	few := *m
	few.d = m.d.sample(sampleEvery)
	defer func() { m.d.fail(few.d.err) }()
	p := few.at(m.start())
	for range sampleSteps {
		step, ok := p.newton()
		if !ok {
			return nil
		}
		next, size, ok := few.climb(p, step)
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
func (m *logit) large() bool {
	return len(m.d.counts) >= sampleEvery && m.d.rows() >= sampleEvery*max(sampleRows, samplePerCol*len(m.cols))
}
