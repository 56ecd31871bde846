package reports

import (
	"bytes"
	"strings"
)

// pageWidth is the most columns that a line of the summary takes: a terminal of ordinary width, or
// a mail.
const pageWidth = 100

// page gathers labelled sections of text.
type page struct {
	style  Style
	indent int // columns of the label
	label  string
	out    bytes.Buffer
}

// newPage makes room for the longest label of a summary.
func newPage(style Style) *page { return newPageOf(style, "label.") }

// newPageOf makes room for the longest of the labels whose keys begin so.
func newPageOf(style Style, labels string) *page {
	p := &page{style: style}
	for key := range phrases {
		if strings.HasPrefix(key, labels) {
			p.indent = max(p.indent, width(style.say(key))+len(columnGap))
		}
	}
	return p
}

// section begins a section; its label stands before the next line.
func (p *page) section(key string) { p.label = p.style.say(key) }

// room is the width of a section's text.
func (p *page) room() int { return pageWidth - p.indent }

// lines is how many lines have been written.
func (p *page) lines() int { return bytes.Count(p.out.Bytes(), []byte{'\n'}) }

// line writes one line of a section, clipped to the page.
func (p *page) line(text string) {
	label := pad(p.label, p.indent, false)
	if p.style.Colour && p.label != "" {
		label = "\x1b[1m" + label + "\x1b[0m"
	}
	p.label = ""
	p.out.WriteString(strings.TrimRight(label+clip(text, p.room()), " "))
	p.out.WriteByte('\n')
}

// text writes a sentence, wrapped; no more than most lines (0 = all).
func (p *page) text(s string, most int) {
	lines := wrap(s, p.room())
	if most > 0 && len(lines) > most {
		lines = append(lines[:most-1], strings.Join(lines[most-1:], " "))
	}
	for _, l := range lines {
		p.line(l)
	}
}

// grid writes a table.
func (p *page) grid(g *grid) {
	for _, l := range g.lines() {
		p.line(l)
	}
}
