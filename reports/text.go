package reports

import (
	"bufio"
	"strings"
)

// columnGap separates the columns of a grid.
const columnGap = "  "

// grid is a table of words for a terminal.
type grid struct {
	right []bool // alignment by column
	rows  [][]string
}

// squeeze clips the cells of column k so that no line takes more than room columns; least are left
// to it in any case.
func (g *grid) squeeze(k, room, least int) {
	widest, widestK := g.width(), 0
	for _, row := range g.rows {
		widestK = max(widestK, width(row[k]))
	}
	for _, row := range g.rows {
		row[k] = clip(row[k], max(least, widestK-max(0, widest-room)))
	}
}

// foldLeast is the narrowest that fold makes the last column.
const foldLeast = 20

// fold breaks the cells of the last column over several rows so that no line takes more than room
// columns.
func (g *grid) fold(room int) {
	last := len(g.right) - 1
	before := 0
	for k := range last {
		widest := 0
		for _, row := range g.rows {
			widest = max(widest, width(row[k]))
		}
		before += widest + len(columnGap)
	}
	var rows [][]string
	for _, row := range g.rows {
		for i, piece := range wrap(row[last], max(foldLeast, room-before)) {
			next := make([]string, len(row))
			if i == 0 {
				copy(next, row)
			}
			next[last] = piece
			rows = append(rows, next)
		}
	}
	g.rows = rows
}

// width is the columns that the widest line takes.
func (g *grid) width() int {
	widest := 0
	for _, l := range g.lines() {
		widest = max(widest, width(l))
	}
	return widest
}

// lines pads every cell to its column; the last left-aligned column is not padded.
func (g *grid) lines() []string {
	widths := make([]int, len(g.right))
	for _, row := range g.rows {
		for k, cell := range row {
			widths[k] = max(widths[k], width(cell))
		}
	}
	out := make([]string, len(g.rows))
	for i, row := range g.rows {
		cells := make([]string, len(row))
		for k, cell := range row {
			cells[k] = pad(cell, widths[k], g.right[k])
		}
		out[i] = strings.TrimRight(strings.Join(cells, columnGap), " ")
	}
	return out
}

// Places shown on a terminal; files have them all.
const (
	textMoneyPlaces = 2
	textFloatPlaces = 3
)

// compact is a decimal string grouped, with at least two places where it has that many and none that
// say nothing beyond: "1234.5000" is "1,234.50".
func compact(s string) string {
	if point := strings.IndexByte(s, '.'); point >= 0 {
		for len(s)-point-1 > textMoneyPlaces && s[len(s)-1] == '0' {
			s = s[:len(s)-1]
		}
	}
	return grouped(s)
}

// notes are remarks as a list, if there are any.
func notes(b *bufio.Writer, all []string) {
	for i, note := range all {
		if i == 0 {
			b.WriteString("\nNOTES\n")
		}
		for k, line := range wrap(note, pageWidth-2*len(columnGap)) {
			if k > 0 {
				line = columnGap + line
			}
			b.WriteString(columnGap + line + "\n")
		}
	}
}

func paragraph(b *bufio.Writer, text string) {
	for _, line := range wrap(text, pageWidth) {
		b.WriteString(line + "\n")
	}
}
