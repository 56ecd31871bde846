package ingest

import (
	"bytes"
	"context"
	"errors"
	"math"

	"mainstay/ingest/column"
	"mainstay/ingest/key"
	"mainstay/ingest/money"
)

// purpose decides which columns of postings are read.
type purpose int

const (
	forTotals purpose = iota // rows, sales and returns by day
	forCells                 // and what a day cell has: not orders, roundings and currency
	forMerge                 // all
)

// readShard reads the postings of a shard, empty where it has none.
func (s *stored) readShard(ctx context.Context, t *tableReader, shard int, use purpose) (*postings, error) {
	if g := s.group(shard); g >= 0 {
		return s.readPostings(ctx, t, g, use)
	}
	has, sides := s.columns(use)
	p := newPostings(has, sides)
	p.orders = newTexts()
	for k := range p.sideTexts {
		p.sideTexts[k] = newTexts()
	}
	return p, nil
}

// columns says which optional columns there are for a purpose.
func (s *stored) columns(use purpose) (Has, int) {
	m := &s.manifest
	switch use {
	case forTotals:
		return Has{}, 0
	case forMerge:
		return m.Has, len(storedColumnNames(m))
	}
	return m.Has, len(m.Sides)
}

// storedColumnNames is the columns of the sides that postings keep.
func storedColumnNames(m *StoredManifest) []string {
	var names []string
	for k := range m.Sides {
		names = append(names, sideColumn(k))
	}
	if m.hasCurrency() {
		names = append(names, "currency")
	}
	return names
}

