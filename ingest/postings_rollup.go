package ingest

import (
	"cmp"
	"context"
	"slices"
	"strconv"

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
	layout.rounding, layout.width = layout.width, layout.width+1
	r := &rollUp{workers: make([]*scatterer, max(1, threads)), aside: asideCounts{}}
	for i := range r.workers {
		r.workers[i] = newScatterer(rules, layout)
		r.workers[i].aside = asideCounts{}
	}
	if err := readUnits(ctx, st, &all, r.workers, nil, progress); err != nil {
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

// shard rolls up one shard; it takes its records away.
func (r *rollUp) shard(shard int) (*postings, error) {
	parts := make([]*partition, len(r.workers))
	for i, w := range r.workers {
		parts[i] = &w.part[shard]
	}
	a := &assembler{layout: r.plan.layout, plan: r.plan}
	if err := a.number(parts); err != nil {
		return nil, err
	}
	order, err := a.sortCustomers()
	if err != nil {
		return nil, err
	}
	perm, start := a.permute(order)
	return a.rollUp(perm, start, r.texts)
}

// rollUp is step 4 of an assembler that makes postings instead of day cells: it brings the rows of
// each customer and day into the order of their orders and side values, and adds up those that agree.
func (a *assembler) rollUp(perm []uint64, start []uint32, texts []*textTable) (*postings, error) {
	p := &postings{sides: make([][]uint32, len(texts)), sideTexts: texts}
	a.allocate(0, len(start)-1)
	if a.layout.order > 0 {
		a.rankOrders(p)
		p.order = make([]uint32, 0, len(perm))
	}
	for i := range len(start) - 1 {
		rows := perm[start[i]:start[i+1]]
		slices.SortFunc(rows, a.comparePostings)
		for lo := 0; lo < len(rows); {
			hi := lo + 1
			for hi < len(rows) && a.samePosting(rows[lo], rows[hi]) {
				hi++
			}
			if err := a.addCell(i, rows[lo:hi]); err != nil {
				return nil, err
			}
			a.finishPosting(p, rows[lo:hi])
			lo = hi
		}
		a.out.CellStart = append(a.out.CellStart, uint32(len(a.out.Day)))
	}
	p.Shard = a.out
	p.markFirst()
	return p, nil
}

// rankOrders replaces the numbers of orders in the records by those of a table sorted by bytes;
// 0 where a row has no order.
func (a *assembler) rankOrders(p *postings) {
	all := a.orderTexts
	for _, x := range a.orderInts.keys {
		all.put(strconv.AppendInt(nil, x, 10)) // no text is the spelling of an integer
	}
	var became []uint32
	p.orders, became = sortTexts(&all)
	at := a.layout.order
	for _, c := range a.chunks {
		for r := 0; r < len(c); r += a.layout.width {
			if c[r+wordDay]&flagOrder != 0 {
				c[r+at] = uint64(became[c[r+at]])
			} else {
				c[r+at] = 0
			}
		}
	}
}

// comparePostings orders rows of one customer as postings are.
func (a *assembler) comparePostings(x, y uint64) int {
	if x>>32 != y>>32 {
		return cmp.Compare(x, y)
	}
	l, v, w := &a.layout, a.row(uint32(x)), a.row(uint32(y))
	if l.order > 0 && v[l.order] != w[l.order] {
		return cmp.Compare(v[l.order], w[l.order])
	}
	for k := range l.nSides {
		if c := cmp.Compare(l.side(v, k), l.side(w, k)); c != 0 {
			return c
		}
	}
	return 0
}

// samePosting reports whether two rows of one customer go into one posting.
func (a *assembler) samePosting(x, y uint64) bool {
	return x>>32 == y>>32 && a.comparePostings(x, y) == 0
}

// finishPosting adds what a posting has beyond a cell.
func (a *assembler) finishPosting(p *postings, refs []uint64) {
	l, w := &a.layout, a.row(uint32(refs[0]))
	if l.order > 0 {
		p.order = append(p.order, uint32(w[l.order]))
	}
	for k := range p.sides {
		p.sides[k] = append(p.sides[k], l.side(w, k))
	}
	var sum money.Rounding
	for _, ref := range refs {
		sum.Merge(recordRounding(l, a.row(uint32(ref))))
	}
	if p.rounding != nil {
		p.rounding = append(p.rounding, sum)
	} else if sum.Rows > 0 {
		p.rounding = append(make([]money.Rounding, len(a.out.Day)-1), sum)
	}
}

// setRounding keeps what rounding gave a row: at most two roundings (amount and conversion) of at
// most half a unit of 10^0 each, so the sum fits 64 bits at 10^-18.
func setRounding(l *recordLayout, w []uint64, r money.Rounding) {
	if r.Rows > 0 {
		sum, _ := r.Sum.Int64()
		w[l.rounding] = uint64(sum)
		w[wordDay] |= uint64(r.Rows) << roundedShift
	}
}

func recordRounding(l *recordLayout, w []uint64) (r money.Rounding) {
	r.Rows = int64(w[wordDay] >> roundedShift)
	r.Sum.Add(int64(w[l.rounding]))
	return r
}
