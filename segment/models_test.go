package segment

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/markov"
)

func close9(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want)) }

func TestScheduleNeverCrossesAnOrigin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Clock{First: 18000, AsOf: 18000 + ingest.Day(rapid.IntRange(0, 4000).Draw(t, "span")), Horizon: rapid.IntRange(1, 400).Draw(t, "horizon")}
		label := rapid.SampledFrom([]int{c.Horizon, valueYear}).Draw(t, "label")
		s := newSchedule(c, label)
		needed := c.Horizon
		if !scheduleAfter(c, label, c.Horizon).contested() {
			needed = c.Horizon / 2
		}
		history := func(d ingest.Day) bool { return int(d-c.First) >= needed }
		for _, f := range s.Folds {
			if f.Origin+ingest.Day(label) > c.AsOf {
				t.Fatalf("labels of fold %v end after the as-of date", f.Origin)
			}
			for _, d := range f.Train {
				if d+ingest.Day(label) > f.Origin || !history(d) {
					t.Fatalf("training origin %v of fold %v", d, f.Origin)
				}
			}
		}
		for _, d := range s.Final {
			if d+ingest.Day(label) > c.AsOf || d < c.First {
				t.Fatalf("final origin %v", d)
			}
		}
		if len(s.Folds) > maxFolds || s.contested() && len(s.Folds) < minFolds {
			t.Fatalf("%d folds", len(s.Folds))
		}
	})
	c := Clock{First: 0, AsOf: 359, Horizon: 120}
	if s := newSchedule(c, 120); s.contested() {
		t.Errorf("three horizons hold no fold to choose by, got %d", len(s.Folds))
	}
	c.AsOf = 419
	if s := newSchedule(c, 120); s.contested() {
		t.Errorf("three and a half horizons less a day hold no fold to choose by, got %d", len(s.Folds))
	}
	c.AsOf = 420
	if s := newSchedule(c, 120); len(s.Folds) != 2 || !slices.Equal(s.Folds[1].Train, []ingest.Day{60}) {
		t.Errorf("three and a half horizons: %+v", s)
	}
	c.AsOf = 480
	if s := newSchedule(c, 120); len(s.Folds) != 2 || s.Folds[1].Origin != 240 || !slices.Equal(s.Folds[1].Train, []ingest.Day{120}) {
		t.Errorf("four horizons: %+v", s)
	}
}

// Weeks, horizon of two weeks: R = 2, so lapsed from the second and long lapsed from the fourth week
// of silence on. The book begins on a Wednesday: its first week is left out.
func TestCountStatesByHand(t *testing.T) {
	wednesday := date("2024-01-03")
	monday := wednesday + 5
	c := Clock{First: wednesday, AsOf: monday + 7*7, Period: Week, Horizon: 14} // seven closed weeks and one day
	l := handmade(c.AsOf, nil,
		sale{key: "a", day: wednesday, amount: 1},     // week −1: counts as a purchase period, no move out of it
		sale{key: "a", day: monday, amount: 1},        // week 0
		sale{key: "a", day: monday + 6, amount: 1},    // the same week
		sale{key: "a", day: monday + 14, amount: 1},   // week 2
		sale{key: "a", day: monday + 15, amount: -1},  // a return is no purchase
		sale{key: "a", day: monday + 7*7, amount: 1},  // the open week: not counted
		sale{key: "b", day: monday + 7*5, amount: 1},  // week 5
		sale{key: "d", day: monday + 7*7, amount: 1},  // first bought in the open week
		sale{key: "e", day: monday + 7*1, amount: -1}, // never bought
	)
	st := newStates(c)
	want := map[string]int64{
		"growing/active>growing/quiet-1": 2, // a: week 0 to 1, with two purchase periods; week 2 to 3, with three
		"growing/quiet-1>growing/active": 1,
		"growing/quiet-1>lapsed":         1,
		"lapsed>lapsed":                  1,
		"lapsed>long-lapsed":             1,
		"new/active>new/quiet-1":         1, // b
	}
	got := countStates(l, ingest.Shards, c, c.AsOf, st, 2)
	for i, from := range got.States {
		for j, to := range got.States {
			if n := got.N[i*len(got.States)+j]; n != want[from+">"+to] {
				t.Errorf("%s to %s: %d, want %d", from, to, n, want[from+">"+to])
			}
		}
	}
	if seen := seenOnly(got); slices.Contains(seen.States, "established/active") || len(seen.States) != 6 {
		t.Errorf("seen: %v", seen.States)
	}
}

