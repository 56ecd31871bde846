package segment

import (
	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress"
)

// mostHazardRows bounds the rows of the hazard: customers × periods before it is known who was at risk in them.
const mostHazardRows = 30_000

// pastPeriods are the periods before a day that the hazard learns from, newest first: those that begin after one horizon of history. Rolling, so that the newest
// ends on the day.
func (b *study) pastPeriods(day ingest.Day) (starts, ends []ingest.Day) {
	edges := newRolling(day, b.Clock.First, b.Clock.Period).edges
	for k := 1; k < len(edges) && int(edges[k]-b.Clock.First) >= b.Clock.Horizon; k++ {
		starts, ends = append(starts, edges[k]), append(ends, edges[k-1])
	}
	return starts, ends
}

// hazardRows are the customer-periods at risk that end on a day or before, with what was known when each began; y is 1 with a purchase day in it. Of a large book
// one of so many customers, drawn.
func (b *study) hazardRows(c *hazardColumns, day ingest.Day, starts, ends []ingest.Day, customers int) *rows {
	r := &rows{Design: &regress.Design{Names: featureNames(c.All)}}
	step := customers*len(starts)/mostHazardRows + 1
	seasons, growths := make([]int, len(starts)), make([][]float64, len(starts))
	usable := make([]bool, len(starts))
	for k := range starts {
		seasons[k] = c.seasonOf(starts[k], ends[k])
		growths[k], usable[k] = c.growths(starts[k])
	}
	var days []ingest.Day
	x := make([]float64, len(c.All))
	b.Ledger.ScanFirst(b.sample, 1, func(shard int, sh *ingest.Shard) {
		for row := range sh.Customers() {
			id := b.start[shard] + int32(row)
			if !oneOf(id, forHazard, step) {
				continue
			}
			days = purchaseDays(days[:0], b.Ledger, sh, row, day)
			bought, year := 0, 0
			for k := len(starts) - 1; k >= 0; k-- {
				start := starts[k]
				for bought < len(days) && days[bought] <= start {
					bought++
				}
				for year < bought && days[year] <= MonthsBefore(start, 12) {
					year++
				}
				if bought == 0 || !usable[k] {
					continue
				}
				m := moment{frequency: float64(bought), frequency12: float64(bought - year), recency: float64(start - days[bought-1]), tenure: float64(start - days[0]),
					contract: b.held.open(int32(shard), int32(row), start)}
				if m.recency >= float64(b.Clock.Horizon) && !m.contract {
					continue
				}
				c.fill(x, &m, seasons[k], growths[k])
				r.X = append(r.X, x...)
				r.ids = append(r.ids, id)
				r.y = append(r.y, num.Indicator(bought < len(days) && days[bought] <= ends[k]))
			}
		}
	})
	return r
}

// purchaseDays appends those of a customer on or before a day.
func purchaseDays(out []ingest.Day, l *ingest.Ledger, sh *ingest.Shard, row int, day ingest.Day) []ingest.Day {
	lo, hi := sh.Cells(row)
	for j := lo; j < hi && sh.Day[j] <= day; j++ {
		if l.Purchase(sh, j) {
			out = append(out, sh.Day[j])
		}
	}
	return out
}
