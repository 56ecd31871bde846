package reports

import "mainstay/ingest"

// columns builds a table column by column: each method adds one column whose value of row i is f(i).
// Methods whose name ends in Or take an f that also says whether the value exists.
type columns struct{ t Table }

func newColumns(name string, rows int) *columns {
	return &columns{t: Table{Name: name, Rows: rows}}
}

func (b *columns) add(c Column) { b.t.Columns = append(b.t.Columns, c) }

// key adds text that is never null.
func (b *columns) key(name, doc string, f func(i int) string) {
	c := Column{Name: name, Type: String, Doc: doc, Str: make([]string, b.t.Rows)}
	for i := range c.Str {
		c.Str[i] = f(i)
	}
	b.add(c)
}

// text adds text whose empty string means unknown: null.
func (b *columns) text(name, doc string, f func(i int) string) {
	b.key(name, doc, f)
	c := &b.t.Columns[len(b.t.Columns)-1]
	c.Null = make([]bool, b.t.Rows)
	for i, s := range c.Str {
		c.Null[i] = s == ""
	}
}

func (b *columns) boolean(name, doc string, f func(i int) bool) {
	c := Column{Name: name, Type: Boolean, Doc: doc, Bool: make([]bool, b.t.Rows)}
	for i := range c.Bool {
		c.Bool[i] = f(i)
	}
	b.add(c)
}

// booleanOr marks a boolean that is unknown where ok is false.
func (b *columns) booleanOr(name, doc string, f func(i int) (bool, bool)) {
	c := Column{Name: name, Type: Boolean, Doc: doc, Bool: make([]bool, b.t.Rows), Null: make([]bool, b.t.Rows)}
	for i := range c.Bool {
		v, ok := f(i)
		c.Bool[i], c.Null[i] = v && ok, !ok
	}
	b.add(c)
}

func (b *columns) float(name, doc string, f func(i int) float64) {
	c := Column{Name: name, Type: Float, Doc: doc, Flt: make([]float64, b.t.Rows)}
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
	c.Int = make([]int64, b.t.Rows)
	for i := range c.Int {
		c.Int[i] = f(i)
	}
	b.add(c)
}

func (b *columns) intsOr(c Column, f func(i int) (int64, bool)) {
	c.Int, c.Null = make([]int64, b.t.Rows), make([]bool, b.t.Rows)
	for i := range c.Int {
		v, ok := f(i)
		if c.Null[i] = !ok; ok {
			c.Int[i] = v
		}
	}
	b.add(c)
}
