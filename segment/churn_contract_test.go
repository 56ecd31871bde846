package segment

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"

	"pgregory.net/rapid"
)

// contracted is a book in which half of the customers have contracts of a year, one after another: a contract is not renewed with the chance given, and whose is
// not leaves with its end; who has one buys as before, but for a share who keep the contract and buy nothing. The others leave as in simulation, some of them soon.
func contracted(customers, days int, lapse float64) (rows []sale, contracts []string, asOf ingest.Day) {
	r := rand.New(rand.NewPCG(11, 3))
	start := date("2020-01-15")
	for c := range customers {
		key := fmt.Sprintf("C%04d", c)
		from, gap, left := r.Float64()*400, 12+20*r.Float64(), 0.0
		if c%2 == 0 {
			for left = from; left < float64(days); {
				begin := start + ingest.Day(left)
				end := begin.AddMonths(12) - 1
				contracts = append(contracts, fmt.Sprintf("%s %s %s - %d", key, begin, end, 1000+c))
				left = float64(end - start + 1)
				if r.Float64() < lapse {
					break
				}
			}
		} else {
			left = from + 900*r.ExpFloat64()
			if c%8 == 1 { // lives differ
				left -= 0.9 * (left - from)
			}
		}
		stop := left
		if c%10 == 0 { // contract and nothing else
			stop = from + 100
		}
		for at := from; at < min(stop, float64(days)); at += 1 + gap*r.ExpFloat64() {
			rows = append(rows, sale{key: key, day: start + ingest.Day(at), amount: 10_000 + int64(r.IntN(5000)), costed: true, cost: 1})
		}
	}
	return rows, contracts, start + ingest.Day(days)
}

func contractedBook(t *testing.T, rows []sale, contracts []string, asOf ingest.Day, ends string, in *table.Inputs) *analysis {
	t.Helper()
	l := handmade(asOf, nil, rows...)
	l.First = date("2020-01-15")
	in.Contracts = mustContracts(asOf, contracts...)
	if in.Contracts.Ends != table.EndsPlanned && ends == "" {
		t.Fatalf("ends are %s: %s", in.Contracts.Ends, in.Contracts.Tally.EndsWhy)
	}
	in.Contracts.Ends = cmp.Or(ends, in.Contracts.Ends)
	return competed(t, l, in, l.First, func(c *Config) {
		c.ValueBasis = Margin
		if in.Accounts != nil {
			c.ModelAttributes = []string{"size"}
		}
	})
}

// Who cannot leave is in no training row and no contest, and churn of the others is met: of all, of those without a contract, and of those whose contract ends, by every
// model that is corrected. Uncorrected the rule and the chain, which know of no contract, are worse by far.
func TestContractsAreHazards(t *testing.T) {
	slow(t)
	rows, contracts, asOf := contracted(4000, 1400, 0.3)
	a := contractedBook(t, rows, contracts, asOf, "", &table.Inputs{})
	st, day := a.study, a.churnPlan.Folds[0].Origin
	p := a.panel(day)
	held, ending := 0, 0
	for i := range p.Subjects {
		s := &p.Subjects[i]
		if s.held {
			held++
			if s.churned {
				t.Fatalf("customer %d, held until %s, is lost", s.id, ingest.Day(s.contract.until))
			}
		} else if s.contract.open {
			ending++
			if !s.contract.ending {
				t.Errorf("customer %d: the end is planned and not known", s.id)
			}
		}
	}
	if held < 100 || ending < 50 {
		t.Fatalf("%d held, %d ending", held, ending)
	}
	at := &origin{day, p, training(a.backtest, a.churnPlan.Folds[0].Train), a.chain(day)}
	around := contractsAround(st)(st, at)
	for _, c := range churnCandidates {
		fit := c.train(st, at)
		if !fit.OK {
			t.Errorf("%s: %s", c.name, fit.Note)
			continue
		}
		m := &banded{Model: around(fit.Model), work: noBands} // some have no interval of their own
		var predicted, came, variance [2]float64
		var y, bare, corrected []float64
		for i := range p.Subjects {
			s := &p.Subjects[i]
			if !s.atRisk {
				continue
			}
			prob, low, high := m.chance(p, i, 0.9)
			if s.held {
				if prob != 0 || low != 0 || high != 0 {
					t.Fatalf("%s: held, and %v [%v, %v]", c.name, prob, low, high)
				}
				continue
			}
			if !(low <= prob && prob <= high && low >= 0 && high <= 1) {
				t.Fatalf("%s: %v [%v, %v]", c.name, prob, low, high)
			}
			raw, _, _ := fit.Model.chance(p, i, 0.9)
			y, bare, corrected = append(y, num.Indicator(s.churned)), append(bare, raw), append(corrected, prob)
			k := int(num.Indicator(s.contract.open))
			predicted[k] += prob
			came[k] += num.Indicator(s.churned)
			variance[k] += prob * (1 - prob)
		}
		t.Logf("%s: %.1f of %.0f without contract, %.1f of %.0f with; log loss %.4f, uncorrected %.4f", c.name, predicted[0], came[0], predicted[1], came[1], evaluate.LogLoss(y, corrected), evaluate.LogLoss(y, bare))
		if off := math.Abs(predicted[1]-came[1]) / math.Sqrt(variance[1]); off > 3 {
			t.Errorf("%s: of those whose contract ends %.1f are expected to leave, %.0f do: %.1f standard errors", c.name, predicted[1], came[1], off)
		}
		if c.name != logisticName && evaluate.LogLoss(y, corrected) >= evaluate.LogLoss(y, bare) {
			t.Errorf("%s: no better than uncorrected", c.name)
		}
	}
}

