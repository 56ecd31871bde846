package segment

import (
	"fmt"
	"math"
	"math/rand/v2"

	"mainstay/ingest"
)

// simulation is a buying process with known attrition: customers join over the years (the oldest are
// there from the start), buy at exponential gaps with their own rate, leave after an exponential
// lifetime, and spend log-normally around their own mean. A share of purchases is returned in part
// within days.
type simulation struct {
	seed        uint64
	customers   int
	days        int     // of history
	gap         float64 // median over customers of the mean days between purchases
	lifetime    float64 // mean days until leaving
	unlike      bool    // every fifth customer stays a tenth as long
	sooner      float64 // from the day turn on customers leave so many times as fast; 0 = as before
	turn        int
	spend       float64 // median over customers of the mean spend, in cents
	returnShare float64
	start       ingest.Day
}

func manyBuyers() simulation {
	return simulation{seed: 7, customers: 600, days: 1500, gap: 25, lifetime: 700, spend: 50_000, returnShare: 0.05, start: date("2020-01-15")}
}

func (s simulation) sales() []sale {
	r := rand.New(rand.NewPCG(s.seed, 1))
	var rows []sale
	for c := range s.customers {
		key := fmt.Sprintf("C%04d", c)
		joined := r.Float64()*float64(s.days)*1.2 - 0.2*float64(s.days)
		gap := s.gap * math.Exp(0.5*r.NormFloat64())
		mean := s.spend * math.Exp(1.0*r.NormFloat64())
		left := joined + s.lifetime*r.ExpFloat64()
		if s.unlike && c%5 == 0 {
			left -= 0.9 * (left - joined)
		}
		if from := max(joined, float64(s.turn)); s.sooner > 0 && left > from {
			left = from + (left-from)/s.sooner
		}
		for at := joined; at < left && at < float64(s.days); at += 1 + gap*r.ExpFloat64() {
			amount := int64(mean * math.Exp(0.4*r.NormFloat64()-0.08))
			back := r.Float64() < s.returnShare
			if at < 0 {
				continue
			}
			day := s.start + ingest.Day(at)
			rows = append(rows, sale{key: key, day: day, amount: amount + 1, units: amount/10_000 + 1, cost: amount / 2, costed: true})
			if back && int(at)+3 < s.days {
				rows = append(rows, sale{key: key, day: day + 3, amount: -amount / 3})
			}
		}
	}
	return rows
}

// ledger cuts the book at a day of its history; later cells stay in it, for nobody to read.
func (s simulation) ledger(day int) *ingest.Ledger {
	l := handmade(s.start+ingest.Day(day), nil, s.sales()...)
	return l
}
