package regress

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// clusterBlock is how many clusters are summed before blocks are combined; fixed, because
// results depend on it.
const clusterBlock = 1024

// addRobust sets f.Robust when clusters were given: the CR1 covariance
//
//	V = c · H⁻¹ (Σ_g s_g s_g') H⁻¹,   s_g = Σ_{i in g} wᵢ eᵢ xᵢ,   c = G/(G−1) · (N−1)/(N−K)
//
// where H is X'WX (least squares) or the information (logistic), e the residual y − ŷ, G the
// number of clusters, N of rows and K of independent columns (Liang & Zeger 1986; Cameron &
// Miller 2015, A Practitioner's Guide to Cluster-Robust Inference, J. Human Resources
// 50:317–372, §II.B, with the finite-sample factor c given there). bread is H⁻¹ in the frame.
//
// One cluster gives no covariance: the fit is refused. Up to K clusters give one that is
// singular: a warning.
func (f *Fit) addRobust(d *Design, fr *frame, cols []int, resid []float64, bread *mat.SymDense, o Options) {
	if o.Cluster == nil {
		return
	}
	rows, starts := groupRows(o.Cluster)
	groups, n, k := len(starts)-1, len(resid), len(cols)
	f.Clusters = groups
	if !enough(&f.Certificate, groups, k) {
		return
	}
	width := k * k
	names := len(d.Names)
	sums := num.BlockSums(groups, clusterBlock, o.Threads, width, func(lo, hi int, sum []float64) {
		score := make([]float64, k)
		for g := lo; g < hi; g++ {
			clear(score)
			for _, i := range rows[starts[g]:starts[g+1]] {
				e := o.weight(int(i)) * resid[i]
				x := d.X[int(i)*names : (int(i)+1)*names]
				for a, j := range cols {
					score[a] += e * (x[j] - fr.mean[j]) / fr.scale[j]
				}
			}
			for a, u := range score { // the lower triangle
				row := sum[a*k : a*k+a+1]
				for b, v := range score[:a+1] {
					row[b] += u * v
				}
			}
		}
	})
	for a := range k {
		for b := range a {
			sums[b*k+a] = sums[a*k+b]
		}
	}
	c := few(groups, n, k)
	f.Robust = fr.covariance(cols, sandwich(bread, mat.NewDense(k, k, sums), c))
}

// enough reports whether there are clusters for a covariance: the fit is refused where there is but one, and warned of up to k.
func enough(c *num.Certificate, clusters, k int) bool {
	if clusters < 2 {
		c.Refuse(num.WarnTooFew, "all rows are one cluster: there is no cluster-robust covariance; leave the clusters out or add data")
		return false
	}
	if clusters <= k {
		c.Warn(num.WarnTooFew, fmt.Sprintf("%d clusters for %d coefficients: the cluster-robust covariance is singular and too small for some combinations", clusters, k))
	}
	return true
}

// few is the factor c of CR1.
func few(clusters, n, k int) float64 {
	return float64(clusters) / float64(clusters-1) * float64(n-1) / float64(n-k)
}

// sandwich is c · B·M·B with M the meat.
func sandwich(bread *mat.SymDense, meat mat.Matrix, c float64) *mat.SymDense {
	k := bread.SymmetricDim()
	var half, full mat.Dense
	half.Mul(bread, meat)
	full.Mul(&half, bread)
	cov := mat.NewSymDense(k, nil)
	for a := range k {
		for b := a; b < k; b++ {
			cov.SetSym(a, b, c*(full.At(a, b)+full.At(b, a))/2)
		}
	}
	return cov
}

// groupRows lists row numbers by ascending cluster number (rows ascending within), and where
// each cluster starts in that list; the last start is the number of rows.
func groupRows(cluster []int32) (rows []int32, starts []int) {
	rows = make([]int32, len(cluster))
	for i := range rows {
		rows[i] = int32(i)
	}
	if !slices.IsSorted(cluster) {
		sortByCluster(rows, cluster)
	}
	groups := 0
	for p, i := range rows {
		if p == 0 || cluster[i] != cluster[rows[p-1]] {
			groups++
		}
	}
	starts = make([]int, 0, groups+1)
	for p, i := range rows {
		if p == 0 || cluster[i] != cluster[rows[p-1]] {
			starts = append(starts, p)
		}
	}
	return rows, append(starts, len(rows))
}

