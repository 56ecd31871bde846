package ingest

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"mainstay/ingest/money"
)

// mergePostings adds up the postings of two sources of one shard; keep says which postings of the
// first stay. The result depends only on what the sources hold, so that adding night by night gives
// what one reading of everything gives.
func mergePostings(a, b *postings, keep func(a *postings, j int) bool) (*postings, error) {
	m := &merger{a: a, b: b, keep: keep, out: newPostings(Has{
		Orders: a.order != nil, Units: a.Units != nil, Cost: a.Cost != nil, Discount: a.Discount != nil,
	}, len(a.sides))}
	m.unite()
	m.sums = [2][]sumColumn{sumColumns(m.out, a), sumColumns(m.out, b)}
	i, j := 0, 0
	for i < a.Customers() || j < b.Customers() {
		c := 0
		switch {
		case i == a.Customers():
			c = 1
		case j == b.Customers():
			c = -1
		default:
			c = bytes.Compare(a.Key(i), b.Key(j))
		}
		var alo, ahi, blo, bhi int
		if c <= 0 {
			m.out.addKey(a.Key(i))
			alo, ahi = a.Cells(i)
			i++
		} else {
			m.out.addKey(b.Key(j))
		}
		if c >= 0 {
			blo, bhi = b.Cells(j)
			j++
		}
		if err := m.customer(alo, ahi, blo, bhi); err != nil {
			return nil, err
		}
		m.out.endCustomer()
	}
	m.out.markFirst()
	return m.out, nil
}

// merger merges two sorted lists of postings of each customer.
type merger struct {
	a, b *postings
	keep func(a *postings, j int) bool
	out  *postings

	orderOf [2][]uint32   // what the numbers of orders of a and of b become
	sideOf  [2][][]uint32 // likewise of side values
	sums    [2][]sumColumn
}

// unite makes the tables of texts of the result.
func (m *merger) unite() {
	if m.a.order != nil {
		m.out.orders, m.orderOf[0], m.orderOf[1] = uniteTexts(m.a.orders, m.b.orders)
	}
	for k := range m.out.sides {
		var a, b []uint32
		m.out.sideTexts[k], a, b = uniteTexts(m.a.sideTexts[k], m.b.sideTexts[k])
		m.sideOf[0], m.sideOf[1] = append(m.sideOf[0], a), append(m.sideOf[1], b)
	}
}

// uniteTexts merges two tables sorted by bytes and says what the numbers of each become.
func uniteTexts(a, b *textTable) (out *textTable, aBecame, bBecame []uint32) {
	out = &textTable{}
	aBecame, bBecame = make([]uint32, a.len()), make([]uint32, b.len())
	for i, j := 0, 0; i < a.len() || j < b.len(); {
		c := 0
		switch {
		case i == a.len():
			c = 1
		case j == b.len():
			c = -1
		default:
			c = bytes.Compare(a.value(uint32(i)), b.value(uint32(j)))
		}
		var id uint32
		if c <= 0 {
			id = out.put(a.value(uint32(i)))
		} else {
			id = out.put(b.value(uint32(j)))
		}
		if c <= 0 {
			aBecame[i] = id
			i++
		}
		if c >= 0 {
			bBecame[j] = id
			j++
		}
	}
	return out, aBecame, bBecame
}

// customer merges the postings of one customer: alo to ahi of a, blo to bhi of b.
func (m *merger) customer(alo, ahi, blo, bhi int) error {
	for alo < ahi || blo < bhi {
		switch {
		case alo < ahi && !m.keep(m.a, alo):
			alo++
			continue
		case alo == ahi:
			m.take(1, m.b, blo)
			blo++
			continue
		case blo == bhi:
			m.take(0, m.a, alo)
			alo++
			continue
		}
		c := m.compare(alo, blo)
		if c <= 0 {
			m.take(0, m.a, alo)
			alo++
		} else {
			m.take(1, m.b, blo)
		}
		if c == 0 {
			if err := m.add(blo); err != nil {
				return err
			}
		}
		if c >= 0 {
			blo++
		}
	}
	return nil
}

// compare orders posting i of a and j of b, of one customer.
func (m *merger) compare(i, j int) int {
	if c := cmp.Compare(m.a.Day[i], m.b.Day[j]); c != 0 {
		return c
	}
	if m.out.order != nil {
		if c := cmp.Compare(m.orderOf[0][m.a.order[i]], m.orderOf[1][m.b.order[j]]); c != 0 {
			return c
		}
	}
	for k := range m.out.sides {
		if c := cmp.Compare(m.sideOf[0][k][m.a.sides[k][i]], m.sideOf[1][k][m.b.sides[k][j]]); c != 0 {
			return c
		}
	}
	return 0
}

// take appends posting j of p, the source of that number.
func (m *merger) take(source int, p *postings, j int) {
	o := m.out
	o.Day, o.Lines = append(o.Day, p.Day[j]), append(o.Lines, p.Lines[j])
	for _, c := range m.sums[source] {
		*c.to = append(*c.to, c.from[j])
	}
	if o.order != nil {
		o.order = append(o.order, m.orderOf[source][p.order[j]])
	}
	for k := range o.sides {
		o.sides[k] = append(o.sides[k], m.sideOf[source][k][p.sides[k][j]])
	}
	if p.rounding != nil && o.rounding == nil {
		o.rounding = make([]money.Rounding, o.len()-1)
	}
	if o.rounding != nil {
		var r money.Rounding
		if p.rounding != nil {
			r = p.rounding[j]
		}
		o.rounding = append(o.rounding, r)
	}
}

// add adds posting j of b to the last of the result.
func (m *merger) add(j int) error {
	p, o, last := m.b, m.out, m.out.len()-1
	lines := uint64(o.Lines[last]) + uint64(p.Lines[j])
	if o.Lines[last] = uint32(lines); lines>>32 != 0 {
		return m.overflow("rows", last)
	}
	for _, c := range m.sums[1] {
		s, ok := addInt64((*c.to)[last], c.from[j])
		if (*c.to)[last] = s; !ok {
			return m.overflow(c.name, last)
		}
	}
	if p.rounding != nil {
		if o.rounding == nil {
			o.rounding = make([]money.Rounding, o.len())
		}
		o.rounding[last].Merge(p.rounding[j])
	}
	return nil
}

// overflow is the *QualityError of a sum that did not fit. The customer is the one being merged.
func (m *merger) overflow(what string, j int) error {
	return tooLarge(what, m.out.Key(m.out.Customers()-1), m.out.Day[j])
}

// tooLarge is the *QualityError of a sum that 64 bits do not hold.
func tooLarge(what string, k []byte, day Day) error {
	return &QualityError{fmt.Sprintf("%s of customer %q on %s exceed 64 bits: look for wrong values on that day, or keep fewer decimal places with --money-places", what, shorten(k), day)}
}

// sumColumn is one column of sums of the result and of a source.
type sumColumn struct {
	name string
	to   *[]int64
	from []int64
}

// sumColumns lists the columns that the result has.
func sumColumns(o, p *postings) []sumColumn {
	all := []sumColumn{
		{"sales", &o.Sales, p.Sales}, {"returns", &o.Returns, p.Returns}, {"units", &o.Units, p.Units},
		{"cost", &o.Cost, p.Cost}, {"amounts of known cost", &o.Costed, p.Costed}, {"discounts", &o.Discount, p.Discount},
	}
	return slices.DeleteFunc(all, func(c sumColumn) bool { return *c.to == nil })
}
