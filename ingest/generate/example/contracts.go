package example

import (
	"fmt"
	"math"
)

const (
	contractYearly = 110_000 // accounts above this revenue a year may have a contract
	shareContract  = 0.6     // of them; the stories all have one
	shareOpen      = 0.12    // of contracts has no end
	contractFrom   = "2022-01-01"
)

// contracts are framework contracts of one, two or three years, renewed one after the other until the account
// leaves; a few are open-ended. value is the revenue a year that was agreed. Who leaves does so at any time,
// and his last contract still ends when it says: contracts have no effect here.
//
// Four lines are wrong on purpose: one ends before it starts, one has a start that is no date, one is of a
// customer that does not exist, one is there twice.
func (b *book) contracts() csvTable {
	t := csvTable{{"contract_id", "customer_id", "start", "end", "notice_days", "value"}}
	for i, a := range b.sorted() {
		r := newRandom(uint64(9000 + i))
		if a.prospect || !a.story && (a.yearly < contractYearly || !r.chance(shareContract)) {
			continue
		}
		years := 1 + r.intn(3)
		open := r.chance(shareOpen)
		notice := []string{"30", "60", "90"}[r.intn(3)]
		start := max(a.since, date(contractFrom)) + day(r.intn(300))
		last := windowEnd
		if left := a.left(); left > 0 {
			last = left
		}
		for start <= last {
			end := day(date(start.text()).time().AddDate(years, 0, -1).Unix() / 86400)
			value := fmt.Sprintf("%.2f", math.Round(a.yearly*a.level(start)/1000)*1000)
			line := []string{fmt.Sprintf("K%05d", 1000+len(t)), a.key, start.text(), end.text(), notice, value}
			if open {
				line[3] = ""
			}
			t = append(t, line)
			if open {
				break
			}
			start = end + 1
		}
	}
	next := func(line ...string) []string { return append([]string{fmt.Sprintf("K%05d", 1000+len(t))}, line...) }
	t = append(t, next(t[3][1], "2026-01-01", "2025-12-31", "60", "50000.00"))
	t = append(t, next(t[8][1], "2025-13-01", "2026-12-31", "30", "42000.00"))
	t = append(t, next("C9999", "2025-01-01", "2026-12-31", "30", "81000.00"))
	return append(t, t[12])
}
