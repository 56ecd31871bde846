package latent

import (
	"fmt"
	"math"
	"time"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// life is what is known of a customer's contracts: one after the other, without a gap of more than the grace.
type life struct {
	start, end int64 // the first day, and the last of all; that of an open one is forever
	from, paid int64 // of the contract that was renewed last
	renewals   int   // those due when it was known what came of them
	beside     int   // contracts that are no renewals
	row        int
}

// forever is the last day of an open contract.
const forever = math.MaxInt64

func lastDay(end int32) int64 {
	if end == table.NoDay {
		return forever
	}
	return int64(end)
}

// decided is the day before which ends are known to be final: who renews late has the grace to do so. What was due on it or later is not known of anybody: if renewals counted at once, but losses after the grace
// only, retention would be too high.
func (c *ContractConfig) decided() int64 { return int64(c.AsOf) - int64(c.Grace) }

// add adds the next contract. It is a renewal where it takes the place of the one before: begins in its second half, at most the grace before its end, and ends later. Others run beside it, or are the same row twice.
func (l *life) add(start, end int64, c *ContractConfig) {
	l.end = max(l.end, end)
	if l.paid == forever || start+int64(c.Grace) < l.paid || 2*start <= l.from+l.paid || end <= l.paid {
		l.beside++
		return
	}
	if l.paid < c.decided() {
		l.renewals++
	}
	l.from, l.paid = start, end
}

// periods is how many periods of a life were paid, as far as it is decided, and whether it has ended.
func (c *ContractConfig) periods(l *life) (n float64, ended bool) {
	ended = l.end < c.decided()
	if c.Every == "contract" {
		return float64(l.renewals + 1), ended
	}
	end := min(l.end, c.decided())
	if ended {
		end = l.end + 1 // the day after the last
	}
	whole := monthsBetween(ingest.Day(l.start), ingest.Day(end)) / monthsOf[c.Every]
	if ended {
		return max(1, math.Round(whole)), true
	}
	return max(0, math.Floor(whole+1e-9)) + 1, false
}

// monthsOf are the months of a calendar period.
var monthsOf = map[string]float64{"month": 1, "quarter": 3, "year": 12}

// monthsBetween is calendar months, with the rest of the last as a share of 30.4 days.
func monthsBetween(from, to ingest.Day) float64 {
	a, b := time.Unix(int64(from)*86400, 0).UTC(), time.Unix(int64(to)*86400, 0).UTC()
	months := float64((b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month()))
	return months + float64(b.Day()-a.Day())/(365.25/12)
}

// plural is "1 contract starts", "2 contracts start".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
