package cluster

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	_ "mainstay/internal/seeded"

	"pgregory.net/rapid"
)

// Two sets that everybody has: Fisher's iris (four measures) and the geyser Old Faithful (Azzalini & Bowman 1990), as
// R 4.2.2 writes them.
var (
	//go:embed testdata/iris.csv
	iris []byte
	//go:embed testdata/faithful.csv
	faithful []byte
)

func read(t testing.TB, text []byte) Points {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	p := Points{D: len(rows[0])}
	for _, row := range rows {
		for _, cell := range row {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			p.X = append(p.X, v)
		}
	}
	return p
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s is %.10g, want %.10g", what, got, want)
	}
}

// Inertia: R 4.2.2, kmeans(iris[, 1:4], k, nstart = 200)$tot.withinss; silhouette: scikit-learn 1.x,
// silhouette_score of KMeans(k, n_init=50) (testdata/peer.py).
func TestKMeansAgreesWithPeers(t *testing.T) {
	for _, c := range []struct {
		name                string
		points              Points
		k                   int
		inertia, silhouette float64
	}{
		{"iris", read(t, iris), 2, 152.3479518, 0.6810461692},
		{"iris", read(t, iris), 3, 78.85144143, 0.5528190124},
		{"iris", read(t, iris), 4, 57.22847321, 0.4980505050},
		{"faithful", read(t, faithful), 2, 8901.768721, 0.7240548520},
		{"faithful", read(t, faithful), 3, 5188.540468, 0.5803618843},
	} {
		m := FitKMeans(c.points, c.k, 2)
		if !m.Certificate.Certified() {
			t.Errorf("%s, %d: %+v", c.name, c.k, m.Certificate)
		}
		near(t, c.name+" inertia", m.Inertia, c.inertia, 1e-9)
		near(t, c.name+" silhouette", Silhouette(c.points, m.Of, c.k, 2), c.silhouette, 1e-9)
	}
}

// Log-likelihoods and BIC: mclust prints BIC −574.018 (VVV, 2) and −580.839 (VVV, 3) for iris and −2322.192 (VVV, 2)
// for faithful, with the sign turned (Scrucca et al. 2016, The R Journal 8:289–317); digits beyond, and the diagonal
// ones: scikit-learn, GaussianMixture(reg_covar=0, tol=1e-10), best of ten starts (testdata/peer.py).
func TestMixtureAgreesWithPeers(t *testing.T) {
	for _, c := range []struct {
		name        string
		points      Points
		k           int
		full        bool
		logLik, bic float64
	}{
		{"iris", read(t, iris), 2, true, -214.3547044, 574.0178323},
		{"iris", read(t, iris), 3, true, -180.1854771, 580.8389072},
		{"iris", read(t, iris), 2, false, -386.1853469, 857.5514939},
		{"iris", read(t, iris), 3, false, -307.1775716, 744.6316609},
		{"faithful", read(t, faithful), 2, true, -1130.26396, 2322.191743},
		{"faithful", read(t, faithful), 2, false, -1147.806353, 2346.064924},
	} {
		m := FitMixture(c.points, FitKMeans(c.points, c.k, 1), MixtureOptions{c.full, 0, 1e-9}, 2)
		if !m.Certificate.Certified() {
			t.Errorf("%s, %d: %+v", c.name, c.k, m.Certificate)
		}
		near(t, c.name+" log-likelihood", m.LogLik, c.logLik, 1e-6)
		near(t, c.name+" BIC", m.BIC(), c.bic, 1e-6)
	}
}

// blobs draws n points from k Gaussians of standard deviation sd whose centres lie 4 apart.
func blobs(n, k, d int, sd float64, seed uint64) (Points, []int32) {
	r := rand.New(rand.NewPCG(seed, 7))
	p, of := Points{D: d, X: make([]float64, 0, n*d)}, make([]int32, n)
	for i := range n {
		of[i] = int32(r.IntN(k))
		for j := range d {
			centre := 0.0
			if j == int(of[i])%d {
				centre = 4 * float64(1+int(of[i])/d)
			}
			p.X = append(p.X, centre+sd*r.NormFloat64())
		}
	}
	return p, of
}