// Scores: p is 0 with the interval [0, 0] and says until when; nobody else's is.
func TestNobodyLeavesBeforeTheContractEnds(t *testing.T) {
	rows, contracts, asOf := contracted(400, 1400, 0.3)
	contracts = append(contracts, "C0001 2023-01-01 - 400 5", "C0003 2023-01-01 - 10 5") // open, with long and short notice
	l := handmade(asOf, nil, rows...)
	in := &table.Inputs{Contracts: mustContracts(asOf, contracts...)}
	cfg := DefaultConfig()
	r, err := Analyse(context.Background(), l, in, cfg, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	sane(t, "result", reflect.ValueOf(r))
	horizon := ingest.Day(r.Clock.Horizon)
	held := 0
	for _, s := range rowsOf(t, r.Scores) {
		checkScore(t, r.Basis, &s)
		if !s.AtRisk {
			continue
		}
		until := ingest.Day(table.NoDay)
		for _, c := range in.Contracts.Of([]byte(s.Key)) {
			if c.Open(int32(asOf)) {
				until = max(until, ingest.Day(c.HeldUntil(table.EndsPlanned, int32(asOf))))
			}
		}
		zero := s.Churn == 0 && s.ChurnLow == 0 && s.ChurnHigh == 0
		if zero != (until >= asOf+horizon) || s.Churn == 0 && !zero {
			t.Errorf("%s, held until %s: %v [%v, %v]", s.Key, until, s.Churn, s.ChurnLow, s.ChurnHigh)
		}
		if zero {
			held++
			if want := fmt.Sprintf("contract: cannot leave before %s (−)", until); s.Reasons[0] != want || s.Reasons[1] != "" {
				t.Errorf("%s: reasons %q, want %q", s.Key, s.Reasons, want)
			}
			if s.ValueAtRisk != 0 {
				t.Errorf("%s: %v is at risk", s.Key, s.ValueAtRisk)
			}
		}
		switch key := s.Key; {
		case key == "C0001" && (!zero || until != asOf+400), key == "C0003" && zero:
			t.Errorf("%s: held until %s, churn %v", key, until, s.Churn)
		}
	}
	if held < 50 {
		t.Errorf("%d held", held)
	}
}

// What the tables say of a fold is what was known on its day, whatever candidate asks. Of contracts, planned ends and contracts begun; of ends that are written with a notice, or when they come,
// only those written by then.
func TestFoldsAreBlindToWhatTablesBecame(t *testing.T) {
	slow(t)
	rows, lines, asOf := contracted(1200, 1400, 0.3)
	for _, ends := range []string{table.EndsPlanned, table.EndsNotice, table.EndsActual} {
		const notice = 60
		noticed := func(key string, start, end ingest.Day) string {
			return fmt.Sprintf("%s %s %s %d 5", key, start, end, notice)
		}
		var now, other []string
		for _, line := range lines {
			w := strings.Fields(line)
			now = append(now, noticed(w[0], date(w[1]), date(w[2])))
		}
		beside := func(day ingest.Day, scrambled bool) *table.Inputs {
			accounts, activities, people := madeTables(1200, asOf, day, scrambled)
			return sideTables(t, asOf, accounts, activities, people)
		}
		f := 4
		day := asOf - ingest.Day((f+1)*90)
		want := contractedBook(t, rows, now, asOf, ends, beside(day, false))
		if want.churnPlan.Folds[f].Origin != day {
			t.Fatal(want.churnPlan.Folds[f].Origin)
		}
		for k, line := range lines {
			w := strings.Fields(line)
			start, end := date(w[1]), date(w[2])
			known := end
			if ends == table.EndsNotice {
				known -= notice
			}
			switch {
			case start > day:
				start, end = start+ingest.Day(1+k%50), end+ingest.Day(1+k%90)
			case ends != table.EndsPlanned && known > day:
				end += ingest.Day(k % 200)
			}
			other = append(other, noticed(w[0], start, end))
		}
		got := contractedBook(t, scrambled(rows, day, asOf), other, asOf, ends, beside(day, true))
		samePredictions(t, f, want.churn.trials, got.churn.trials)
		if reflect.DeepEqual(got.churn.arena.actual[f], want.churn.arena.actual[f]) {
			t.Errorf("%s: the scrambled future is the same as the other: the test sees nothing", ends)
		}
	}
}

// Rates where a regression has too little: of 10 contracts that end 4 are over, of 3 silent ones 2: (2 + 4.5/11) ÷ 4.
func TestLapsesByHand(t *testing.T) {
	p := &panel{Churn: true, width: len(features), X: make([]float64, 12*len(features))}
	for i := range 10 {
		p.Subjects = append(p.Subjects, subject{id: int32(i), x: int32(i), atRisk: true, silent: i < 3, ended: i < 2 || i > 7, contract: standing{open: true, ending: true, begun: 1}})
	}
	p.Subjects = append(p.Subjects, subject{atRisk: true, held: true, silent: true, contract: standing{open: true, ending: true}}, subject{atRisk: true, silent: true})
	l := trainLapses(newStudy(mustBook(manyBuyers().ledger(300), nil, nil)), []*panel{p})
	if want := (2 + 4.5/11) / 4; l.Coef != nil || !close9(l.Rate.P, want) || l.Rate.N != 4 {
		t.Errorf("%+v, want %v of 4", l.Rate, want)
	}
	prob, low, high := l.chance(p, 0, 0.9)
	wantLow, wantHigh := num.Wilson(prob*4, 4, 0.9)
	if prob != l.Rate.P || low != wantLow || high != wantHigh {
		t.Errorf("%v [%v, %v]", prob, low, high)
	}
}

// The mode of a shift: Σ(y − p) = δ, also where nobody left; of one row at even odds that left, δ + expit(δ) = 1.
func TestShift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eta := rapid.SliceOfN(rapid.Float64Range(-7, 7), 0, 50).Draw(t, "eta")
		y := make([]float64, len(eta))
		for i := range y {
			y[i] = float64(rapid.IntRange(0, 1).Draw(t, "y"))
		}
		s := newShift(eta, y)
		score := -s.Delta
		for i, e := range eta {
			score += y[i] - num.Expit(e+s.Delta)
		}
		if !(math.Abs(score) < 1e-9) || !(s.SE > 0 && s.SE <= 1) {
			t.Fatalf("%+v leaves %v", s, score)
		}
	})
	if s := newShift([]float64{0}, []float64{1}); math.Abs(s.Delta+num.Expit(s.Delta)-1) > 1e-12 {
		t.Errorf("%+v", s)
	}
}