// closeTogether reports whether cluster numbers, the least and the largest of which are returned, lie so close together, as running numbers do, that a place
// for each number between is cheaper than sorting.
func closeTogether(cluster []int32) (low, high int, ok bool) {
	low, high = int(slices.Min(cluster)), int(slices.Max(cluster))
	return low, high, high-low <= 8*len(cluster)
}

// sortByCluster sorts row numbers by cluster, stably: by counting where the numbers lie close together.
func sortByCluster(rows, cluster []int32) {
	low, high, ok := closeTogether(cluster)
	if !ok {
		slices.SortStableFunc(rows, func(a, b int32) int { return cmp.Compare(cluster[a], cluster[b]) })
		return
	}
	at := make([]int32, high-low+2) // place of each cluster's next row
	for _, c := range cluster {
		at[int(c)-low+1]++
	}
	for c := range len(at) - 1 {
		at[c+1] += at[c]
	}
	for i, c := range cluster {
		rows[at[int(c)-low]] = int32(i)
		at[int(c)-low]++
	}
}

// ClusterMeanSE is the mean of values and its standard error when values of one cluster
// depend on each other (equal numbers are one cluster; nil = every value its own):
//
//	SE² = G/(G−1) · Σ_g (Σ_{i in g} (vᵢ − v̄))² / n²,
//
// the CR1 covariance of a constant (Cameron & Miller 2015, §II.B); without clusters it is
// s/√n. Two models are compared by the mean of the paired differences of their losses, row
// by row. NaN, NaN when values are empty or the lengths differ; the error alone is NaN with
// fewer than two clusters.
func ClusterMeanSE(values []float64, cluster []int32) (mean, se float64) {
	return WeightedMeanSE(values, nil, cluster)
}

// WeightedMeanSE is ClusterMeanSE by weights of at least 0, nil = 1: Σwv/Σw, with
//
//	SE² = G/(G−1) · Σ_g (Σ_{i in g} wᵢ(vᵢ − v̄))² / (Σw)².
//
// A row of weight 0 is its own cluster still, where there are none: leave it out. NaN, NaN also where all weights are 0.
func WeightedMeanSE(values, weights []float64, cluster []int32) (mean, se float64) {
	n := len(values)
	if n == 0 || cluster != nil && len(cluster) != n || weights != nil && len(weights) != n {
		return math.NaN(), math.NaN()
	}
	total := float64(n)
	mean = num.Mean(values)
	if weights != nil {
		total = num.Sum(weights)
		var weighted num.Adder
		for i, v := range values {
			weighted.AddProduct(weights[i], v)
		}
		mean = weighted.Sum() / total
	}
	apart := func(i int) (weight, distance float64) {
		if weights == nil {
			return 1, values[i] - mean
		}
		return weights[i], values[i] - mean
	}
	squares, groups := squaredSums(n, cluster, apart)
	if groups < 2 {
		return mean, math.NaN()
	}
	c := float64(groups) / float64(groups-1)
	return mean, math.Sqrt(c*squares) / total
}

// squaredSums is Σ_g (Σ_{i in g} wᵢdᵢ)² over clusters, nil = every row its own, with the number of clusters.
func squaredSums(n int, cluster []int32, of func(i int) (w, d float64)) (squares float64, groups int) {
	var total num.Adder
	add := func(sum num.Adder) {
		total.Add(sum.Sum() * sum.Sum())
		groups++
	}
	if cluster == nil {
		for i := range n {
			var sum num.Adder
			sum.AddProduct(of(i))
			add(sum)
		}
		return total.Sum(), groups
	}
	if low, high, ok := closeTogether(cluster); ok { // a sum for each, in one pass over the rows: no sum depends on another's rows
		sums, seen := make([]num.Adder, high-low+1), make([]bool, high-low+1)
		for i, c := range cluster {
			seen[int(c)-low] = true
			sums[int(c)-low].AddProduct(of(i))
		}
		for c, sum := range sums {
			if seen[c] {
				add(sum)
			}
		}
		return total.Sum(), groups
	}
	rows, starts := groupRows(cluster)
	for g := range len(starts) - 1 {
		var sum num.Adder
		for _, i := range rows[starts[g]:starts[g+1]] {
			sum.AddProduct(of(int(i)))
		}
		add(sum)
	}
	return total.Sum(), groups
}
