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
			for i := lo; i < hi; i++ {
				_, resid, v := bernoulli(p.eta(i, gamma), p.y[i])
				sum[0] += p.w[i] * resid
				sum[1] += p.w[i] * v
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

// augmented is the likelihood of the rows together with two more for each, of either outcome and of weight hᵢ/2, which
// a further column tells apart; not penalised (FLAC: Puhr et al. 2017, §2.3). Without that column its maximum would
// be Firth's estimate.
func (p *penal) augmented(best *firthPoint) *penal {
	k := p.k + 1
	out := &penal{n: 3 * p.n, k: k, scale: append(append([]float64(nil), p.scale...), 1), constant: p.constant, threads: p.threads}
	for copyOf := range 3 {
		for i := range p.n {
			out.z = append(out.z, p.z[i*p.k:(i+1)*p.k]...)
			added, y, w := 1.0, float64(copyOf-1), best.hat[i]/2
			if copyOf == 0 {
				added, y, w = 0, p.y[i], p.w[i]
			}
			out.z, out.y, out.w = append(out.z, added), append(out.y, y), append(out.w, w)
			if p.offset != nil {
				out.offset = append(out.offset, p.offset[i])
			}
		}
	}
	out.total = num.Sum(out.w)
	return out
}