// readPostings reads a row group of postings.
func (s *stored) readPostings(ctx context.Context, t *tableReader, g int, use purpose) (*postings, error) {
	m := &s.manifest
	has, sides := s.columns(use)
	all := use == forMerge
	r := &postingReader{t: t, g: g, shard: m.Shards[g], p: newPostings(has, sides)}
	rows := int(t.file.RowGroups[g])
	r.p.reserve(rows)
	r.plan("customer", column.Text, r.customers)
	r.plan("day", column.Date, r.days)
	r.plan("lines", column.Int, r.lines)
	r.numbers("sales", &r.p.Sales)
	r.numbers("returns", &r.p.Returns)
	if has.Units {
		r.numbers("units", &r.p.Units)
	}
	if has.Cost {
		r.numbers("cost", &r.p.Cost)
		r.numbers("costed", &r.p.Costed)
	}
	if has.Discount {
		r.numbers("discount", &r.p.Discount)
	}
	labels := make([]labelReader, sides+1)
	for k := range labels {
		labels[k].codes = make([]uint32, 0, rows)
	}
	for k, name := range storedColumnNames(m)[:sides] {
		r.plan(name, column.Text, labels[k].visit)
	}
	switch {
	case all && has.Orders:
		r.plan("order", column.Text, labels[sides].visit)
	case has.Orders:
		r.p.first = make([]bool, 0, rows)
		r.plan("first", column.Bool, r.firsts)
	}
	if all {
		r.plan("rounded", column.Int, r.rounded)
		r.plan("rounding", column.Text, r.roundings)
	}
	err := t.group(ctx, g, r.names, r.kinds, func(v []*column.Vector, n int) error {
		for i := range v {
			if i != 0 && r.kinds[i] != column.Text && (v[i].Null != nil || v[i].Bad != nil) {
				return t.damaged(g, "column %s has values that are missing or too large", r.names[i])
			}
			if err := r.visit[i](v[i], n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if r.p.len() > 0 {
		r.p.CellStart = append(r.p.CellStart, uint32(r.p.len()))
	}
	for k := range sides {
		r.p.sideTexts[k], r.p.sides[k] = labels[k].finish()
	}
	if r.p.order = nil; all && has.Orders {
		r.p.orders, r.p.order = labels[sides].finish()
	}
	return r.p, r.check()
}

// postingReader appends batches to the postings of a shard.
type postingReader struct {
	t     *tableReader
	g     int
	shard int
	p     *postings

	names []string
	kinds []column.Kind
	visit []func(v *column.Vector, n int) error

	dict *column.Dict // of the customer before
	code uint32
	row  int // postings whose customer has been read
}

func (r *postingReader) plan(name string, kind column.Kind, visit func(v *column.Vector, n int) error) {
	r.names, r.kinds, r.visit = append(r.names, name), append(r.kinds, kind), append(r.visit, visit)
}

func (r *postingReader) numbers(name string, to *[]int64) {
	r.plan(name, column.Int, func(v *column.Vector, n int) error {
		*to = append(*to, v.Int[:n]...)
		return nil
	})
}

// customers finds where customers begin, and holds them to order and shard.
func (r *postingReader) customers(v *column.Vector, n int) error {
	for i := range n {
		if v.IsNull(i) {
			return r.t.damaged(r.g, "a posting without customer")
		}
		if v.Dict == r.dict && v.Dict.Shared && v.Code[i] == r.code {
			r.row++
			continue
		}
		r.dict, r.code = v.Dict, v.Code[i]
		k, last := v.Dict.Value(v.Code[i]), r.p.Customers()-1
		switch {
		case last >= 0 && bytes.Equal(k, r.p.Key(last)):
			r.row++
			continue
		case last >= 0 && bytes.Compare(k, r.p.Key(last)) < 0:
			return r.t.damaged(r.g, "customers are not sorted")
		case key.Check(k) != key.OK || int(shardOf(k)) != r.shard:
			return r.t.damaged(r.g, "customer %q is not in its shard", shorten(k))
		case uint64(len(r.p.KeyBytes)+len(k)) > math.MaxUint32:
			return r.t.damaged(r.g, "the customer keys take more than 4 GiB")
		}
		if r.row > 0 {
			r.p.CellStart = append(r.p.CellStart, uint32(r.row))
		}
		r.p.addKey(k)
		r.row++
	}
	return nil
}

// shardOf is the shard of a key.
func shardOf(k []byte) uint8 {
	if x, ok := key.ParseInt(k); ok {
		return shardOfInt(x)
	}
	return shardOfText(k)
}

func (r *postingReader) days(v *column.Vector, n int) error {
	for _, x := range v.Int[:n] {
		d, ok := validDay(x)
		if !ok {
			return r.t.damaged(r.g, "day %d is not within 1900–2200", x)
		}
		r.p.Day = append(r.p.Day, d)
	}
	return nil
}

func (r *postingReader) lines(v *column.Vector, n int) error {
	for _, x := range v.Int[:n] {
		if x <= 0 || x > math.MaxUint32 {
			return r.t.damaged(r.g, "a posting of %d rows", x)
		}
		r.p.Lines = append(r.p.Lines, uint32(x))
	}
	return nil
}

func (r *postingReader) firsts(v *column.Vector, n int) error {
	for _, x := range v.Int[:n] {
		r.p.first = append(r.p.first, x != 0)
	}
	return nil
}

func (r *postingReader) rounded(v *column.Vector, n int) error {
	for _, x := range v.Int[:n] {
		if x < 0 {
			return r.t.damaged(r.g, "%d rounded amounts", x)
		}
		r.p.rounding = append(r.p.rounding, money.Rounding{Rows: x})
	}
	return nil
}

// roundings follow rounded, of the same rows.
func (r *postingReader) roundings(v *column.Vector, n int) error {
	at := len(r.p.rounding) - n
	for i := range n {
		if v.IsNull(i) {
			continue
		}
		sum, err := money.ParseTotal(v.Dict.Value(v.Code[i]), roundingScale)
		if err != nil {
			return r.t.damaged(r.g, "column rounding: %v", err)
		}
		r.p.rounding[at+i].Sum = sum
	}
	return nil
}

// check holds the postings of each customer to the order of days, and their sums to their signs.
func (r *postingReader) check() error {
	p := r.p
	for i := range p.Customers() {
		lo, hi := p.Cells(i)
		for j := lo; j < hi; j++ {
			if j > lo && p.Day[j] < p.Day[j-1] {
				return r.t.damaged(r.g, "the days of customer %q are not sorted", shorten(p.Key(i)))
			}
			if p.Sales[j] < 0 || p.Returns[j] > 0 {
				return r.t.damaged(r.g, "customer %q has sales of %d and returns of %d", shorten(p.Key(i)), p.Sales[j], p.Returns[j])
			}
		}
	}
	return nil
}

// labelReader numbers the values of a text column; null is number 0.
type labelReader struct {
	remembered[uint32] // number + 1
	texts              textTable
	codes              []uint32
}

func (r *labelReader) visit(v *column.Vector, n int) error {
	if r.texts.len() == 0 {
		r.texts.id(nil)
	}
	if v.Dict != r.dict || !v.Dict.Shared {
		r.dict, r.at = v.Dict, cleared(r.at, v.Dict.Len())
	}
	for i := range n {
		if v.IsNull(i) {
			r.codes = append(r.codes, 0)
			continue
		}
		known := &r.at[v.Code[i]]
		if *known == 0 {
			*known = r.texts.id(v.Dict.Value(v.Code[i])) + 1
		}
		r.codes = append(r.codes, *known-1)
	}
	return nil
}

// finish sorts the values.
func (r *labelReader) finish() (*textTable, []uint32) {
	if r.texts.len() == 0 {
		r.texts.id(nil)
	}
	sorted, became := sortTexts(&r.texts)
	for i, c := range r.codes {
		r.codes[i] = became[c]
	}
	return sorted, r.codes
}

// maxEntries is more keys than exclude lists have.
const maxEntries = 1 << 27

// readAside reads the rows set aside.
func (s *stored) readAside(ctx context.Context, t *tableReader) (asideCounts, error) {
	m, counts := &s.manifest, asideCounts{}
	codes := map[string]reason{}
	for why := accepted + 1; why < nReasons; why++ {
		codes[reasons[why].code] = why
	}
	names := []string{"day", "reason", "rows", "amount", "rounded", "rounding", "entry"}
	kinds := []column.Kind{column.Date, column.Text, column.Int, column.Text, column.Int, column.Text, column.Int}
	order, currency := -1, -1
	if m.Has.Orders {
		order = len(names)
		names, kinds = append(names, "order"), append(kinds, column.Text)
	}
	if m.hasCurrency() {
		currency = len(names)
		names, kinds = append(names, "currency"), append(kinds, column.Text)
	}
	text := func(v []*column.Vector, c, i int) string {
		if c < 0 || v[c].IsNull(i) {
			return ""
		}
		return string(v[c].Dict.Value(v[c].Code[i]))
	}
	for g := range t.file.RowGroups {
		err := t.group(ctx, g, names, kinds, func(v []*column.Vector, n int) error {
			for i := range n {
				k, x := asideKey{day: noDay, order: text(v, order, i), currency: text(v, currency, i), entry: noEntry}, asideCount{rows: v[2].Int[i]}
				var known bool
				var problem, problem2 error
				if k.reason, known = codes[text(v, 1, i)]; !known || k.reason == afterAsOf {
					return t.damaged(g, "unknown reason %q", shorten([]byte(text(v, 1, i))))
				}
				if !v[0].IsNull(i) {
					if k.day, known = validDay(v[0].Int[i]); !known {
						return t.damaged(g, "day %d is not within 1900–2200", v[0].Int[i])
					}
				}
				x.money, problem = money.ParseTotal([]byte(text(v, 3, i)), m.Scale)
				if x.rounding.Rows = v[4].Int[i]; !v[5].IsNull(i) {
					x.rounding.Sum, problem2 = money.ParseTotal([]byte(text(v, 5, i)), roundingScale)
				}
				if !v[6].IsNull(i) {
					k.entry = int(v[6].Int[i])
				}
				if err := errors.Join(problem, problem2); err != nil || x.rows <= 0 || (k.day == noDay) != (k.reason == badTime) || k.entry < noEntry || k.entry >= maxEntries {
					return t.damaged(g, "a row set aside that cannot be: %d rows, %v", x.rows, err)
				}
				counts.add(k, x)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}
