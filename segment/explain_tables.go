package segment

import (
	"mainstay/ingest/table"
	"mainstay/internal/num"
)

// Beside is what the tables beside the transactions know of the member on the as-of date; each is nil where
// its table is not given.
type Beside struct {
	Contracts  []table.Contract // started, the latest start first
	Activities *Activities
	People     []table.Person // there on the day
}

// Activities are the member's dated events: how many in all, in the trailing 12 months, the complaints
// among those, and the latest, newest first.
type Activities struct {
	All, Year, Complaints int
	Latest                []table.Activity
}

// besides looks a member up in the tables; most is how many activities are listed.
func (b *Book) besides(m, most int) *Beside {
	key, day := b.Key(m), int32(b.Clock.AsOf)
	w := &Beside{}
	if t := b.Inputs.Contracts; t != nil {
		w.Contracts = []table.Contract{}
		for _, c := range t.Of(key) {
			if c.Start <= day {
				w.Contracts = append([]table.Contract{c}, w.Contracts...)
			}
		}
	}
	if t := b.Inputs.Activities; t != nil {
		w.Activities = &Activities{}
		year, all := int32(MonthsBefore(b.Clock.AsOf, 12)), t.Of(key)
		for i := len(all) - 1; i >= 0; i-- {
			if all[i].Day > day {
				continue
			}
			w.Activities.All++
			if all[i].Day > year {
				w.Activities.Year++
				w.Activities.Complaints += int(num.Indicator(all[i].Complaint()))
			}
			if len(w.Activities.Latest) < most {
				w.Activities.Latest = append(w.Activities.Latest, all[i])
			}
		}
	}
	if t := b.Inputs.People; t != nil {
		w.People = []table.Person{}
		for _, p := range t.Of(key) {
			if p.There(day) {
				w.People = append(w.People, p)
			}
		}
	}
	return w
}
