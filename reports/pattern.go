package reports

import (
	"strconv"
	"strings"
)

// pattern is a sentence with holes, and how another language says it. Where the words are many (three reasons for each of a
// million customers) regular expressions would cost more than the scores.
type pattern struct {
	words []string // before the first hole, between holes, behind the last
	holes []hole   // len(words) − 1
	other []piece
}

// hole is what may stand in a hole of a pattern.
type hole byte

const (
	anyText hole = 't' // at least a character, no "; ", which joins sentences
	quoted  hole = 'q' // at least a character, names and values of the user's: never translated
	aNumber hole = 'n' // at least a character, no blanks but before a percent sign: "41.2k", "−38 %", "×12"
)

// piece is text, or what the sentence had in a hole (1 is the first; 0: text).
type piece struct {
	text string
	hole int
}

// newPatterns reads a pattern and its other language: "{n}", "{t}" and "{q}" are holes, "{s}" is an s or nothing (so that there are two
// patterns), "$1" in the other language is the first hole.
func newPatterns(sentence, other string) []pattern {
	if before, after, plural := strings.Cut(sentence, "{s}"); plural {
		return append(newPatterns(before+after, other), newPatterns(before+"s"+after, other)...)
	}
	var p pattern
	for rest := sentence; ; {
		before, after, ok := strings.Cut(rest, "{")
		p.words = append(p.words, before)
		if !ok {
			break
		}
		p.holes = append(p.holes, hole(after[0]))
		rest = after[len("n}"):]
	}
	for rest := other; rest != ""; {
		before, after, ok := strings.Cut(rest, "$")
		if before != "" {
			p.other = append(p.other, piece{text: before})
		}
		if !ok {
			break
		}
		n, _ := strconv.Atoi(after[:1])
		p.other, rest = append(p.other, piece{hole: n}), after[1:]
	}
	return []pattern{p}
}

// mostHoles is how many holes a pattern may have.
const mostHoles = 8

// match finds what text has in the holes; false where it is another sentence. A hole ends at the first place where the words
// behind it begin.
func (p *pattern) match(text string) (found [mostHoles]string, ok bool) {
	text, ok = strings.CutPrefix(text, p.words[0])
	if !ok {
		return found, false
	}
	for k, h := range p.holes {
		next, end := p.words[k+1], 0
		if k == len(p.holes)-1 {
			end = len(text) - len(next)
			if !strings.HasSuffix(text, next) {
				return found, false
			}
		} else if end = strings.Index(text, next); end < 0 {
			return found, false
		}
		if found[k] = text[:max(end, 0)]; !h.takes(found[k]) {
			return found, false
		}
		text = text[end+len(next):]
	}
	return found, text == ""
}

func (h hole) takes(s string) bool {
	if h == aNumber {
		s = strings.TrimSuffix(s, " %")
		return s != "" && !strings.Contains(s, " ")
	}
	return s != "" && (h == quoted || !strings.Contains(s, sentenceEnd))
}

// append says the sentence in the other language, what is in the holes translated too, by a phrasebook.
func (p *pattern) append(dst []byte, found *[mostHoles]string, b *phrasebook) []byte {
	for _, q := range p.other {
		switch {
		case q.hole == 0:
			dst = append(dst, q.text...)
		case p.holes[q.hole-1] == anyText:
			dst, _ = b.append(dst, found[q.hole-1])
		default:
			dst = append(dst, found[q.hole-1]...)
		}
	}
	return dst
}

// phrasebook is sentences and how another language says them: those without holes are looked up first.
type phrasebook struct {
	exact map[string]string
	holes []pattern
}

func newPhrasebook(sentences [][2]string) phrasebook {
	b := phrasebook{exact: map[string]string{}}
	for _, s := range sentences {
		for _, p := range newPatterns(s[0], s[1]) {
			if len(p.holes) > 0 {
				b.holes = append(b.holes, p)
			} else {
				b.exact[p.words[0]] = s[1]
			}
		}
	}
	return b
}

// append appends a sentence in the other language; one that is not known as it is.
func (b *phrasebook) append(dst []byte, text string) ([]byte, bool) {
	if other, known := b.exact[text]; known {
		return append(dst, other...), true
	}
	for k := range b.holes {
		if found, ok := b.holes[k].match(text); ok {
			return b.holes[k].append(dst, &found, b), true
		}
	}
	return append(dst, text...), false
}

// sentenceEnd joins the sentences of a text.
const sentenceEnd = "; "

// tell is a text in the other language, Chinese: sentence by sentence where the whole is not known.
func (b *phrasebook) tell(text string) string {
	whole, known := b.append(nil, text)
	if known {
		return string(whole)
	}
	var out []byte
	for k, part := range strings.Split(text, sentenceEnd) {
		if k > 0 {
			out = append(out, "；"...)
		}
		out, _ = b.append(out, part)
	}
	return string(out)
}
