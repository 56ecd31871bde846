package ingest

import (
	"cmp"
	"context"
	"slices"

	"mainstay/ingest/key"
	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// rollUp is what an export becomes on its way into a stored Ledger: every row that is not set
// aside for another reason than its day, as records by shard, and the others counted.
type rollUp struct {
	plan    *assembly
	workers []*scatterer
	texts   []*textTable // of the sides
	aside   asideCounts
}

// readRollUp reads every row of the plan. Its as-of date is not looked at.
func readRollUp(ctx context.Context, st store.Store, p *Plan, threads int, progress func(int64)) (*rollUp, error) {
	all := *p
	all.AsOf = latestDay
	all.Sides = storedSides(p)
	rules, has := newRules(&all), p.has()
	layout := newRecordLayout(has, len(all.Sides))
	layout.rounding, layout.columns = layout.columns, layout.columns+1
	r := &rollUp{workers: make([]*scatterer, max(1, threads)), aside: asideCounts{}}
	for i := range r.workers {
		r.workers[i] = newScatterer(rules, layout)
		r.workers[i].aside = asideCounts{}
	}
	pageWithin(&all, r.workers)
	err := readUnits(ctx, st, &all, r.workers, nil, progress)
	if err == nil {
		err = pageRest(ctx, r.workers)
	}
	if err != nil {
		r.close()
		return nil, err
	}
	for _, w := range r.workers {
		r.aside.merge(w.aside)
	}
	r.plan = &assembly{layout: layout, has: has, scale: p.Scale, unitsScale: p.UnitsScale}
	r.plan.has.Orders = false // orders are counted when cells are made
	var sides []SideInfo
	sides, r.plan.sideRemap = mergeValues(all.Sides, r.workers)
	for _, s := range sides {
		t := &textTable{}
		for _, v := range s.Values {
			t.put([]byte(v))
		}
		r.texts = append(r.texts, t)
	}
	return r, nil
}

// storedSides is the sides that postings keep: those of the Ledger and, last, the currency.
func storedSides(p *Plan) []SideInfo {
	sides := slices.Clone(p.Sides)
	if p.Currency != "" {
		sides = append(sides, SideInfo{Role: RoleCurrency, Column: p.Currency})
	}
	return sides
}

// has says which optional measures the plan maps.
func (p *Plan) has() Has {
	return Has{Orders: p.Order != "", Units: p.Units != nil, Cost: p.Cost != nil, Discount: p.Discount != nil}
}

// close gives the temporary files back.
func (r *rollUp) close() { closePagers(r.workers) }

// shard rolls up one shard; it takes its records away.
func (r *rollUp) shard(shard int) (*postings, error) {
	a := newAssembler(r.plan)
	parts, err := partsOf(r.workers, shard)
	if err != nil {
		return nil, err
	}
	if err := a.spread(parts); err != nil {
		return nil, err
	}
	return a.rollUp(r.texts)
}

// rollUp is step 4 of an assembler that makes postings instead of day cells: it brings the rows of
// each customer and day into the order of their orders and side values, and adds up those that agree.
func (a *assembler) rollUp(texts []*textTable) (*postings, error) {
	p := &postings{sides: make([][]uint32, len(texts)), sideTexts: texts}
	a.beginCells(len(a.id))
	if a.layout.order > 0 {
		a.rankOrders(p)
		p.order = make([]uint32, 0, len(a.id))
	}
	customers := len(a.start) - 1
	for lo := 0; lo < customers; lo += 1 << a.shift {
		hi := min(lo+1<<a.shift, customers)
		a.sortBucket(lo, hi)
		a.findPostings(lo, hi)
		if err := a.addMeasures(lo, hi); err != nil {
			return nil, err
		}
		a.finishPostings(p)
	}
	p.Shard = a.out
	p.markFirst()
	return p, nil
}

// rankOrders replaces the order ids of the rows by their numbers in a table sorted by bytes; 0 where a row has
// no order.
func (a *assembler) rankOrders(p *postings) {
	ids, high := a.number[a.layout.order], a.number[a.layout.order+1]
	var orders keyTable
	for row, f := range a.flags {
		if f&flagOrder != 0 {
			ids[row] = int64(orders.id(key.Form(f>>orderFormShift&flagForm), high[row], ids[row]))
		}
	}
	var all textTable
	for id := range orders.len() {
		all.put(orders.appendKey(nil, id, &a.texted))
	}
	var became []uint32
	p.orders, became = sortTexts(&all)
	for row, f := range a.flags {
		if f&flagOrder != 0 {
			ids[row] = int64(became[ids[row]])
		} else {
			ids[row] = 0
		}
	}
}

// findPostings is findCells for postings: runs of one customer, day, order and side values.
func (a *assembler) findPostings(lo, hi int) {
	s, first := &a.out, a.start[lo]
	a.cells = a.cells[:0]
	for rank := lo; rank < hi; rank++ {
		j, end := a.start[rank]-first, a.start[rank+1]-first
		slices.SortFunc(a.perm[j:end], a.comparePostings)
		a.gatherAmounts(j, end)
		for j < end {
			from := j
			for j++; j < end && a.comparePostings(a.perm[from], a.perm[j]) == 0; j++ {
			}
			a.addCell(from, j)
		}
		s.CellStart = append(s.CellStart, uint32(len(s.Day)))
	}
}

// comparePostings orders rows of one customer as postings are.
func (a *assembler) comparePostings(x, y uint64) int {
	if x>>32 != y>>32 {
		return cmp.Compare(x>>32, y>>32)
	}
	v, w := uint32(x), uint32(y)
	if l := &a.layout; l.order > 0 && a.number[l.order][v] != a.number[l.order][w] {
		return cmp.Compare(a.number[l.order][v], a.number[l.order][w])
	}
	for k := range a.code {
		if c := cmp.Compare(a.code[k][v], a.code[k][w]); c != 0 {
			return c
		}
	}
	return 0
}

// finishPostings adds what a bucket's postings have beyond cells.
func (a *assembler) finishPostings(p *postings) {
	lo := uint32(0)
	for i, hi := range a.cells {
		row := uint32(a.perm[lo])
		if a.layout.order > 0 {
			p.order = append(p.order, uint32(a.number[a.layout.order][row]))
		}
		for k := range p.sides {
			p.sides[k] = append(p.sides[k], a.code[k][row])
		}
		var sum money.Rounding
		for _, x := range a.perm[lo:hi] {
			sum.Rows += int64(a.flags[uint32(x)] >> roundedShift)
			sum.Sum.Add(a.number[a.layout.rounding][uint32(x)])
		}
		if p.rounding != nil {
			p.rounding = append(p.rounding, sum)
		} else if sum.Rows > 0 {
			p.rounding = append(make([]money.Rounding, len(a.out.Day)-len(a.cells)+i), sum)
		}
		lo = hi
	}
}
