package ingest

import (
	"mainstay/ingest/column"
	"mainstay/ingest/money"
)

// batch is a run of rows of one row group, decoded column by column.
type batch struct {
	path  string  // of the file, for errors
	file  string  // the same below the inputs' common folder, for rejects
	first int64   // row number, within the file, of the first row read with the batch,
	at    []int32 // and what each row is after it; nil = all follow each other
	n     int

	time     field
	day      []Day
	dayBad   []bool
	customer field

	amount, units, cost, discount measure

	order, status, currency, rate field
	unrated                       []reason  // why money was not converted; nil unless the plan has rates
	book                          *rateBook // the rates, unless they are of the rows
	sides                         []field
	rounding                      []money.Rounding // of each amount, where it is asked for and there is any; else nil
}

// field is one column of a batch; v is nil when the role is not mapped.
type field struct {
	name string
	v    *column.Vector
	t    column.Type
}

// measure is an evaluated expression; val is nil when it is not mapped. Where
// status is not OK, val is 0.
type measure struct {
	expr   *money.Expr
	val    []int64
	status []money.Status
	from   []field // the columns it is computed from,
	vecs   []*column.Vector
	types  []column.Type // and the same as Eval takes them
}

// row is the number of row i within the file.
func (b *batch) row(i int) int64 {
	if b.at == nil {
		return b.first + int64(i)
	}
	return b.first + int64(b.at[i])
}
