package ingest

import (
	"fmt"
	"math"
	"slices"

	"mainstay/ingest/money"
)

// addUp is step 4.
func (a *assembler) addUp(to *packer) error {
	a.beginCells(0)
	a.beginSides()
	customers := len(a.start) - 1
	for lo := 0; lo < customers; lo += 1 << a.shift {
		hi := min(lo+1<<a.shift, customers)
		a.sortBucket(lo, hi)
		a.findCells(lo, hi)
		if err := a.addMeasures(lo, hi); err != nil {
			return err
		}
		for k := range a.code {
			a.addSide(k)
		}
		if err := to.add(&a.out); err != nil {
			return err
		}
		a.flushed = hi
		a.beginCells(0)
	}
	return nil
}

// beginCells drops the cells there are and makes room for others.
func (a *assembler) beginCells(room int) {
	s, has := &a.out, a.plan.has
	s.CellStart = append(s.CellStart[:0], 0)
	s.Day, s.Lines = sized(s.Day, room)[:0], sized(s.Lines, room)[:0]
	numbers := []*[]int64{&s.Sales, &s.Returns}
	if has.Orders {
		s.Orders = sized(s.Orders, room)[:0]
	}
	if has.Units {
		numbers = append(numbers, &s.Units)
	}
	if has.Cost {
		numbers = append(numbers, &s.Cost, &s.Costed)
	}
	if has.Discount {
		numbers = append(numbers, &s.Discount)
	}
	for _, c := range numbers {
		*c = sized(*c, room)[:0]
	}
}

// addMeasures adds up the cells of the customers of ranks lo to hi, measure by measure.
func (a *assembler) addMeasures(lo, hi int) error {
	s, l := &a.out, &a.layout
	over := a.addAmounts()
	if a.plan.has.Orders {
		a.countOrders(lo, hi)
	}
	if l.units > 0 {
		over |= a.addNumbers(&s.Units, a.number[l.units])
	}
	if l.cost > 0 {
		over |= a.addNumbers(&s.Cost, a.number[l.cost])
		over |= a.addCosted()
	}
	if l.discount > 0 {
		over |= a.addNumbers(&s.Discount, a.number[l.discount])
	}
	if over < 0 {
		if err := a.tooLarge(); err != nil {
			return err
		}
	}
	return nil
}

// findCells finds the runs of one customer and day.
func (a *assembler) findCells(lo, hi int) {
	s, first := &a.out, a.start[lo]
	a.cells = a.cells[:0]
	for rank := lo; rank < hi; rank++ {
		j, end := a.start[rank]-first, a.start[rank+1]-first
		for j < end {
			from, day := j, a.perm[j]>>32
			for j++; j < end && a.perm[j]>>32 == day; j++ {
			}
			a.addCell(from, j)
		}
		s.CellStart = append(s.CellStart, uint32(len(s.Day)))
	}
}

// addCell begins the cell of rows from to end of perm.
func (a *assembler) addCell(from, end uint32) {
	a.cells = append(a.cells, end)
	a.out.Day = append(a.out.Day, Day(int32(uint32(a.perm[from]>>32)^dayBias)))
	a.out.Lines = append(a.out.Lines, end-from)
}

// The sums of a bucket are appended to columns of the Shard. They wrap at 64 bits: the sign of what is returned
// says whether any did on the way.

// addAmounts sums the positive and the negative amounts of each cell.
func (a *assembler) addAmounts() (over int64) {
	sales, returns, lo := a.out.Sales, a.out.Returns, uint32(0)
	for _, hi := range a.cells {
		var up, down int64
		for _, x := range a.sorted[lo:hi] {
			u, d := up+max(x, 0), down+min(x, 0)
			over |= u | down&^d
			up, down = u, d
		}
		sales, returns = append(sales, up), append(returns, down)
		lo = hi
	}
	a.out.Sales, a.out.Returns = sales, returns
	return over
}

