package ingest

import (
	"fmt"
	"strings"
)

// timeLayout is a parsed strptime layout such as "%d/%m/%Y %H:%M".
type timeLayout struct {
	text  string
	steps []layoutStep
}

// layoutStep is a directive, or a literal byte when verb is 0.
type layoutStep struct{ verb, literal byte }

// directives are the letters that may follow "%", with what they read.
//
//	%Y year, four digits          %y year, two digits: 69–99 are 19.., 00–68 are 20.. (POSIX)
//	%m month 1–12                 %b %B month in English, short or whole, any case
//	%d %e day 1–31                %H %k hour 0–23    %I %l hour 1–12 with %p AM or PM
//	%M minute   %S second         %f fraction of a second, 1 to 9 digits
//	%z offset: Z, +08:00, +0800 or +08   %T %H:%M:%S   %F %Y-%m-%d   %D %m/%d/%y   %% a percent sign
const directives = "YymbBdekHIlMSfzpTFD%"

var composite = map[byte]string{'T': "%H:%M:%S", 'F': "%Y-%m-%d", 'D': "%m/%d/%y"}

// newTimeLayout parses a layout. It must say which day.
func newTimeLayout(text string) (*timeLayout, error) {
	l := &timeLayout{text: text}
	if err := l.add(text); err != nil {
		return nil, err
	}
	has := func(verbs string) bool {
		for _, s := range l.steps {
			if s.verb != 0 && strings.IndexByte(verbs, s.verb) >= 0 {
				return true
			}
		}
		return false
	}
	if !has("Yy") || !has("mbB") || !has("de") {
		return nil, fmt.Errorf("layout %q needs a year (%%Y or %%y), a month (%%m, %%b or %%B) and a day (%%d)", text)
	}
	return l, nil
}

func (l *timeLayout) add(text string) error {
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			l.steps = append(l.steps, layoutStep{literal: text[i]})
			continue
		}
		i++
		if i == len(text) || strings.IndexByte(directives, text[i]) < 0 {
			return fmt.Errorf("layout %q: %q is not a directive; there are %%Y %%y %%m %%b %%B %%d %%H %%I %%p %%M %%S %%f %%z %%T %%F %%D and %%%%", text, text[i-1:min(i+1, len(text))])
		}
		switch c := text[i]; {
		case c == '%':
			l.steps = append(l.steps, layoutStep{literal: '%'})
		case composite[c] != "":
			if err := l.add(composite[c]); err != nil {
				return err
			}
		default:
			l.steps = append(l.steps, layoutStep{verb: c})
		}
	}
	return nil
}

// clock is what a text says: a date, a time of day, and where.
type clock struct {
	year, month, day     int
	hour, minute, second int
	half                 byte // 'A', 'P', or 0 for the 24-hour clock
	offset               int  // seconds east of UTC, where hasOffset
	hasOffset            bool
}

// dayIn is the day of a clock reading: as written, or, with an offset, in the zone.
func (c *clock) dayIn(s *zoneSpan) (Day, bool) {
	if c.half != 0 {
		if c.hour < 1 || c.hour > 12 {
			return 0, false
		}
		c.hour %= 12
		if c.half == 'P' {
			c.hour += 12
		}
	}
	d, ok := validDate(c.year, c.month, c.day)
	if !ok || c.hour > 23 || c.minute > 59 || c.second > 60 { // 60: a leap second
		return 0, false
	}
	if !c.hasOffset {
		return d, true
	}
	return s.dayOf(int64(d)*secondsPerDay + int64(c.hour*3600+c.minute*60+c.second-c.offset))
}

// parse reads all of b.
func (l *timeLayout) parse(b []byte, s *zoneSpan) (Day, bool) {
	var c clock
	p := scanner{b: b}
	for _, step := range l.steps {
		if step.verb == 0 {
			p.literal(step.literal)
			continue
		}
		switch step.verb {
		case 'Y':
			c.year = p.digits(4, 4)
		case 'y':
			if c.year = 1900 + p.digits(2, 2); c.year < 1969 {
				c.year += 100
			}
		case 'm':
			c.month = p.digits(1, 2)
		case 'b', 'B':
			c.month = p.month()
		case 'd', 'e':
			c.day = p.digits(1, 2)
		case 'H', 'k', 'I', 'l':
			c.hour = p.digits(1, 2)
		case 'M':
			c.minute = p.digits(1, 2)
		case 'S':
			c.second = p.digits(1, 2)
		case 'f':
			p.digits(1, 9)
		case 'p':
			c.half = p.half()
		case 'z':
			c.offset, c.hasOffset = p.offset(), true
		}
	}
	if p.bad || len(p.b) > 0 {
		return 0, false
	}
	return c.dayIn(s)
}

