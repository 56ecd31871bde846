package segment

import (
	"fmt"
	"math"
	"slices"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/segment/cluster"
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
	for m := range b.Profiles.Len() {
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
