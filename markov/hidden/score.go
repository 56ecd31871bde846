package hidden

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// score is the derivative of the log-likelihood in the coordinates: that of the complete-data log-likelihood, expected given the data
// (Fisher's identity; Cappé, Moulines & Rydén 2005, Inference in Hidden Markov Models, prop. 10.1.6).
func (w *working) score(q *Params, s *sums) []float64 {
	k := w.p.m.States
	slopes := w.p.pull(q, s)
	for i, v := range s.moves {
		slopes[i] += v
	}
	out := make([]float64, len(w.coords))
	for c, x := range w.coords {
		switch x.kind {
		case ofMove, ofSlope:
			if w.p.x != nil {
				out[c] = s.slopes[(x.i*k+x.j)*w.p.x.terms()+x.term()]
				continue
			}
			out[c] = softSlope(q.Moves[x.i], slopes[x.i*k:(x.i+1)*k], x.j)
		case ofInitial:
			out[c] = softSlope(q.Initial, s.first, x.j)
		case ofMean, ofSize:
			n := len(w.p.counts)
			out[c] = countSlope(x.kind, s.counts[x.i*n:(x.i+1)*n], w.p.counts, q.Mean[x.i], q.size(x.i))
		case ofSpendMean:
			a := s.spends[x.i*spendSums:]
			out[c] = q.SpendShape * (a[1]/q.SpendMean[x.i] - a[0])
		case ofSpendShape:
			out[c] = shapeSlope(q, s.spends)
		}
	}
	return out
}

// term is the place of a move's coordinate among the terms: its constant, or a slope.
func (c coordinate) term() int {
	if c.kind == ofSlope {
		return 1 + c.q
	}
	return 0
}

// softSlope is p_j (slope_j − Σ p slope).
func softSlope(prob, slopes []float64, j int) float64 {
	var mean float64
	for m, v := range slopes {
		mean += prob[m] * v
	}
	return prob[j] * (slopes[j] - mean)
}

// shapeSlope is the derivative of Σ γ log f(y) in log a.
func shapeSlope(q *Params, spends []float64) (sum float64) {
	a := q.SpendShape
	for i, mean := range q.SpendMean {
		if s := spends[i*spendSums:]; !math.IsNaN(mean) {
			sum += a * (s[0]*(math.Log(a/mean)+1-num.Digamma(a)) + s[2] - s[1]/mean)
		}
	}
	return sum
}

// countSlope is the derivative of Σ h log f(x) in log μ or log r.
func countSlope(k kind, hist, counts []float64, mean, size float64) (sum float64) {
	for c, h := range hist {
		if h == 0 {
			continue
		}
		x := counts[c]
		switch {
		case k == ofMean && math.IsInf(size, 1):
			sum += h * (x - mean)
		case k == ofMean:
			sum += h * (x - mean) * size / (size + mean)
		default:
			sum += h * size * (num.DigammaRise(size, x) - math.Log1p(mean/size) + (mean-x)/(size+mean))
		}
	}
	return sum
}

// difference is the step in a coordinate by which scores are taken apart for the Hessian.
const difference = 1e-4

// surface is the mean log-likelihood of the periods seen, its score, and its Hessian by central differences of the score.
func (w *working) surface(theta []float64) (float64, []float64, *mat.SymDense) {
	n, size := w.p.seen, len(theta)
	at := func(theta []float64) (*sums, []float64) {
		q := w.params(theta)
		s := w.p.pass(q)
		return s, w.score(q, s)
	}
	s, score := at(theta)
	hessian := mat.NewSymDense(size, nil)
	if math.IsNaN(s.logLik) || math.IsInf(s.logLik, 0) {
		return math.Inf(-1), score, hessian
	}
	raw := mat.NewDense(size, size, nil)
	moved := append([]float64(nil), theta...)
	for i := range theta {
		moved[i] = theta[i] + difference
		_, up := at(moved)
		moved[i] = theta[i] - difference
		_, down := at(moved)
		moved[i] = theta[i]
		for j := range up {
			raw.Set(i, j, (up[j]-down[j])/(2*difference*n))
		}
	}
	for i := range size {
		score[i] /= n
		for j := i; j < size; j++ {
			hessian.SetSym(i, j, (raw.At(i, j)+raw.At(j, i))/2)
		}
	}
	return s.logLik / n, score, hessian
}
