package segment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/segment/cluster"
)

// Schemes that are found, not given.
const (
	SchemeKMeans = "kmeans"
	SchemeGMM    = "gmm"
)

// ClusterRule says what customers are clustered by, and into how many.
type ClusterRule struct {
	Features []string `yaml:"features" json:"features"` // fields or attributes in numbers
	Number   string   `yaml:"number" json:"number"`     // auto, or 2 to 50
	Where    string   `yaml:"where" json:"where"`       // a condition: who is clustered; empty = all customers
}

// check says what is wrong with the rule, "" if nothing.
func (r *ClusterRule) check() string {
	k, err := strconv.Atoi(r.Number)
	switch {
	case r.Number != "" && r.Number != "auto" && (err != nil || k < cluster.FewestClusters || k > mostBands):
		return fmt.Sprintf("number is %q: expected auto, or %d to %d", r.Number, cluster.FewestClusters, mostBands)
	case len(r.Features) == 0 || len(r.Features) > cluster.MostDimensions:
		return fmt.Sprintf("%d features: expected 1 to %d", len(r.Features), cluster.MostDimensions)
	}
	return ""
}

// Limits of the preparation of features.
const (
	blur = 0.01 // variance by which a mixture blurs standardised features: many customers bought exactly once
	flat = 0.25 // mean silhouette under which there is no substantial structure (see cluster.Silhouette)
)

// ClusterFeature is a feature as it was clustered: z = (f(x) − Mean) ÷ SD, where f is sign(x)·log(1 + |x|) if Log.
type ClusterFeature struct {
	Name     string
	Log      bool
	Mean, SD float64

	value func(m int) float64
}

// prepare is the feature of a value, NaN where unknown.
func (f *ClusterFeature) prepare(x float64) float64 {
	if f.Log {
		x = math.Copysign(math.Log1p(math.Abs(x)), x)
	}
	return (x - f.Mean) / f.SD
}

// Clustering is what was found: by k-means or a Gaussian mixture, on the customers for whom the rule's
// condition holds and all of whose features are known. Clusters are numbered by the mean realised 12-month value of their customers, the highest first.
type Clustering struct {
	Scheme      string
	Features    []ClusterFeature
	Tried       []cluster.Candidate // numbers of clusters by the criterion: silhouette, or BIC; empty where the number was given
	Chosen      int                 // index into Tried
	K           int
	Customers   int // clustered
	Certificate num.Certificate
	Note        string // what to know before believing in the clusters; "" if nothing

	assign func(p cluster.Points) []int32 // already in the order of value
}

// clustering finds clusters on the book's own customers, once. Errors are *ingest.ConfigError for features
// that cannot serve and *ingest.QualityError where no clusters can be certified.
func (b *Book) clustering(scheme string) (*Clustering, error) {
	if c := b.clusters[scheme]; c != nil {
		return c, nil
	}
	c := &Clustering{Scheme: scheme}
	members, points, err := c.points(b)
	if err != nil {
		return nil, err
	}
	c.Customers = len(members)
	var assign func(cluster.Points) []int32
	if scheme == SchemeKMeans {
		assign = c.fitKMeans(points, b.Config.Clusters.Number, b.Threads)
	} else {
		assign = c.fitMixture(points, b.Config.Clusters.Number, b.Threads)
	}
	if assign == nil {
		return nil, &ingest.QualityError{Msg: fmt.Sprintf("%s: no clusters of %s can be certified: %s", scheme, plural(c.Customers, "customer", "customers"), c.Note)}
	}
	if len(c.Tried) > 1 && c.K == cluster.MostClusters && c.Note == "" {
		c.Note = fmt.Sprintf("%d are the most that were tried: ask for more with --clusters", c.K)
	}
	rank := c.byValue(b, members, assign(points))
	c.assign = func(p cluster.Points) []int32 {
		of := assign(p)
		for i, k := range of {
			of[i] = rank[k]
		}
		return of
	}
	if b.clusters == nil {
		b.clusters = map[string]*Clustering{}
	}
	b.clusters[scheme] = c
	return c, nil
}

