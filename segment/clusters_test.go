package segment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"mainstay/ingest"
)

// threeKinds is a book of rare small, regular middling and frequent large buyers, 60 of each, in any order of
// rows: the truth is the first letter of the key.
func threeKinds(seed uint64) []sale {
	r := rand.New(rand.NewPCG(2, 3))
	asOf := date("2024-12-31")
	var rows []sale
	for i := range 180 {
		kind := i % 3
		gap, mean := []float64{240, 60, 12}[kind], []float64{2_000, 20_000, 300_000}[kind]
		key := fmt.Sprintf("%c%03d", "rmf"[kind], i)
		for day := 10 + r.Float64()*gap; day < 700; day += gap * (0.8 + 0.4*r.Float64()) {
			rows = append(rows, sale{key: key, day: asOf - ingest.Day(700-day), amount: int64(mean * math.Exp(0.2*r.NormFloat64())), sides: []string{"North"}})
		}
	}
	shuffle := rand.New(rand.NewPCG(seed, 1))
	shuffle.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows
}

// Clusters are the kinds that there are, numbered by value; the order of rows, threads and the future
// change nothing.
func TestClustersAreCanonical(t *testing.T) {
	asOf := date("2024-12-31")
	for _, scheme := range []string{SchemeKMeans, SchemeGMM} {
		var want map[string]string
		for k := range 3 {
			rows := threeKinds(uint64(k))
			if k == 2 {
				rows = append(rows, sale{key: "f002", day: asOf + 30, amount: 999_999_999, sides: []string{"North"}}, sale{key: "later", day: asOf + 1, amount: 5, sides: []string{"North"}})
			}
			cfg := DefaultConfig()
			cfg.Clusters.Features = []string{"frequency", "revenue_12m"}
			l := handmade(asOf, []string{"region"}, rows...)
			b, err := bookOn(l, nil, asOf, cfg, 1+k)
			if err != nil {
				t.Fatal(err)
			}
			g, err := b.Group(scheme)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for m := range b.Members() {
				got[string(b.Key(m))] = g.name(m)
			}
			if want == nil {
				want = got
			} else if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: clusters differ in round %d", scheme, k)
			}
			if g.Clustering.K != 3 {
				t.Errorf("%s finds %d clusters: %+v", scheme, g.Clustering.K, g.Clustering.Tried)
				continue
			}
			for key, name := range got {
				if place := strings.Index("fmr", key[:1]); !strings.HasPrefix(name, fmt.Sprintf("cluster %d", place+1)) {
					t.Errorf("%s: %s is in %s", scheme, key, name)
				}
			}
		}
	}
}

// On an earlier day customers go to the clusters of the as-of date, whichever is asked for first.
func TestClustersOfAnEarlierDay(t *testing.T) {
	l := handmade(date("2024-12-31"), []string{"region"}, threeKinds(0)...)
	then, err := mustBook(l, nil, nil).Before(date("2024-06-30"))
	if err != nil {
		t.Fatal(err)
	}
	early, err := then.Group(SchemeKMeans)
	if err != nil {
		t.Fatal(err)
	}
	now, err := then.root.Group(SchemeKMeans)
	if err != nil {
		t.Fatal(err)
	}
	if early.Clustering != now.Clustering {
		t.Error("the clusters of an earlier day are its own")
	}
	d, err := By(context.Background(), l, nil, DefaultConfig(), []string{"kmeans,region", "kmeans"}, "", 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Clusters) != 1 || d.Rows[0].RetentionN == 0 {
		t.Errorf("clusters %v, retention of %d", d.Clusters, d.Rows[0].RetentionN)
	}
	n := 0
	for _, p := range d.Clusters[0].Profiles {
		n += p.Customers
	}
	if n != d.Clusters[0].Customers || n != 180 {
		t.Errorf("%d customers in the profiles, %d clustered", n, d.Clusters[0].Customers)
	}
}

func TestClusterErrors(t *testing.T) {
	l, accounts := goldenBook()
	f := func(want string, change func(*Config)) {
		t.Helper()
		cfg := DefaultConfig()
		change(&cfg)
		_, _, err := byRows(context.Background(), l, handmadeAccounts(accounts...), cfg, []string{"kmeans"}, "", 1)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	f("expected auto, or 2 to 50", func(c *Config) { c.Clusters.Number = "1" })
	f("expected 1 to 16", func(c *Config) { c.Clusters.Features = nil })
	f(`did you mean "frequency"`, func(c *Config) { c.Clusters.Features = []string{"frequncy"} })
	f("only numbers", func(c *Config) { c.Clusters.Features = []string{"region"} })
	f("31 clusters need as many customers", func(c *Config) { c.Clusters.Number = "31" })

	var same []sale
	for _, key := range []string{"a", "b", "c"} {
		same = append(same, sale{key: key, day: date("2024-12-01"), amount: 5})
	}
	_, _, err := byRows(context.Background(), handmade(date("2024-12-31"), nil, same...), nil, DefaultConfig(), []string{"gmm"}, "", 1)
	if err == nil || !strings.Contains(err.Error(), "is the same for all 3 customers") {
		t.Errorf("%v", err)
	}
}

// A nightly run goes on without clusters that cannot be certified, and says so.
func TestRunLeavesOutClustersThatFail(t *testing.T) {
	slow(t)
	l, _ := goldenBook()
	cfg := DefaultConfig()
	cfg.Segments, cfg.Clusters.Number = []string{"abc", "kmeans"}, "31"
	res, err := Analyse(context.Background(), l, nil, cfg, 1, nil)
	if quality := (*ingest.QualityError)(nil); errors.As(err, &quality) || err != nil {
		t.Fatal(err)
	}
	said := false
	for _, w := range res.Warnings {
		said = said || w.Code == warnNotCertified && strings.Contains(w.Message, "kmeans")
	}
	if !said {
		t.Errorf("no warning among %+v", res.Warnings)
	}
	cfg.Clusters.Number = "3"
	if res, err = Analyse(context.Background(), l, nil, cfg, 1, nil); err != nil {
		t.Fatal(err)
	}
	for _, f := range res.Fits {
		if f.Name == SchemeKMeans && f.Use == "segments" && f.Certificate.Certified() {
			return
		}
	}
	t.Error("the certificate of k-means is not among the fits")
}
