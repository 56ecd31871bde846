package ingest

import (
	"context"
	"slices"
)

// cells adds postings up to a day into the day cells of a Ledger, with the first n side tables.
// Side codes are still those of p.sideTexts: useCodes brings those of all shards together.
func (p *postings) cells(upTo Day, has Has, n int) (Shard, error) {
	b := &cellBuilder{p: p, has: has, sides: make([]Side, n)}
	b.allocate(upTo)
	for i := range p.Customers() {
		lo, hi := p.Cells(i)
		for hi > lo && p.Day[hi-1] > upTo {
			hi--
		}
		if lo == hi {
			continue
		}
		b.out.KeyBytes = append(b.out.KeyBytes, p.Key(i)...)
		b.out.KeyStart = append(b.out.KeyStart, uint32(len(b.out.KeyBytes)))
		for lo < hi {
			end := lo + 1
			for end < hi && p.Day[end] == p.Day[lo] {
				end++
			}
			if err := b.cell(i, lo, end); err != nil {
				return Shard{}, err
			}
			lo = end
		}
		b.out.CellStart = append(b.out.CellStart, uint32(len(b.out.Day)))
	}
	b.out.Sides = b.sides
	return b.out, nil
}

// cellBuilder makes the cells of a shard.
type cellBuilder struct {
	p       *postings
	has     Has
	out     Shard
	sides   []Side
	scratch []uint64 // code << 32 | posting
}

// allocate makes room for the cells up to a day.
func (b *cellBuilder) allocate(upTo Day) {
	p, s, cells := b.p, &b.out, 0
	for i := range p.Customers() {
		lo, hi := p.Cells(i)
		for j := lo; j < hi && p.Day[j] <= upTo; j++ {
			if j == lo || p.Day[j] != p.Day[j-1] {
				cells++
			}
		}
	}
	s.KeyStart, s.CellStart = append(make([]uint32, 0, p.Customers()+1), 0), append(make([]uint32, 0, p.Customers()+1), 0)
	s.KeyBytes = make([]byte, 0, len(p.KeyBytes))
	s.Day, s.Lines = make([]Day, 0, cells), make([]uint32, 0, cells)
	numbers := []*[]int64{&s.Sales, &s.Returns}
	if b.has.Orders {
		s.Orders = make([]uint32, 0, cells)
	}
	if b.has.Units {
		numbers = append(numbers, &s.Units)
	}
	if b.has.Cost {
		numbers = append(numbers, &s.Cost, &s.Costed)
	}
	if b.has.Discount {
		numbers = append(numbers, &s.Discount)
	}
	for _, c := range numbers {
		*c = make([]int64, 0, cells)
	}
	for k := range b.sides {
		b.sides[k] = Side{Start: append(make([]uint32, 0, cells+1), 0), Code: make([]uint32, 0, cells), Lines: make([]uint32, 0, cells), Net: make([]int64, 0, cells)}
	}
}

// cell adds up postings lo to hi, of one customer and day.
func (b *cellBuilder) cell(customer, lo, hi int) error {
	p, s := b.p, &b.out
	s.Day = append(s.Day, p.Day[lo])
	var lines uint64
	for _, n := range p.Lines[lo:hi] {
		lines += uint64(n)
	}
	s.Lines = append(s.Lines, uint32(lines))
	tooMany := ""
	if lines>>32 != 0 {
		tooMany = "rows"
	}
	add := func(what string, to *[]int64, from []int64) {
		var sum int64
		for _, x := range from[lo:hi] {
			var ok bool
			if sum, ok = addInt64(sum, x); !ok {
				tooMany = what
			}
		}
		*to = append(*to, sum)
	}
	add("sales", &s.Sales, p.Sales)
	add("returns", &s.Returns, p.Returns)
	if b.has.Orders {
		var orders uint32
		for _, first := range p.first[lo:hi] {
			if first {
				orders++
			}
		}
		s.Orders = append(s.Orders, orders)
	}
	if b.has.Units {
		add("units", &s.Units, p.Units)
	}
	if b.has.Cost {
		add("cost", &s.Cost, p.Cost)
		add("amounts of known cost", &s.Costed, p.Costed)
	}
	if b.has.Discount {
		add("discounts", &s.Discount, p.Discount)
	}
	if tooMany != "" {
		return tooLarge(tooMany, p.Key(customer), p.Day[lo])
	}
	for k := range b.sides {
		b.addSide(k, lo, hi)
	}
	return nil
}

// addSide adds the entries of side table k for the cell of postings lo to hi.
func (b *cellBuilder) addSide(k, lo, hi int) {
	p, side, codes := b.p, &b.sides[k], b.p.sides[k]
	if lo+1 == hi {
		side.Code, side.Lines = append(side.Code, codes[lo]), append(side.Lines, p.Lines[lo])
		side.Net, side.Start = append(side.Net, p.Net(lo)), append(side.Start, uint32(len(side.Code)))
		return
	}
	b.scratch = b.scratch[:0]
	for j := lo; j < hi; j++ {
		b.scratch = append(b.scratch, uint64(codes[j])<<32|uint64(j))
	}
	slices.Sort(b.scratch)
	for i, x := range b.scratch {
		code, j := uint32(x>>32), int(uint32(x))
		if i == 0 || code != uint32(b.scratch[i-1]>>32) {
			side.Code, side.Lines, side.Net = append(side.Code, code), append(side.Lines, 0), append(side.Net, 0)
		}
		last := len(side.Code) - 1
		side.Lines[last] += p.Lines[j]
		side.Net[last] += p.Net(j)
	}
	side.Start = append(side.Start, uint32(len(side.Code)))
}

// usedText is the texts of a shard's side table, and which of them its cells use.
type usedText struct {
	texts *textTable
	codes []bool
}

// usedTexts lists what the cells of postings use.
func usedTexts(p *postings, cells *Shard) []usedText {
	used := make([]usedText, len(cells.Sides))
	for k := range used {
		used[k] = usedText{p.sideTexts[k], make([]bool, p.sideTexts[k].len())}
		for _, code := range cells.Sides[k].Code {
			used[k].codes[code] = true
		}
	}
	return used
}

// useCodes replaces the codes of the shards' side tables, which refer to texts of their own, by
// those of the Ledger: of the values that are used, sorted by bytes, after "". Every table of texts
// is sorted, so the entries of a cell stay ascending.
func useCodes(ctx context.Context, l *Ledger, used *[Shards][]usedText, threads int) error {
	var final [Shards][][]uint32 // by shard and side table, of each of the shard's codes
	for k := range l.Sides {
		var all textTable
		all.id(nil)
		for i := range used {
			if len(used[i]) == 0 {
				continue
			}
			became := make([]uint32, len(used[i][k].codes))
			for code, is := range used[i][k].codes {
				if is && code != 0 {
					became[code] = all.id(used[i][k].texts.value(uint32(code)))
				}
			}
			final[i] = append(final[i], became)
		}
		sorted, last := sortTexts(&all)
		values := make([]string, sorted.len())
		for v := range values {
			values[v] = string(sorted.value(uint32(v)))
		}
		l.Sides[k].Values = values
		for i := range final {
			if len(used[i]) == 0 {
				continue
			}
			for code, id := range final[i][k] {
				final[i][k][code] = last[id]
			}
		}
	}
	return inParallel(ctx, threads, Shards, func(_ context.Context, _, shard int) error { return l.recode(shard, final[shard]) })
}
