package reports

import (
	"strings"
	"unicode"
)

// wide are the code points that a terminal draws two columns wide: East Asian Width W and F
// (Unicode Standard Annex #11), in blocks as coarse as terminals treat them.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, {0x2e80, 0x303e, 1}, {0x3041, 0x33ff, 1}, {0x3400, 0x4dbf, 1},
		{0x4e00, 0x9fff, 1}, {0xa000, 0xa4cf, 1}, {0xa960, 0xa97c, 1}, {0xac00, 0xd7a3, 1},
		{0xf900, 0xfaff, 1}, {0xfe10, 0xfe19, 1}, {0xfe30, 0xfe6f, 1}, {0xff01, 0xff60, 1},
		{0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{
		{0x1f300, 0x1f64f, 1}, {0x1f680, 0x1f6ff, 1}, {0x1f900, 0x1f9ff, 1}, {0x20000, 0x3fffd, 1},
	},
}

// runeWidth is the number of terminal columns of a printable rune: 0 for combining marks, 2 for wide
// ones. Ambiguous characters count 1.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// width is the number of terminal columns of s.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// printable replaces what a terminal would obey instead of showing: control characters (escape
// sequences begin with one) and invisible formatting such as changes of direction.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// clip shortens s to at most n columns, the last an ellipsis.
func clip(s string, n int) string {
	if width(s) <= n {
		return s
	}
	used := 0
	for i, r := range s {
		if used += runeWidth(r); used > n-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// pad fills s with blanks to n columns, on the left when right-aligned.
func pad(s string, n int, right bool) string {
	fill := strings.Repeat(" ", max(n-width(s), 0))
	if right {
		return fill + s
	}
	return s + fill
}

// neverFirst are the wide marks that may not begin a line.
const neverFirst = "）】」》，。、；：？！"

// wrap breaks s into lines of at most n columns, at blanks and around wide characters; a word longer
// than a line is cut.
func wrap(s string, n int) []string {
	var lines []string
	for width(s) > n {
		used, cut := 0, 0 // cut: byte position of the last place to break
		end := len(s)
		prevWide := false
		for i, r := range s {
			w := runeWidth(r)
			percent := strings.HasPrefix(s[i:], " %")                                 // stays with its number
			unit := (r == '万' || r == '亿') && i > 0 && s[i-1] >= '0' && s[i-1] <= '9' // likewise
			if i > 0 && !unit && (r == ' ' && !percent || w == 2 || prevWide && !percent) && !strings.ContainsRune(neverFirst, r) {
				cut = i
			}
			if used += w; used > n {
				end = i
				break
			}
			prevWide = w == 2
		}
		if cut == 0 {
			cut = end
		}
		lines = append(lines, strings.TrimRight(s[:cut], " "))
		s = strings.TrimLeft(s[cut:], " ")
	}
	return append(lines, s)
}
