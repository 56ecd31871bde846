package segment

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// number is what differs between two sentences of a kind.
var number = regexp.MustCompile(`\d{4}-\d\d-\d\d|[−+×]?\d[\d.]*[kMGT]?`)

// kinds are sentences without their numbers.
type kinds map[string]bool

func (k kinds) add(what, text string) {
	text = strings.ReplaceAll(text, "12-month", "twelve-month")
	text = strings.ReplaceAll(text, "12 months", "twelve months")
	text = number.ReplaceAllString(text, "#")
	k[what+"\t"+strings.ReplaceAll(text, "twelve", "12")] = true
}

// parts are the sentences of a text.
func (k kinds) parts(what, text string) {
	for part := range strings.SplitSeq(text, "; ") {
		k.add(what, part)
	}
}

// The golden has a sentence of every kind that is said of a customer: what reports must know in other languages.
func TestSentences(t *testing.T) {
	slow(t)
	sim := manyBuyers()
	sim.customers = 60
	l := sim.ledger(1300)
	in := industryAccounts(sim.customers, func(c int) string { return []string{"Steel", "Food, drinks", ""}[c%3] }, nil)
	in.Activities = mustActivities(l.AsOf, "C0000 visit,", "C0001 quote,", "C0001 visit,", "C0002 complaint,", "C0003 survey,7.5", "C0003 visit,")
	in.Contracts = mustContracts(l.AsOf, "C0000 2020-01-01 2030-01-01 - 1")
	in.Series = must(table.ReadSeries(context.Background(), store.Memory{"s.csv": []byte(fmt.Sprintf("date,name,value\n%[1]v,指数,100\n%[2]v,指数,103\n%[1]v,rate,-1\n%[2]v,rate,2\n", l.AsOf-400, l.AsOf-10))},
		[]string{"s.csv"}, table.SeriesConfig{}, int32(l.AsOf)))
	in.People = mustPeople(l.AsOf, "C0000,Li,account manager,2020-01-01,", "C0001,Li,account manager,,")
	all := kinds{}
	for _, basis := range []string{Margin, Revenue} {
		b := mustBook(l, in, func(c *Config) {
			c.Static, c.ModelAttributes, c.ValueBasis = []string{"industry"}, []string{"industry"}, basis
		})
		st := newStudy(b)
		facts := &teller{study: st, typical: st.typicalOn(b.Clock.AsOf, b.Profiles, b.Profiles.Len()), levels: st.textsOn(b.Clock.AsOf, b.Profiles)}
		for k, code := range reasonCodes[1:] {
			facts.drawn(rand.New(rand.NewPCG(uint64(k), 9)), func(f *fact) {
				words := reasonOf(code, 1).append(nil, func(dst []byte, code string) []byte { return facts.append(dst, code, f) })
				all.add("reason "+code, string(words))
			})
		}
		for _, f := range st.allFeatures() {
			all["term\t"+f.Name] = true
			if !slices.Contains(reasonCodes[:featureCodes], f.Reason) {
				t.Errorf("%s speaks for %q, which no feature may", f.Name, f.Reason)
			}
		}
		for _, name := range slices.Concat(hurdleColumns[:], marginNames[:]) {
			all["term\t"+name] = true
		}
		for _, name := range slices.Concat(st.states.Names, folded(st.states)) {
			all.add("reason "+codeState, codeState+": "+name+" (+)")
		}
	}
	saidOfBook(t, all)
	got := strings.Join(slices.Sorted(maps.Keys(all)), "\n") + "\n"
	name := filepath.Join("testdata", "sentences.golden")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update rewrites it; reports/phrasebook.go must know what is new):\n%s", name, firstDifference(got, string(want)))
	}
}

// drawn makes up customers, so many that every turn of phrase is met.
func (t *teller) drawn(r *rand.Rand, say func(f *fact)) {
	asOf := t.Clock.AsOf
	for n := range 400 {
		recency, tenure := ingest.Day(r.IntN(400)), ingest.Day(r.IntN(2000))
		p := Profile{First: asOf - recency - tenure, Last: asOf - recency, Frequency: 1 + int32(r.IntN(5)), Frequency12: int32(r.IntN(3)), GapMean: 30 * r.Float64(), GapSD: 9,
			LeftTruncated: r.IntN(2) == 0, Contract: r.IntN(2) == 0, Returns12: -int64(r.IntN(1000)), Sales: int64(r.IntN(1e6))}
		if p.Frequency < 3 {
			p.GapSD = math.NaN()
		}
		p.Net12, p.NetPrior12 = int64(math.Exp(25*r.Float64()))-1e4, int64(r.IntN(1e6))
		f := fact{member: r.IntN(t.Members()), profile: &p, relation: []relation{active, lapsed}[r.IntN(2)], trend: 2*r.Float64() - 1, state: t.states.Names[r.IntN(len(t.states.Names))]}
		if n%40 == 0 {
			f.trend = math.Copysign(1, f.trend)
		}
		if p.Contract {
			f.contract = standing{until: []int32{table.NoDay, int32(asOf) + int32(r.IntN(2*t.Clock.Horizon))}[r.IntN(2)], begun: 1, open: true}
			f.contract.ending = f.contract.until != table.NoDay && r.IntN(2) == 0
		}
		say(&f)
	}
}

// mustActivities are written as "customer kind,value", three days before a day.
func mustActivities(asOf ingest.Day, lines ...string) *table.Activities {
	text := "customer,date,kind,value\n"
	for _, l := range lines {
		key, kind, _ := strings.Cut(l, " ")
		text += key + "," + (asOf - 3).String() + "," + kind + "\n"
	}
	return must(table.ReadActivities(context.Background(), store.Memory{"a.csv": []byte(text)}, []string{"a.csv"}, table.ActivitiesConfig{}, table.Scope{AsOf: int32(asOf)}))
}

// mustPeople reads people written as lines of CSV.
func mustPeople(asOf ingest.Day, lines ...string) *table.People {
	text := "customer,person,role,from,to\n" + strings.Join(lines, "\n") + "\n"
	return must(table.ReadPeople(context.Background(), store.Memory{"p.csv": []byte(text)}, []string{"p.csv"}, table.PeopleConfig{}, table.Scope{AsOf: int32(asOf)}))
}

// folded are the names of states where a book is too small for all.
func folded(s states) []string {
	names, _ := s.folded(false, false)
	return names
}

// saidOfBook adds tiers, what calls for attention, which models and what warns, of books that are scored: one with a tournament, and
// shorter ones.
func saidOfBook(t *testing.T, all kinds) {
	for _, days := range []int{5, 70, 140, 200, 1300} {
		sim := manyBuyers()
		sim.customers = 300
		r := analyse(t, sim.ledger(days), 2, nil)
		for _, row := range rowsOf(t, r.Scores) {
			all.parts("tier", row.TierReason)
		}
		for _, a := range r.Attention {
			all.parts("attention", a.Words)
		}
		all.parts("models", r.ModelWhy)
		for _, w := range r.Warnings {
			if w.Code != warnNotCertified { // what it says is in the manifest
				all.add("warning", w.Message)
			}
		}
	}
}
