package segment

import (
	"mainstay/ingest"
	"mainstay/ingest/table"
)

// managers tell whether the account manager of a customer has changed of late, by the people table. The manager named in purchases is none of its business: a change
// that only a purchase tells of is seen of those who still buy.
type managers struct {
	changes customerRows[int32] // first days of account managers who came after another, ascending
}

// managerDays is how long a change of the account manager counts as of late.
const managerDays = 180

// newManagers is nil without people.
func (b *Book) newManagers() *managers {
	t := b.Inputs.People
	if t == nil {
		return nil
	}
	return &managers{byCustomer(b.Ledger, func(key []byte) []int32 { return takeovers(t.Of(key)) }, b.Threads)}
}

// takeovers are the days on which an account manager follows another, ascending; nil without any.
func takeovers(people []table.Person) (days []int32) {
	for i := range people {
		p := &people[i]
		if !managing(p) || p.From == table.NoDay {
			continue
		}
		for j := range people {
			if q := &people[j]; managing(q) && q.Name != p.Name && q.From < p.From {
				days = append(days, p.From)
				break
			}
		}
	}
	return days
}

func (m *managers) features() []feature {
	return []feature{{"manager_changed_180d", codeManager, "1 when another account manager took over in the last 180 days"}}
}

func (m *managers) fill(x []float64, pr *Profile, day ingest.Day) {
	for _, on := range m.changes.of(pr.Shard, pr.Row) {
		if ago := day - ingest.Day(on); ago >= 0 && ago < managerDays {
			x[0] = 1
		}
	}
}
