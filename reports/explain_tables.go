package reports

import (
	"math"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// tableDay is a day of the tables beside the transactions; nil and "" where it is open or unknown.
func tableDay(d int32) *string {
	if d == table.NoDay {
		return nil
	}
	s := ingest.Day(d).String()
	return &s
}

// contracts lists the contracts, the latest first.
func (b *brief) contracts() {
	if b.Now.Beside == nil || b.Now.Beside.Contracts == nil {
		return
	}
	b.section("explain.label.contracts")
	if len(b.Now.Beside.Contracts) == 0 {
		b.line(b.style.say("explain.nocontract"))
	}
	for i := range b.Now.Beside.Contracts {
		c := &b.Now.Beside.Contracts[i]
		end := b.style.say("explain.open")
		if day := tableDay(c.End); day != nil {
			end = *day
		}
		line := b.style.say("explain.contract", ingest.Day(c.Start), end)
		if day := tableDay(c.NoticeBy); day != nil {
			line += b.style.say("explain.notice", *day)
		}
		if !math.IsNaN(c.Value) {
			line += " · " + b.estimate(c.Value)
		}
		if !c.Open(int32(b.res.Clock.AsOf)) {
			line += b.style.say("explain.ended")
		}
		b.line(line)
	}
}

// people lists who is there.
func (b *brief) people() {
	if b.Now.Beside == nil || b.Now.Beside.People == nil {
		return
	}
	b.section("explain.label.people")
	var parts []string
	for _, p := range b.Now.Beside.People {
		part := strings.TrimSpace(clip(printable(p.Name), accountMost) + " " + clip(printable(p.Role), accountMost))
		if day := tableDay(p.From); day != nil {
			part += b.style.say("explain.personsince", *day)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		parts = []string{b.style.say("explain.nobody")}
	}
	b.text(strings.Join(parts, " · "), 0)
}

// activities lists the latest visits, quotes, complaints.
func (b *brief) activities() {
	if b.Now.Beside == nil || b.Now.Beside.Activities == nil {
		return
	}
	a := b.Now.Beside.Activities
	b.section("explain.label.activities")
	b.text(b.style.say("explain.activities", count(a.All), count(a.Year), count(a.Complaints)), 0)
	g := grid{right: []bool{false, false, true, false}}
	for _, x := range a.Latest {
		value := ""
		if !math.IsNaN(x.Value) {
			value = fixed(x.Value, textMoneyPlaces)
		}
		g.rows = append(g.rows, []string{ingest.Day(x.Day).String(), clip(printable(x.Kind), accountMost), value, clip(printable(x.Person), accountMost)})
	}
	b.grid(&g)
}

func (x *Explained) contractsJSON() []contractInfo {
	if x.Now.Beside == nil || x.Now.Beside.Contracts == nil {
		return nil
	}
	out := []contractInfo{}
	for _, c := range x.Now.Beside.Contracts {
		out = append(out, contractInfo{ingest.Day(c.Start).String(), tableDay(c.End), tableDay(c.NoticeBy), number(c.Value), c.Open(int32(x.Now.Result.Clock.AsOf))})
	}
	return out
}

func (x *Explained) peopleJSON() []personInfo {
	if x.Now.Beside == nil || x.Now.Beside.People == nil {
		return nil
	}
	out := []personInfo{}
	for _, p := range x.Now.Beside.People {
		out = append(out, personInfo{p.Name, p.Role, tableDay(p.From), tableDay(p.To)})
	}
	return out
}

func (x *Explained) activitiesJSON() *activityInfo {
	if x.Now.Beside == nil || x.Now.Beside.Activities == nil {
		return nil
	}
	a := x.Now.Beside.Activities
	out := &activityInfo{All: a.All, Year: a.Year, Complaints: a.Complaints, Latest: []activityRow{}}
	for _, v := range a.Latest {
		out.Latest = append(out.Latest, activityRow{ingest.Day(v.Day).String(), v.Kind, v.Person, number(v.Value)})
	}
	return out
}