// points prepares the features of the customers who have them all, in the order of the Ledger, which is that of
// the keys' hashes and does not depend on the rows.
func (c *Clustering) points(b *Book) (members []int32, p cluster.Points, err error) {
	for _, name := range b.Config.Clusters.Features {
		f := ClusterFeature{Name: name}
		if f.value, _, err = b.numberOf(name); err != nil {
			return nil, p, err
		}
		c.Features = append(c.Features, f)
	}
	in, err := b.Where(b.Config.Clusters.Where)
	if err != nil {
		return nil, p, err
	}
	for m := range b.Profiles {
		if in[m] && !slices.ContainsFunc(c.Features, func(f ClusterFeature) bool { return math.IsNaN(f.value(m)) }) {
			members = append(members, int32(m))
		}
	}
	for k := range c.Features {
		if f := &c.Features[k]; !f.measure(members) {
			return nil, p, &ingest.ConfigError{Msg: fmt.Sprintf("clusters: %s is the same for all %s that could be clustered: leave it out", f.Name, plural(len(members), "customer", "customers"))}
		}
	}
	return members, pointsOf(c.Features, members), nil
}

// measure standardises, after taking logarithms where these are less skewed; false when there is nothing to
// tell customers apart.
func (f *ClusterFeature) measure(members []int32) bool {
	plain := ClusterFeature{SD: 1, value: f.value}
	logs := ClusterFeature{SD: 1, Log: true, value: f.value}
	mean, sd, skewness := plain.moments(members)
	logMean, logSD, logSkewness := logs.moments(members)
	if f.Log = math.Abs(logSkewness) < math.Abs(skewness); f.Log {
		mean, sd = logMean, logSD
	}
	f.Mean, f.SD = mean, sd
	return sd > 0
}

// moments are the mean, standard deviation and skewness of a prepared feature.
func (f *ClusterFeature) moments(members []int32) (mean, sd, skewness float64) {
	n := float64(max(len(members), 1))
	var sum, second, third num.Adder
	for _, m := range members {
		sum.Add(f.prepare(f.value(int(m))))
	}
	mean = sum.Sum() / n
	for _, m := range members {
		d := f.prepare(f.value(int(m))) - mean
		second.Add(d * d)
		third.Add(d * d * d)
	}
	sd = math.Sqrt(second.Sum() / n)
	return mean, sd, third.Sum() / n / (sd * sd * sd)
}

func pointsOf(features []ClusterFeature, members []int32) cluster.Points {
	p := cluster.Points{D: len(features), X: make([]float64, 0, len(members)*len(features))}
	for _, m := range members {
		for k := range features {
			p.X = append(p.X, features[k].prepare(features[k].value(int(m))))
		}
	}
	return p
}

// fitKMeans returns how to assign points, nil where nothing is certified; Note says why.
func (c *Clustering) fitKMeans(p cluster.Points, number string, threads int) func(cluster.Points) []int32 {
	k, err := strconv.Atoi(number)
	if err != nil {
		c.Tried, c.Chosen = cluster.ChooseKMeans(p, threads)
		if c.Chosen < 0 {
			c.Note = "none of 2 to 8 clusters could be fitted; too few customers differ"
			return nil
		}
		best := c.Tried[c.Chosen]
		if k = best.K; best.Value < flat {
			c.Note = fmt.Sprintf("silhouette under %g: no substantial structure, these clusters cut one cloud", flat)
		}
	}
	if k > p.N() {
		c.Note = fmt.Sprintf("%d clusters need as many customers", k)
		return nil
	}
	m := cluster.FitKMeans(p, k, threads)
	if c.K, c.Certificate = k, m.Certificate; !c.Certificate.Certified() {
		c.Note = certificateNote(&c.Certificate)
		return nil
	}
	return func(p cluster.Points) []int32 { return cluster.Assign(p, m.Centres, threads) }
}

// fitMixture is fitKMeans for a Gaussian mixture, whose covariances BIC chooses too.
func (c *Clustering) fitMixture(p cluster.Points, number string, threads int) func(cluster.Points) []int32 {
	var components []int
	if k, err := strconv.Atoi(number); err == nil {
		components = []int{k}
	} else {
		for k := 1; k <= cluster.MostClusters; k++ { // one, to say when the cloud is one
			components = append(components, k)
		}
	}
	components = slices.DeleteFunc(components, func(k int) bool { return k > p.N() })
	c.Tried, c.Chosen = cluster.ChooseMixture(p, components, blur, threads)
	if c.Chosen < 0 {
		c.Note = "no mixture converged with all its components; too few customers differ"
		return nil
	}
	best := c.Tried[c.Chosen]
	if slices.ContainsFunc(c.Tried, func(o cluster.Candidate) bool { return o.K == 1 && o.Value < best.Value }) {
		c.Note = "a single Gaussian has the least BIC: these clusters cut one cloud"
	}
	m := cluster.BestMixture(p, best, blur, threads)
	if c.K, c.Certificate = best.K, m.Certificate; !c.Certificate.Certified() {
		c.Note = certificateNote(&c.Certificate)
		return nil
	}
	return func(p cluster.Points) []int32 { return m.Assign(p, threads) }
}

