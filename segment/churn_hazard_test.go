package segment

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
	"mainstay/internal/num"

	"pgregory.net/rapid"
)

// monthlySeries is an index with a value every 30 days, published lag days later, whose growth of twelve months (thirteen values) is new every time: what an
// elasticity is of is then not already in what customers bought before. change may change values.
func monthlySeries(from, to ingest.Day, lag int, change func(day, known ingest.Day, value float64) float64) *table.Series {
	r := rand.New(rand.NewPCG(8, 8))
	var text strings.Builder
	text.WriteString("date,index,lag_days\n")
	var logs [13]float64
	for k, day := 0, from; day <= to; k, day = (k+1)%len(logs), day+30 {
		logs[k] += .2 * r.NormFloat64()
		value := 100 * math.Exp(logs[k])
		if change != nil {
			value = change(day, day+ingest.Day(lag), value)
		}
		fmt.Fprintf(&text, "%s,%v,%d\n", day, value, lag)
	}
	return must(table.ReadSeries(context.Background(), store.Memory{"s.csv": []byte(text.String())}, []string{"s.csv"}, table.SeriesConfig{}, int32(to)))
}

// hazardBook is a book whose customers buy in the rolling periods before a day by the law of the model: own rate × growth of the series^elasticity × season, until they leave.
type hazardBook struct {
	first, asOf ingest.Day
	elasticity  float64
	peak        float64 // of December, a logarithm
	series      *table.Series
}

func (h hazardBook) sales(customers int) []sale {
	r := rand.New(rand.NewPCG(6, 1))
	index := seriesKnown(h.series, h.asOf, []ingest.Day{h.asOf - 30, h.asOf - 60, h.asOf - 90, h.asOf - 120, h.asOf - 150, h.asOf - 180})[0]
	edges := newRolling(h.asOf, h.first, Month).edges
	var rows []sale
	for c := range customers {
		rate := .7 * math.Exp(.3*r.NormFloat64())
		left := h.first + ingest.Day(r.ExpFloat64()*2500)
		for k := len(edges) - 1; k > 0; k-- {
			start, end := edges[k], edges[k-1]
			growth, _ := index.growth(start)
			season := 0.0
			if _, month, _ := (start + (end-start)/2).Date(); month == 12 {
				season = h.peak
			}
			if start >= h.first && start < left && r.Float64() < -math.Expm1(-rate*math.Exp(h.elasticity*growth+season)) {
				rows = append(rows, sale{key: fmt.Sprintf("C%05d", c), day: start + 1 + ingest.Day(r.IntN(int(end-start))), amount: 10_000, cost: 5_000, costed: true})
			}
		}
	}
	return rows
}

// What made the book is found: the elasticity to the series and the season, within three standard errors, and as many leave as are said to.
func TestHazardFindsWhatMadeIt(t *testing.T) {
	slow(t)
	h := hazardBook{first: date("2018-01-10"), asOf: date("2024-01-05"), elasticity: 1.2, peak: .6}
	h.series = monthlySeries(h.first-800, h.asOf, 20, nil)
	l := handmade(h.asOf, nil, h.sales(900)...)
	l.First = h.first
	a := competed(t, l, &table.Inputs{Series: h.series}, h.first, func(c *Config) { c.ValueBasis = Revenue })
	k := trialOf(a.churn.trials, hazardName)
	fitted := a.churn.final[k]
	if !fitted.OK {
		t.Fatal(fitted.Note)
	}
	found := 0
	for _, c := range fitted.Fits[0].Coefficients {
		switch want := map[string]float64{"growth of index": h.elasticity, "season 12 of 12": h.peak, "season 6 of 12": 0}; {
		case strings.HasPrefix(c.Name, "growth") || c.Name == "season 12 of 12" || c.Name == "season 6 of 12":
			found++
			if math.Abs(c.Estimate-want[c.Name]) > 3*c.SE {
				t.Errorf("%s: %.3f ± %.3f, want %v", c.Name, c.Estimate, c.SE, want[c.Name])
			}
		}
	}
	if found != 3 {
		t.Errorf("%d of the coefficients are there: %v", found, fitted.Fits[0].Coefficients)
	}
	predicted, came := 0.0, 0.0
	for f := range a.churn.arena.actual {
		for i, y := range a.churn.arena.actual[f] {
			predicted, came = predicted+a.churn.trials[k].pred[f][i], came+y
		}
	}
	if ratio := predicted / came; ratio < .85 || ratio > 1.15 {
		t.Errorf("%.0f leavers predicted, %.0f came", predicted, came)
	}
	// Every interval holds its probability.
	m := fitted.Model
	for i := range a.today.Subjects {
		if a.today.Subjects[i].atRisk {
			if p, low, high := m.chance(a.today, i, .9); !(low <= p && p <= high && low >= 0 && high <= 1) {
				t.Fatalf("%v in [%v, %v]", p, low, high)
			}
		}
	}
}

