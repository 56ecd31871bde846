package segment

import (
	"math/rand/v2"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"

	"pgregory.net/rapid"
)

// edgeBook are training days of a book at the edge of sense, newest first, and the day to predict.
func edgeBook(t *rapid.T) (st *study, at *origin) {
	customers, days := rapid.SampledFrom([]int{1, 2, 5, 12, 80}).Draw(t, "customers"), rapid.IntRange(1, 4).Draw(t, "days")
	rate := rapid.SampledFrom([]float64{0, 0.1, 0.5, 1}).Draw(t, "rate")
	kind := rapid.SampledFrom([]string{"constant", "binary", "any", "separating", "collinear"}).Draw(t, "columns")
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	st = &study{Book: &Book{Threads: 1, Config: Config{Level: 0.9, ModelAttributes: []string{"industry"}}, Clock: Clock{Horizon: 90, AsOf: 1000, First: 1}},
		measures: make([]bool, 1), logits: &logits{on: map[ingest.Day]*lazily[trained[chanceModel]]{}}}
	at = &origin{day: 1000}
	for k := range days + 1 {
		p := &panel{Day: at.day - 90*ingest.Day(k), width: len(features), Attributes: [][]string{nil}}
		for c := range customers {
			s := subject{id: int32(c), x: int32(c), recency: int32(r.IntN(90)), atRisk: true, churned: r.Float64() < rate}
			x := make([]float64, len(features))
			x[fIntercept] = 1
			for j := 1; j < len(x); j++ {
				switch kind {
				case "binary":
					x[j] = num.Indicator(r.Float64() < 0.5)
				case "any":
					x[j] = r.NormFloat64()
				case "separating":
					x[j] = num.Indicator(s.churned) + 0.1*r.Float64()
				case "collinear":
					x[j] = x[max(1, j-1)] + num.Indicator(j == 1)*r.Float64()
				}
			}
			p.X = append(p.X, x...)
			p.Subjects = append(p.Subjects, s)
			p.Attributes[0] = append(p.Attributes[0], string(rune('A'+r.IntN(26))))
		}
		at.train = append(at.train, p)
	}
	at.panel, at.train = at.train[0], at.train[1:]
	return st, at
}

func noBands() *chanceBands { return newChanceBands(nil, nil, nil, 0.9) }

// Every candidate, on books at the edge of sense: refused with a code, or predictions that are probabilities, within their intervals.
func TestCandidatesAtTheEdgeOfSense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		st, at := edgeBook(t)
		for _, c := range churnCandidates {
			if c.name == hazardName { // it reads the Ledger, see TestHazardAtTheEdgeOfSense
				continue
			}
			fit := c.train(st, at)
			if !fit.OK {
				if code, words, ok := strings.Cut(fit.Note, ": "); !ok || words == "" || strings.ContainsAny(code, " .") {
					t.Fatalf("%s: refused without a code: %q", c.name, fit.Note)
				}
				continue
			}
			m := &banded{Model: fit.Model, work: noBands}
			for i := range at.panel.Subjects {
				if p, low, high := m.chance(at.panel, i, 0.9); !(p >= leastChance && p <= mostChance && 0 <= low && low <= p && p <= high && high <= 1) {
					t.Fatalf("%s: %v [%v, %v]", c.name, p, low, high)
				}
			}
		}
	})
}

// Sixty accounts of which six are lost a horizon: something simple scores, with an interval no narrower than chance among so many.
func TestSmallBooksAreScoredBySomethingSimple(t *testing.T) {
	slow(t)
	for seed := range uint64(6) {
		sim := manyBuyers()
		sim.customers, sim.seed, sim.lifetime, sim.gap = 100, 50+seed, 900, 20
		a := explained(t, sim.ledger(1300), func(*Config) {})
		name := a.churn.name()
		if name != recencyRuleName && name != pooledName && name != firthName {
			t.Errorf("seed %d: %s scores %d customers at risk", seed, name, a.scored.atRisk())
		}
		m := withIntervals(a.churn, a.churn.champion, 0.9)
		today := a.newPanel(a.Clock.AsOf, a.Profiles)
		rows := 0
		for _, day := range a.churnPlan.Final {
			rows += a.newPanel(day, a.profilesOn(day, a.sample)).atRisk()
		}
		for i := range today.Subjects {
			if !today.Subjects[i].atRisk {
				continue
			}
			p, low, high := m.chance(today, i, 0.9)
			// All rows of all days are the most that an interval can rest on.
			if a, b := num.Wilson(p*float64(rows), float64(rows), 0.9); high-low < 0.9*(b-a) {
				t.Fatalf("seed %d, %s: %v [%v, %v] is narrower than Wilson's of %d observations [%v, %v]", seed, name, p, low, high, rows, a, b)
			}
		}
	}
}
