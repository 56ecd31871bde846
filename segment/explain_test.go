package segment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
)

// explained is a finished analysis of a simulated book.
func explained(t *testing.T, l *ingest.Ledger, change func(*Config)) *analysis {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	a, err := newAnalysis(context.Background(), l, nil, cfg, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.run(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	return a
}

// scoredBy lets candidates score the subjects at risk again, champions or not.
func (a *analysis) scoredBy(today *panel, churn chanceModel, value valueModel) map[int]Score {
	a.scorer.churn, a.scorer.value = churn, value
	scores := map[int]Score{}
	sc := a.scorer.scored()
	for i, s := range today.Subjects {
		if s.atRisk {
			m := int(s.profile)
			d, _, _ := a.scorer.active(sc, m, today, i)
			row := Score{Churn: sc.chance[m], Value12: sc.value[m], ValueAtRisk: sc.risk[m]}
			row.Residual = a.scorer.residual(sc, m)
			row.Value12Low, row.Value12High, _ = a.scorer.interval(sc, m)
			for k, r := range d.reasons {
				row.Reasons[k] = string(r.append(nil, func(dst []byte, _ string) []byte { return dst }))
				row.Effects[k] = d.effects[k].share()
			}
			scores[i] = row
		}
	}
	return scores
}

// What an explanation says adds up to the score, for every candidate and every customer at risk.
func TestExplanationsAddUp(t *testing.T) {
	slow(t)
	seen := map[string]bool{}
	for _, days := range []int{900, 1300} { // value labels of one horizon, and of a year
		for _, basis := range []string{Revenue, Margin} {
			sim := manyBuyers()
			sim.days = days + 1
			rows := sim.sales()
			for i := range rows {
				rows[i].sides = []string{"R" + rows[i].key[4:]}
			}
			a := explained(t, handmade(sim.start+ingest.Day(days), []string{"region"}, rows...), func(c *Config) { c.ValueBasis, c.ModelAttributes = basis, []string{"region"} })
			today := a.newPanel(a.Clock.AsOf, a.Profiles)
			for k, tr := range a.churn.trials {
				if m := a.churn.final[k]; m.OK {
					for i, sc := range a.scoredBy(today, m.Model, nil) {
						churnAddsUp(t, a, today, i, &sc)
					}
					seen[tr.name] = true
				}
			}
			for k, tr := range a.value.trials {
				if m := a.value.final[k]; m.OK {
					for i, sc := range a.scoredBy(today, a.churn.final[0].Model, m.Model) {
						valueAddsUp(t, a, today, i, &sc)
					}
					seen[tr.name] = true
				}
			}
		}
	}
	if len(seen) != len(churnCandidates)+len(valueCandidates) {
		t.Errorf("only %v could be explained", seen)
	}
}

func churnAddsUp(t *testing.T, a *analysis, today *panel, i int, sc *Score) {
	t.Helper()
	w := a.explainChurn(today, i)
	switch {
	case w.Linear != nil:
		l := w.Linear
		sum, byCode := l.Baseline.At, map[string]float64{}
		for _, term := range l.Terms {
			sum += term.Share
			byCode[term.Reason] += term.Share
		}
		if math.Abs(sum-l.At) > 1e-12*max(1, math.Abs(l.At)) || clampChance(l.Baseline.Probability(l.At)) != sc.Churn {
			t.Errorf("%s: %v and its terms make %v, link %v, churn %v", w.Model, l.Baseline, sum, l.At, sc.Churn)
		}
		for k, r := range sc.Reasons {
			if r == "" != math.IsNaN(sc.Effects[k]) || k == 0 && r == "" {
				t.Errorf("%q adds %v", r, sc.Effects[k])
			} else if code, _, _ := strings.Cut(r, ": "); r != "" && math.Abs(byCode[code]-sc.Effects[k]) > 0.00501 {
				t.Errorf("%q adds %v, its terms %v", r, sc.Effects[k], byCode[code])
			}
		}
	case w.Chain != nil:
		c := w.Chain
		if last := c.Silence[len(c.Silence)-1]; clampChance(last) != sc.Churn {
			t.Errorf("chain: silence ends at %v, churn %v", last, sc.Churn)
		}
		if len(c.Silence) != int(math.Ceil(c.Periods)) || !slices.IsSortedFunc(c.Silence, func(x, y float64) int { return -int(math.Copysign(1, x-y)) }) {
			t.Errorf("chain: silence over %v periods: %v", c.Periods, c.Silence)
		}
	case w.Latent != nil:
		l := w.Latent
		certain := l.Alive == 1 && l.Recency == 0 && math.IsNaN(l.AliveLow) && math.IsNaN(l.AliveHigh) // by pareto/nbd, on the day of a purchase
		if clampChance(l.Silent) != sc.Churn || l.Silent < 1-l.Alive-1e-12 || !(certain || l.AliveLow <= l.Alive && l.Alive <= l.AliveHigh) {
			t.Errorf("attrition: %+v, churn %v", *l, sc.Churn)
		}
		if s := &today.Subjects[i]; l.Days != int(s.rhythm.days) || l.Recency != int(s.recency) || l.Tenure < l.Recency {
			t.Errorf("attrition: %+v of %+v", *l, s.rhythm)
		}
	default:
		r := w.Rule
		if recency := int(today.Subjects[i].recency); clampChance(r.Rate) != sc.Churn || recency < r.From || recency >= r.To {
			t.Errorf("rule: rate %v, churn %v; silent %d d in [%d, %d)", r.Rate, sc.Churn, recency, r.From, r.To)
		}
	}
}

func valueAddsUp(t *testing.T, a *analysis, today *panel, i int, sc *Score) {
	t.Helper()
	w := a.explainValue(today, i, sc)
	want := sc.Value12
	switch {
	case w.Spend != nil:
		s := w.Spend
		if !close9(s.Visits*s.Worth, want) || !close9(a.floor(s.Z*s.Own+(1-s.Z)*s.Book), s.Worth) {
			t.Errorf("chain+spend: %+v, value %v", *s, want)
		}
		if !close9(w.Stayed, s.VisitsStayed*s.Worth) {
			t.Errorf("chain+spend: %v stayed, %v × %v", w.Stayed, s.VisitsStayed, s.Worth)
		}
		if w.Residual.ByLaw != s.ByDay || !close9(w.Residual.Multiplier*want, sc.Residual) || s.ByDay && !(0 <= s.Alive && s.Alive <= 1) {
			t.Errorf("%+v, residual %+v, %v", *s, w.Residual, sc.Residual)
		}
	case w.Life != nil:
		l, mean := w.Life, 0.0
		for _, term := range l.Terms {
			mean += term.Share
		}
		if !close9(l.Alive*l.Days/l.Year, want) || !close9(a.floor(mean), l.Alive) || !close9(w.Stayed, l.Alive) {
			t.Errorf("survival: %+v, value %v, %v stayed", *l, want, w.Stayed)
		}
		if !w.Residual.ByCurve || !close9(w.Residual.Multiplier*want, sc.Residual) {
			t.Errorf("survival: %+v, residual %v", w.Residual, sc.Residual)
		}
	case w.Hurdle != nil:
		h := w.Hurdle
		var sum, mean, labels float64
		for _, l := range h.Labels {
			sum += l.Value
			labels += l.Length
		}
		for _, term := range h.Terms {
			mean += term.Share
		}
		if !close9(sum, want) || !close9(a.floor(mean), h.Mean) || !close9(labels, a.labelsAYear()) {
			t.Errorf("regression: labels make %v, value %v; terms make %v, mean %v", sum, want, mean, h.Mean)
		}
	default:
		if s := &today.Subjects[i]; a.floor(s.past12) != want {
			t.Errorf("last-year: %v, value %v", s.past12, want)
		}
	}
	atRisk := sc.Churn * want
	if finite(w.Stayed) {
		atRisk = w.Stayed - want
	}
	if !close9(max(0, atRisk), sc.ValueAtRisk) {
		t.Errorf("value at risk %v, explained as %v", sc.ValueAtRisk, atRisk)
	}
	if b := w.Band; b != nil {
		low, high := a.floor(min(b.Low*want, b.High*want, want)), max(b.Low*want, b.High*want, want)
		if !close9(low, sc.Value12Low) || !close9(high, sc.Value12High) {
			t.Errorf("band %+v makes [%v, %v], the interval is [%v, %v]", *b, low, high, sc.Value12Low, sc.Value12High)
		}
	}
}

// Explain finds the score that Analyse gives, for customers of every kind, and its parts fit together, whether the models
// learnt from all or from a sample.
func TestExplainIsTheRunsScore(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.days = 901
	l := sim.ledger(900)
	for _, learnt := range []int{0, 150} {
		cfg := DefaultConfig()
		cfg.FitCustomers = learnt
		explainedLikeTheRun(t, l, cfg)
	}
}

func explainedLikeTheRun(t *testing.T, l *ingest.Ledger, cfg Config) {
	t.Helper()
	want := analyse(t, l, 2, func(c *Config) { *c = cfg })
	kinds := map[string]bool{}
	for _, s := range rowsOf(t, want.Scores) {
		if kinds[s.Relation] {
			continue
		}
		kinds[s.Relation] = true
		e, err := Explain(context.Background(), l, nil, cfg, 1, nil, s.Key, 5)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%+v", *e.Score); got != fmt.Sprintf("%+v", s) && withoutPointer(*e.Score) != withoutPointer(s) {
			t.Errorf("%s: %s\nwant %+v", s.Key, got, s)
		}
		sane(t, s.Key, reflect.ValueOf(e.Churn))
		sane(t, s.Key, reflect.ValueOf(e.History))
		historyAddsUp(t, l, e)
		if (e.Churn != nil) != (s.Relation == relationActive) || e.Value == nil || e.State == nil {
			t.Errorf("%s: %s, churn %v, value %v, state %v", s.Key, s.Relation, e.Churn, e.Value, e.State)
		}
		if s.Relation == relationLapsed {
			r := e.Value.Return
			v := r.Mean + r.Slope*(r.Own-r.OwnMean)
			if r.Most > 0 {
				v = min(v, r.Most*max(r.Own, 0))
			}
			if !close9(max(v, 0), s.Value12) && e.Result.Basis == Revenue || r.Rate != s.Return {
				t.Errorf("%s: %+v, value %v, return %v", s.Key, *r, s.Value12, s.Return)
			}
		}
		if !close9(e.Value.Residual.Multiplier*s.Value12, s.Residual) {
			t.Errorf("%s: residual %v = %v × %v", s.Key, s.Residual, e.Value.Residual.Multiplier, s.Value12)
		}
	}
	if len(kinds) < 2 {
		t.Errorf("the book has only %v", kinds)
	}
}

func withoutPointer(s Score) string {
	p := *s.Profile
	s.Profile = nil
	return fmt.Sprintf("%+v %+v", s, p)
}

// The months make the years, the cells make the total.
func historyAddsUp(t *testing.T, l *ingest.Ledger, e *Explanation) {
	t.Helper()
	h, p := e.History, e.Score.Profile
	var all, year, before int64
	n := len(h.Months)
	for k, m := range h.Months {
		all += m.Net
		switch back := n - 1 - k; {
		case back < 12:
			year += m.Net
		case back < 24:
			before += m.Net
		}
	}
	if all != p.Net() || year != p.Net12 || before != p.NetPrior12 || h.Net != p.Net() || h.Rows != p.Lines {
		t.Errorf("%s: months make %d, %d, %d; profile %d, %d, %d", e.Score.Key, all, year, before, p.Net(), p.Net12, p.NetPrior12)
	}
	if h.Now.Net != p.Net12 || h.Before.Net != p.NetPrior12 || h.Now.Value != e.Score.Realised12 || h.Now.Purchases != int(p.Frequency12) {
		t.Errorf("%s: year %+v, before %+v", e.Score.Key, h.Now, h.Before)
	}
	if len(h.Latest) != int(min(5, h.Cells)) || h.Months[n-1].End != l.AsOf {
		t.Errorf("%s: %d cells listed, months end %v", e.Score.Key, len(h.Latest), h.Months[n-1].End)
	}
}

// Beyond the distance that an explanation gives, the tier is the next one; short of it, it is not.
func TestDistanceToTheNextTier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.IntRange(0, 50), 1, 12).Draw(t, "values")
		share := rapid.SampledFrom([]float64{0.3, 0.5, 0.8, 0.95, 1}).Draw(t, "share")
		all := make([]float64, len(values))
		for i, v := range values {
			all[i] = float64(v)
		}
		at := rapid.IntRange(0, len(all)-1).Draw(t, "at")
		least := newRanking(all).least(all[at], share)
		within := func(v float64) bool {
			moved := slices.Clone(all)
			moved[at] = v
			return v >= newRanking(moved).cut(share)
		}
		const step = 1e-6 // more than rounding, less than any gap between whole numbers
		if !within(least + step) {
			t.Fatalf("%v: %v above %v is not within %v", all, step, least, share)
		}
		if least > step && within(least-step) {
			t.Fatalf("%v: %v below %v is within %v", all, step, least, share)
		}
	})
}