// A panel of a training day is told of its own season and growth, not of those of today: a correction for contracts compares with what came then.
func TestHazardKnowsTheSeasonOfTrainingDays(t *testing.T) {
	h := hazardBook{first: date("2018-01-10"), asOf: date("2024-01-05"), elasticity: 1.2, peak: 1.2}
	h.series = monthlySeries(h.first-800, h.asOf, 20, nil)
	l := handmade(h.asOf, nil, h.sales(900)...)
	b, err := newBook(l, &table.Inputs{Series: h.series}, Clock{AsOf: h.asOf, First: h.first, Period: Month, Horizon: 60, MedianGap: 20}, nil, DefaultConfig(), 2)
	if err != nil {
		t.Fatal(err)
	}
	st := newStudy(b)
	at := &origin{day: h.asOf, panel: st.newPanel(h.asOf, b.Profiles)}
	for k := range 4 { // the newest label holds the peak
		day := h.asOf - ingest.Day(60*(k+1))
		at.train = append(at.train, st.newPanel(day, b.profilesOn(day, ingest.Shards)))
	}
	fit := trainHazard(st, at)
	if !fit.OK {
		t.Fatal(fit.Note)
	}
	for _, p := range at.train {
		expected, came := 0.0, 0.0
		for i := range p.Subjects {
			if s := &p.Subjects[i]; canLeave(s) {
				prob, _, _ := fit.Model.chance(p, i, .9)
				expected, came = expected+prob, came+num.Indicator(s.silent)
			}
		}
		if math.Abs(expected-came) > 3*math.Sqrt(expected) { // with the season of today 128 for 13
			t.Errorf("%v: %.0f expected to be silent, %.0f were", p.Day, expected, came)
		}
	}
}

// A period's row is what a panel of the day it begins on knows, with and without contracts.
func TestHazardRowsAreWhatPanelsKnow(t *testing.T) {
	sim := manyBuyers()
	sim.customers, sim.days = 300, 1301
	l := sim.ledger(1300)
	asOf := l.AsOf
	b, err := newBook(l, &table.Inputs{Contracts: mustContracts(asOf, "C0001 2021-01-01 2022-12-31 30 1", "C0002 2022-01-01 - - 1", "C0003 2020-01-01 2020-06-30 30 1")},
		Clock{AsOf: asOf, First: sim.start, Period: Month, Horizon: 90, MedianGap: 25}, nil, DefaultConfig(), 1)
	if err != nil {
		t.Fatal(err)
	}
	st := newStudy(b)
	start, end := asOf-400, asOf-370
	c := newHazardColumns(st, asOf, 27, []ingest.Day{start})
	r := st.hazardRows(c, end, []ingest.Day{start}, []ingest.Day{end}, 1)
	p := st.newPanel(start, b.profilesOn(start, 64))
	m := &hazardModel{Columns: c, open: st.column(contractFeature.Name)}
	if m.open == 0 || c.Contract == 0 {
		t.Fatal("no column of contracts")
	}
	row := 0
	x := make([]float64, len(c.All))
	for i := range p.Subjects {
		s := &p.Subjects[i]
		if !s.atRisk {
			continue
		}
		now := m.moment(p, i)
		c.fill(x, &now, c.seasonOf(start, end), nil)
		bought, _ := cameWithin(l, l.Shard(int(b.profilesOn(start, 64).At(int(s.profile)).Shard)), int(b.profilesOn(start, 64).At(int(s.profile)).Row), start, int(end-start), Revenue)
		if r.ids[row] != s.id || r.y[row] != num.Indicator(bought) {
			t.Fatalf("row %d: customer %d, %v; want %d, %v", row, r.ids[row], r.y[row], s.id, bought)
		}
		for j, v := range r.Row(row) {
			if math.Abs(v-x[j]) > 1e-12 {
				t.Fatalf("row %d, %s: %v, the panel knows %v", row, c.All[j].Name, v, x[j])
			}
		}
		row++
	}
	if row != len(r.y) || row < 100 {
		t.Errorf("%d rows, %d at risk", len(r.y), row)
	}
}

