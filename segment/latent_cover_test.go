package segment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/markov/attrition"

	"gonum.org/v1/gonum/stat/distuv"
)

// Books by a law itself, with known parameters: it is the one taken, the probabilities of the customers at risk are neither too high nor too low, and their
// intervals of 90 % hold the one of the true parameters as often. In small books whose customers leave slowly hazards that differ are not seen: a third of them takes Pareto/NBD with one rate of leaving, a few MBG/NBD,
// and what they do not see is in no interval.
func TestLatentChurnCovers(t *testing.T) {
	books := 30
	if testing.Short() {
		books = 8
	}
	for _, c := range []struct {
		name      string
		law       attrition.Model
		params    []float64 // of days
		customers int
		off       float64
		least     float64 // share that intervals hold
	}{
		{"mbg", attrition.MBGNBD, []float64{1.5, 30, 1, 8}, 600, 0.02, 0.8},
		{"pareto", attrition.ParetoNBD, []float64{1.5, 30, 1.5, 600}, 600, 0.03, 0.8},
		{"pareto, few who leave slowly", attrition.ParetoNBD, []float64{1.5, 30, 1.5, 2500}, 300, 0.04, 0.75},
	} {
		t.Run(c.name, func(t *testing.T) {
			weeks := slices.Clone(c.params)
			if weeks[1] /= latentUnit; c.law == attrition.ParetoNBD {
				weeks[3] /= latentUnit
			}
			law, err := attrition.Known(c.law, 0, weeks...)
			if err != nil {
				t.Fatal(err)
			}
			var sum cover
			for book := range books {
				sum.add(t, law, simulated(c.law, c.params, c.customers, rand.New(rand.NewPCG(uint64(book), 5))))
			}
			n := sum.customers
			t.Logf("%v customers: %.4f told, %.4f known, %.4f left; %.3f inside; %v of %d books by the law", n, sum.told/n, sum.known/n, sum.left/n, sum.inside/n, sum.taken, books)
			if off := sum.told/sum.known - 1; math.Abs(off) > c.off {
				t.Errorf("probabilities are off by %.3f", off)
			}
			if math.Abs(sum.left-sum.known) > 4*math.Sqrt(n)/2 {
				t.Errorf("%v left, %v expected by the true law", sum.left, sum.known)
			}
			if share := sum.inside / n; !testing.Short() && (share < c.least || share > 0.97) { // the customers of a book are off together
				t.Errorf("intervals of 90 %% hold %.3f", share)
			}
			if sum.taken < 0.9*float64(books) {
				t.Errorf("%v of %d books take the law", sum.taken, books)
			}
		})
	}
}

// What simulated books are: days of history, and the horizon.
const coverDays, coverHorizon = 900, 90

// book is a simulated one, and who buys after its last day.
type coverBook struct {
	rows  []sale
	start ingest.Day
	back  map[string]bool
}

// simulated is a book of customers who join over 300 days.
func simulated(law attrition.Model, p []float64, customers int, draw *rand.Rand) coverBook {
	b := coverBook{start: date("2021-01-01"), back: map[string]bool{}}
	for c := range customers {
		key := fmt.Sprintf("C%04d", c)
		rate, leave, end := distuv.Gamma{Alpha: p[0], Beta: p[1], Src: draw}.Rand(), 0.0, math.Inf(1)
		if law == attrition.ParetoNBD {
			end = draw.ExpFloat64() / distuv.Gamma{Alpha: p[2], Beta: p[3], Src: draw}.Rand()
		} else {
			leave = distuv.Beta{Alpha: p[2], Beta: p[3], Src: draw}.Rand()
		}
		at := 300 * draw.Float64()
		end += at
		for ; at < min(end, coverDays+1+coverHorizon); at += draw.ExpFloat64() / rate {
			if day := ingest.Day(at); day <= coverDays {
				b.rows = append(b.rows, sale{key: key, day: b.start + day, amount: 10_000})
			} else {
				b.back[key] = true
			}
			if draw.Float64() < leave {
				break
			}
		}
	}
	return b
}

// cover counts customers at risk, what they are told, what is so, whose interval holds it, and books by their law.
type cover struct{ customers, told, known, left, inside, taken float64 }

func (c *cover) add(t *testing.T, law *attrition.Fit, from coverBook) {
	l := handmade(from.start+coverDays, nil, from.rows...)
	cfg := DefaultConfig()
	cfg.ValueBasis = Revenue
	own, err := newBook(l, nil, Clock{AsOf: l.AsOf, First: from.start, Period: Month, Horizon: coverHorizon, MedianGap: 30}, nil, cfg, 2)
	if err != nil {
		t.Fatal(err)
	}
	st := newStudy(own)
	p := st.newPanel(l.AsOf, ProfilesOn(l, l.AsOf, coverHorizon, 2))
	fitted := fitLatent(st, p)
	if fitted.fit == nil {
		t.Fatal(fitted.note)
	}
	m := &latentChurn{Law: fitted.law()}
	if err := m.open(st); err != nil {
		t.Fatal(err)
	}
	c.taken += num.Indicator(fitted.fit.Model == law.Model)
	for i := range p.Subjects {
		s := &p.Subjects[i]
		if !s.atRisk {
			continue
		}
		prob, low, high := m.chance(p, i, 0.9)
		truth := law.Silent(s.customer(), float64(coverHorizon)/latentUnit, 0.9).Value
		c.customers, c.told, c.known = c.customers+1, c.told+prob, c.known+truth
		c.inside += num.Indicator(low <= truth && truth <= high)
		c.left += num.Indicator(!from.back[string(own.Key(int(s.profile)))])
	}
}

// A run whose customers leave as Pareto/NBD says scores by it, and its stored model, read again, does the same with other threads.
func TestStoredParetoScoresAlike(t *testing.T) {
	slow(t)
	from := simulated(attrition.ParetoNBD, []float64{1.5, 30, 1.5, 600}, 400, rand.New(rand.NewPCG(1, 5)))
	for i := range from.rows {
		row := &from.rows[i]
		row.amount = 500*int64(row.key[4]) + int64(i*7919%9001) // customers differ, and their days
	}
	c := contestedOn(t, handmade(from.start+coverDays, nil, from.rows...), nil, func(c *Config) { c.ValueBasis, c.ChurnHorizon = Revenue, coverHorizon })
	place := func(name string, names []string) int { return slices.Index(names, name) }
	churn := place(attritionName, namesOf(offered(c.study, churnCandidates)))
	for _, name := range []string{latentSpendName, latentGammaName} {
		value := place(name, namesOf(offered(c.study, valueCandidates)))
		if !c.churn.final[churn].OK || !c.value.final[value].OK {
			t.Fatalf("%s, %s", c.churn.final[churn].Note, c.value.final[value].Note)
		}
		if law := c.value.final[value].Model.(*latentValue).Law.Model; law != attrition.ParetoNBD {
			t.Errorf("%s by %s", name, law)
		}
		r := c.scoredWith(t, churn, value, 0)
		if got, want := plain(t, c.rescored(t, r)), plain(t, r); got != want {
			t.Errorf("%s: %s", name, whereTheyDiffer(got, want))
		}
	}
}
