package ingest

import (
	"fmt"
	"math"

	"mainstay/ingest/money"
)

// addUp is step 4.
func (a *assembler) addUp(perm []uint64, start []uint32) error {
	cells := 0
	for i := range len(start) - 1 {
		for j := start[i]; j < start[i+1]; j++ {
			if j == start[i] || perm[j]>>32 != perm[j-1]>>32 {
				cells++
			}
		}
	}
	a.allocate(cells, len(start)-1)
	sides := newSideBuilder(a, cells)
	for i := range len(start) - 1 {
		for j := start[i]; j < start[i+1]; {
			end := j + 1
			for end < start[i+1] && perm[end]>>32 == perm[j]>>32 {
				end++
			}
			if err := a.addCell(i, perm[j:end]); err != nil {
				return err
			}
			if err := sides.addCell(perm[j:end]); err != nil {
				return err
			}
			j = end
		}
		a.out.CellStart = append(a.out.CellStart, uint32(len(a.out.Day)))
	}
	a.out.Sides = sides.out
	return nil
}

func (a *assembler) allocate(cells, customers int) {
	s, has := &a.out, a.plan.has
	s.CellStart = make([]uint32, 1, customers+1)
	s.Day = make([]Day, 0, cells)
	s.Lines = make([]uint32, 0, cells)
	s.Sales = make([]int64, 0, cells)
	s.Returns = make([]int64, 0, cells)
	if has.Orders {
		s.Orders = make([]uint32, 0, cells)
		a.lastSeen = make([]uint32, a.orderTexts.len()+len(a.orderInts.keys))
	}
	if has.Units {
		s.Units = make([]int64, 0, cells)
	}
	if has.Cost {
		s.Cost = make([]int64, 0, cells)
		s.Costed = make([]int64, 0, cells)
	}
	if has.Discount {
		s.Discount = make([]int64, 0, cells)
	}
}

// cell is a day cell while it is added up.
type cell struct {
	sales, returns, units, cost, costed, discount int64
	orders                                        uint32
}

// addCell adds up the rows of one customer (by rank) and day.
func (a *assembler) addCell(rank int, refs []uint64) error {
	var c cell
	l := &a.layout
	var overflow string
	add := func(sum *int64, x uint64, what string) {
		s, ok := addInt64(*sum, int64(x))
		if *sum = s; !ok {
			overflow = what
		}
	}
	for _, ref := range refs {
		w := a.row(uint32(ref))
		if amount := int64(w[wordAmount]); amount > 0 {
			add(&c.sales, w[wordAmount], "sales")
			if w[wordDay]&flagOrder != 0 && a.lastSeen != nil {
				if seen := &a.lastSeen[w[l.order]]; *seen != uint32(rank)+1 {
					*seen = uint32(rank) + 1
					c.orders++
				}
			}
		} else {
			add(&c.returns, w[wordAmount], "returns")
		}
		if l.width == wordOptional {
			continue
		}
		if l.units > 0 {
			add(&c.units, w[l.units], "units")
		}
		if w[wordDay]&flagCost != 0 {
			add(&c.cost, w[l.cost], "cost")
			add(&c.costed, w[wordAmount], "amounts of known cost")
		}
		if l.discount > 0 {
			add(&c.discount, w[l.discount], "discounts")
		}
	}
	day := Day(int32(uint32(refs[0]>>32) ^ dayBias))
	if overflow != "" {
		return a.overflow(overflow, rank, day)
	}
	a.append(day, uint32(len(refs)), &c)
	return nil
}

// append closes a cell.
func (a *assembler) append(day Day, lines uint32, c *cell) {
	s, has := &a.out, a.plan.has
	s.Day = append(s.Day, day)
	s.Lines = append(s.Lines, lines)
	s.Sales = append(s.Sales, c.sales)
	s.Returns = append(s.Returns, c.returns)
	if has.Orders {
		s.Orders = append(s.Orders, c.orders)
	}
	if has.Units {
		s.Units = append(s.Units, c.units)
	}
	if has.Cost {
		s.Cost = append(s.Cost, c.cost)
		s.Costed = append(s.Costed, c.costed)
	}
	if has.Discount {
		s.Discount = append(s.Discount, c.discount)
	}
}

// overflow is the *QualityError of a sum that did not fit: which, and how far 64 bits reach.
func (a *assembler) overflow(what string, rank int, day Day) error {
	scale := a.plan.scale
	if what == "units" {
		scale = a.plan.unitsScale
	}
	k := a.out.KeyBytes[a.out.KeyStart[rank]:a.out.KeyStart[rank+1]]
	return &QualityError{fmt.Sprintf("%s of customer %q on %s exceed %s, the largest sum of 64 bits with %d decimal places: look for wrong values on that day, or keep fewer places with --money-places",
		what, shorten(k), day, money.Format(math.MaxInt64, scale), scale)}
}
