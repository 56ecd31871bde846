package ingest

// orderSet is the order ids of one customer at a time: open addressing in as few slots as the customer needs,
// so that those of most customers stay in the first-level cache. At least half of the slots are free.
type orderSet struct {
	slot []orderSlot
	mask uint64
	left int    // orders that still have room
	turn uint32 // of the customer; slots of others are free
}

// mostOrderSlots is how many slots a customer is given at once. One with more rows, such as a till's, may have few
// orders, and slots for as many as rows could take more memory than the rows: from there on they grow.
const mostOrderSlots = 1 << 14

type orderSlot struct {
	high, low int64
	turn      uint32
	form      uint8
}

// reset empties the set for a customer of n rows.
func (s *orderSet) reset(n uint32) {
	size := 8
	for size < 2*int(n) && size < mostOrderSlots {
		size *= 2
	}
	if size > len(s.slot) {
		s.slot = make([]orderSlot, size)
	}
	s.use(size)
	if s.turn++; s.turn == 0 {
		clear(s.slot)
		s.turn = 1
	}
}

// use makes the first slots the set, which is empty.
func (s *orderSet) use(slots int) { s.mask, s.left = uint64(slots-1), slots/2 }

// grow doubles the slots.
func (s *orderSet) grow() {
	old := s.slot[:s.mask+1]
	s.slot = make([]orderSlot, 2*len(old))
	s.use(len(s.slot))
	for _, o := range old {
		if o.turn == s.turn {
			s.add(o.form, o.high, o.low)
		}
	}
}

// add reports whether an order is new.
func (s *orderSet) add(form uint8, high, low int64) bool {
	for h := mix64(uint64(low) ^ intSeed ^ uint64(high)<<32); ; h++ {
		at := &s.slot[h&s.mask]
		switch {
		case at.turn != s.turn:
			*at = orderSlot{high, low, s.turn, form}
			if s.left--; s.left < 0 {
				s.grow()
			}
			return true
		case at.low == low && at.high == high && at.form == form:
			return false
		}
	}
}
