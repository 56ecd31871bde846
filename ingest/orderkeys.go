package ingest

import (
	"mainstay/ingest/column"
	"mainstay/ingest/key"
)

// resolvedOrder is an order id as key.Shorten has it; of a Long one the number in the orders of a shard.
type resolvedOrder struct {
	high, low int64
	flags     int64
	shard     uint8
	known     bool
}

type orderResolver struct {
	remembered[resolvedOrder]
	scratch []byte
}

// resolve returns the order id of row i, whose customer lives in shard: its flags are 0 when the row has no order.
// What cannot be a key is no order.
func (o *orderResolver) resolve(f *field, i int, table *textTable, shard uint8) resolvedOrder {
	if x, ok := wholeNumber(f, i); ok {
		return resolvedOrder{low: x, flags: flagOrder | int64(key.Int)<<orderFormShift}
	}
	if f.t.Kind != column.Text {
		b, st := key.Append(o.scratch[:0], f.v, f.t, i)
		o.scratch = b
		if st != key.OK {
			return resolvedOrder{}
		}
		return resolveOrder(b, table)
	}
	if f.v.IsNull(i) {
		return resolvedOrder{}
	}
	r := &o.at[f.v.Code[i]]
	if !r.known || r.shard != shard && key.Form(r.flags>>orderFormShift) == key.Long {
		*r = resolveOrder(f.v.Dict.Value(f.v.Code[i]), table)
		r.shard = shard
	}
	return *r
}

func resolveOrder(b []byte, table *textTable) resolvedOrder {
	if key.Check(b) != key.OK {
		return resolvedOrder{known: true}
	}
	f, high, low := key.Shorten(b)
	if f == key.Long {
		low = int64(table.id(b))
	}
	return resolvedOrder{high: high, low: low, flags: flagOrder | int64(f)<<orderFormShift, known: true}
}