// fixed is a model that says the same of everybody.
type fixed [3]float64

func (f fixed) chance(*panel, int, float64) (prob, low, high float64) { return f[0], f[1], f[2] }

// A product of estimates lies within its interval, which is at least as wide, in proportion, as that of either.
func TestProductOfChances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		estimate := func(name string) fixed {
			p := rapid.Float64Range(leastChance, mostChance).Draw(t, name)
			return fixed{p, p * rapid.Float64Range(1e-6, 1).Draw(t, name+" low"), p + (1-p)*rapid.Float64Range(0, 1).Draw(t, name+" high")}
		}
		q, r := estimate("silent"), estimate("lapse")
		l := &lapses{Rate: rate{r[0], 1 / rapid.Float64Range(0.001, 1).Draw(t, "n")}}
		p := &panel{Subjects: []subject{{atRisk: true, contract: standing{open: true, ending: true}}}}
		prob, low, high := (&underContract{Model: q, Lapses: l}).chance(p, 0, 0.9)
		if !(0 <= low && low <= prob && prob <= high && high <= 1) || math.Abs(prob-clampChance(q[0]*r[0])) > 1e-12 {
			t.Fatalf("%v × %v: %v [%v, %v]", q, r, prob, low, high)
		}
		if width := math.Log(prob / low); prob > leastChance && width < math.Log(q[0]/q[1])-1e-9 {
			t.Fatalf("%v × %v: [%v, %v] is narrower than the first", q, r, low, high)
		}
		p.Subjects[0].contract.open = false
		p.Subjects[0].contract.ending = false
		if prob, low, high = (&underContract{Model: q, Lapses: l}).chance(p, 0, 0.9); math.Abs(prob-q[0])+math.Abs(low-q[1])+math.Abs(high-q[2]) > 1e-9 {
			t.Fatal("without a contract a model speaks for itself")
		}
	})
}

// A book in which a contract holds everybody has nothing to learn churn from, and says so.
func TestEverybodyIsHeld(t *testing.T) {
	rows, _, asOf := contracted(60, 1400, 0.3)
	var contracts []string
	for c := range 60 {
		contracts = append(contracts, fmt.Sprintf("C%04d 2019-01-01 2039-12-31 - 5", c))
	}
	cfg := DefaultConfig()
	r, err := Analyse(context.Background(), handmade(asOf, nil, rows...), &table.Inputs{Contracts: mustContracts(asOf, contracts...)}, cfg, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	sane(t, "result", reflect.ValueOf(r))
	for _, s := range rowsOf(t, r.Scores) {
		if s.Churn > 0 || r.ChurnCertified {
			t.Errorf("%s: churn %v", s.Key, s.Churn)
		}
	}
}