// Likewise for the key accounts, in whole units of money.
func TestDistanceToKeyAccount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(1, 40), 1, 10).Draw(t, "values")
		rule := KeyAccountRule{Share: rapid.SampledFrom([]float64{0.3, 0.5, 1}).Draw(t, "share"),
			MaxShare: rapid.SampledFrom([]float64{0.1, 0.5, 1}).Draw(t, "most"), Min: rapid.IntRange(0, 4).Draw(t, "least")}
		at := rapid.IntRange(0, len(values)-1).Draw(t, "at")
		change := func(c *Config) { c.KeyAccounts = rule }
		key := fmt.Sprintf("k%d", at)
		chosen := func(v int64) bool {
			moved := slices.Clone(values)
			moved[at] = v
			return slices.Contains(strings.Fields(selectedKeys(valued(moved, change))), key)
		}
		b := valued(values, change)
		candidates, atRisk, total := b.rankByValue()
		mine := slices.IndexFunc(candidates, func(c ranked) bool { return string(b.Key(int(c.profile))) == key })
		least := b.leastKeyValue(slices.Delete(candidates, mine, mine+1), atRisk, total-values[at], []byte(key))
		if least == math.MaxInt64 {
			if chosen(1_000_000) {
				t.Fatalf("%v, %+v: a million is chosen, though nobody can be", values, rule)
			}
			return
		}
		if !chosen(least) || least > 1 && chosen(least-1) {
			t.Fatalf("%v, %+v: %s with %d is %v, with one less %v", values, rule, key, least, chosen(least), least > 1 && chosen(least-1))
		}
	})
}

