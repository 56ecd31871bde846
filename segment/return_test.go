package segment

import (
	"math"
	"slices"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/markov"
)

// Two halves around the median of x: the line through their means.
func TestGroupSlopeByHand(t *testing.T) {
	x, y := []float64{1, 2, 3, 10}, []float64{0, 2, 4, 8}
	if got, want := groupSlope(x, y), (6.0-1.0)/(6.5-1.5); !close9(got, want) {
		t.Errorf("slope %v, want %v", got, want)
	}
	if got := groupSlope([]float64{5, 5, 5}, []float64{1, 2, 3}); got != 0 {
		t.Errorf("slope %v where x does not vary", got)
	}
}

// A band on its training customers gives their total, and each half its own.
func TestReturnBandMeetsTotals(t *testing.T) {
	l := manyBuyers().ledger(1300)
	b := newStudy(mustBook(l, nil, func(c *Config) { c.ValueBasis = Revenue }))
	tally := returnTally{}
	for i := range 40 {
		tally.own = append(tally.own, float64(100+i))
		tally.came = append(tally.came, float64(20+i%2)+0.1*float64(i))
		tally.season.Add(1.25)
	}
	band := tally.band(b)
	r := &returns{study: b, Name: returnsName, Bands: [3]returnBand{band, band, band}}
	var pred, want [2]float64
	for i, own := range tally.own {
		_, v := r.of(&subject{spend: own, recency: int32(b.Clock.Horizon)})
		pred[i/20] += v
		want[i/20] += tally.came[i] * b.labelsAYear() / 1.25
	}
	for half := range pred {
		if !close9(pred[half], want[half]) {
			t.Errorf("half %d: %v, want %v", half, pred[half], want[half])
		}
	}
	few := returnTally{own: []float64{1, 3, 2, 4, 10}, came: []float64{0, 0, 0, 0, 8}}
	few.season.Add(5)
	line := few.band(b)
	if got, want := line.year(0.2), 0.2*line.Most; line.Most <= 0 || !close9(got, want) {
		t.Errorf("five customers, little own value: %v, want %v", got, want)
	}
	if got := line.year(100); !close9(got, line.Mean) {
		t.Errorf("five customers, much own value: %v, want the pooled %v", got, line.Mean)
	}
}

// What lapsed customers are expected to bring, by those who spent little and those who spent much,
// is about what they then brought in the simulation: attrition is final there, which a label repeated
// over the year does not know, so that the total is a quarter too high.
func TestLapsedValueIsRightOnASimulation(t *testing.T) {
	const origin, year = 1100, 365
	var pred, came [2]num.Adder
	for seed := range uint64(3) {
		sim := manyBuyers()
		sim.customers, sim.days, sim.seed, sim.gap, sim.lifetime = 2000, origin+year+1, 100+seed, 60, 900
		rows := sim.sales()
		asOf := sim.start + origin
		l := handmade(asOf, nil, before(rows, asOf)...)
		b := mustBook(l, nil, func(c *Config) { c.ValueBasis, c.ChurnHorizon = Revenue, 90 })
		bt := newBacktest(newStudy(b))
		r := trainReturns(bt.study, training(bt, bt.churnPlan.Final), training(bt, bt.valuePlan.Final), bt.chain(asOf))
		future := map[string]float64{}
		for _, s := range rows {
			if s.day > asOf && s.day <= asOf+year {
				future[s.key] += float64(s.amount) * bt.unit
			}
		}
		var own []float64
		for i := range bt.today.Subjects {
			if s := &bt.today.Subjects[i]; !s.atRisk {
				own = append(own, s.spend)
			}
		}
		slices.Sort(own)
		for i := range bt.today.Subjects {
			s := &bt.today.Subjects[i]
			if s.atRisk {
				continue
			}
			half := 0
			if s.spend > num.Median(own) {
				half = 1
			}
			_, v := r.of(s)
			pred[half].Add(v)
			came[half].Add(future[string(b.Key(int(s.profile)))])
		}
	}
	for half, name := range []string{"small", "large"} {
		if ratio := pred[half].Sum() / came[half].Sum(); math.Abs(ratio-1) > 0.35 {
			t.Errorf("lapsed customers of %s value: predicted ÷ actual %.2f (%.0f, %.0f)", name, ratio, pred[half].Sum(), came[half].Sum())
		}
	}
}

