package reports

import (
	"bufio"
	"math"
	"strings"

	"mainstay/segment"
)

// view writes what an analyst asked of a book, for a terminal.
type view struct {
	style Style
	book  *segment.Book
	out   *bufio.Writer
}

func (v *view) line(text string) { v.out.WriteString(strings.TrimRight(text, " ") + "\n") }

// title is a paragraph, in bold where there are colours, and an empty line.
func (v *view) title(text string) {
	for _, l := range wrap(text, pageWidth) {
		if v.style.Colour {
			l = "\x1b[1m" + l + "\x1b[0m"
		}
		v.line(l)
	}
	v.line("")
}

// note is a paragraph of a phrase.
func (v *view) note(key string, args ...any) {
	for _, l := range wrap(v.style.say(key, args...), pageWidth) {
		v.line(l)
	}
}

func (v *view) grid(g *grid) {
	for _, l := range g.lines() {
		v.line(l)
	}
}

// amount is a coefficient of the Ledger for people.
func (v *view) amount(x int64) string {
	return v.style.money(float64(x)/math.Pow10(v.book.Ledger.Scale), v.book.Ledger.Currency)
}

// change is amount with its sign always shown.
func (v *view) change(x int64) string {
	if x > 0 {
		return "+" + v.amount(x)
	}
	return v.amount(x)
}
