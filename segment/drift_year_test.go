package segment

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"

	"mainstay/ingest/table"
)

// In a year of nights a model that is right is seldom fitted again, and one whose customers leave much faster than they did is. MAINSTAY_BOOKS=40 makes the table of docs/accuracy.md.
func TestRefitsOverAYear(t *testing.T) {
	slow(t)
	books, sizes, rates := 2, []int{600}, []float64{1, 4}
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_BOOKS")); err == nil {
		books, sizes, rates = n, []int{600, 2400}, []float64{1, 2, 4}
	}
	for _, customers := range sizes {
		for _, rate := range rates {
			t.Run(fmt.Sprintf("%d customers leave at %g times the rate", customers, rate), func(t *testing.T) {
				var nights []int
				for k := range books {
					sim := manyBuyers()
					sim.seed, sim.customers, sim.sooner = uint64(1000+k), customers, rate
					if night := firstRefit(t, sim); night > 0 {
						nights = append(nights, night)
					}
				}
				slices.Sort(nights)
				t.Logf("%d of %d models fitted again within a year, after so many nights: %d", len(nights), books, nights)
				if rate == 1 && len(nights) > books/8 || rate == 4 && len(nights) < books*7/8 {
					t.Error("too many, or too few")
				}
			})
		}
	}
}

// firstRefit is the first night of a year, in days since the model was learnt, on which a test finds drift; 0 where none does. Looked at are the nights on which a label
// closes, and every fourth week.
func firstRefit(t *testing.T, sim simulation) int {
	const day, year = 1100, 365
	sim.days, sim.turn = day+year+1, day
	m := learnt(t, sim.ledger(day), nil, revenue)
	cfg := DefaultConfig()
	revenue(&cfg)
	for night := 1; night <= year; night++ {
		if night%m.Terms.HorizonDays != 0 && night%m.Terms.ValueLabelDays != 0 && night%28 != 0 {
			continue
		}
		cfg.Reuse = &Reuse{Model: again(t, m)}
		a, err := adopt(sim.ledger(day+night), &table.Inputs{}, cfg, 1)
		if err != nil {
			t.Fatal(err)
		}
		tests, err := a.driftTests(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if firstDrift(tests) != "" {
			return night
		}
	}
	return 0
}
