package ctmc

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"
)

// passed is what a pass over all customers finds.
type passed struct {
	logLik  float64
	score   []float64
	outer   []float64 // Σ of the outer products of the scores of customers, in rows
	risen   []float64 // state × shown: derivative by e_so
	started []float64 // by state: derivative by π_s
}

// blockCustomers is how many customers a block holds at least.
const blockCustomers = 16

// pass goes over all customers. Blocks are cut by the number of customers alone and added in a fixed tree: the result does not depend on threads.
func (p *panel) pass(theta []float64) *passed {
	p.prepare(theta)
	n, k := p.parameters(), len(p.m.States)
	customers, width := len(p.d.Begins)-1, 1+n+n*n+k*k+k
	block := max(blockCustomers, (customers+255)/256)
	v := num.BlockSums(customers, block, p.threads, width, func(lo, hi int, sum []float64) {
		w := p.walker(theta)
		for c := lo; c < hi; c++ {
			w.add(p.d.Begins[c], p.d.Begins[c+1], sum)
		}
	})
	return &passed{v[0], v[1 : 1+n], v[1+n : 1+n+n*n], v[1+n+n*n : 1+n+n*n+k*k], v[1+n+n*n+k*k:]}
}

// add adds a customer: the derivative of its log-likelihood by a probability that the sums of forward hold once is α β of all else around it, with
// ∂P by the logarithms of the rates for that of a matrix.
func (w *walker) add(lo, hi int, sum []float64) {
	k := w.k
	logLik := w.forward(lo, hi)
	if sum[0] += logLik; math.IsInf(logLik, -1) {
		return
	}
	w.backward(lo, hi)
	clear(w.score)
	clear(w.risen)
	clear(w.started)
	w.addFirst(w.p.d.Intervals[lo].From)
	ahead := make([]float64, k)
	for i := lo; i < hi; i++ {
		n, v := i-lo, w.p.d.Intervals[i]
		before, next, total := w.alpha[n*k:(n+1)*k], w.beta[(n+1)*k:(n+2)*k], w.total[n+1]
		w.carry(v, n)
		w.ahead(w.at[n], before, ahead)
		for r, rate := range w.p.m.Rates {
			w.slope[r] = bilinear(before, w.at[n][(1+r)*k*k:(2+r)*k*k], w.back)
			if v.Kind == Entered && rate.To == v.To {
				w.slope[r] += ahead[rate.From] * w.q[n][r] * next[v.To] / total
			}
		}
		w.p.m.chain(w.covariates(v), w.slope, w.score[:w.p.chain()])
		if v.Kind == Seen {
			for s, a := range ahead {
				w.risen[s*k+v.To] += a * next[s] / total
			}
		}
	}
	w.soften()
	at := 1
	for _, s := range w.score {
		sum[at] += s
		at++
	}
	for _, s := range w.score {
		for _, t := range w.score {
			sum[at] += s * t
			at++
		}
	}
	for _, v := range w.risen {
		sum[at] += v
		at++
	}
	for _, v := range w.started {
		sum[at] += v
		at++
	}
}

// addFirst is what the first look says.
func (w *walker) addFirst(o int) {
	switch w.p.m.First {
	case FirstKnown:
		s := w.p.m.Known
		w.risen[s*w.k+o] += w.beta[s] / w.total[0]
	case FirstFree:
		for s, b := range w.beta[:w.k] {
			w.started[s] = w.shown[s*w.k+o] * b / w.total[0]
			w.risen[s*w.k+o] += w.begun[s] * b / w.total[0]
		}
	}
}

// soften makes slopes by probabilities those by their logits: p_j (slope_j − Σ p slope).
func (w *walker) soften() {
	k, at := w.k, w.p.chain()
	for i, e := range w.p.m.Mistakes {
		shown, risen := w.shown[e.True*k:(e.True+1)*k], w.risen[e.True*k:(e.True+1)*k]
		w.score[at+i] = shown[e.Seen] * (risen[e.Seen] - dot(shown, risen))
	}
	at += len(w.p.m.Mistakes)
	if len(w.p.first) > 1 {
		mean := dot(w.begun, w.started)
		for i, s := range w.p.first[1:] {
			w.score[at+i] = w.begun[s] * (w.started[s] - mean)
		}
	}
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// bilinear is a' M b.
func bilinear(a, m, b []float64) (sum float64) {
	for i, v := range a {
		if v != 0 {
			sum += v * dot(m[i*len(b):(i+1)*len(b)], b)
		}
	}
	return sum
}

// free are the parameters that are not put at 0: a climb is along these.
func free(theta []float64) (at []int) {
	for i, v := range theta {
		if !math.IsInf(v, -1) {
			at = append(at, i)
		}
	}
	return at
}

// with is theta with its free parameters at x.
func with(theta []float64, at []int, x []float64) []float64 {
	out := append([]float64(nil), theta...)
	for i, v := range x {
		out[at[i]] = v
	}
	return out
}

// looks is how many there are that tell something of each other.
func (p *panel) looks() float64 { return float64(len(p.d.Intervals)) }

// steep is the mean log-likelihood of a look, its score, and minus the mean of outer products, which is near the Hessian where the model is right (Berndt, Hall, Hall & Hausman 1974).
func (p *panel) steep(theta []float64, at []int) num.Surface {
	n := p.looks()
	return func(x []float64) (float64, []float64, *mat.SymDense) {
		s := p.pass(with(theta, at, x))
		width := len(s.score)
		score, hessian := make([]float64, len(at)), mat.NewSymDense(len(at), nil)
		for i, a := range at {
			score[i] = s.score[a] / n
			for j := i; j < len(at); j++ {
				hessian.SetSym(i, j, -s.outer[a*width+at[j]]/n)
			}
		}
		return s.logLik / n, score, hessian
	}
}

// exact is the same with the Hessian, by central differences of the score.
func (p *panel) exact(theta []float64, at []int) num.Surface {
	steep := p.steep(theta, at)
	return func(x []float64) (float64, []float64, *mat.SymDense) {
		value, score, _ := steep(x)
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return value, score, mat.NewSymDense(len(at), nil)
		}
		raw := mat.NewDense(len(at), len(at), nil)
		fd.Jacobian(raw, func(to, x []float64) {
			_, score, _ := steep(x)
			copy(to, score)
		}, x, &fd.JacobianSettings{Formula: fd.Central, Step: difference})
		return value, score, num.Symmetric(raw)
	}
}
