package segment

import (
	"fmt"
	"math"
	"math/bits"

	"mainstay/ingest"
)

// CheckRange makes sure that no sum of money or units over any set of the Ledger's cells can overflow
// 64 bits: for each measure, the sum of the absolute values over all cells, in integers of the Ledger's
// Scale (UnitsScale for units), fits. Everything else in this package then adds without looking. Amounts
// too large are an *ingest.QualityError.
func CheckRange(l *ingest.Ledger) error {
	measures := []struct {
		name    string
		scale   int
		columns func(*ingest.Shard) [][]int64 // that are added to each other
	}{
		{"amounts", l.Scale, func(s *ingest.Shard) [][]int64 { return [][]int64{s.Sales, s.Returns} }},
		{"units", l.UnitsScale, func(s *ingest.Shard) [][]int64 { return [][]int64{s.Units} }},
		{"costs", l.Scale, func(s *ingest.Shard) [][]int64 { return [][]int64{s.Cost, s.Costed} }},
		{"discounts", l.Scale, func(s *ingest.Shard) [][]int64 { return [][]int64{s.Discount} }},
	}
	for _, m := range measures {
		sum, overflow := uint64(0), false
		l.Scan(1, func(_ int, s *ingest.Shard) {
			for _, column := range m.columns(s) {
				for _, v := range column {
					var carry uint64
					sum, carry = bits.Add64(sum, magnitude(v), 0)
					overflow = overflow || carry != 0 || sum > math.MaxInt64
				}
			}
		})
		if overflow {
			return &ingest.QualityError{Msg: fmt.Sprintf("the %s add up to more than 64 bits hold at %d decimal places; look for absurd values with inspect, or keep fewer places", m.name, m.scale)}
		}
	}
	return nil
}

// magnitude is |v|, exact for the smallest integer too.
func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}
