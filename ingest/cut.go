package ingest

import (
	"context"
	"math"

	"mainstay/ingest/store"
)

// Row groups are what workers read at a time. Where there are only a few of them, some workers would have
// none, or wait for the last: then row groups whose columns have pages that can be passed over unread are cut.
const (
	unitsPerWorker = 4 // as many as this leave nobody waiting for long
	pagesPerPart   = 2 // at each end of a part a page is decoded twice
)

// leastPart is rows: smaller parts would read their dictionaries for little. A variable for tests.
var leastPart int64 = 1 << 17

// cutUnits cuts units so that there are some for every worker. The Ledger does not depend on it.
func cutUnits(ctx context.Context, st store.Store, p *Plan, units []unit, names []string, workers int) ([]unit, error) {
	if workers < 2 || len(units) >= unitsPerWorker*workers {
		return units, nil
	}
	var rows int64
	for _, u := range units {
		rows += u.rows
	}
	part := max(rows/int64(unitsPerWorker*workers), leastPart)
	var out []unit
	for _, u := range units {
		parts := u.rows / part
		if parts > 1 {
			longest, err := longestPage(ctx, st, &p.Files[u.file], u.group, names)
			if err != nil {
				return nil, err
			}
			parts = min(parts, u.rows/max(longest*pagesPerPart, 1))
		}
		out = append(out, u.cut(parts)...)
	}
	return out, nil
}

// cut is the unit in equal parts, and as it is where there is only one.
func (u unit) cut(parts int64) []unit {
	if parts < 2 {
		return []unit{u}
	}
	var out []unit
	for i := range parts {
		from, to := u.rows*i/parts, u.rows*(i+1)/parts
		v := u
		v.skip, v.first, v.rows = from, u.first+from, to-from
		out = append(out, v)
	}
	return out
}

// longestPage is the most rows that the first pages of the columns have: writers make pages of one size.
func longestPage(ctx context.Context, st store.Store, f *PlannedFile, group int, names []string) (rows int64, err error) {
	source, err := st.Open(ctx, f.Object)
	if err != nil {
		return 0, err
	}
	defer source.Close()
	if _, dear := source.(store.Ahead); dear { // it fetches columns whole, which every part would do again
		return math.MaxInt64 / pagesPerPart, nil
	}
	file := f.File.From(source)
	for _, name := range names {
		info, _, err := f.source(file, name)
		if err != nil {
			return 0, err
		}
		if info == nil {
			continue
		}
		n, err := file.PageRows(group, info)
		if err != nil {
			return 0, err
		}
		rows = max(rows, n)
	}
	return rows, nil
}
