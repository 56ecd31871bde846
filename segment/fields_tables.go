package segment

import (
	"math"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// tableFields are the fields from the tables beside the transactions, as of the book's day.
func tableFields() []field {
	return []field{
		{"contracts", "contracts that have started; needs contracts", contractField(func(c []table.Contract, day int32) float64 {
			n := 0
			for i := range c {
				if c[i].Start <= day {
					n++
				}
			}
			return float64(n)
		})},
		{"contract_open", "a contract is in force", func(b *Book) (column, error) {
			if b.Inputs.Contracts == nil {
				return column{}, notGiven("contracts")
			}
			return flagField(func(b *Book, m int) bool { return b.Inputs.Contracts.OpenOn(b.Key(m), int32(b.Clock.AsOf)) })(b)
		}},
		{"contract_ends_in_days", "days until the next contract in force ends", contractField(func(c []table.Contract, day int32) float64 {
			return nextOf(c, day, func(c *table.Contract) int32 { return c.End })
		})},
		{"contract_notice_in_days", "days until the next last day of notice", contractField(func(c []table.Contract, day int32) float64 {
			return nextOf(c, day, func(c *table.Contract) int32 { return c.NoticeBy })
		})},
		{"contract_value", "value of the contracts in force", contractField(func(c []table.Contract, day int32) float64 {
			sum := 0.0
			for i := range c {
				if c[i].Open(day) && !math.IsNaN(c[i].Value) {
					sum += c[i].Value
				}
			}
			return sum
		})},
		{"activities_12m", "activities of the trailing 12 months; needs activities", activityField(func(a []table.Activity, from, _ ingest.Day) float64 {
			return countSince(a, from, func(*table.Activity) bool { return true })
		})},
		{"complaints_12m", "complaints among them", activityField(func(a []table.Activity, from, _ ingest.Day) float64 {
			return countSince(a, from, (*table.Activity).Complaint)
		})},
		{"last_activity_days", "days since the last activity", activityField(func(a []table.Activity, _, asOf ingest.Day) float64 {
			if len(a) == 0 {
				return math.NaN()
			}
			return float64(asOf - ingest.Day(a[len(a)-1].Day))
		})},
		{"contacts", "people at the customer, account managers not among them; needs people", func(b *Book) (column, error) {
			if b.Inputs.People == nil {
				return column{}, notGiven("people")
			}
			return column{number: func(m int) float64 { return contacts(b.Inputs.People.Of(b.Key(m)), int32(b.Clock.AsOf)) }}, nil
		}},
	}
}

func notGiven(what string) error {
	return &ingest.ConfigError{Msg: "no " + what + " are given: name their table with --" + what}
}

func contractField(f func(c []table.Contract, day int32) float64) func(*Book) (column, error) {
	return func(b *Book) (column, error) {
		if b.Inputs.Contracts == nil {
			return column{}, notGiven("contracts")
		}
		return column{number: func(m int) float64 { return f(b.Inputs.Contracts.Of(b.Key(m)), int32(b.Clock.AsOf)) }}, nil
	}
}

// nextOf is the days until the earliest date, on or after the day, of the contracts in force; NaN
// without one.
func nextOf(c []table.Contract, day int32, date func(*table.Contract) int32) float64 {
	next := math.NaN()
	for i := range c {
		if d := date(&c[i]); c[i].Open(day) && d != table.NoDay && d >= day && !(float64(d-day) >= next) {
			next = float64(d - day)
		}
	}
	return next
}

func activityField(f func(a []table.Activity, from, asOf ingest.Day) float64) func(*Book) (column, error) {
	return func(b *Book) (column, error) {
		if b.Inputs.Activities == nil {
			return column{}, notGiven("activities")
		}
		asOf := b.Clock.AsOf
		from := MonthsBefore(asOf, 12)
		return column{number: func(m int) float64 {
			return f(b.activities(m), from, asOf)
		}}, nil
	}
}

// countSince counts the activities after a day.
func countSince(a []table.Activity, from ingest.Day, counts func(*table.Activity) bool) float64 {
	n := 0
	for i := len(a) - 1; i >= 0 && a[i].Day > int32(from); i-- {
		if counts(&a[i]) {
			n++
		}
	}
	return float64(n)
}

// contacts counts the persons who have a role on a day, each once; our own account managers are no
// contacts.
func contacts(people []table.Person, day int32) float64 {
	n, last := 0, ""
	for i := range people { // sorted by name
		p := &people[i]
		if p.There(day) && p.Name != last && !managing(p) {
			n, last = n+1, p.Name
		}
	}
	return float64(n)
}

// managing reports whether a person is our own account manager.
func managing(p *table.Person) bool {
	role := strings.ToLower(p.Role)
	return strings.Contains(role, "account manager") || strings.Contains(role, "客户经理")
}