// agreement is the share of pairs of points on which two partitions agree (Rand 1971).
func agreement(x, y []int32) float64 {
	same, pairs := 0, 0
	for i := range x {
		for j := range i {
			pairs++
			if (x[i] == x[j]) == (y[i] == y[j]) {
				same++
			}
		}
	}
	return float64(same) / float64(pairs)
}

// Known groups are found again, in number and in members, with their weights, means and variances.
func TestKnownGroupsAreFound(t *testing.T) {
	p, truth := blobs(900, 3, 3, 0.5, 1)
	tried, best := ChooseKMeans(p, 2)
	if tried[best].K != 3 {
		t.Errorf("silhouette chooses %d clusters: %+v", tried[best].K, tried)
	}
	m := FitKMeans(p, 3, 2)
	if a := agreement(m.Of, truth); a < 0.999 {
		t.Errorf("k-means agrees with the truth on %.4f of the pairs", a)
	}
	mixtures, b := ChooseMixture(p, []int{1, 2, 3, 4, 5}, 0, 2)
	if mixtures[b].K != 3 || mixtures[b].Full {
		t.Errorf("BIC chooses %+v among %+v", mixtures[b], mixtures)
	}
	g := FitMixture(p, m, MixtureOptions{Creep: 1e-8}, 2)
	if a := agreement(g.Assign(p, 2), truth); a < 0.999 {
		t.Errorf("the mixture agrees with the truth on %.4f of the pairs", a)
	}
	for k := range 3 {
		near(t, "weight", g.Weights[k], 1.0/3, 0.15)
		near(t, "variance", g.Covariances[k*9], 0.25, 0.25)
		near(t, "sum of the mean", g.Means[k*3]+g.Means[k*3+1]+g.Means[k*3+2], 4, 0.05)
	}
}

// The likelihood never falls, blurred or not; a mixture beats its nested model; responsibilities are
// probabilities; nothing depends on threads.
func TestMixtureProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, d := rapid.IntRange(30, 80).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "d")
		p := Points{D: d, X: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
			return float64(rapid.IntRange(-8, 8).Draw(t, "x")) / 4 // many points are equal
		}), n*d, n*d).Draw(t, "points")}
		k, full := rapid.IntRange(1, 4).Draw(t, "k"), rapid.Bool().Draw(t, "full")
		start := FitKMeans(p, k, 1)
		if !start.Certificate.Certified() {
			return
		}
		m := FitMixture(p, start, MixtureOptions{full, 0.01, 1e-8}, 1)
		for i := 1; i < len(m.Trace); i++ {
			if m.Trace[i] < m.Trace[i-1]-1e-9*math.Abs(m.Trace[i-1])-1e-9 {
				t.Fatalf("the log-likelihood falls from %v to %v in step %d", m.Trace[i-1], m.Trace[i], i)
			}
		}
		if other := FitMixture(p, FitKMeans(p, k, 3), MixtureOptions{full, 0.01, 1e-8}, 3); !reflect.DeepEqual(other, m) {
			t.Fatal("threads matter")
		}
		if !m.Certificate.Certified() {
			return
		}
		for j := range d * d * k {
			if v := m.Covariances[j]; math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("covariances %v", m.Covariances)
			}
		}
		r := make([]float64, k)
		for i := range n {
			m.posterior(p.Row(i), r)
			sum := 0.0
			for _, v := range r {
				sum += v
			}
			if math.Abs(sum-1) > 1e-12 {
				t.Fatalf("responsibilities %v", r)
			}
		}
	})
}

// Every point is nearest to its own centre, every centre is the mean of its points, sizes add up.
func TestKMeansProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, d := rapid.IntRange(5, 60).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "d")
		p := Points{D: d, X: rapid.SliceOfN(rapid.Float64Range(-10, 10), n*d, n*d).Draw(t, "points")}
		k := rapid.IntRange(1, 5).Draw(t, "k")
		m := FitKMeans(p, k, 2)
		if !reflect.DeepEqual(FitKMeans(p, k, 1), m) {
			t.Fatal("threads matter")
		}
		if !m.Certificate.Certified() {
			return
		}
		total := 0
		for _, s := range m.Sizes {
			total += s
		}
		inertia := 0.0
		for i := range n {
			_, least := nearest(p.Row(i), m.Centres)
			own := squared(p.Row(i), m.Centres[int(m.Of[i])*d:(int(m.Of[i])+1)*d])
			if own > least+1e-9 {
				t.Fatalf("point %d is %v from its centre, %v from another", i, own, least)
			}
			inertia += own
		}
		if total != n || math.Abs(inertia-m.Inertia) > 1e-6*(1+inertia) {
			t.Fatalf("sizes %v, inertia %v, want %v", m.Sizes, m.Inertia, inertia)
		}
		if s := Silhouette(p, m.Of, k, 2); k > 1 && !(s >= -1 && s <= 1) {
			t.Fatalf("silhouette %v", s)
		}
	})
}

