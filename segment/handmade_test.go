package segment

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"mainstay/ingest"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// sale is one row of a hand-made export: amounts in cents, whole units.
type sale struct {
	key           string
	day           ingest.Day
	amount, units int64
	cost          int64
	costed        bool
	sides         []string // one value per side table
}

func date(s string) ingest.Day {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return ingest.DayOf(t)
}

// handmade builds a Ledger as ingest does, slowly: rows in any order.
func handmade(asOf ingest.Day, sides []string, rows ...sale) *ingest.Ledger {
	l := &ingest.Ledger{Scale: 2, AsOf: asOf, Has: ingest.Has{Units: true, Cost: true, Orders: true}}
	codes := make([]map[string]uint32, len(sides))
	for k, name := range sides {
		info := ingest.SideInfo{Role: name, Column: name + "_column", Values: []string{""}}
		for _, r := range rows {
			info.Values = append(info.Values, r.sides[k])
		}
		slices.Sort(info.Values)
		info.Values = slices.Compact(info.Values)
		codes[k] = make(map[string]uint32)
		for c, v := range info.Values {
			codes[k][v] = uint32(c)
		}
		l.Sides = append(l.Sides, info)
	}
	if len(rows) > 0 {
		l.First = slices.MinFunc(rows, func(x, y sale) int { return cmp.Compare(x.day, y.day) }).day
	}
	var shards [ingest.Shards][]sale
	for _, r := range rows {
		h := fnv.New32a()
		h.Write([]byte(r.key))
		s := h.Sum32() % ingest.Shards
		shards[s] = append(shards[s], r)
	}
	for s := range shards {
		var shard ingest.Shard
		handmadeShard(&shard, shards[s], codes)
		l.Put(s, shard)
	}
	return l
}

func handmadeShard(s *ingest.Shard, rows []sale, codes []map[string]uint32) {
	slices.SortStableFunc(rows, func(x, y sale) int {
		return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.day, y.day))
	})
	s.Sides = make([]ingest.Side, len(codes))
	s.KeyStart, s.CellStart = []uint32{0}, []uint32{}
	for k := range s.Sides {
		s.Sides[k].Start = []uint32{0}
	}
	for i := 0; i < len(rows); {
		first := rows[i]
		if i == 0 || rows[i-1].key != first.key {
			s.KeyBytes = append(s.KeyBytes, first.key...)
			s.KeyStart = append(s.KeyStart, uint32(len(s.KeyBytes)))
			s.CellStart = append(s.CellStart, uint32(len(s.Day)))
		}
		var lines uint32
		var sales, returns, units, cost, costed int64
		entries := make([]map[uint32]uint32, len(codes))
		for ; i < len(rows) && rows[i].key == first.key && rows[i].day == first.day; i++ {
			r := rows[i]
			lines++
			sales += max(r.amount, 0)
			returns += min(r.amount, 0)
			units += r.units
			if r.costed {
				cost += r.cost
				costed += r.amount
			}
			for k := range codes {
				if entries[k] == nil {
					entries[k] = make(map[uint32]uint32)
				}
				entries[k][codes[k][r.sides[k]]]++
			}
		}
		s.Day = append(s.Day, first.day)
		s.Lines = append(s.Lines, lines)
		s.Sales = append(s.Sales, sales)
		s.Returns = append(s.Returns, returns)
		s.Orders = append(s.Orders, lines)
		s.Units = append(s.Units, units)
		s.Cost = append(s.Cost, cost)
		s.Costed = append(s.Costed, costed)
		for k := range s.Sides {
			t := &s.Sides[k]
			for c := range uint32(len(codes[k])) {
				if n := entries[k][c]; n > 0 {
					t.Code = append(t.Code, c)
					t.Lines = append(t.Lines, n)
					t.Net = append(t.Net, 0)
				}
			}
			t.Start = append(t.Start, uint32(len(t.Code)))
		}
	}
	s.CellStart = append(s.CellStart, uint32(len(s.Day)))
}

// account is one row of a hand-made accounts table.
type account struct {
	key, name, industry string
	demand              float64
}

// textsOf is a column of a table.
func textsOf(values []string) *table.Texts {
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	_ = w.Write([]string{"row", "text"}) // a buffer takes everything
	for i, v := range values {
		_ = w.Write([]string{strconv.Itoa(i), v})
	}
	w.Flush()
	t, err := table.Read(context.Background(), store.Memory{"t.csv": file.Bytes()}, []string{"t.csv"}, 1)
	if err != nil {
		panic(err)
	}
	return &t.Columns[1].Texts
}

// handmadeAccounts is an accounts table with one text and one number.
func handmadeAccounts(rows ...account) *table.Inputs {
	slices.SortFunc(rows, func(x, y account) int { return cmp.Compare(x.key, y.key) })
	a := &table.Accounts{Attributes: []table.Attribute{{Name: "Industry Group"}, {Name: "demand"}}}
	var names, industries []string
	for _, r := range rows {
		a.Keys = append(a.Keys, []byte(r.key))
		names, industries = append(names, r.name), append(industries, r.industry)
		a.Attributes[1].Number = append(a.Attributes[1].Number, r.demand)
	}
	a.Name, a.Attributes[0].Text = textsOf(names), textsOf(industries)
	return &table.Inputs{Accounts: a}
}

// mustBook is the book of a hand-made Ledger at its as-of date under the default configuration.
func mustBook(l *ingest.Ledger, in *table.Inputs, change func(*Config)) *Book {
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	b, err := bookOn(l, in, l.AsOf, cfg, 2)
	if err != nil {
		panic(err)
	}
	return b
}

// member is the index of a key in a book, −1 without it.
func member(b *Book, key string) int {
	for m := range b.Members() {
		if string(b.Key(m)) == key {
			return m
		}
	}
	return -1
}

// bookOn is the book as of a day, by its own clock.
func bookOn(l *ingest.Ledger, in *table.Inputs, asOf ingest.Day, cfg Config, threads int) (*Book, error) {
	return newBook(l, in, Clock{AsOf: asOf}, newGapCounts(l, asOf), cfg, threads)
}

// clockOn is the clock of that book.
func clockOn(l *ingest.Ledger, asOf ingest.Day, cfg Config) Clock {
	b, err := bookOn(l, nil, asOf, cfg, 2)
	if err != nil {
		panic(err)
	}
	return b.Clock
}