// The walk agrees with asking every period anew.
func TestCountStatesAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := anySales.Draw(t, "rows")
		asOf := ingest.Day(18000 + rapid.IntRange(0, 800).Draw(t, "as of"))
		l := handmade(asOf, []string{"region"}, rows...)
		c := Clock{First: l.First, AsOf: asOf, Horizon: rapid.IntRange(1, 200).Draw(t, "horizon"),
			Period: rapid.SampledFrom([]Period{Week, Month, Quarter}).Draw(t, "period")}
		st := newStates(c)
		g := newGrid(c.First, asOf, c.Period)
		want := markov.NewCounts(st.Names)
		for i := range ingest.Shards {
			s := l.Shard(i)
			for k := range s.Customers() {
				at := func(period int) int { // state at the end of a period, −1 before the first purchase
					lo, hi := s.Cells(k)
					seen := map[int]bool{}
					last := -2
					for j := lo; j < hi && s.Day[j] < g.Starts[period+1]; j++ {
						if l.Purchase(s, j) {
							last = g.index(s.Day[j], -1)
							seen[last] = true
						}
					}
					if len(seen) == 0 {
						return -1
					}
					return st.of(len(seen), period-last)
				}
				for period := range g.periods() - 1 {
					if from := at(period); from >= 0 {
						want.Add(from, at(period+1))
					}
				}
			}
		}
		if got := countStates(l, ingest.Shards, c, asOf, st, 1); !slices.Equal(got.N, want.N) {
			t.Fatalf("got %v\nwant %v", got.N, want.N)
		}
	})
}

func TestLadderCountsByHand(t *testing.T) {
	first := date("2022-01-01")
	c := Clock{First: first, AsOf: date("2023-03-31"), Period: Month, Horizon: 90}
	l := handmade(c.AsOf, nil,
		sale{key: "a", day: first, amount: 1, units: 60},              // counts up to 2022-12-31
		sale{key: "a", day: date("2023-02-10"), amount: 1, units: 12}, // 10–49 from February on
	)
	got := countLadder(l, c, NewLadder([]float64{100, 50, 10, 5}), 1)
	want := map[string]int64{"50–99>none": 1, "none>10–49": 1, "10–49>10–49": 1}
	for i, from := range got.States {
		for j, to := range got.States {
			if n := got.N[i*len(got.States)+j]; n != want[from+">"+to] {
				t.Errorf("%s to %s: %d, want %d", from, to, n, want[from+">"+to])
			}
		}
	}
}

// On the scoring day windows of one period end on it, so that half a month is no silence.
func TestScoringStateFromRollingWindows(t *testing.T) {
	asOf := date("2024-03-15")
	c := Clock{First: date("2023-01-01"), AsOf: asOf, Period: Month, Horizon: 90, MedianGap: 30}
	l := handmade(asOf, nil,
		sale{key: "a", day: date("2024-02-16"), amount: 1}, // within the last month, though not in March
		sale{key: "b", day: date("2024-02-15"), amount: 1}, // the month before
		sale{key: "c", day: date("2023-12-16"), amount: 1}, // 90 days: lapsed
		sale{key: "d", day: date("2023-12-17"), amount: 1}, // 89 days: at risk, so never "lapsed"
	)
	l.First = c.First
	b, err := newBook(l, nil, c, nil, DefaultConfig(), 1)
	if err != nil {
		t.Fatal(err)
	}
	p := newStudy(b).newPanel(asOf, b.Profiles)
	want := map[string]string{"a": "new/active", "b": "new/quiet-1", "c": lapsedState, "d": "new/quiet-2"}
	for i := range p.Subjects {
		key := string(b.Key(int(p.Subjects[i].profile)))
		if got := newStates(c).Names[p.Subjects[i].state]; got != want[key] {
			t.Errorf("%s is %s, want %s", key, got, want[key])
		}
	}
}

func TestFeaturesAreFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := anySales.Draw(t, "rows")
		asOf := ingest.Day(18000 + rapid.IntRange(0, 800).Draw(t, "as of"))
		l := handmade(asOf, []string{"region"}, rows...)
		cfg := DefaultConfig()
		cfg.ValueBasis = Revenue
		if l.First > asOf {
			return
		}
		b, err := bookOn(l, nil, asOf, cfg, 1)
		if err != nil {
			t.Fatal(err)
		}
		p := newStudy(b).newPanel(asOf, b.Profiles)
		for i := range p.Subjects {
			s := &p.Subjects[i]
			if s.atRisk {
				for k, x := range p.row(i) {
					if !finite(x) {
						t.Fatalf("%s is %v", features[k].Name, x)
					}
				}
			}
			if !finite(s.spend) || !finite(s.within) || s.periods < 1 {
				t.Fatalf("%+v", *s)
			}
		}
	})
}

