package moves

import (
	"context"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// FuzzCount reads any CSV by every layout: an error or counts, never a panic, and counts that add up.
func FuzzCount(f *testing.F) {
	f.Add("id,time,state\nx,1,a\nx,2,b\n", Auto)
	f.Add("id,time,state\nx,2024-01-31,a\nx,2024/2/29 10:00,b\n", "month")
	f.Add("id,time,state\nx,0.5,1\nx,1e9,2\n", "0.25")
	f.Add("from,a,b\na,1,2\nb,3,4\n", "week")
	f.Add("id,t1,t2\nx,a,\ny,,b\n", "NaN")
	f.Fuzz(func(t *testing.T, csv, period string) {
		tb, err := table.Read(context.Background(), store.Memory{"t.csv": []byte(csv)}, []string{"t.csv"}, 1)
		if err != nil || len(tb.Columns) == 0 {
			return
		}
		name := func(i int) string { return tb.Columns[min(i, len(tb.Columns)-1)].Name }
		for _, c := range []Config{
			{Layout: Long, ID: name(0), Time: name(1), State: name(2), Period: period, AsOf: ingest.Date(2026, 1, 1)},
			{Layout: Wide, ID: name(0)}, {Layout: Wide}, {Layout: Matrix},
		} {
			m, err := Count(tb, c)
			if err != nil {
				continue
			}
			var moves int64
			for _, n := range m.Counts.N {
				if n < 0 {
					t.Fatalf("%v: %d moves", c.Layout, n)
				}
				moves += n
			}
			if cells := int64(tb.Rows) * int64(len(tb.Columns)); c.Layout != Matrix && moves > cells {
				t.Fatalf("%v: %d moves of %d cells", c.Layout, moves, cells)
			}
		}
	})
}