// A label of busy days is worth less than one of ordinary days, unless the labels tile a year.
func TestSeasons(t *testing.T) {
	var rows []sale
	first := date("2023-01-01")
	for d := range 500 {
		rows = append(rows, sale{key: "a", day: first + ingest.Day(d), amount: 1})
		if d >= 440 {
			rows = append(rows, sale{key: "b", day: first + ingest.Day(d), amount: 1})
		}
	}
	b := newStudy(mustBook(handmade(first+499, nil, rows...), nil, nil))
	b.label = 60
	panels := []*panel{{Day: first + 439}, {Day: first + 379}}
	usual := (365.0 + 60) / 365
	if got := b.seasons(panels); !close9(got[0], 2/usual) || got[1] != 1 {
		t.Errorf("%v, want %v and 1", got, 2/usual)
	}
	b.label = 200
	if got := b.seasons(panels); got[0] != 1 || got[1] != 1 {
		t.Errorf("400 days of labels: %v", got)
	}
}

// Too few lapsed customers in training: the chain says how often its lapsed states are active again.
func TestReturnsFromTheChain(t *testing.T) {
	b := monthly()
	m := smallChain(t, b, 2)
	r := trainReturns(b, nil, nil, m)
	if r.Name != chainName {
		t.Fatalf("learnt from %q", r.Name)
	}
	steps := 30 / Month.Days()
	active, lapsed, long := 1.0, 0.0, 0.0 // shares of those who start in a state
	visits := func(months int) (sum float64) {
		for range months {
			active, lapsed, long = 0.6*active+0.1*lapsed+0.02*long, 0.4*active, 0.9*lapsed+0.98*long
			sum += active
		}
		return sum
	}
	for _, c := range []struct {
		recency  int32
		rate     float64
		from, to float64 // lapsed, long lapsed at the start
	}{{30, 0.1, 1, 0}, {59, 0.1, 1, 0}, {60, 0.02, 0, 1}, {900, 0.02, 0, 1}} {
		active, lapsed, long = 0, c.from, c.to
		prob, year := r.of(&subject{spend: 50, recency: c.recency})
		if want := 1 - math.Pow(1-c.rate, steps); !close9(prob, want) {
			t.Errorf("%d days: back %v, want %v", c.recency, prob, want)
		}
		if want := 50 * visits(12); !close9(year, want) {
			t.Errorf("%d days: value %v, want %v", c.recency, year, want)
		}
	}
	// One lapsed state speaks of all who have lapsed, however long ago.
	counts := markov.NewCounts(b.states.Names)
	n, at := len(counts.States), slices.Index(counts.States, lapsedState)
	counts.N[0], counts.N[at], counts.N[at*n], counts.N[at*n+at] = 60, 40, 10, 90
	folded := newChainModel(b, counts, make([]bool, n))
	if !folded.certified() || slices.Contains(folded.States, longLapsedState) {
		t.Fatalf("chain %+v: %s", folded.States, folded.why())
	}
	r = trainReturns(b, nil, nil, folded)
	early, _ := r.of(&subject{spend: 50, recency: 30})
	late, _ := r.of(&subject{spend: 50, recency: 900})
	if want := 1 - math.Pow(0.9, steps); !close9(early, want) || late != early {
		t.Errorf("one lapsed state: back %v and %v, want %v", early, late, want)
	}
	// Without a certified chain nothing is known.
	for _, none := range []*chainModel{nil, {note: "refused"}} {
		r = trainReturns(b, nil, nil, none)
		if prob, year := r.of(&subject{spend: 50, recency: 30}); r.Name != "" || !math.IsNaN(prob) || !math.IsNaN(year) {
			t.Errorf("learnt %v, %v from %q", prob, year, r.Name)
		}
	}
}