// smallChain is fitted on moves that can be counted by hand: from active, active again with 0.6; from
// lapsed back with 0.1; from long lapsed with back of 100.
func smallChain(t *testing.T, b *study, back int64) *chainModel {
	t.Helper()
	if b.states.Quiet != 1 {
		t.Fatalf("one recency class, got %d", b.states.Quiet)
	}
	counts := markov.NewCounts(b.states.Names)
	add := func(from, to string, n int64) {
		i, j := slices.Index(counts.States, from), slices.Index(counts.States, to)
		counts.N[i*len(counts.States)+j] += n
	}
	add("established/active", "established/active", 60)
	add("established/active", "lapsed", 40)
	add("lapsed", "established/active", 10)
	add("lapsed", "long-lapsed", 90)
	add("long-lapsed", "established/active", back)
	add("long-lapsed", "long-lapsed", 100-back)
	m := newChainModel(b, counts, make([]bool, len(b.states.Names)))
	if !m.certified() {
		t.Fatal(m.why())
	}
	return m
}

// monthly is a study of months with a churn horizon of 30 days, without a customer.
func monthly() *study {
	clock := Clock{Period: Month, Horizon: 30}
	return &study{Book: &Book{Clock: clock, Basis: Revenue}, states: newStates(clock), label: 30}
}

func TestChainVisits(t *testing.T) {
	b := monthly()
	m := smallChain(t, b, 0)
	visits := m.visits(m.matrix(-1), 2.5)
	// a₁ = 0.6; a₂ = 0.36 + 0.4·0.1 = 0.40; a₃ = 0.6·0.40 + 0.4·(0.1·0.6) = 0.264
	if at := m.Fold[slices.Index(b.states.Names, "established/active")]; !close9(visits[at], 0.6+0.40+0.5*0.264) {
		t.Errorf("visits %v", visits[at])
	}
	off := m.withoutLapse()
	if v := m.visits(off, 12)[0]; !close9(v, 12) {
		t.Errorf("without attrition an active customer stays active: %v visits in 12", v)
	}
	if v := m.multiplier(0.10, Month.Days())[0]; !(v > 0.9 && v < 1.1) {
		t.Errorf("a customer who lives two periods has most value in a year: %v", v)
	}
	half, _ := m.noVisit(0.5)
	if at := m.Fold[slices.Index(b.states.Names, "established/active")]; !close9(half[at], math.Sqrt(0.4)) {
		t.Errorf("half a period: %v, want √0.4", half[at])
	}
}

func TestChainGivesUpStagesBeforeItGivesUp(t *testing.T) {
	b := monthly()
	counts := markov.NewCounts(b.states.Names)
	k := len(counts.States)
	for i := range k - 1 {
		counts.N[i*k+k-2] = 3 // no state alone has enough moves, three stages together do
	}
	counts.N[(k-2)*k+k-2] = 9
	used := make([]bool, k)
	used[0] = true
	used[k-1] = true // long lapsed was never seen: one lapsed state
	if m := newChainModel(b, counts, used); !m.certified() || !slices.Equal(m.States, []string{"active", "lapsed"}) {
		t.Errorf("chain %+v: %s", m.States, m.why())
	}
	counts.N[(k-2)*k+k-2] = 0 // nobody was seen after lapsing
	if m := newChainModel(b, counts, used); m.certified() || m.why() != "empty-state: state lapsed was left 0 times, a chain needs 5" {
		t.Errorf("certified %v: %q", m.certified(), m.why())
	}
}

func TestCertificateNote(t *testing.T) {
	var c num.Certificate
	if got, want := certificateNote(&c), num.WarnNotConverged+": the fit is not certified"; got != want {
		t.Errorf("without a remark: %q, want %q", got, want)
	}
	c.Warn(num.WarnTooFew, "few events")
	c.Refuse(num.WarnSeparation, "tenure separates the outcomes")
	if got, want := certificateNote(&c), num.WarnSeparation+": tenure separates the outcomes"; got != want {
		t.Errorf("refused: %q, want %q", got, want)
	}
}

