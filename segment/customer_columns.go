package segment

import (
	"mainstay/ingest"
	"mainstay/regress/formula"
)

// CustomerColumns are attributes of customers of the Ledger, who are named by their shards and rows in them: numbers where the attribute is in numbers (NaN unknown), else text ("" unknown),
// as of the book's day. Errors are *ingest.ConfigError: a name that is no attribute.
func (b *Book) CustomerColumns(names []string, shard, row []int32) ([]formula.Column, error) {
	var out []formula.Column
	members := b.membersAt(shard, row)
	for _, name := range names {
		a := b.attribute(name)
		if a == nil {
			return nil, unknownName("attribute", name, b.attributeNames())
		}
		c := formula.Column{Name: name}
		if a.Numeric {
			c.Number = make([]float64, len(members))
		} else {
			c.Text = make([]string, len(members))
		}
		for i, m := range members {
			if a.Numeric {
				c.Number[i] = a.number(int(m))
			} else {
				c.Text[i] = a.at(int(m))
			}
		}
		out = append(out, c)
	}
	return out, b.Ledger.Err()
}

// membersAt are the members at places of the Ledger, all of which are customers.
func (b *Book) membersAt(shard, row []int32) []int32 {
	at := make([][]int32, ingest.Shards)
	for k := range at {
		lo, hi := b.Profiles.OfShard(k)
		for m := lo; m < hi; m++ {
			r := b.Profiles.Row(k, m)
			for len(at[k]) <= r {
				at[k] = append(at[k], -1)
			}
			at[k][r] = int32(m)
		}
	}
	out := make([]int32, len(shard))
	for i := range out {
		out[i] = at[shard[i]][row[i]]
	}
	return out
}
