package segment

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"mainstay/ingest"
	"mainstay/internal/num"

	"pgregory.net/rapid"
)

func TestProfileByHand(t *testing.T) {
	asOf := date("2024-06-30")
	l := handmade(asOf, nil,
		sale{key: "a", day: date("2022-06-30"), amount: 700}, // the day before Prior12 begins
		sale{key: "a", day: date("2022-07-01"), amount: 1000, units: 3, cost: 400, costed: true},
		sale{key: "a", day: date("2023-06-30"), amount: 2000, units: 5, cost: 900, costed: true}, // last day of Prior12
		sale{key: "a", day: date("2023-07-01"), amount: 4000, units: 7, cost: 1500, costed: true},
		sale{key: "a", day: date("2023-07-01"), amount: 500},
		sale{key: "a", day: date("2024-01-01"), amount: -300, units: -1},
		sale{key: "a", day: date("2024-01-11"), amount: 100, units: 1},
		sale{key: "b", day: date("2024-06-01"), amount: -100},
		sale{key: "later", day: date("2024-07-01"), amount: 100},
	)
	if n := ProfilesOn(l, asOf, 90, 1).Len(); n != 2 {
		t.Fatalf("%d profiles, want 2: customers without a cell are left out", n)
	}
	b := mustBook(l, nil, nil)
	p := b.Profile(member(b, "a"))
	want := Profile{
		Shard: p.Shard, Row: p.Row,
		First: date("2022-06-30"), Last: date("2024-01-11"), Frequency: 5, Frequency12: 2, LeftTruncated: true,
		Lines: 7, Orders: 7, Sales: 8300, Returns: -300, Units: 15,
		Net12: 4300, NetPrior12: 3000, Cost12: 1500, Costed12: 4000, CostPrior12: 1300, CostedPrior12: 3000,
		Units12: 7, Returns12: -300,
		GapMean: 560.0 / 4, // gaps 1, 364, 1, 194
		GapSD:   math.Sqrt((139*139*2 + 224*224 + 54*54) / 3.0), GapMedian: 97.5,
	}
	if *p != want {
		t.Errorf("got  %+v\nwant %+v", *p, want)
	}
	if p.RecencyDays(asOf) != 171 || p.Net() != 8000 {
		t.Errorf("recency %d, net %d", p.RecencyDays(asOf), p.Net())
	}
	if !p.AtRisk(asOf, 172) || p.AtRisk(asOf, 171) {
		t.Error("at risk is asOf − horizon < last ≤ asOf")
	}
	none := b.Profile(member(b, "b"))
	if none.Frequency != 0 || none.RecencyDays(asOf) != -1 || none.AtRisk(asOf, 365) || none.Net12 != -100 {
		t.Errorf("a customer with only returns: %+v", *none)
	}
}

func TestProfileZeroDays(t *testing.T) {
	l := handmade(10, nil, sale{key: "a", day: 1, amount: 0}, sale{key: "a", day: 5, amount: 100})
	if p := ProfilesOn(l, 10, 5, 1).At(0); p.Frequency != 1 || p.First != 5 {
		t.Errorf("zero days ignored: %+v", p)
	}
	l.ZeroDays = true
	if p := ProfilesOn(l, 10, 5, 1).At(0); p.Frequency != 2 || p.First != 1 {
		t.Errorf("zero days counted: %+v", p)
	}
}

// anySales draws the rows of a small book: few customers and days, so that days and values tie.
var anySales = rapid.Custom(func(t *rapid.T) []sale {
	row := rapid.Custom(func(t *rapid.T) sale {
		return sale{
			key:    rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g"}).Draw(t, "key"),
			day:    18000 + ingest.Day(rapid.IntRange(0, 800).Draw(t, "day")),
			amount: rapid.Int64Range(-300, 1000).Draw(t, "amount"),
			units:  rapid.Int64Range(-3, 10).Draw(t, "units"),
			cost:   rapid.Int64Range(0, 600).Draw(t, "cost"),
			costed: rapid.Bool().Draw(t, "costed"),
			sides:  []string{rapid.SampledFrom([]string{"", "North", "South"}).Draw(t, "region")},
		}
	})
	return rapid.SliceOfN(row, 1, 60).Draw(t, "rows")
})

// until are the sales on or before a day.
func until(sales []sale, day ingest.Day) []sale {
	return slices.DeleteFunc(slices.Clone(sales), func(s sale) bool { return s.day > day })
}

