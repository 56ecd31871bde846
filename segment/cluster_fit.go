package segment

import (
	"fmt"
	"slices"
	"strconv"

	"mainstay/segment/cluster"
)

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
