package reports

import "mainstay/ingest"

// columns builds a table column by column: each method adds one column whose value of row i is f(i).
// Methods whose name ends in Or take an f that also says whether the value exists.
type columns struct {
	t   Table
	old []Column // whose memory is used again
}

func newColumns(name string, rows int) *columns {
	return &columns{t: Table{Name: name, Rows: rows}}
}

// newColumnsIn is newColumns in the memory of a table of the same shape, whose rows are lost.
func newColumnsIn(t *Table, name string, rows int) *columns {
	b := newColumns(name, rows)
	b.old = t.Columns
	return b
}

// room is memory for the values of the next column.
func room[T any](b *columns, of func(c *Column) []T) []T {
	if k := len(b.t.Columns); k < len(b.old) {
		if x := of(&b.old[k]); cap(x) >= b.t.Rows {
			return x[:b.t.Rows]
		}
	}
	return make([]T, b.t.Rows)
}

func strOf(c *Column) []string  { return c.Str }
func intOf(c *Column) []int64   { return c.Int }
func fltOf(c *Column) []float64 { return c.Flt }
func boolOf(c *Column) []bool   { return c.Bool }
func nullOf(c *Column) []bool   { return c.Null }

// keys says of the column added last that hardly two of its rows share a text.
func (b *columns) keys() { b.t.Columns[len(b.t.Columns)-1].Keys = true }

func (b *columns) add(c Column) { b.t.Columns = append(b.t.Columns, c) }

// key adds text that is never null.
func (b *columns) key(name, doc string, f func(i int) string) {
	c := Column{Name: name, Type: String, Doc: doc, Str: room(b, strOf)}
	for i := range c.Str {
		c.Str[i] = f(i)
	}
	b.add(c)
}

// text adds text whose empty string means unknown: null.
func (b *columns) text(name, doc string, f func(i int) string) {
	c := Column{Name: name, Type: String, Doc: doc, Str: room(b, strOf), Null: room(b, nullOf)}
	for i := range c.Str {
		c.Str[i] = f(i)
		c.Null[i] = c.Str[i] == ""
	}
	b.add(c)
}

func (b *columns) boolean(name, doc string, f func(i int) bool) {
	c := Column{Name: name, Type: Boolean, Doc: doc, Bool: room(b, boolOf)}
	for i := range c.Bool {
		c.Bool[i] = f(i)
	}
	b.add(c)
}

// booleanOr marks a boolean that is unknown where ok is false.
func (b *columns) booleanOr(name, doc string, f func(i int) (bool, bool)) {
	c := Column{Name: name, Type: Boolean, Doc: doc, Bool: room(b, boolOf), Null: room(b, nullOf)}
	for i := range c.Bool {
		v, ok := f(i)
		c.Bool[i], c.Null[i] = v && ok, !ok
	}
	b.add(c)
}

func (b *columns) float(name, doc string, f func(i int) float64) {
	c := Column{Name: name, Type: Float, Doc: doc, Flt: room(b, fltOf)}
	for i := range c.Flt {
		c.Flt[i] = f(i)
	}
	b.add(c)
}

func (b *columns) integer(name, doc string, f func(i int) int64) {
	b.ints(Column{Name: name, Type: Integer, Doc: doc}, f)
}

func (b *columns) integerOr(name, doc string, f func(i int) (int64, bool)) {
	b.intsOr(Column{Name: name, Type: Integer, Doc: doc}, f)
}

// decimal adds exact coefficients at a scale.
func (b *columns) decimal(name, doc string, scale int, f func(i int) int64) {
	b.ints(Column{Name: name, Type: Decimal, Scale: scale, Doc: doc}, f)
}

func (b *columns) decimalOr(name, doc string, scale int, f func(i int) (int64, bool)) {
	b.intsOr(Column{Name: name, Type: Decimal, Scale: scale, Doc: doc}, f)
}

// estimate adds what a model says in money units, rounded half to even to the scale; undefined is null.
func (b *columns) estimate(name, doc string, scale int, f func(i int) float64) {
	b.decimalOr(name, doc, scale, func(i int) (int64, bool) { return coefficient(f(i), scale) })
}

func (b *columns) date(name, doc string, f func(i int) ingest.Day) {
	b.ints(Column{Name: name, Type: Date, Doc: doc}, func(i int) int64 { return int64(f(i)) })
}

func (b *columns) dateOr(name, doc string, f func(i int) (ingest.Day, bool)) {
	b.intsOr(Column{Name: name, Type: Date, Doc: doc}, func(i int) (int64, bool) {
		d, ok := f(i)
		return int64(d), ok
	})
}

func (b *columns) ints(c Column, f func(i int) int64) {
	c.Int = room(b, intOf)
	for i := range c.Int {
		c.Int[i] = f(i)
	}
	b.add(c)
}

func (b *columns) intsOr(c Column, f func(i int) (int64, bool)) {
	c.Int, c.Null = room(b, intOf), room(b, nullOf)
	for i := range c.Int {
		v, ok := f(i)
		if !ok {
			v = 0
		}
		c.Int[i], c.Null[i] = v, !ok
	}
	b.add(c)
}