// byValue ranks the clusters: by mean realised 12-month value, then size, both the highest first, then by
// the first feature that differs; rank[k] is the place of cluster k.
func (c *Clustering) byValue(b *Book, members, of []int32) (rank []int32) {
	type sums struct {
		value int64
		n     int
		mean  []float64
	}
	all := make([]sums, c.K)
	for k := range all {
		all[k].mean = make([]float64, len(c.Features))
	}
	for i, m := range members {
		s := &all[of[i]]
		s.value += Value12(&b.Profiles[m], b.Basis)
		s.n++
		for j := range c.Features {
			s.mean[j] += c.Features[j].prepare(c.Features[j].value(int(m)))
		}
	}
	order := make([]int32, c.K)
	for k := range order {
		order[k] = int32(k)
	}
	slices.SortStableFunc(order, func(x, y int32) int {
		a, b := &all[x], &all[y]
		return cmp.Or(cmp.Compare(float64(b.value)/float64(max(b.n, 1)), float64(a.value)/float64(max(a.n, 1))), cmp.Compare(b.n, a.n), slices.Compare(b.mean, a.mean))
	})
	rank = make([]int32, c.K)
	for place, k := range order {
		rank[k] = int32(place)
	}
	return rank
}

// names of the clusters, in the order of value.
func (c *Clustering) names() []string {
	names := make([]string, c.K)
	for k := range names {
		names[k] = fmt.Sprintf("cluster %d", k+1)
	}
	names[0] += " (highest)"
	names[c.K-1] += " (lowest)"
	return names
}

// groupClusters assigns the customers to the clusters found on the as-of date: also those of an earlier day
// that is looked back to. Who has not all features is a group of its own, last.
func (b *Book) groupClusters(scheme string) (*Grouping, error) {
	c, err := cmp.Or(b.root, b).clustering(scheme)
	if err != nil {
		return nil, err
	}
	features := slices.Clone(c.Features)
	for k := range features {
		if features[k].value, _, err = b.numberOf(features[k].Name); err != nil {
			return nil, err
		}
	}
	g := &Grouping{Scheme: scheme, Names: c.names(), Of: make([]int32, b.Members()), Natural: true, Order: -1, Clustering: c}
	var members []int32
	for m := range g.Of {
		g.Of[m] = -1
		if m >= len(b.Profiles) {
			continue
		}
		g.Of[m] = int32(c.K)
		if !slices.ContainsFunc(features, func(f ClusterFeature) bool { return math.IsNaN(f.value(m)) }) {
			members = append(members, int32(m))
		}
	}
	for i, k := range c.assign(pointsOf(features, members)) {
		g.Of[members[i]] = k
	}
	if len(members) < len(b.Profiles) {
		g.Names = append(g.Names, unknown)
	}
	return g, nil
}

// ClusterProfile is what a cluster is like: medians of the features as they are, over the customers counted.
type ClusterProfile struct {
	Name      string
	Customers int
	Medians   []float64 // parallel to Clustering.Features
}

// clusterProfiles describes the clusters of a grouping over the members in.
func (b *Book) clusterProfiles(g *Grouping, in []bool) []ClusterProfile {
	profiles := make([]ClusterProfile, g.Clustering.K)
	for k := range profiles {
		profiles[k].Name = g.Names[k]
		for _, f := range g.Clustering.Features {
			var values []float64
			for m := range b.Profiles {
				if int(g.Of[m]) == k && in[m] {
					values = append(values, f.value(m))
				}
			}
			slices.Sort(values)
			profiles[k].Customers = len(values)
			profiles[k].Medians = append(profiles[k].Medians, num.Median(values))
		}
	}
	return profiles
}

// Describe says in words how the clusters were found.
func (c *Clustering) Describe() string {
	var features []string
	for _, f := range c.Features {
		name := f.Name
		if f.Log {
			name += " (log)"
		}
		features = append(features, name)
	}
	method := "k-means"
	if c.Scheme == SchemeGMM {
		method = "Gaussian mixture"
	}
	return fmt.Sprintf("%s of %s by %s, standardised", method, plural(c.Customers, "customer", "customers"), strings.Join(features, ", "))
}
