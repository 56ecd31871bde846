package attrition

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// rowBlock is the unit of work and of float reduction over customers; fixed, because results depend on it.
const rowBlock = 2048

// likelihood is the mean log-likelihood of a book under a law, in coordinates: logarithms of the parameters, then coefficients of the
// covariates of purchase, dropout and stay.
type likelihood struct {
	law     law
	book    *book
	effects []effect // one for each covariate, in the order of the coordinates
	columns [][]float64
	threads int
}

func newLikelihood(l law, b *book, threads int) *likelihood {
	out := &likelihood{law: l, book: b, threads: max(threads, 1)}
	moves := l.moves()
	for g := range b.z {
		for _, col := range b.z[g] {
			out.effects, out.columns = append(out.effects, moves[g]), append(out.columns, col)
		}
	}
	return out
}

// on is the likelihood of a part of the customers.
func (l *likelihood) on(b *book) *likelihood {
	part := *l
	part.book, part.columns = b, nil
	for g := range b.z {
		part.columns = append(part.columns, b.z[g]...)
	}
	return &part
}

// size is the number of coordinates.
func (l *likelihood) size() int { return len(l.law.names()) + len(l.effects) }

// surface is the mean log-likelihood, its gradient and its Hessian: one pass.
func (l *likelihood) surface(theta []float64) (float64, []float64, *mat.SymDense) {
	n := len(l.law.names())
	var p [most]float64
	for i := range n {
		p[i] = math.Exp(theta[i])
	}
	size := l.size()
	width := 1 + size + size*(size+1)/2
	var sum []float64
	if len(l.effects) == 0 {
		sum = l.plain(&p)
	} else {
		sum = num.BlockSums(len(l.book.x), rowBlock, l.threads, width, func(lo, hi int, sum []float64) { l.moved(theta, lo, hi, sum) })
	}
	gradient, hessian := make([]float64, size), mat.NewSymDense(size, nil)
	k := 1 + size
	for i := range size {
		gradient[i] = sum[1+i] / l.book.total
		for j := i; j < size; j++ {
			hessian.SetSym(i, j, sum[k]/l.book.total)
			k++
		}
	}
	return sum[0] / l.book.total, gradient, hessian
}

// plain sums over customers who share their parameters; derivatives by logarithms are taken of the sums.
func (l *likelihood) plain(p *[most]float64) []float64 {
	b := l.book
	const width = 1 + most + most*(most+1)/2
	s := num.BlockSums(len(b.x), rowBlock, l.threads, width, func(lo, hi int, sum []float64) {
		var w work
		var s split
		var one part
		for i := lo; i < hi; i++ {
			l.law.split(&w, p, b.x[i], b.last[i], b.end[i], true, &s)
			s.whole(&one)
			weight := b.weight[i]
			sum[0] += weight * one.v
			for j := range one.g {
				sum[1+j] += weight * one.g[j]
			}
			for j := range one.h {
				sum[1+most+j] += weight * one.h[j]
			}
		}
	})
	all := part{v: s[0]}
	copy(all.g[:], s[1:])
	copy(all.h[:], s[1+most:])
	all.inLogs(p)
	n := l.size()
	out := append([]float64{all.v}, all.g[:n]...)
	for i := range n {
		for j := i; j < n; j++ {
			out = append(out, all.h[at(i, j)])
		}
	}
	return out
}

// moved adds customers whose covariates move their parameters: log θᵢ is linear in the coordinates, so that by the chain rule the derivative
// by a coefficient is sign·z times that by the logarithm it acts on.
func (l *likelihood) moved(theta []float64, lo, hi int, sum []float64) {
	var w work
	var s split
	var one part
	b, n, size := l.book, len(l.law.names()), l.size()
	on, by := make([]int, size), make([]float64, size) // the logarithm a coordinate acts on, and its derivative
	for i := range n {
		on[i], by[i] = i, 1
	}
	for i := lo; i < hi; i++ {
		p := l.parameters(theta, i)
		for j, e := range l.effects {
			on[n+j], by[n+j] = e.parameter, e.sign*l.columns[j][i]
		}
		l.law.split(&w, &p, b.x[i], b.last[i], b.end[i], true, &s)
		s.whole(&one)
		one.inLogs(&p)
		weight := b.weight[i]
		sum[0] += weight * one.v
		k := 1 + size
		for u := range size {
			wu := weight * by[u]
			sum[1+u] += wu * one.g[on[u]]
			for v := u; v < size; v++ {
				sum[k] += wu * by[v] * one.h[at(min(on[u], on[v]), max(on[u], on[v]))]
				k++
			}
		}
	}
}

// parameters are those of distinct customer i.
func (l *likelihood) parameters(theta []float64, i int) (p [most]float64) {
	n := len(l.law.names())
	copy(p[:n], theta)
	for j, e := range l.effects {
		p[e.parameter] += e.sign * theta[n+j] * l.columns[j][i]
	}
	for i := range n {
		p[i] = math.Exp(p[i])
	}
	return p
}