// comparable are the profiles, with NaN that equal each other.
func comparable(profiles *Profiles) []Profile {
	out := make([]Profile, profiles.Len())
	for i := range out {
		out[i] = profiles.At(i)
		for _, v := range []*float64{&out[i].GapMean, &out[i].GapSD, &out[i].GapMedian} {
			if math.IsNaN(*v) {
				*v = -1
			}
		}
	}
	return out
}

// naiveProfile computes one profile the plain way, cell by cell.
func naiveProfile(l *ingest.Ledger, shard, row int, asOf ingest.Day, horizon int) Profile {
	s := l.Shard(shard)
	p := Profile{Shard: int32(shard), Row: int32(row), GapMean: math.NaN(), GapSD: math.NaN(), GapMedian: math.NaN()}
	var gaps []float64
	lo, hi := s.Cells(row)
	for j := lo; j < hi && s.Day[j] <= asOf; j++ {
		p.Lines += int64(s.Lines[j])
		p.Sales, p.Returns, p.Orders, p.Units = p.Sales+s.Sales[j], p.Returns+s.Returns[j], p.Orders+int64(s.Orders[j]), p.Units+s.Units[j]
		in12 := s.Day[j] > MonthsBefore(asOf, 12)
		switch {
		case in12:
			p.Net12, p.Returns12, p.Units12, p.Cost12, p.Costed12 = p.Net12+s.Net(j), p.Returns12+s.Returns[j], p.Units12+s.Units[j], p.Cost12+s.Cost[j], p.Costed12+s.Costed[j]
		case s.Day[j] > MonthsBefore(asOf, 24):
			p.NetPrior12, p.CostPrior12, p.CostedPrior12 = p.NetPrior12+s.Net(j), p.CostPrior12+s.Cost[j], p.CostedPrior12+s.Costed[j]
		}
		if !l.Purchase(s, j) {
			continue
		}
		if p.Frequency == 0 {
			p.First = s.Day[j]
		} else {
			gaps = append(gaps, float64(s.Day[j]-p.Last))
		}
		p.Last = s.Day[j]
		p.Frequency++
		p.Frequency12 += int32(num.Indicator(in12))
	}
	p.LeftTruncated = p.Frequency > 0 && int(p.First-l.First) < horizon
	if n := float64(len(gaps)); n > 0 {
		var sum, squares float64
		for _, g := range gaps {
			sum, squares = sum+g, squares+g*g
		}
		p.GapMean = sum / n
		if n > 1 {
			p.GapSD = math.Sqrt((n*squares - sum*sum) / (n * (n - 1)))
		}
		slices.Sort(gaps)
		p.GapMedian = num.Median(gaps)
	}
	return p
}

func TestProfilesAgainstThePlainWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := anySales.Draw(t, "sales")
		for range rapid.IntRange(0, 80).Draw(t, "more of one customer") {
			rows = append(rows, sale{key: "a", day: 18000 + ingest.Day(rapid.IntRange(0, 800).Draw(t, "day")), amount: rapid.Int64Range(-1<<40, 1<<40).Draw(t, "amount"), sides: []string{""}})
		}
		asOf := 18000 + ingest.Day(rapid.IntRange(0, 800).Draw(t, "as of"))
		l := handmade(asOf, []string{"region"}, rows...)
		l.ZeroDays = rapid.Bool().Draw(t, "zero days")
		got, i := ProfilesOn(l, asOf, 90, 2), 0
		for k := range ingest.Shards {
			s := l.Shard(k)
			for row := range s.Customers() {
				if lo, _ := s.Cells(row); s.Day[lo] > asOf {
					continue
				}
				x, y := got.At(i), naiveProfile(l, k, row, asOf, 90)
				for _, v := range []*float64{&x.GapMean, &x.GapSD, &x.GapMedian, &y.GapMean, &y.GapSD, &y.GapMedian} {
					if math.IsNaN(*v) {
						*v = -1
					}
				}
				if x != y {
					t.Fatalf("got  %+v\nwant %+v", x, y)
				}
				i++
			}
		}
		if i != got.Len() {
			t.Fatalf("%d profiles, want %d", got.Len(), i)
		}
	})
}