func TestWhoIsMeant(t *testing.T) {
	l := handmade(date("2024-06-30"), []string{"name"},
		sale{key: "C0042", day: date("2024-06-01"), amount: 5, sides: []string{"Municipal Bus"}},
		sale{key: "C0043", day: date("2024-06-01"), amount: 5, sides: []string{"Twin"}},
		sale{key: "C0044", day: date("2024-06-01"), amount: 5, sides: []string{"Twin"}},
		sale{key: "0042", day: date("2024-06-01"), amount: 5, sides: []string{"\x1b[31mRed\x1b[0m"}},
	)
	b := mustBook(l, nil, nil)
	f := func(who, key string, byName bool) {
		t.Helper()
		m, named, err := b.find(who)
		if err != nil || string(b.Key(m)) != key || named != byName {
			t.Errorf("%q: %q, by name %v, %v", who, b.Key(m), named, err)
		}
	}
	f("C0042", "C0042", false)
	f("0042", "0042", false)
	f("municipal bus", "C0042", true)
	unknown := func(who, want string) {
		t.Helper()
		_, _, err := b.find(who)
		var e *UnknownCustomerError
		var c *ingest.ConfigError
		if !errors.As(err, &e) || !errors.As(err, &c) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", who, err, want)
		}
	}
	unknown("C004", `there is no customer "C004" as of 2024-06-30; did you mean`)
	unknown("bus", `did you mean "C0042" (Municipal Bus)?`)
	unknown("Twin", `2 customers are named "Twin": give a key; did you mean "C0043" (Twin) or "C0044" (Twin)?`)
	unknown("C0O42", `"C0042"`)
	unknown("nothing like it at all", "the keys are in the score file")
	if _, _, err := b.find("red"); strings.ContainsRune(err.Error(), '\x1b') {
		t.Errorf("a name reaches the terminal as it is: %q", err)
	}
}
