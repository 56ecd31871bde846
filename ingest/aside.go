package ingest

import (
	"cmp"
	"maps"
	"slices"

	"mainstay/ingest/key"
	"mainstay/ingest/money"
)

// asideKey is what rows set aside are counted by in a stored Ledger.
type asideKey struct {
	day      Day // noDay where the time is bad
	reason   reason
	order    string // "" = none
	currency string
	entry    int // of the exclude lists; noEntry where none excludes the row
}

// asideCount is rows set aside, and the sum of their amounts.
type asideCount struct {
	rows     int64
	money    money.Total
	rounding money.Rounding
}

// asideCounts are sums, so that adding in any order gives the same.
type asideCounts map[asideKey]asideCount

func (c asideCounts) add(k asideKey, n asideCount) {
	sum := c[k]
	sum.rows += n.rows
	sum.money.Merge(n.money)
	sum.rounding.Merge(n.rounding)
	c[k] = sum
}

func (c asideCounts) merge(o asideCounts) {
	for k, n := range o {
		c.add(k, n)
	}
}

// visit counts row i of a batch; entry is that of the exclude lists where one excludes it.
func (c asideCounts) visit(b *batch, i int, why reason, entry int) {
	k := asideKey{day: b.day[i], reason: why, entry: entry}
	if why == badTime {
		k.day = noDay
	}
	if b.order.v != nil {
		if id, st := key.Append(nil, b.order.v, b.order.t, i); st == key.OK {
			k.order = string(id)
		}
	}
	if b.currency.v != nil {
		if text := key.AppendValue(nil, b.currency.v, b.currency.t, i); !key.Blank(text) {
			k.currency = string(validText(text))
		}
	}
	n := asideCount{rows: 1}
	n.money.Add(b.amount.val[i])
	if b.rounding != nil {
		n.rounding = b.rounding[i]
	}
	c.add(k, n)
}

// sorted lists the keys in the order in which they are stored.
func (c asideCounts) sorted() []asideKey {
	return slices.SortedFunc(maps.Keys(c), func(a, b asideKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(reasons[a.reason].code, reasons[b.reason].code),
			cmp.Compare(a.order, b.order), cmp.Compare(a.currency, b.currency), cmp.Compare(a.entry, b.entry))
	})
}
