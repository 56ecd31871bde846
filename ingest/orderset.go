package ingest

// orderSet is the order ids of one customer at a time: open addressing in as few slots as the customer needs,
// so that those of most customers stay in the first-level cache.
type orderSet struct {
	slot []orderSlot
	mask uint64
	turn uint32 // of the customer; slots of others are free
}

type orderSlot struct {
	high, low int64
	turn      uint32
	form      uint8
}

// reset empties the set for a customer of n rows.
func (s *orderSet) reset(n uint32) {
	size := 8
	for size < 2*int(n) {
		size *= 2
	}
	if size > len(s.slot) {
		s.slot = make([]orderSlot, size)
	}
	s.mask = uint64(size - 1)
	if s.turn++; s.turn == 0 {
		clear(s.slot)
		s.turn = 1
	}
}

// add reports whether an order is new.
func (s *orderSet) add(form uint8, high, low int64) bool {
	for h := mix64(uint64(low) ^ intSeed ^ uint64(high)<<32); ; h++ {
		at := &s.slot[h&s.mask]
		switch {
		case at.turn != s.turn:
			*at = orderSlot{high, low, s.turn, form}
			return true
		case at.low == low && at.high == high && at.form == form:
			return false
		}
	}
}
