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

// isFound reports whether a part of a scheme is one of them.
func isFound(part string) bool {
	return strings.EqualFold(part, SchemeKMeans) || strings.EqualFold(part, SchemeGMM)
}

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
	found := &b.mixture
	if scheme == SchemeKMeans {
		found = &b.kmeans
	}
	return found.get(func() (*Clustering, error) { return b.cluster(scheme) })
}

func (b *Book) cluster(scheme string) (*Clustering, error) {
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
	return c, nil
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
		s.value += b.Profiles.Value12(int(m), b.Basis)
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
		if !b.isCustomer(m) {
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
	if len(members) < b.Profiles.Len() {
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
			for m := range b.Profiles.Len() {
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
