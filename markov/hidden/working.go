package hidden

import (
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// kind is what a coordinate stands for.
type kind uint8

const (
	ofMove       kind = iota // log p_ij/p_ir, r the likeliest of the row
	ofInitial                // log δ_j/δ_r
	ofMean                   // log μ
	ofSize                   // log r
	ofSpendMean              // log of the mean
	ofSpendShape             // log of the shape of all
)

type coordinate struct {
	kind kind
	i, j int // state; of a move the one after it, of an initial probability j
}

// working are unbounded coordinates of the parameters that do not lie on an edge: probabilities of 0, means of 0 and infinite sizes stay.
type working struct {
	p      *panel
	base   *Params
	coords []coordinate
	refs   []int // the likeliest move of each row, and at last the likeliest initial state
}

func (p *panel) working(q *Params) *working {
	w := &working{p: p, base: q.clone()}
	for i, row := range q.Moves {
		w.softmax(ofMove, i, row)
	}
	if p.m.Start == Free {
		w.softmax(ofInitial, 0, q.Initial)
	}
	add := func(k kind, values []float64) {
		for i, v := range values {
			if v > 0 && !math.IsInf(v, 1) {
				w.coords = append(w.coords, coordinate{k, i, 0})
			}
		}
	}
	add(ofMean, q.Mean)
	for i, v := range q.Size {
		if q.Mean[i] > 0 && !math.IsInf(v, 1) {
			w.coords = append(w.coords, coordinate{ofSize, i, 0})
		}
	}
	add(ofSpendMean, q.SpendMean) // NaN is not above 0
	if p.m.Spend && !noSpend(q) {
		w.coords = append(w.coords, coordinate{ofSpendShape, 0, 0})
	}
	return w
}

func (w *working) softmax(k kind, i int, prob []float64) {
	ref := 0
	for j, v := range prob {
		if v > prob[ref] {
			ref = j
		}
	}
	w.refs = append(w.refs, ref)
	for j, v := range prob {
		if v > 0 && j != ref {
			w.coords = append(w.coords, coordinate{k, i, j})
		}
	}
}

// noSpend is whether no state has any.
func noSpend(q *Params) bool {
	return !slices.ContainsFunc(q.SpendMean, func(v float64) bool { return !math.IsNaN(v) })
}

// at is the value whose logarithm a coordinate is.
func (q *Params) at(c coordinate) *float64 {
	switch c.kind {
	case ofMean:
		return &q.Mean[c.i]
	case ofSize:
		return &q.Size[c.i]
	case ofSpendMean:
		return &q.SpendMean[c.i]
	}
	return &q.SpendShape
}

// theta is where the base is.
func (w *working) theta() []float64 {
	out := make([]float64, len(w.coords))
	for c, x := range w.coords {
		switch x.kind {
		case ofMove:
			out[c] = math.Log(w.base.Moves[x.i][x.j] / w.base.Moves[x.i][w.refs[x.i]])
		case ofInitial:
			out[c] = math.Log(w.base.Initial[x.j] / w.base.Initial[w.refs[len(w.refs)-1]])
		default:
			out[c] = math.Log(*w.base.at(x))
		}
	}
	return out
}

// params are those at theta.
func (w *working) params(theta []float64) *Params {
	q := w.base.clone()
	for i := range q.Moves {
		q.Moves[i][w.refs[i]] = 1
	}
	if w.p.m.Start == Free {
		q.Initial[w.refs[len(w.refs)-1]] = 1
	}
	for c, x := range w.coords {
		v := math.Exp(theta[c])
		switch x.kind {
		case ofMove:
			q.Moves[x.i][x.j] = v
		case ofInitial:
			q.Initial[x.j] = v
		default:
			*q.at(x) = v
		}
	}
	for _, row := range q.Moves {
		toOne(row)
	}
	if w.p.m.Start == Free {
		toOne(q.Initial)
	} else if q.Initial = stationary(q.Moves); q.Initial == nil {
		q.Initial = make([]float64, w.p.m.States) // the data cannot be
	}
	return q
}

func toOne(prob []float64) {
	var total float64
	for _, v := range prob {
		total += v
	}
	for j := range prob {
		prob[j] /= total
	}
}

// inverse of I − P + 1·1ᵀ, of which δ = 1ᵀ(·)⁻¹ is the stationary distribution where there is one only; nil otherwise.
func fundamental(moves [][]float64) *mat.Dense {
	k := len(moves)
	a := mat.NewDense(k, k, nil)
	for i, row := range moves {
		for j, v := range row {
			a.Set(i, j, 1-v)
		}
		a.Set(i, i, 2-row[i])
	}
	var out mat.Dense
	if out.Inverse(a) != nil {
		return nil
	}
	return &out
}

// stationary is δ = δP (Zucchini, MacDonald & Langrock 2016, §1.3.2); nil where there is more than one.
func stationary(moves [][]float64) []float64 {
	inverse := fundamental(moves)
	if inverse == nil {
		return nil
	}
	out := make([]float64, len(moves))
	for j := range out {
		out[j] = max(0, mat.Sum(inverse.ColView(j)))
	}
	toOne(out)
	return out
}

// pull is what the first states of the customers say of the moves by way of a stationary start: ∂/∂p_ij Σ γ log δ = δ_i u_j, for
// dδ = δ dP (I − P + 1·1ᵀ)⁻¹ (rows of dP sum to 0). Zeros with a free start.
func (p *panel) pull(q *Params, s *sums) []float64 {
	k := p.m.States
	out := make([]float64, k*k)
	if p.m.Start == Free {
		return out
	}
	inverse := fundamental(q.Moves)
	if inverse == nil {
		return out
	}
	var u mat.VecDense
	u.MulVec(inverse, mat.NewVecDense(k, s.first)) // first is γ/δ
	for i := range k {
		for j := range k {
			out[i*k+j] = q.Initial[i] * u.AtVec(j)
		}
	}
	return out
}

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
		case ofMove:
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
