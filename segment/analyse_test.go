package segment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress"
)

func analyse(t *testing.T, l *ingest.Ledger, threads int, change func(*Config)) *Result {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	r, err := Analyse(context.Background(), l, nil, cfg, threads, nil)
	if err != nil {
		t.Fatal(err)
	}
	sane(t, "result", reflect.ValueOf(r))
	for _, s := range rowsOf(t, r.Scores) {
		checkScore(t, r.Basis, &s)
	}
	return r
}

// sane fails on an infinity anywhere in the exported part of v.
func sane(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Float64:
		if math.IsInf(v.Float(), 0) {
			t.Errorf("%s is %v", path, v.Float())
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Type().Elem().PkgPath() == "mainstay/segment" {
			sane(t, path, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				sane(t, path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			sane(t, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	}
}

// checkScore holds a row to what docs/format.md promises of it.
func checkScore(t *testing.T, basis string, s *Score) {
	t.Helper()
	ordered := func(name string, low, mid, high float64) {
		if low > mid || mid > high {
			t.Errorf("%s: %s %v not in [%v, %v]", s.Key, name, mid, low, high)
		}
	}
	ordered("churn", s.ChurnLow, s.Churn, s.ChurnHigh)
	ordered("value", s.Value12Low, s.Value12, s.Value12High)
	for name, p := range map[string]float64{"churn": s.Churn, "low": s.ChurnLow, "high": s.ChurnHigh, "return": s.Return} {
		if p < 0 || p > 1 {
			t.Errorf("%s: %s is %v, not a probability", s.Key, name, p)
		}
	}
	if basis == Revenue && (s.Value12 < 0 || s.Value12Low < 0 || s.Residual < 0) {
		t.Errorf("%s: expected revenue %v from %v, residual %v", s.Key, s.Value12, s.Value12Low, s.Residual)
	}
	if s.KeyAccount != (s.Tier == tierPlatinum) || s.AtRisk && !s.KeyAccount && s.Value12 <= 0 && s.Tier != tierStandard {
		t.Errorf("%s: key account %v, value %v, tier %s", s.Key, s.KeyAccount, s.Value12, s.Tier)
	}
	if s.ValueAtRisk < 0 || s.ValueScore < 0 || s.ValueScore > 100 {
		t.Errorf("%s: value at risk %v, value score %v", s.Key, s.ValueAtRisk, s.ValueScore)
	}
	if !s.AtRisk && !math.IsNaN(s.Churn) {
		t.Errorf("%s is not at risk but has a churn probability", s.Key)
	}
	if s.Tier == "" || s.TierReason == "" || s.State == "" || s.Relation == "" || s.Reasons[0] == "" {
		t.Errorf("%s: tier %q (%q), state %q, relation %q, reasons %q", s.Key, s.Tier, s.TierReason, s.State, s.Relation, s.Reasons)
	}
	for _, r := range s.Reasons {
		if strings.Contains(r, "NaN") || strings.Contains(r, "Inf") {
			t.Errorf("%s: reason %q", s.Key, r)
		}
	}
}

// dump writes everything of a result but where a customer lies in the Ledger.
func dump(t testing.TB, r *Result) string {
	var b strings.Builder
	for _, s := range rowsOf(t, r.Scores) {
		p := Profile{}
		if s.Profile != nil {
			p = *s.Profile
		}
		p.Shard, p.Row, s.Profile = 0, 0, nil
		fmt.Fprintf(&b, "%+v %+v\n", s, p)
	}
	c := *r
	c.Scores = nil
	c.Fits, c.Reference, c.ChurnCorrection, c.DeclineCorrection = nil, nil, nil, nil
	c.Stored, c.Reuse = nil, nil
	fmt.Fprintf(&b, "%+v\n", c)
	for _, part := range []any{r.Reference, r.ChurnCorrection.Mapping, r.DeclineCorrection.Mapping} {
		text, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(text, '\n'))
	}
	fmt.Fprintln(&b, r.ChurnCorrection.Note, r.ChurnCorrection.LastBefore, r.ChurnCorrection.LastAfter)
	for _, f := range r.Fits {
		f.Chain = nil
		fmt.Fprintf(&b, "%+v\n", f)
	}
	return b.String()
}

// before keeps the rows up to a day; shifted moves the later ones.
func before(rows []sale, day ingest.Day) []sale {
	return slices.DeleteFunc(slices.Clone(rows), func(s sale) bool { return s.day > day })
}

func shifted(rows []sale, day ingest.Day, by ingest.Day) []sale {
	out := slices.Clone(rows)
	for i := range out {
		if out[i].day > day {
			out[i].day += by
			out[i].amount *= 7
			out[i].key += "x"
		}
	}
	return out
}

// The rule that decides whether anything here can be believed.
func TestTheFutureChangesNothing(t *testing.T) {
	slow(t)
	for _, at := range []int{200, 700, 1300} {
		sim := manyBuyers()
		sim.customers = 300
		rows := sim.sales()
		asOf := sim.start + ingest.Day(at)
		want := dump(t, analyse(t, handmade(asOf, nil, before(rows, asOf)...), 1, nil))
		for name, later := range map[string][]sale{"kept": rows, "shifted": shifted(rows, asOf, 40)} {
			if got := dump(t, analyse(t, handmade(asOf, nil, later...), 2, nil)); got != want {
				t.Errorf("as of day %d, later rows %s: the result differs\n%s", at, name, firstDifference(got, want))
			}
		}
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// Panels of earlier days read nothing later, and their labels nothing beyond their end.
func TestPanelsReadNoFurtherThanTheyMay(t *testing.T) {
	sim := manyBuyers()
	sim.customers = 200
	rows := sim.sales()
	asOf := sim.start + 1300
	origin := asOf - 400
	clock := Clock{AsOf: asOf, First: sim.start, Period: Month, Horizon: 60, MedianGap: 20}
	read := func(rows []sale) *panel {
		l := handmade(asOf, nil, rows...)
		l.First = sim.start
		cfg := DefaultConfig()
		cfg.ValueBasis = Revenue
		b, err := newBook(l, nil, clock, nil, cfg, 2)
		if err != nil {
			t.Fatal(err)
		}
		return newStudy(b).newPanel(origin, ProfilesOn(l, origin, clock.Horizon, 2))
	}
	blind := func(p *panel) *panel {
		for i := range p.Subjects {
			s := &p.Subjects[i]
			s.id, s.profile, s.silent, s.ended, s.churned, s.bought, s.future, s.life = 0, 0, false, false, false, false, 0, 0
			s.soon, s.lower, s.declined = 0, false, false
		}
		return p
	}
	full := read(rows)
	if !full.Churn || !full.Value {
		t.Fatal("labels of a day 400 days back are known")
	}
	label := valueLabel(clock)
	known := max(clock.Horizon, label)
	if got := read(shifted(rows, origin+ingest.Day(known), 3)); !reflect.DeepEqual(knownAfter(known, got), knownAfter(known, full)) {
		t.Error("rows after the end of the labels changed the panel")
	}
	if got := blind(read(shifted(rows, origin, 3))); !reflect.DeepEqual(got, blind(full)) {
		t.Error("rows after the origin changed features")
	}
}

// knownAfter is a panel without ids, its lives as known so many days later.
func knownAfter(days int, p *panel) *panel {
	q := &panel{Day: p.Day, Subjects: slices.Clone(p.Subjects), X: p.X, width: p.width, typical: p.typical, clocks: p.clocks, Mean12: p.Mean12,
		Churn: p.Churn, Attributes: p.Attributes, Value: p.Value, Decline: p.Decline, season: p.season}
	for i := range q.Subjects {
		s := &q.Subjects[i]
		s.id, s.profile = 0, 0
		if n, lost := s.life.watched(days); lost {
			s.life = ^life(n)
		} else {
			s.life = life(n)
		}
	}
	return q
}

func TestThreadsAndRowOrderChangeNothing(t *testing.T) {
	sim := manyBuyers()
	rows := sim.sales()
	l := handmade(sim.start+1300, nil, rows...)
	one := dump(t, analyse(t, l, 1, nil))
	if two := dump(t, analyse(t, l, 3, nil)); two != one {
		t.Errorf("three threads differ from one\n%s", firstDifference(two, one))
	}
	slices.Reverse(rows)
	if turned := dump(t, analyse(t, handmade(sim.start+1300, nil, rows...), 2, nil)); turned != one {
		t.Errorf("rows turned round differ\n%s", firstDifference(turned, one))
	}
}

func TestMoneyScalesValuesAndNothingElse(t *testing.T) {
	sim := manyBuyers()
	rows := sim.sales()
	asOf := sim.start + 1300
	small := analyse(t, handmade(asOf, nil, rows...), 2, nil)
	for i := range rows {
		rows[i].amount *= 10
		rows[i].cost *= 10
	}
	large := analyse(t, handmade(asOf, nil, rows...), 2, nil)
	near := func(name, key string, got, want float64) {
		t.Helper()
		if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-7*math.Max(1, math.Abs(want)) {
			t.Errorf("%s of %s: %v, want %v", name, key, got, want)
		}
	}
	if small.ValueModel != large.ValueModel || small.ChurnModel != large.ChurnModel {
		t.Fatalf("champions %s, %s became %s, %s", small.ChurnModel, small.ValueModel, large.ChurnModel, large.ValueModel)
	}
	others := rowsOf(t, large.Scores)
	for i, a := range rowsOf(t, small.Scores) {
		b := &others[i]
		near("churn", a.Key, b.Churn, a.Churn)
		near("return", a.Key, b.Return, a.Return)
		near("value", a.Key, b.Value12/10, a.Value12)
		near("value high", a.Key, b.Value12High/10, a.Value12High)
		near("residual", a.Key, b.Residual/10, a.Residual)
		near("value at risk", a.Key, b.ValueAtRisk/10, a.ValueAtRisk)
		near("value score", a.Key, b.ValueScore, a.ValueScore)
		if a.Tier != b.Tier || a.State != b.State {
			t.Errorf("%s: tier %s, state %s became %s, %s", a.Key, a.Tier, a.State, b.Tier, b.State)
		}
	}
}

// Against a process whose future is known: the champion's probabilities add up to the leavers, and
// regressing what happened on them (Cox 1958; Miller, Hui & Tierney 1991) gives a slope near one.
func TestChurnIsCalibratedOnASimulation(t *testing.T) {
	for _, one := range churnCandidates {
		champion := one.name
		sim := manyBuyers()
		sim.customers, sim.seed, sim.lifetime = 1500, 11, 500
		l := sim.ledger(1300)
		b, err := bookOn(l, nil, l.AsOf, DefaultConfig(), 2)
		if err != nil {
			t.Fatal(err)
		}
		bt := newBacktest(newStudy(b))
		fit := one.train(bt.study, &origin{l.AsOf, bt.today, training(bt, bt.churnPlan.Final), bt.chain(l.AsOf)})
		if !fit.OK {
			t.Fatalf("%s: %s", champion, fit.Note)
		}
		later := ProfilesOn(l, l.AsOf+ingest.Day(b.Clock.Horizon), b.Clock.Horizon, 1)
		last := map[string]ingest.Day{}
		for i, day := range later.Last {
			last[string(l.Key(later.Place(i)))] = day
		}
		var left, pred, logits []float64
		var inLow, inHigh float64
		for i := range bt.today.Subjects {
			s := &bt.today.Subjects[i]
			if !s.atRisk {
				continue
			}
			p, low, high := fit.Model.chance(bt.today, i, 0.9)
			left = append(left, num.Indicator(last[string(b.Key(int(s.profile)))] <= l.AsOf))
			pred = append(pred, p)
			logits = append(logits, 1, num.Logit(p))
			inLow += low
			inHigh += high
		}
		n := float64(len(left))
		actual, expected := num.Sum(left), num.Sum(pred)
		noise := 2.6 * math.Sqrt(actual*(1-actual/n)) // 99 % of the binomial
		t.Logf("%s: %v of %v left, expected %.1f [%.1f, %.1f]", champion, actual, n, expected, inLow, inHigh)
		if actual < inLow-noise || actual > inHigh+noise {
			t.Errorf("%s: %v of %v left, expected %.1f [%.1f, %.1f]", champion, actual, n, expected, inLow, inHigh)
		}
		if champion == recencyRuleName || champion == pooledName {
			continue // few levels carry no slope
		}
		slope, err := regress.Logistic(&regress.Design{Names: []string{"intercept", "logit"}, X: logits}, left, regress.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: calibration slope %.2f ± %.2f", champion, slope.Coef[1], slope.SE[1])
		if math.Abs(slope.Coef[1]-1) > 3*slope.SE[1] || slope.Coef[1]-2*slope.SE[1] < 0 && champion == logisticName {
			t.Errorf("%s: calibration slope %.2f ± %.2f", champion, slope.Coef[1], slope.SE[1])
		}
	}
}

// The expected total of the next 12 months holds what a simulation then brings.
func TestValueIsRightInTotalOnASimulation(t *testing.T) {
	sim := manyBuyers()
	sim.customers, sim.days, sim.seed = 1200, 1700, 5
	l := sim.ledger(1300)
	r := analyse(t, l, 2, func(c *Config) { c.ValueBasis, c.Level = Revenue, 0.99 })
	came := 0.0
	known := map[string]bool{}
	for _, s := range rowsOf(t, r.Scores) {
		known[s.Key] = true
	}
	for i := range ingest.Shards {
		s := l.Shard(i)
		for c := range s.Customers() {
			if !known[string(s.Key(c))] {
				continue // not yet a customer
			}
			lo, hi := s.Cells(c)
			for j := lo; j < hi; j++ {
				if s.Day[j] > l.AsOf && s.Day[j] <= l.AsOf+365 {
					came += float64(s.Net(j)) / 100
				}
			}
		}
	}
	t.Logf("%s: expected %.0f [%.0f, %.0f], came %.0f", r.ValueModel, r.Totals.Expected, r.Totals.ExpectedLow, r.Totals.ExpectedHigh, came)
	if came < r.Totals.ExpectedLow || came > r.Totals.ExpectedHigh {
		t.Errorf("%s: expected %.0f [%.0f, %.0f], came %.0f", r.ValueModel, r.Totals.Expected, r.Totals.ExpectedLow, r.Totals.ExpectedHigh, came)
	}
}

func TestShortHistoryFallsBackAndSaysSo(t *testing.T) {
	sim := manyBuyers()
	r := analyse(t, sim.ledger(100), 2, nil)
	if r.ChurnModel != recencyRuleName || r.ValueModel != lastYearName || r.ChurnCertified || r.ValueCertified {
		t.Errorf("models %s (%v), %s (%v)", r.ChurnModel, r.ChurnCertified, r.ValueModel, r.ValueCertified)
	}
	if !slices.ContainsFunc(r.Warnings, func(w num.Warning) bool { return w.Code == num.WarnHorizonShort }) {
		t.Errorf("no %s among %v", num.WarnHorizonShort, r.Warnings)
	}
	if len(r.Contests) != len(churnCandidates)-2+len(valueCandidates)+len(declineCandidates)-1 { // the nets have no more to learn from than the others, the hazard asks for three years or a series
		t.Errorf("%d contests", len(r.Contests))
	}
	if !strings.Contains(r.ModelWhy, "naive") {
		t.Errorf("why: %q", r.ModelWhy)
	}
}

// Books at the edge of sense: nothing panics, nothing is infinite, and what is not known is NaN.
func TestBooksAtTheEdge(t *testing.T) {
	var once, gone, huge []sale
	for i := range 50 {
		key := fmt.Sprintf("C%02d", i)
		once = append(once, sale{key: key, day: 18000 + ingest.Day(10*i), amount: 100})
		for k := range 6 {
			gone = append(gone, sale{key: key, day: 18000 + ingest.Day(20*k+i), amount: 100})
			huge = append(huge, sale{key: key, day: 18000 + ingest.Day(100*k+i), amount: math.MaxInt64 / 400})
		}
	}
	books := map[string]*ingest.Ledger{
		"empty":           handmade(18000, nil),
		"one row":         handmade(18000, nil, sale{key: "a", day: 18000, amount: 1}),
		"one customer":    handmade(18400, nil, sale{key: "a", day: 18000, amount: 1}, sale{key: "a", day: 18200, amount: 1}, sale{key: "a", day: 18399, amount: 5}),
		"only returns":    handmade(18400, nil, sale{key: "a", day: 18000, amount: -1}, sale{key: "b", day: 18200, amount: -1}),
		"nobody repeats":  handmade(18500, nil, once...),
		"all have lapsed": handmade(20000, nil, gone...),
		"huge amounts":    handmade(18550, nil, huge...),
	}
	for name, l := range books {
		t.Run(name, func(t *testing.T) {
			r := analyse(t, l, 2, nil)
			total := r.Totals
			if total.AtRisk+total.Lapsed+total.NeverBought != total.Customers || total.Customers+total.Prospects != r.Scores.Len() {
				t.Errorf("customers do not add up: %+v for %d scores", total, r.Scores.Len())
			}
			n := 0
			for _, row := range r.Tiers {
				n += row.Customers
			}
			if n != r.Scores.Len() {
				t.Errorf("tiers hold %d of %d", n, r.Scores.Len())
			}
		})
	}
}

func training(bt *backtest, days []ingest.Day) []*panel {
	panels, err := bt.training(context.Background(), days)
	if err != nil {
		panic(err)
	}
	return panels
}

// countdown is a context that is cancelled when it has been asked a number of times.
type countdown struct {
	context.Context
	left atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// Wherever it is asked, Analyse stops, and it asks between all phases: also before and after the candidates
// are trained on every origin, and while it scores. Cancelled after every call of progress, and now and then between.
func TestAnalyseStopsWhenAsked(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.customers = 100
	l := sim.ledger(1300)
	const threads = 2 // what others of them are at when one is told to stop, they may finish
	analyse := func(n int64, progress func(ctx *countdown, phase string, done float64)) error {
		ctx := &countdown{Context: context.Background()}
		ctx.left.Store(n)
		_, err := Analyse(ctx, l, nil, DefaultConfig(), threads, func(phase string, done float64) { progress(ctx, phase, done) })
		return err
	}

	const never, between = 1 << 40, 50
	var stops []int64
	all := int64(0)
	if err := analyse(never, func(ctx *countdown, phase string, done float64) {
		if done < 0 || done > 1 {
			t.Errorf("phase %s is %v done", phase, done)
		}
		all = never - ctx.left.Load()
		stops = append(stops, all)
	}); err != nil {
		t.Fatal(err)
	}
	for n := int64(between / 2); n < all; n += between {
		stops = append(stops, n)
	}
	slices.Sort(stops)

	asked := map[string]int{}
	for _, n := range slices.Compact(stops) {
		last := ""
		err := analyse(n, func(ctx *countdown, phase string, done float64) {
			if ctx.left.Load() < -threads {
				t.Errorf("cancelled before %s is %v done, and went on", phase, done)
			}
			last = fmt.Sprintf("%s %.2f", phase, done)
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled when asked %d of more than %d times: %v", n, all, err)
		}
		asked[last]++
	}
	for _, after := range []string{phaseProfiles + " 0.00", phaseProfiles + " 1.00", phaseTournament + targetChurn + " 1.00", phaseScores + " 0.00", phaseScores + " 1.00", phaseSegments + " 1.00"} {
		if asked[after] == 0 {
			t.Errorf("never asked after %q; %v", after, asked)
		}
	}
}

// Books in which an incumbent that is not the choice comes within one standard error of the best, and
// one that takes part does not.
func TestIncumbentStaysWithinTheMargin(t *testing.T) {
	slow(t)
	const stays = "the incumbent, within one standard error of the best"
	small, large := manyBuyers(), manyBuyers()
	small.customers, small.seed = 300, 38
	large.seed = 31
	for _, c := range []struct {
		book                     simulation
		churn, value             string // incumbents
		churnChosen, valueChosen string
	}{
		{small, "", "", logisticName, latentSpendName},
		{small, hazardName, latentGammaName, hazardName, latentGammaName},
		{small, chainName, "", logisticName, latentSpendName},
		{large, "", "", attritionName, chainSpendName},
		{large, recencyRuleName, lastYearName, attritionName, chainSpendName},
	} {
		r := analyse(t, c.book.ledger(1300), 2, func(cfg *Config) { cfg.IncumbentChurn, cfg.IncumbentValue = c.churn, c.value })
		if r.ChurnModel != c.churnChosen || r.ValueModel != c.valueChosen {
			t.Errorf("incumbents %q, %q: champions %s, %s (%s)", c.churn, c.value, r.ChurnModel, r.ValueModel, r.ModelWhy)
		}
		if got, want := strings.Count(r.ModelWhy, stays), int(num.Indicator(c.churn == c.churnChosen)+num.Indicator(c.value == c.valueChosen)); got != want {
			t.Errorf("incumbents %q, %q: %s", c.churn, c.value, r.ModelWhy)
		}
		for _, row := range r.Contests {
			if (row.Candidate == c.churn || row.Candidate == c.value) && !row.Certified {
				t.Errorf("%s incumbent %s does not take part: %s", row.Target, row.Candidate, row.Note)
			}
		}
	}
}

func BenchmarkAnalyse(b *testing.B) {
	sim := manyBuyers()
	l := sim.ledger(1300)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Analyse(context.Background(), l, nil, DefaultConfig(), 2, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// Prospects are rows, key accounts are platinum whatever their risk, and every segment adds up.
func TestAccountsProspectsAndSegments(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.customers = 200
	l := sim.ledger(1300)
	accounts := handmadeAccounts(
		account{key: "C0001", name: "Customer 1", industry: "Bus"},
		account{key: "C0002", industry: "Coach"},
		account{key: "P1", name: "Not yet", industry: "Bus"},
	)
	r, err := Analyse(context.Background(), l, accounts, DefaultConfig(), 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Totals.Prospects != 1 || r.Accounts.Matched+r.Accounts.CustomersWithout != r.Totals.Customers || !r.Accounts.Given {
		t.Errorf("%+v, %+v", r.Totals, r.Accounts)
	}
	for _, s := range rowsOf(t, r.Scores) {
		if s.Key == "P1" && (s.Relation != relationProspect || s.Tier != tierProspect || s.Name != "Not yet" || s.Profile != nil || !math.IsNaN(s.ValueScore)) {
			t.Errorf("prospect: %+v", s)
		}
	}
	for _, scheme := range []string{"state", "tier", SchemeABC, SchemeRFM, "Industry Group"} {
		var n int
		var net int64
		var value num.Adder
		for _, row := range r.Segments {
			if row.Scheme == scheme {
				n += row.Customers
				net += row.Net12
				value.Add(zeroIfUndefined(row.Value12))
				if row.Value12 < row.Value12Low || row.Value12 > row.Value12High {
					t.Errorf("%s %s: value %v not in [%v, %v]", scheme, row.Segment, row.Value12, row.Value12Low, row.Value12High)
				}
			}
		}
		if n != r.Totals.Customers || net != r.Totals.Net12 || !close9(value.Sum(), r.Totals.Expected) {
			t.Errorf("%s: %d customers, net %d, value %v; the book has %d, %d, %v", scheme, n, net, value.Sum(), r.Totals.Customers, r.Totals.Net12, r.Totals.Expected)
		}
	}
}

// The champions scored the customers at risk, and nobody else.
func TestRowsNameWhatScoredThem(t *testing.T) {
	sim := manyBuyers()
	rows := append(sim.sales(), sale{key: "R1", day: sim.start + 1200, amount: -1})
	asOf := sim.start + 1300
	accounts := handmadeAccounts(account{key: "P1"})
	seen := map[string]int{}
	for _, first := range []ingest.Day{sim.start, asOf - 100} { // contested, and too short for that
		recent := slices.DeleteFunc(slices.Clone(rows), func(s sale) bool { return s.day < first })
		r, err := Analyse(context.Background(), handmade(asOf, nil, recent...), accounts, DefaultConfig(), 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		if contested := first == sim.start; contested != (r.ChurnCertified && r.ValueCertified) {
			t.Fatalf("certified: %v, %v", r.ChurnCertified, r.ValueCertified)
		}
		for _, s := range rowsOf(t, r.Scores) {
			seen[s.Relation]++
			churn, value, certified := "", "", false
			switch s.Relation {
			case relationActive:
				churn, value, certified = r.ChurnModel, r.ValueModel, r.ChurnCertified && r.ValueCertified
			case relationLapsed:
				churn, value = returnsName, returnsName
				if math.IsNaN(s.Return) || math.IsNaN(s.Value12) {
					t.Errorf("%s: %v back, value %v, from %s", s.Key, s.Return, s.Value12, s.ChurnModel)
				}
			}
			if s.ChurnModel != churn || s.ValueModel != value || s.Certified != certified {
				t.Errorf("%s is %s: %q, %q, %v; want %q, %q, %v", s.Key, s.Relation, s.ChurnModel, s.ValueModel, s.Certified, churn, value, certified)
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("relations %v", seen)
	}
}

// Where no member has an estimate, a segment has none: zero would be one.
func TestSegmentsWithoutEstimates(t *testing.T) {
	sim := manyBuyers()
	accounts := handmadeAccounts(account{key: "C0001", industry: "Bus"}, account{key: "P1", industry: "Rail"}, account{key: "P2", industry: "Rail"})
	r, err := Analyse(context.Background(), sim.ledger(1300), accounts, DefaultConfig(), 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for i := range r.Segments {
		row := &r.Segments[i]
		key := row.Scheme + " " + row.Segment
		switch key {
		case "Industry Group Rail", "state prospect", "tier prospect":
			found[key]++
			for name, v := range map[string]float64{"churn": row.Churn, "value": row.Value12, "low": row.Value12Low, "high": row.Value12High, "value at risk": row.ValueAtRisk} {
				if !math.IsNaN(v) {
					t.Errorf("%s: %s is %v", key, name, v)
				}
			}
		case "state lapsed":
			found[key]++
			if !(row.Value12 > 0) || !math.IsNaN(row.ValueAtRisk) {
				t.Errorf("%s: value %v, value at risk %v", key, row.Value12, row.ValueAtRisk)
			}
		default:
			if row.AtRisk > 0 && (math.IsNaN(row.Value12) || math.IsNaN(row.ValueAtRisk)) {
				t.Errorf("%s: %d at risk, value %v, value at risk %v", key, row.AtRisk, row.Value12, row.ValueAtRisk)
			}
		}
	}
	if len(found) != 4 {
		t.Errorf("found %v", found)
	}
}

// Heavy returns and sales below cost: revenue is never expected to be negative, losses are standard
// (see checkScore), and what the tiers hold is the book.
func TestScoresHoldOnEitherBasis(t *testing.T) {
	slow(t)
	for _, basis := range []string{Revenue, Margin} {
		for seed := range uint64(3) {
			sim := manyBuyers()
			sim.customers, sim.seed, sim.returnShare = 300, 20+seed, 0.5
			rows := sim.sales()
			for i := range rows {
				if rows[i].amount < 0 {
					rows[i].amount *= 4 // returns outweigh what was bought before them
				}
				rows[i].cost = rows[i].amount * int64(i%5) / 2
			}
			r := analyse(t, handmade(sim.start+1300, nil, rows...), 2, func(c *Config) { c.ValueBasis = basis })
			var value, risk num.Adder
			for _, tier := range r.Tiers {
				value.Add(zeroIfUndefined(tier.Value12))
				risk.Add(zeroIfUndefined(tier.ValueAtRisk))
			}
			if !close9(value.Sum(), r.Totals.Expected) || !close9(risk.Sum(), r.Totals.AtRiskValue) {
				t.Errorf("%s: the tiers hold %v and %v, the book %v and %v", basis, value.Sum(), risk.Sum(), r.Totals.Expected, r.Totals.AtRiskValue)
			}
			if low, v, high := r.Totals.ExpectedLow, r.Totals.Expected, r.Totals.ExpectedHigh; low > v || v > high {
				t.Errorf("%s: expected %v not in [%v, %v]", basis, v, low, high)
			}
		}
	}
}