func TestDecide(t *testing.T) {
	// Fold 0 is the last: there the third is best by far, and it must not matter.
	ids := [][]int32{{1, 2, 3, 4}, {1, 2, 3, 4}}
	a := arena{target: targetValue, ids: ids, actual: [][]float64{{9, 9, 9, 9}, {1, 2, 3, 4}}, loss: squaredErrors}
	trials := []trial{
		{name: "simple", ok: true, pred: [][]float64{{0, 0, 0, 0}, {1.1, 2.3, 2.8, 4.1}}},
		{name: "better by chance", ok: true, pred: [][]float64{{0, 0, 0, 0}, {1.1, 1.9, 3.2, 4.1}}},
		{name: "bad", ok: true, pred: [][]float64{{9, 9, 9, 9}, {4, 3, 2, 1}}},
	}
	if k, why := a.decide(trials, "", 2); k != 0 {
		t.Errorf("%d: %s", k, why)
	}
	if k, _ := a.decide(trials, "better by chance", 2); k != 1 {
		t.Errorf("an incumbent within the margin stays, got %d", k)
	}
	if k, _ := a.decide(trials, "bad", 2); k != 0 {
		t.Errorf("an incumbent beyond the margin goes, got %d", k)
	}
	mute := append(slices.Clone(trials), trial{name: "mute", ok: true, pred: [][]float64{{0, 0, 0, 0}, nil}})
	if k, _ := a.decide(mute, "bad", 2); k != 0 {
		t.Errorf("one that cannot be judged changes the margin of the others, got %d", k)
	}
	trials[0].ok = false
	if k, _ := a.decide(trials, "", 2); k != 1 {
		t.Errorf("an uncertified candidate is not eligible, got %d", k)
	}
}

func TestTopTenthSharesTies(t *testing.T) {
	key := make([]float64, 20)
	value := make([]float64, 20)
	key[0], value[0] = 5, 100
	for i := 1; i < 6; i++ {
		key[i], value[i] = 4, float64(10*i) // five tie for the one place left
	}
	if got := topTenth(key, value); !close9(got, 100+150.0/5) {
		t.Errorf("got %v", got)
	}
}

// Bands cover new observations at about their level, whatever the distribution.
func TestValueBandsCover(t *testing.T) {
	sim := manyBuyers()
	rows := sim.sales()
	var pred, actual []float64
	for i, s := range rows {
		p := 1 + float64(i%50)
		pred = append(pred, p)
		actual = append(actual, p*float64(max(s.amount, 0))/50_000)
	}
	half := len(pred) / 2
	v := newValueBands(pred[:half], actual[:half], 0.90)
	in := 0
	for i := half; i < len(pred); i++ {
		if low, high, _ := v.around(v.band(pred[i]), pred[i]); low <= actual[i] && actual[i] <= high {
			in++
		}
	}
	if share := float64(in) / float64(len(pred)-half); share < 0.87 || share > 0.95 {
		t.Errorf("covers %.3f of new observations, want about 0.90", share)
	}
	if newValueBands(pred[:10], actual[:10], 0.9).band(5) != noBand {
		t.Error("ten observations make no band")
	}
}

func TestValueScoreIsAMidRankPercentile(t *testing.T) {
	s := newScored(6)
	copy(s.relation, []relation{active, active, active, active, lapsed, prospects})
	copy(s.value, []float64{1, 2, 2, 9, 5})
	s.rank(s.sortedAtRisk(s.value), 1)
	for m, want := range []float64{12.5, 50, 50, 87.5, 75} {
		if s.score(m) != want {
			t.Errorf("score %d is %v, want %v", m, s.score(m), want)
		}
	}
	if !math.IsNaN(s.score(5)) {
		t.Error("a prospect has no value score")
	}
}

func TestWords(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 950: "950", 41_234: "41.2k", 1_600_000: "1.6M", -412_345: "−412k"} {
		if got := compact(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
	for v, want := range map[float64]string{-0.384: "−38 %", 0.2: "+20 %", 0: "+0 %", 19: "×20"} {
		if got := string(appendSigned(nil, v)); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
	if got := string(appendTrend(nil, -0.5)); got != "last half year −67 % on the one before" {
		t.Error(got)
	}
}

// A year of geometric survival: 1/(1+d−r) grows with survival, and d = 0, r = 1 has no end.
func TestGeometricResidual(t *testing.T) {
	if got, want := geometric(100, 0, 0.1), 100/math.Sqrt(1.1); !close9(got, want) {
		t.Errorf("one year: %v, want %v", got, want)
	}
	if got := geometric(100, 1, 0); !math.IsNaN(got) {
		t.Errorf("no end: %v", got)
	}
}

// BenchmarkCountStates is the monthly, and the weekly, state panel's moves straight from the Ledger, of as many customers as
// MAINSTAY_CUSTOMERS says (default 200,000) over 156 weeks.
func BenchmarkCountStates(b *testing.B) {
	customers := 200_000
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_CUSTOMERS")); err == nil {
		customers = n
	}
	l := bigLedger(customers)
	cells := 0
	l.Scan(1, func(_ int, s *ingest.Shard) { cells += len(s.Day) })
	for _, period := range []Period{Month, Week} {
		c := Clock{First: l.First, AsOf: l.AsOf, Period: period, Horizon: 90}
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/threads=%d", period, threads), func(b *testing.B) {
				for b.Loop() {
					countStates(l, ingest.Shards, c, l.AsOf, newStates(c), threads)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(cells), "ns/cell")
			})
		}
	}
}