// What cannot be fitted is refused, not made up: more clusters than distinct points, points on a line.
func TestDegeneratePointsAreRefused(t *testing.T) {
	same := Points{D: 2, X: slices.Repeat([]float64{1, 2, 3, 4}, 10)}
	if m := FitKMeans(same, 3, 1); m.Certificate.Certified() {
		t.Error("three clusters of two distinct points are certified")
	}
	if m := FitMixture(same, FitKMeans(same, 2, 1), MixtureOptions{Full: true, Creep: 1e-8}, 1); m.Certificate.Certified() {
		t.Error("singular components are certified")
	}
	if m := FitMixture(same, FitKMeans(same, 2, 1), MixtureOptions{true, 0.01, 1e-8}, 1); !m.Certificate.Certified() {
		t.Errorf("blurred points have a likelihood: %+v", m.Certificate)
	}
	if _, best := ChooseKMeans(Points{D: 1, X: make([]float64, 50)}, 1); best != -1 {
		t.Error("points that are all equal have no clusters")
	}
}

func TestSampleIsFixed(t *testing.T) {
	p, _ := blobs(1000, 2, 2, 1, 3)
	a, at := Sample(p, 100)
	b, again := Sample(p, 100)
	if a.N() != 100 || !reflect.DeepEqual(at, again) || !reflect.DeepEqual(a, b) || !slices.IsSorted(at) {
		t.Error("a sample is of its size, in order, the same every time")
	}
}

func BenchmarkMillion(b *testing.B) {
	p, _ := blobs(1_000_000, 4, 3, 1, 5)
	for _, threads := range []int{1, 2} {
		b.Run("kmeans/threads="+strconv.Itoa(threads), func(b *testing.B) {
			for b.Loop() {
				tried, best := ChooseKMeans(p, threads)
				FitKMeans(p, tried[best].K, threads)
			}
		})
		b.Run("mixture/threads="+strconv.Itoa(threads), func(b *testing.B) {
			for b.Loop() {
				tried, best := ChooseMixture(p, []int{1, 2, 3, 4, 5, 6, 7, 8}, 0.01, threads)
				BestMixture(p, tried[best], 0.01, threads).Assign(p, threads)
			}
		})
	}
}

// Groups that cross each other: k-means cuts the cross into two halves, and from there EM may stay at a poor maximum.
func TestCrossingGroupsAreFound(t *testing.T) {
	better := 0
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(3+seed, 3))
		p, truth := Points{D: 2}, make([]int32, 600)
		for i := range truth {
			truth[i] = int32(i % 2)
			long, short := 3*r.NormFloat64(), 0.2*r.NormFloat64()
			if truth[i] == 1 {
				long, short = short, long
			}
			p.X = append(p.X, long, short)
		}
		fromMeans := FitMixture(p, FitKMeans(p, 2, 2), MixtureOptions{Full: true, Creep: finalCreep}, 2)
		best := BestMixture(p, Candidate{K: 2, Full: true}, 0, 2)
		if best.LogLik > fromMeans.LogLik+100 {
			better++
		}
		if !best.Certificate.Certified() || best.LogLik < fromMeans.LogLik-1e-3 {
			t.Errorf("seed %d: log-likelihood %v, from k-means alone %v", seed, best.LogLik, fromMeans.LogLik)
		}
		if a := agreement(best.Assign(p, 1), truth); a < 0.85 {
			t.Errorf("seed %d: the groups are found again in %.3f of the pairs", seed, a)
		}
	}
	if better == 0 {
		t.Error("k-means alone does as well in all of them: the test proves nothing")
	}
}
