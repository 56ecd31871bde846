package cluster

import (
	"math"
)

// Candidate is a number of clusters that was tried.
type Candidate struct {
	K     int
	Full  bool    // mixtures: full covariances
	Value float64 // of the criterion; NaN where the fit was refused
}

// The numbers of clusters that are tried when none is asked for.
const (
	FewestClusters = 2
	MostClusters   = 8
)

// Points that the choice is made on, drawn by Sample.
const (
	choiceSample     = 5_000
	silhouetteSample = 2_000
)

// choiceCreep is how far EM goes where only BIC is wanted: what is left is a few tenths of it.
const choiceCreep = 1e-6

// ChooseKMeans tries k-means with 2 to 8 clusters on at most 5,000 of the points and measures the mean
// silhouette width on at most 2,000 of these. best is the index of the greatest, the first of equals; −1
// where none can be judged.
func ChooseKMeans(p Points, threads int) (tried []Candidate, best int) {
	p, _ = Sample(p, choiceSample)
	few, at := Sample(p, silhouetteSample)
	best = -1
	for k := FewestClusters; k <= MostClusters; k++ {
		one := Candidate{K: k, Value: math.NaN()}
		if m := FitKMeans(p, k, threads); m.Certificate.Certified() {
			of := make([]int32, len(at))
			for j, i := range at {
				of[j] = m.Of[i]
			}
			one.Value = Silhouette(few, of, k, threads)
		}
		tried = append(tried, one)
		if !math.IsNaN(one.Value) && (best < 0 || one.Value > tried[best].Value) {
			best = len(tried) - 1
		}
	}
	return tried, best
}

// ChooseMixture tries Gaussian mixtures of the given numbers of components with diagonal and with full
// covariances on at most 5,000 of the points. best is the index of the least BIC of at least
// FewestClusters components, the first of equals; −1 where no fit is certified.
func ChooseMixture(p Points, components []int, smooth float64, threads int) (tried []Candidate, best int) {
	p, _ = Sample(p, choiceSample)
	best = -1
	for _, k := range components {
		means := FitKMeans(p, k, threads)
		for _, full := range []bool{false, true} {
			one := Candidate{K: k, Full: full, Value: math.NaN()}
			if means.Certificate.Certified() {
				o := MixtureOptions{full, smooth, choiceCreep}
				if m := FitMixture(p, startMixture(p, means, o, threads), o, threads); m.Certificate.Certified() {
					one.Value = m.BIC()
				}
			}
			tried = append(tried, one)
			if !math.IsNaN(one.Value) && k >= FewestClusters && (best < 0 || one.Value < tried[best].Value) {
				best = len(tried) - 1
			}
		}
	}
	return tried, best
}

// The final mixture: more points than these would not move it by as much as matters, and EM that rises by less
// than this has arrived.
const (
	mixtureSample = 20_000
	finalCreep    = 1e-7
)

// BestMixture fits the mixture of a candidate on at most 20,000 of the points.
func BestMixture(p Points, c Candidate, smooth float64, threads int) *Mixture {
	p, _ = Sample(p, mixtureSample)
	o := MixtureOptions{c.Full, smooth, finalCreep}
	return FitMixture(p, startMixture(p, FitKMeans(p, c.K, threads), o, threads), o, threads)
}

// The short runs that choose where EM starts.
const (
	shortRuns   = 10
	shortSample = 1_000 // points
	shortCreep  = 1e-5  // rise of the mean log-likelihood at which a short run ends; at 1e-3 most are still on a plateau
)

// startMixture is the partition from which EM starts: of ten short runs, one from the clusters of k-means and nine from
// the nearest centres that k-means++ draws, the one of the greatest likelihood (emEM: Biernacki, Celeux & Govaert
// 2003, Comput. Stat. Data Anal. 41:561–575). EM climbs to the next maximum only, and that beside round clusters
// may be poor where the groups are long.
func startMixture(p Points, means *KMeans, o MixtureOptions, threads int) *KMeans {
	few, _ := Sample(p, shortSample)
	o.Creep = shortCreep
	start, best := means, math.Inf(-1)
	for run := range shortRuns {
		centres := means.Centres
		if run > 0 {
			centres = plusPlus(few, means.K, newRandom(uint64(run)))
		}
		m := FitMixture(few, &KMeans{K: means.K, Centres: centres, Of: Assign(few, centres, threads)}, o, threads)
		if !m.Certificate.Certified() || m.LogLik <= best {
			continue
		}
		if best = m.LogLik; run > 0 {
			start = &KMeans{K: m.K, Centres: m.Means, Of: m.Assign(p, threads)}
		}
	}
	return start
}
