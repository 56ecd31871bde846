package segment

import (
	"fmt"
	"math"
	"math/bits"

	"mainstay/ingest"
)

// rangeCheck makes sure that no sum of money or units over any set of the Ledger's cells can overflow
// 64 bits: for each measure, the sum of the absolute values over all cells, in integers of the Ledger's
// Scale (UnitsScale for units), fits. Everything else in this package then adds without looking. Magnitudes are summed by
// shard, in 128 bits, which nothing overflows. Amounts too large are an *ingest.QualityError.
type rangeCheck [ingest.Shards][measures]magnitudes

// The measures that are checked, each on its own.
const (
	rangeAmounts = iota
	rangeUnits
	rangeCosts
	rangeDiscounts
	measures
)

// magnitudes is a sum of absolute values.
type magnitudes struct{ high, low uint64 }

func (r *rangeCheck) part(k int, s *ingest.Shard) {
	sums := &r[k]
	sums[rangeAmounts].add(s.Sales)
	sums[rangeAmounts].add(s.Returns)
	sums[rangeUnits].add(s.Units)
	sums[rangeCosts].add(s.Cost)
	sums[rangeCosts].add(s.Costed)
	sums[rangeDiscounts].add(s.Discount)
}

// add adds |v|, which is exact for the smallest integer too.
func (m *magnitudes) add(values []int64) {
	high, low, carry := m.high, m.low, uint64(0)
	for _, v := range values {
		negative := v >> 63
		low, carry = bits.Add64(low, uint64((v^negative)-negative), 0)
		high += carry
	}
	m.high, m.low = high, low
}

func (r *rangeCheck) err(l *ingest.Ledger) error {
	for m := range measures {
		var all magnitudes
		for k := range r {
			var carry uint64
			all.low, carry = bits.Add64(all.low, r[k][m].low, 0)
			all.high += r[k][m].high + carry
		}
		if all.high == 0 && all.low <= math.MaxInt64 {
			continue
		}
		scale := l.Scale
		if m == rangeUnits {
			scale = l.UnitsScale
		}
		return &ingest.QualityError{Msg: fmt.Sprintf("the %s add up to more than 64 bits hold at %d decimal places; look for absurd values with inspect, or keep fewer places",
			[...]string{"amounts", "units", "costs", "discounts"}[m], scale)}
	}
	return nil
}