// parseISO reads ISO 8601 dates and times: 2024-01-31, 2024-01-31T23:59:59.999Z,
// "2024-01-31 23:59+08:00", and the same with "/" or with one-digit months and days,
// which with the year first are as clear.
func parseISO(b []byte, s *zoneSpan) (Day, bool) {
	var c clock
	p := scanner{b: b}
	c.year = p.digits(4, 4)
	sep := byte('-')
	if p.peek() == '/' {
		sep = '/'
	}
	p.literal(sep)
	c.month = p.digits(1, 2)
	p.literal(sep)
	c.day = p.digits(1, 2)
	if len(p.b) > 0 && !p.bad {
		if p.peek() == 'T' || p.peek() == 't' {
			p.literal(p.peek())
		} else {
			p.literal(' ')
		}
		c.hour = p.digits(1, 2)
		p.literal(':')
		c.minute = p.digits(2, 2)
		if p.peek() == ':' {
			p.literal(':')
			c.second = p.digits(2, 2)
			if p.peek() == '.' || p.peek() == ',' {
				p.literal(p.peek())
				p.digits(1, 12)
			}
		}
		if p.peek() == ' ' { // "2024-01-31 23:59:59 +0800", "… UTC"
			p.literal(' ')
			if string(p.b) == "UTC" {
				p.b, c.hasOffset = nil, true
			}
		}
		if len(p.b) > 0 {
			c.offset, c.hasOffset = p.offset(), true
		}
	}
	if p.bad || len(p.b) > 0 {
		return 0, false
	}
	return c.dayIn(s)
}

// scanner reads from the front of b. After a failure bad is set and what it returns
// means nothing.
type scanner struct {
	b   []byte
	bad bool
}

func (p *scanner) peek() byte {
	if len(p.b) == 0 {
		return 0
	}
	return p.b[0]
}

func (p *scanner) literal(c byte) {
	if p.peek() != c || len(p.b) == 0 {
		p.bad = true
		return
	}
	p.b = p.b[1:]
}

// digits reads from least to most digits, as many as there are.
func (p *scanner) digits(least, most int) int {
	n, x := 0, 0
	for n < len(p.b) && n < most && '0' <= p.b[n] && p.b[n] <= '9' {
		x = x*10 + int(p.b[n]-'0')
		n++
	}
	p.bad = p.bad || n < least
	p.b = p.b[n:]
	return x
}

// offset reads Z, ±hh, ±hhmm or ±hh:mm, as seconds.
func (p *scanner) offset() int {
	sign := 1
	switch p.peek() {
	case 'Z', 'z':
		p.b = p.b[1:]
		return 0
	case '-':
		sign = -1
	case '+':
	default:
		p.bad = true
		return 0
	}
	p.b = p.b[1:]
	hours, minutes := p.digits(2, 2), 0
	if len(p.b) > 0 {
		if p.peek() == ':' {
			p.b = p.b[1:]
		}
		minutes = p.digits(2, 2)
	}
	p.bad = p.bad || hours > 18 || minutes > 59 // ±18:00 is the widest that ISO software uses
	return sign * (hours*3600 + minutes*60)
}

var months = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// month reads an English month, whole or its first three letters, in any case.
func (p *scanner) month() int {
	n := 0
	for n < len(p.b) && n < len("september") && (p.b[n]|0x20 >= 'a' && p.b[n]|0x20 <= 'z') {
		n++
	}
	word := p.b[:n]
	p.b = p.b[n:]
	for i, m := range months {
		if (n == 3 || n == len(m)) && strings.EqualFold(m[:n], string(word)) {
			return i + 1
		}
	}
	p.bad = true
	return 0
}

// half reads AM or PM in any case.
func (p *scanner) half() byte {
	if len(p.b) < 2 || p.b[1]|0x20 != 'm' || p.b[0]|0x20 != 'a' && p.b[0]|0x20 != 'p' {
		p.bad = true
		return 0
	}
	c := p.b[0] &^ 0x20
	p.b = p.b[2:]
	return c
}
