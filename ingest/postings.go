package ingest

import "mainstay/ingest/money"

// postings are the source rows of one shard, added up by customer, day, order and side values:
// the finest grain that a stored Ledger needs, so that a later night can replace an order or a day
// and the result is that of a rebuild. docs/ledger.md is the format.
//
// The embedded Shard is in that grain: its "cells" are postings, sorted within a customer by day,
// then order, then side values, all by bytes. Its Orders and Sides are nil. m postings.
type postings struct {
	Shard
	order     []uint32         // m or nil: number in orders; 0 = none
	orders    *textTable       // sorted by bytes; number 0 is ""
	first     []bool           // m: first posting of its order and customer with a positive amount
	rounding  []money.Rounding // m or nil
	sides     [][]uint32       // by side, m: number in sideTexts
	sideTexts []*textTable     // likewise sorted; number 0 is ""
	owner     []uint32         // m or nil: the customer of each, once somebody asked
}

// newPostings is empty, with the columns of has and so many sides.
func newPostings(has Has, nSides int) *postings {
	p := &postings{sides: make([][]uint32, nSides), sideTexts: make([]*textTable, nSides)}
	p.KeyStart, p.CellStart = []uint32{0}, []uint32{0}
	p.Sales, p.Returns = []int64{}, []int64{}
	if has.Orders {
		p.order = []uint32{}
	}
	if has.Units {
		p.Units = []int64{}
	}
	if has.Cost {
		p.Cost, p.Costed = []int64{}, []int64{}
	}
	if has.Discount {
		p.Discount = []int64{}
	}
	return p
}

// reserve makes room for n postings.
func (p *postings) reserve(n int) {
	p.Day, p.Lines = make([]Day, 0, n), make([]uint32, 0, n)
	for _, c := range []*[]int64{&p.Sales, &p.Returns, &p.Units, &p.Cost, &p.Costed, &p.Discount} {
		if *c != nil {
			*c = make([]int64, 0, n)
		}
	}
}

// len is the number of postings.
func (p *postings) len() int { return len(p.Day) }

// addKey starts the next customer.
func (p *postings) addKey(k []byte) {
	p.KeyBytes = append(p.KeyBytes, k...)
	p.KeyStart = append(p.KeyStart, uint32(len(p.KeyBytes)))
}

// endCustomer closes the customer of the last addKey; one without postings is taken back.
func (p *postings) endCustomer() {
	last := len(p.CellStart) - 1
	if int(p.CellStart[last]) == p.len() {
		p.KeyStart = p.KeyStart[:len(p.KeyStart)-1]
		p.KeyBytes = p.KeyBytes[:p.KeyStart[len(p.KeyStart)-1]]
		return
	}
	p.CellStart = append(p.CellStart, uint32(p.len()))
}

// customerOf is the customer of posting j.
func (p *postings) customerOf(j int) int {
	if p.owner == nil {
		p.owner = make([]uint32, p.len())
		for i := range p.Customers() {
			lo, hi := p.Cells(i)
			for j := lo; j < hi; j++ {
				p.owner[j] = uint32(i)
			}
		}
	}
	return int(p.owner[j])
}

// markFirst finds the first posting with a positive amount of each order and customer.
func (p *postings) markFirst() {
	p.first = make([]bool, p.len())
	if p.order == nil {
		return
	}
	seen := make([]uint32, p.orders.len()) // by order: customer + 1
	for i := range p.Customers() {
		lo, hi := p.Cells(i)
		for j := lo; j < hi; j++ {
			if o := p.order[j]; o != 0 && p.Sales[j] > 0 && seen[o] != uint32(i)+1 {
				seen[o], p.first[j] = uint32(i)+1, true
			}
		}
	}
}

// sortTexts is a table of the texts of t in the order of their bytes, with "" as number 0, and
// what each number of t becomes.
func sortTexts(t *textTable) (sorted *textTable, became []uint32) {
	var s byteSorter
	sorted, became = newTexts(), make([]uint32, t.len())
	for _, id := range s.sort(t.bytes, t.end) {
		if b := t.value(id); len(b) > 0 {
			became[id] = sorted.put(b)
		}
	}
	return sorted, became
}

// newTexts is a table of "" alone.
func newTexts() *textTable {
	t := &textTable{}
	t.put(nil)
	return t
}

// put appends a text that is known to be new and returns its number. A table that is only put to
// cannot be asked for the number of a text.
func (t *textTable) put(b []byte) uint32 {
	t.bytes = append(t.bytes, b...)
	t.end = append(t.end, uint64(len(t.bytes)))
	return uint32(len(t.end) - 1)
}
