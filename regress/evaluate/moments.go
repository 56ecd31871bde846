package evaluate

import (
	"maps"
	"math"
	"slices"

	"mainstay/internal/num"
)

// mostClusters is up to how many clusters moments know each; beyond, a hash puts them into as many groups, which are
// clusters too, if coarser ones (random groups: Wolter 2007, Introduction to Variance Estimation, ch. 2).
const mostClusters = 1 << 16

// moments are sums of vectors over rows, and their sums of products by row or cluster: what the standard error of any
// ratio of the sums needs.
type moments struct {
	width     int
	rows      int64
	sums      []num.Adder
	products  []num.Adder          // by row: Σ v_a·v_b, a ≤ b; nil with clusters
	clusters  map[uint32][]float64 // Σ v by cluster
	grouped   bool
	clustered bool
}

func newMoments(width int, clustered bool) *moments {
	m := &moments{width: width, sums: make([]num.Adder, width), clustered: clustered}
	if clustered {
		m.clusters = map[uint32][]float64{}
	} else {
		m.products = make([]num.Adder, width*(width+1)/2)
	}
	return m
}

// add adds the vector of a row; cluster counts with clusters only.
func (m *moments) add(v []float64, cluster int32) {
	m.rows++
	for j, x := range v {
		m.sums[j].Add(x)
	}
	if m.clustered {
		m.addCluster(uint32(cluster), v)
		return
	}
	k := 0
	for a, x := range v {
		for _, y := range v[a:] {
			m.products[k].AddProduct(x, y)
			k++
		}
	}
}

func (m *moments) addCluster(c uint32, v []float64) {
	if m.grouped {
		c = groupOf(c)
	}
	m.addGroup(c, v)
	if !m.grouped && len(m.clusters) > mostClusters {
		m.group()
	}
}

// group puts clusters into groups, in their order, on which sums depend.
func (m *moments) group() {
	fine := m.clusters
	m.clusters, m.grouped = map[uint32][]float64{}, true
	for _, c := range slices.Sorted(maps.Keys(fine)) {
		m.addCluster(c, fine[c])
	}
}

// groupOf is one of mostClusters groups (the finaliser of MurmurHash3: Appleby 2011).
func groupOf(c uint32) uint32 {
	c = (c ^ c>>16) * 0x85ebca6b
	c = (c ^ c>>13) * 0xc2b2ae35
	return (c ^ c>>16) % mostClusters
}

func (m *moments) merge(o *moments) {
	m.rows += o.rows
	for j := range m.sums {
		m.sums[j].Merge(o.sums[j])
	}
	for k := range m.products {
		m.products[k].Merge(o.products[k])
	}
	if o.grouped && !m.grouped {
		m.group()
	}
	for _, c := range slices.Sorted(maps.Keys(o.clusters)) {
		if v := o.clusters[c]; o.grouped { // its key is a group already
			m.addGroup(c, v)
		} else {
			m.addCluster(c, v)
		}
	}
}

func (m *moments) addGroup(group uint32, v []float64) {
	sum := m.clusters[group]
	if sum == nil {
		sum = make([]float64, m.width)
		m.clusters[group] = sum
	}
	for j, x := range v {
		sum[j] += x
	}
}

func (m *moments) sum(j int) float64 { return m.sums[j].Sum() }

// units are how many rows, clusters or groups there are.
func (m *moments) units() int {
	if m.clustered {
		return len(m.clusters)
	}
	return int(m.rows)
}

// ratio is sum a ÷ sum b, with its standard error by the delta method: row or cluster i moves it by (a_i − ratio·b_i)/sum b.
func (m *moments) ratio(a, b int) Estimate {
	total := m.sum(b)
	r := m.sum(a) / total
	if total == 0 {
		return Estimate{math.NaN(), math.NaN()}
	}
	if m.clustered {
		ids := slices.Sorted(maps.Keys(m.clusters))
		return Estimate{r, rootOf(len(ids), func(i int) float64 { v := m.clusters[ids[i]]; return (v[a] - r*v[b]) / total })}
	}
	if m.rows < 2 {
		return Estimate{r, math.NaN()}
	}
	var s num.Adder // Σ (a − r·b)²
	s.Add(m.product(a, a))
	s.AddProduct(-2*r, m.product(a, b))
	s.AddProduct(r*r, m.product(b, b))
	rest, n := s.Sum(), float64(m.rows)
	if rest <= rounding*m.product(a, a) {
		rest = 0 // the products cancel
	}
	return Estimate{r, math.Sqrt(rest*n/(n-1)) / math.Abs(total)}
}

// factorOf is how many standard errors an interval of m reaches: set.factor.
func factorOf(m *moments, level float64) float64 {
	if m.clustered {
		return num.StudentLevel(level, float64(m.units()-1))
	}
	return num.ZLevel(level)
}

// spread is √(n/(n−1) Σ v_a²): the standard error of a sum of influences.
func (m *moments) spread(a int) float64 {
	ids := slices.Sorted(maps.Keys(m.clusters))
	return rootOf(len(ids), func(i int) float64 { return m.clusters[ids[i]][a] })
}

// product is Σ v_a·v_b over rows.
func (m *moments) product(a, b int) float64 {
	if a > b {
		a, b = b, a
	}
	return m.products[a*m.width-a*(a-1)/2+b-a].Sum()
}