// addNumbers sums a column.
func (a *assembler) addNumbers(to *[]int64, column []int64) (over int64) {
	sums, lo := *to, uint32(0)
	for _, hi := range a.cells {
		var sum int64
		for _, p := range a.perm[lo:hi] {
			x := column[uint32(p)]
			next := sum + x
			over |= (sum ^ next) & (x ^ next)
			sum = next
		}
		sums = append(sums, sum)
		lo = hi
	}
	*to = sums
	return over
}

// addCosted sums the amounts of known cost.
func (a *assembler) addCosted() (over int64) {
	lo := uint32(0)
	for _, hi := range a.cells {
		var sum int64
		for _, p := range a.perm[lo:hi] {
			x := a.costed(uint32(p))
			next := sum + x
			over |= (sum ^ next) & (x ^ next)
			sum = next
		}
		a.out.Costed = append(a.out.Costed, sum)
		lo = hi
	}
	return over
}

// costed is the amount of a row if its cost is known.
func (a *assembler) costed(row uint32) int64 {
	if a.flags[row]&flagCost == 0 {
		return 0
	}
	return a.row[row].amount
}

// countOrders counts each order of a customer on the earliest day on which it has a positive amount.
func (a *assembler) countOrders(lo, hi int) {
	s, row, cell := &a.out, uint32(0), len(a.out.Orders)
	low, high := a.number[a.layout.order], a.number[a.layout.order+1]
	first := cell
	for rank := lo; rank < hi; rank++ {
		a.seen.reset(a.start[rank+1] - a.start[rank])
		for ; cell < int(s.CellStart[rank+1-a.flushed]); cell++ {
			var orders uint32
			for ; row < a.cells[cell-first]; row++ {
				r := uint32(a.perm[row])
				if f := a.flags[r]; f&flagOrder != 0 && a.row[r].amount > 0 && a.seen.add(f>>orderFormShift&flagForm, high[r], low[r]) {
					orders++
				}
			}
			s.Orders = append(s.Orders, orders)
		}
	}
}

// tooLarge looks for a sum of the bucket that 64 bits do not hold. One that only wrapped on the way is right.
func (a *assembler) tooLarge() error {
	l := &a.layout
	for _, m := range []struct {
		what   string
		mapped bool
		value  func(row uint32) int64
	}{
		{"sales", true, func(r uint32) int64 { return max(a.row[r].amount, 0) }},
		{"returns", true, func(r uint32) int64 { return min(a.row[r].amount, 0) }},
		{"units", l.units > 0, func(r uint32) int64 { return a.number[l.units][r] }},
		{"cost", l.cost > 0, func(r uint32) int64 { return a.number[l.cost][r] }},
		{"amounts of known cost", l.cost > 0, a.costed},
		{"discounts", l.discount > 0, func(r uint32) int64 { return a.number[l.discount][r] }},
	} {
		lo := uint32(0)
		for i, hi := range a.cells {
			var sum money.Total
			for _, p := range a.perm[lo:hi] {
				if m.mapped {
					sum.Add(m.value(uint32(p)))
				}
			}
			if _, fits := sum.Int64(); !fits {
				return a.overflow(m.what, len(a.out.Day)-len(a.cells)+i)
			}
			lo = hi
		}
	}
	return nil
}

// overflow is the *QualityError of a sum that did not fit: which, and how far 64 bits reach.
func (a *assembler) overflow(what string, cell int) error {
	scale := a.plan.scale
	if what == "units" {
		scale = a.plan.unitsScale
	}
	rank, _ := slices.BinarySearch(a.out.CellStart[1:], uint32(cell)+1) // the first customer whose cells end behind it
	return &QualityError{fmt.Sprintf("%s of customer %q on %s exceed %s, the largest sum of 64 bits with %d decimal places: look for wrong values on that day, or keep fewer places with --money-places",
		what, shorten(a.out.Key(a.flushed+rank)), a.out.Day[cell], money.Format(math.MaxInt64, scale), scale)}
}
