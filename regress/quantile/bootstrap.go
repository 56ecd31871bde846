package quantile

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// DefaultSamples is how many bootstrap samples are drawn unless told: a standard error is then known to 5 %.
const DefaultSamples = 200

// bootstrap is the covariance of the coefficients over samples of rows, or of clusters, drawn with replacement. Sample s
// is drawn from Seed and s alone, so threads change nothing. A sample in which a column is constant has no
// coefficient of it; it is drawn again, up to ten times. Samples that are still missing are warned of, more than a tenth of them is an error.
func (f *Fit) bootstrap(p *problem, end *descent, o Options) (*mat.SymDense, error) {
	samples := o.Samples
	if samples == 0 {
		samples = DefaultSamples
	}
	if samples < 2 {
		return nil, fmt.Errorf("quantile: %d bootstrap samples, expected at least 2", samples)
	}
	units := unitsOf(p.n, o.Cluster)
	if len(units) < 2 {
		return nil, fmt.Errorf("quantile: all rows are one cluster: nothing can be drawn; leave the clusters out or add data")
	}
	if o.Cluster != nil && len(units) <= p.k {
		f.Certificate.Warn(num.WarnTooFew, fmt.Sprintf("%d clusters for %d coefficients: bootstrapped standard errors are too small", len(units), p.k))
	}
	betas := make([][]float64, samples)
	num.Blocks(samples, 1, o.Threads, func(s, _, _ int) {
		rng := rand.New(rand.NewPCG(o.Seed, uint64(s)))
		for range 10 {
			if betas[s] = p.resample(units, rng, end.basis); betas[s] != nil {
				return
			}
		}
	})
	betas = slices.DeleteFunc(betas, func(b []float64) bool { return b == nil })
	if missing := samples - len(betas); missing > samples/10 || len(betas) < 2 {
		return nil, fmt.Errorf("quantile: %d of %d bootstrap samples have no fit, for a column does not vary in them: merge rare levels", missing, samples)
	} else if missing > 0 {
		f.Certificate.Warn(num.WarnTooFew, fmt.Sprintf("%d of %d bootstrap samples have no fit, for a column does not vary in them: standard errors are a little too small; merge rare levels", missing, samples))
	}
	return spread(betas), nil
}

// unitsOf lists the rows of each unit that is drawn.
func unitsOf(n int, cluster []int32) [][]int {
	if cluster == nil {
		units := make([][]int, n)
		for i := range units {
			units[i] = []int{i}
		}
		return units
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(cluster[a]) - int(cluster[b]) })
	var units [][]int
	for q, i := range order {
		if q == 0 || cluster[i] != cluster[order[q-1]] {
			units = append(units, nil)
		}
		units[len(units)-1] = append(units[len(units)-1], i)
	}
	return units
}

// resample is β of one sample; nil when it has none. A row drawn m times is one row of weight m.
func (p *problem) resample(units [][]int, rng *rand.Rand, near []int) []float64 {
	times := make([]int, p.n)
	for range units {
		for _, i := range units[rng.IntN(len(units))] {
			times[i]++
		}
	}
	var rows []int
	for i, m := range times {
		if m > 0 {
			rows = append(rows, i)
		}
	}
	q := p.part(rows)
	q.threads = 1
	for s, i := range rows {
		m := float64(times[i])
		q.y[s] *= m
		q.w[s] *= m
		for a := range q.k {
			q.x[s*q.k+a] *= m
		}
	}
	if q.first = q.start(rows, near); q.first == nil {
		return nil
	}
	if end := q.descend(q.first); end.optimal {
		return end.beta
	}
	return nil
}

// start is a basis of the sample: rows of near where they were drawn, others in the place of those that were not.
func (q *problem) start(rows, near []int) []int {
	var order []int
	for _, i := range near {
		if s, ok := slices.BinarySearch(rows, i); ok {
			order = append(order, s)
		}
	}
	if len(order) == q.k {
		return order
	}
	all := make([]int, q.k)
	scale := make([]float64, q.k)
	for a := range all {
		all[a], scale[a] = a, 1
	}
	first, _, dropped := independent(q.n, all, scale, func(i, a int) float64 { return q.x[i*q.k+a] })
	if len(dropped) > 0 {
		return nil
	}
	return first
}

// spread is the sample covariance of vectors.
func spread(betas [][]float64) *mat.SymDense {
	k, n := len(betas[0]), float64(len(betas))
	mean := make([]float64, k)
	for _, b := range betas {
		for a, v := range b {
			mean[a] += v / n
		}
	}
	out := mat.NewSymDense(k, nil)
	for _, b := range betas {
		for i := range k {
			for j := i; j < k; j++ {
				out.SetSym(i, j, out.At(i, j)+(b[i]-mean[i])*(b[j]-mean[j])/(n-1))
			}
		}
	}
	return out
}
