package ingest

import (
	"bytes"
	"context"
	"path"
	"sort"

	"mainstay/ingest/store"
)

// customer is ReadCustomer of a stored Ledger: a row is a posting, which may stand for several.
func (s *stored) customer(ctx context.Context, st store.Store, p *Plan, customer []byte, most int) (*CustomerRows, error) {
	t, err := s.reader(ctx, st, &s.postings)
	if err != nil {
		return nil, err
	}
	defer t.close()
	shard := int(shardOf(customer))
	all, err := s.readShard(ctx, t, shard, forMerge)
	if err != nil {
		return nil, err
	}
	n := sort.Search(all.Customers(), func(i int) bool { return bytes.Compare(all.Key(i), customer) >= 0 })
	out, c := &CustomerRows{}, newCounts()
	if n == all.Customers() || !bytes.Equal(all.Key(n), customer) {
		return out, nil
	}
	var first int64 // of the shard, within the file
	for _, rows := range t.file.RowGroups[:s.group(shard)] {
		first += rows
	}
	var used, aside []placedRow
	lo, hi := all.Cells(n)
	for j := lo; j < hi; j++ {
		why := c.visitOne(all, j, p.AsOf)
		row := placedRow{CustomerRow: CustomerRow{
			Reject: Reject{File: path.Base(s.postings.Object.Name), Row: first + int64(j), Reason: reasons[why].code, Kind: reasons[why].kind, Amount: all.Net(j), HasAmount: true},
			Day:    all.Day[j], HasDay: true,
		}}
		if all.order != nil {
			row.Order = string(all.orders.value(all.order[j]))
		}
		if all.Units != nil {
			row.Units = all.Units[j]
		}
		if why == accepted {
			used = append(used, row)
			continue
		}
		row.Column, row.Value = "day", all.Day[j].String()
		aside = append(aside, row)
	}
	tally := c.tally()
	out.Read, out.MoneyRead, out.Reasons = tally.RowsRead, tally.MoneyRead, tally.Reasons
	out.Used, out.MoneyUsed = c.byReason[accepted].rows, c.byReason[accepted].money
	out.Latest, out.SetAside = latest(used, most), latest(aside, most)
	return out, nil
}
