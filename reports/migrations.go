package reports

import (
	"bufio"
	"cmp"
	"io"
	"slices"

	"mainstay/ingest"
	"mainstay/segment"
)

// Migrations is one row per scheme and pair of segments: who moved from one to the other. scale is that of
// the Ledger's money.
func Migrations(all []segment.Migration, scale int) *Table {
	type row struct {
		in *segment.Migration
		*segment.Move
	}
	var rows []row
	for k := range all {
		for i := range all[k].Moves {
			rows = append(rows, row{&all[k], &all[k].Moves[i]})
		}
	}
	b := newColumns("migration", len(rows))
	b.key("scheme", "the segmentation", func(i int) string { return rows[i].in.Scheme })
	b.date("compared_with", "the earlier day", func(i int) ingest.Day { return rows[i].in.Then })
	b.text("from_segment", "segment on the earlier day; null for those who entered", func(i int) string { return rows[i].From })
	b.text("to_segment", "segment on the as-of date; null for those who left", func(i int) string { return rows[i].To })
	b.key("move", "same, up, down (the segments' own order), moved (there is none), entered, left", func(i int) string { return rows[i].Kind })
	b.integer("customers", "how many", func(i int) int64 { return int64(rows[i].Customers) })
	b.integer("lapsed", "of them, at risk on the earlier day and no longer", func(i int) int64 { return int64(rows[i].Lapsed) })
	b.float("share", "their share of the customers of from_segment", func(i int) float64 { return rows[i].Share })
	b.float("share_low", "lower end of its 95 % Wilson interval", func(i int) float64 { return rows[i].Low })
	b.float("share_high", "upper end of its 95 % Wilson interval", func(i int) float64 { return rows[i].High })
	b.decimal("revenue_then", "their net revenue of the 12 months to the earlier day", scale, func(i int) int64 { return rows[i].Then })
	b.decimal("revenue_now", "their net revenue of the 12 months to the as-of date", scale, func(i int) int64 { return rows[i].Now })
	return &b.t
}

// ShowMigrations draws who moved where: a matrix per scheme where it fits a page, else the largest moves, and how
// many went up, down, in and out.
func ShowMigrations(w io.Writer, b *segment.Book, all []segment.Migration, style Style) error {
	out := bufio.NewWriter(w)
	v := view{style: style, book: b, out: out}
	v.title(style.say("move.title", all[0].Then, b.Clock.AsOf))
	for k := range all {
		m := &all[k]
		if g := v.matrix(m); g != nil && g.width() <= pageWidth {
			v.grid(g)
		} else {
			v.largestMoves(m)
		}
		v.line("")
		v.moveKinds(m)
		v.line("")
	}
	v.note("move.note")
	return out.Flush()
}

// matrixName is the room of a segment's name above a column.
const matrixName = 12

// matrixMost is the most segments of which a matrix may fit a page.
const matrixMost = 30

// matrix has a row per segment then and a column per segment now; a cell is how many moved, with a block
// as high as their share of the row. nil for more segments than any page holds.
func (v *view) matrix(m *segment.Migration) *grid {
	n := len(m.Segments)
	if n > matrixMost {
		return nil
	}
	index := map[string]int{"": n}
	for k, name := range m.Segments {
		index[name] = k
	}
	cells := make([][]string, n+1)
	sizes, columns := make([]int, n+1), make([]int, n+1)
	for k := range cells {
		cells[k] = make([]string, n+1)
	}
	for _, one := range m.Moves {
		from, to := index[one.From], index[one.To]
		sizes[from] += one.Customers
		columns[to] += one.Customers
		cells[from][to] = count(one.Customers) + block(one.Share)
	}
	used := func(k int) bool { return sizes[k] > 0 || columns[k] > 0 }
	name := func(k int, edge string) string {
		if k == n {
			return v.style.say(edge)
		}
		return printable(m.Segments[k])
	}
	g := &grid{right: []bool{false, true}}
	head := []string{clip(printable(m.Scheme), crossedLeast), v.style.say("move.then")}
	foot := []string{v.style.say("move.now"), ""}
	for to := range n + 1 {
		if used(to) && (to < n || columns[n] > 0) {
			g.right = append(g.right, true)
			head = append(head, clip(name(to, "move.left"), matrixName)+" ")
			foot = append(foot, count(columns[to])+" ")
		}
	}
	g.rows = append(g.rows, head)
	for from := range n + 1 {
		if !used(from) || from == n && sizes[n] == 0 {
			continue
		}
		row := []string{clip(name(from, "move.entered"), crossedLeast), count(sizes[from])}
		for to := range n + 1 {
			if used(to) && (to < n || columns[n] > 0) {
				row = append(row, cmp.Or(cells[from][to], "· "))
			}
		}
		g.rows = append(g.rows, row)
	}
	g.rows = append(g.rows, foot)
	return g
}

// mostMoves is how many moves are listed where the matrix is too wide.
const mostMoves = 15

// largestMoves lists the moves between segments by the revenue that went with them.
func (v *view) largestMoves(m *segment.Migration) {
	moves := slices.DeleteFunc(slices.Clone(m.Moves), func(x segment.Move) bool { return x.Kind == segment.MoveSame })
	slices.SortStableFunc(moves, func(x, y segment.Move) int { return cmp.Compare(max(y.Then, y.Now), max(x.Then, x.Now)) })
	g := grid{right: []bool{false, false, true, true, true, true}}
	g.rows = append(g.rows, []string{printable(m.Scheme), "→", v.style.say("column.customers"), v.style.say("move.share"), v.style.say("move.before"), v.style.say("move.after")})
	for _, x := range moves[:min(len(moves), mostMoves)] {
		g.rows = append(g.rows, []string{clip(printable(cmp.Or(x.From, v.style.say("move.entered"))), crossedLeast), clip(printable(cmp.Or(x.To, v.style.say("move.left"))), crossedLeast),
			count(x.Customers), percent(x.Share), v.amount(x.Then), v.amount(x.Now)})
	}
	v.grid(&g)
	if more := len(moves) - mostMoves; more > 0 {
		v.line(v.style.say("move.more", more))
	}
}

// moveKinds is a bar per kind of move.
func (v *view) moveKinds(m *segment.Migration) {
	kinds := []string{segment.MoveUp, segment.MoveSame, segment.MoveDown, segment.MoveOther, segment.MoveEntered, segment.MoveLeft}
	sums := map[string]segment.Move{}
	most := 1
	for _, x := range m.Moves {
		s := sums[x.Kind]
		s.Customers += x.Customers
		s.Lapsed += x.Lapsed
		s.Then += x.Then
		s.Now += x.Now
		sums[x.Kind] = s
		most = max(most, s.Customers)
	}
	const columns = 40
	g := grid{right: []bool{false, true, true, true, true, false}}
	g.rows = append(g.rows, []string{"", v.style.say("column.customers"), v.style.say("move.lapsed"), v.style.say("move.before"), v.style.say("move.after"), ""})
	for _, kind := range kinds {
		s := sums[kind]
		if s.Customers == 0 && (kind == segment.MoveOther || !m.Ordered) {
			continue
		}
		g.rows = append(g.rows, []string{v.style.say("move." + kind), count(s.Customers), count(s.Lapsed), v.amount(s.Then), v.amount(s.Now),
			bar(float64(s.Customers)/float64(most), columns)})
	}
	v.grid(&g)
}