// Growth by hand: what is published by the day counts, against twelve months before the newest value; differences where a value is not above 0.
func TestSeriesGrowthByHand(t *testing.T) {
	asOf := date("2024-06-30")
	read := func(lines ...string) *table.Series {
		return must(table.ReadSeries(context.Background(), store.Memory{"s.csv": []byte("date,name,value,lag\n" + strings.Join(lines, "\n") + "\n")}, []string{"s.csv"}, table.SeriesConfig{}, int32(asOf)))
	}
	s := read("2022-05-01,price,80,10", "2023-05-01,price,100,10", "2024-05-01,price,120,10", "2024-06-25,price,500,10",
		"2023-03-01,balance,-2,0", "2024-04-01,balance,5,0", "2021-01-01,stale,1,0", "2022-01-01,stale,2,0")
	starts := []ingest.Day{asOf - 1, asOf - 2, asOf - 3, asOf - 4, asOf - 5, asOf - 6, asOf - 7, asOf - 8, asOf - 9, asOf - 10, asOf - 11, asOf - 12}
	known := seriesKnown(s, asOf, starts)
	if len(known) != 2 || known[0].Name != "balance" || known[1].Name != "price" {
		t.Fatalf("%v", known)
	}
	if g, ok := known[0].growth(asOf); !ok || g != 7 {
		t.Errorf("balance %v %v", g, ok)
	}
	if g, ok := known[1].growth(asOf); !ok || !close9(g, math.Log(1.2)) { // that of June is not published yet
		t.Errorf("price %v %v", g, ok)
	}
	if g, ok := known[1].growth(date("2024-05-10")); !ok || !close9(g, math.Log(1.25)) {
		t.Errorf("price the day before it is published: %v %v", g, ok)
	}
	if _, ok := known[1].growth(date("2023-05-10")); ok {
		t.Error("twelve months before the first value nothing is known")
	}
	if few := seriesKnown(s, asOf, starts[:6]); len(few) != 1 {
		t.Errorf("six periods carry one series, not %d", len(few))
	}
}

// Whatever the book: refused with a code, or probabilities within their intervals.
func TestHazardAtTheEdgeOfSense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := anySales.Draw(t, "rows")
		if n := rapid.SampledFrom([]int{0, 40}).Draw(t, "regular"); n > 0 { // enough to fit to
			for c := range n {
				every, from := 20+ingest.Day(7*c%60), ingest.Day(11*c%30)
				for day := 18000 + from; day < 18800; day += every {
					rows = append(rows, sale{key: fmt.Sprint(c), day: day, amount: 100, sides: []string{"North"}})
				}
			}
		}
		asOf := ingest.Day(18000 + rapid.IntRange(0, 800).Draw(t, "as of"))
		l := handmade(asOf, []string{"region"}, rows...)
		if l.First > asOf {
			return
		}
		in := &table.Inputs{}
		if rapid.Bool().Draw(t, "series") {
			in.Series = monthlySeries(asOf-ingest.Day(rapid.IntRange(1, 1500).Draw(t, "from")), asOf, 40, func(_, _ ingest.Day, v float64) float64 {
				return v * rapid.SampledFrom([]float64{1, 0, -1}).Draw(t, "value")
			})
		}
		clock := Clock{AsOf: asOf, First: l.First, Horizon: rapid.IntRange(1, 200).Draw(t, "horizon"), Period: rapid.SampledFrom([]Period{Week, Month, Quarter, Year}).Draw(t, "period")}
		cfg := DefaultConfig()
		cfg.ValueBasis = Revenue
		b, err := newBook(l, in, clock, nil, cfg, 1)
		if err != nil {
			t.Fatal(err)
		}
		st := newStudy(b)
		p := st.newPanel(asOf, b.Profiles)
		fit := trainHazard(st, &origin{day: asOf, panel: p})
		if !fit.OK {
			if code, words, ok := strings.Cut(fit.Note, ": "); !ok || words == "" || strings.ContainsAny(code, " .") {
				t.Fatalf("refused without a code: %q", fit.Note)
			}
			return
		}
		for i := range p.Subjects {
			if !p.Subjects[i].atRisk {
				continue
			}
			if prob, low, high := fit.Model.chance(p, i, .9); !(prob >= leastChance && prob <= mostChance && 0 <= low && low <= prob && prob <= high && high <= 1) {
				t.Fatalf("%v [%v, %v]", prob, low, high)
			}
		}
	})
}