// Nothing wraps around: the longest gaps that days allow, counts and money far beyond 32 bits.
func TestProfilesOfExtremeCustomers(t *testing.T) {
	const most = math.MaxInt64 / 4
	days := []ingest.Day{ingest.Date(1900, 1, 1), ingest.Date(1900, 1, 2), ingest.Date(2200, 12, 30), ingest.Date(2200, 12, 31)}
	l := &ingest.Ledger{AsOf: days[3], First: days[0], Has: ingest.Has{Orders: true, Units: true, Cost: true}}
	column := func(v ...int64) []int64 { return v }
	counts := []uint32{math.MaxUint32, math.MaxUint32, 1, math.MaxUint32}
	if err := l.Put(0, ingest.Shard{KeyBytes: []byte("a"), KeyStart: []uint32{0, 1}, CellStart: []uint32{0, 4}, Day: days, Lines: counts, Orders: counts,
		Sales: column(1, most, math.MaxInt32, most), Returns: column(0, math.MinInt32, 0, -most+1), Units: column(most, -1, 0, math.MinInt32),
		Cost: column(1, 2, 1<<40, most), Costed: column(most, 1, 0, -most)}); err != nil {
		t.Fatal(err)
	}
	for _, asOf := range days {
		got, want := ProfilesOn(l, asOf, 90, 1).At(0), naiveProfile(l, 0, 0, asOf, 90)
		if !close9(got.GapSD, want.GapSD) && !(math.IsNaN(got.GapSD) && math.IsNaN(want.GapSD)) {
			t.Errorf("as of %s: gaps deviate by %v, want %v", asOf, got.GapSD, want.GapSD)
		}
		for _, p := range []*Profile{&got, &want} {
			p.GapSD = 0
			if p.Frequency < 2 {
				p.GapMean, p.GapMedian = 0, 0
			}
		}
		if got != want {
			t.Errorf("as of %s\ngot  %+v\nwant %+v", asOf, got, want)
		}
	}
}

func TestProfilesNeverSeeTheFuture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := anySales.Draw(t, "sales")
		asOf := 18000 + ingest.Day(rapid.IntRange(0, 800).Draw(t, "as of"))
		past := until(rows, asOf)
		if len(past) == 0 {
			return
		}
		with := handmade(asOf, []string{"region"}, rows...)
		without := handmade(asOf, []string{"region"}, past...)
		if clockOn(with, asOf, DefaultConfig()).Why != clockOn(without, asOf, DefaultConfig()).Why {
			t.Fatal("the clock depends on later rows")
		}
		b, c := mustBook(with, nil, nil), mustBook(without, nil, nil)
		x, y := comparable(b.Profiles), comparable(c.Profiles)
		for i := range x { // rows within a shard differ where later customers come between
			if string(b.Key(i)) != string(c.Key(i)) {
				t.Fatal("customers differ")
			}
			x[i].Row, y[i].Row = 0, 0
		}
		if !reflect.DeepEqual(x, y) {
			t.Fatalf("with later rows %+v, without %+v", x, y)
		}
	})
}

func TestProfilesAreTheSameForAnyThreadsAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := anySales.Draw(t, "sales")
		want := comparable(ProfilesOn(handmade(18800, []string{"region"}, rows...), 18800, 90, 1))
		shuffled := rapid.Permutation(rows).Draw(t, "shuffled")
		l := handmade(18800, []string{"region"}, shuffled...)
		for _, threads := range []int{1, 2, 7, 200} {
			if got := comparable(ProfilesOn(l, 18800, 90, threads)); !reflect.DeepEqual(got, want) {
				t.Fatalf("%d threads: %+v, want %+v", threads, got, want)
			}
		}
	})
}

func TestScalingMoneyScalesProfiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := anySales.Draw(t, "sales")
		k := rapid.Int64Range(1, 1000).Draw(t, "factor")
		bigger := slices.Clone(rows)
		for i := range bigger {
			bigger[i].amount *= k
			bigger[i].cost *= k
		}
		x := comparable(ProfilesOn(handmade(18800, []string{"region"}, rows...), 18800, 90, 1))
		y := comparable(ProfilesOn(handmade(18800, []string{"region"}, bigger...), 18800, 90, 1))
		for i := range x {
			for _, v := range []*int64{&x[i].Sales, &x[i].Returns, &x[i].Net12, &x[i].NetPrior12, &x[i].Cost12, &x[i].Costed12, &x[i].CostPrior12, &x[i].CostedPrior12, &x[i].Returns12} {
				*v *= k
			}
		}
		if !reflect.DeepEqual(x, y) {
			t.Fatalf("scaled %+v, want %+v", y, x)
		}
	})
}

func BenchmarkProfiles(b *testing.B) {
	var rows []sale
	for c := range 20_000 {
		key := string([]byte{byte(c >> 16), byte(c >> 8), byte(c)})
		for d := range 20 {
			rows = append(rows, sale{key: key, day: ingest.Day(18000 + d*(7+c%40)), amount: 100, units: 1})
		}
	}
	l := handmade(19000, nil, rows...)
	b.ResetTimer()
	for b.Loop() {
		ProfilesOn(l, 19000, 90, 1)
	}
	b.ReportMetric(float64(len(rows))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mcells/s")
}
