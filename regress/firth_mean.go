package regress

import (
	"math"

	"mainstay/internal/num"
)

// recentre is best with the constant column's coefficient such that predictions are right on average,
//
//	Σ wᵢ (yᵢ − pᵢ) = 0,
//
// the other coefficients staying (FLIC: Puhr et al. 2017, §2.2). Both classes have weight, so there is one solution.
func (p *penal) recentre(best *firthPoint) *firthPoint {
	gamma := append([]float64(nil), best.gamma...)
	low, high := math.Inf(-1), math.Inf(1)
	for range 200 {
		sums := num.BlockSums(p.n, rowBlock, p.threads, 2, func(lo, hi int, sum []float64) {
			c := p.chances()
			for i := lo; i < hi; i++ {
				c.set(p, i, gamma)
				sum[0] += c.residual(p, i, 1)
				sum[1] += p.weight[i] * c.variance(1, 1)
			}
		})
		at := gamma[p.constant]
		if sums[0] > 0 {
			low = at
		} else {
			high = at
		}
		next := at + max(-1, min(1, sums[0]/sums[1]))
		if !(next > low && next < high) {
			next = (low + high) / 2 // both are finite where a step leaves them
		}
		if math.IsNaN(next) || math.IsInf(next, 0) || math.Abs(next-at) <= 1e-14*(1+math.Abs(at)) {
			break
		}
		gamma[p.constant] = next
	}
	out := *p.at(gamma)
	out.iterations, out.converged = best.iterations, out.inverse != nil
	return &out
}

// augmented is the likelihood of the patterns together with another for each, of the weight hᵢ in either category, which
// a further column tells apart; not penalised (FLAC: Puhr et al. 2017, §2.3). Without that column its maximum would
// be Firth's estimate.
func (p *penal) augmented(best *firthPoint) *penal {
	out := &penal{k: p.k + 1, slopes: 1, total: p.total, scale: append(append([]float64(nil), p.scale...), 1), constant: p.constant, threads: p.threads}
	c, l := p.chances(), p.leverages()
	for added := range 2 {
		for i := range p.n {
			z, count, off := p.z[i*p.k:(i+1)*p.k], p.count[2*i:2*i+2], 0.0
			if p.offset != nil {
				off = p.offset[i]
			}
			if added == 1 {
				c.set(p, i, best.gamma)
				l.set(p, best, c, z)
				h := p.weight[i] * (l.h[0] + l.h[1])
				count = []float64{h, h}
				out.total += 2 * h
			}
			out.add(append(append([]float64(nil), z...), float64(added)), off, p.offset != nil, count...)
		}
	}
	return out
}
