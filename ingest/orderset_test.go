package ingest

import (
	"testing"

	"pgregory.net/rapid"
)

// A set is what a map is, customer after customer.
func TestOrderSetIsASet(t *testing.T) {
	type order struct {
		form      uint8
		high, low int64
	}
	var s orderSet
	rapid.Check(t, func(t *rapid.T) {
		if rapid.Bool().Draw(t, "turns are used up") {
			s.turn = 1<<32 - 1
		}
		rows := rapid.SampledFrom([]int{0, 1, 5, 300, 3 * mostOrderSlots}).Draw(t, "rows")
		orders := rapid.IntRange(1, max(rows, 1)).Draw(t, "orders")
		seed := rapid.Int64().Draw(t, "seed")
		s.reset(uint32(rows))
		seen := map[order]bool{}
		for i := range rows {
			x := int64(mix64(uint64(seed+int64(i))) % uint64(orders))
			o := order{uint8(x & 1), x >> 1 & 3, x >> 3}
			if got := s.add(o.form, o.high, o.low); got == seen[o] {
				t.Fatalf("row %d: order %v is new: %v", i, o, got)
			}
			seen[o] = true
		}
	})
}

// A customer of very many rows and few orders takes memory for the orders.
func TestOrderSetOfATill(t *testing.T) {
	var s orderSet
	s.reset(1 << 30)
	for i := range int64(1000) {
		s.add(0, 0, i%10)
	}
	if len(s.slot) > mostOrderSlots {
		t.Errorf("10 orders have %d slots", len(s.slot))
	}
}
