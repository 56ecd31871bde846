package reports

import (
	"math"
	"strconv"
	"strings"

	"mainstay/markov"
)

// dash stands for what is undefined.
const dash = "–"

// grouped puts commas between thousands of a plain decimal number: "-1234.50" is "−1,234.50".
func grouped(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, rest := s, ""
	if i := strings.IndexByte(s, '.'); i >= 0 {
		whole, rest = s[:i], s[i:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + rest
}

// count is a whole number for people.
func count[T int | int64](n T) string { return grouped(strconv.FormatInt(int64(n), 10)) }

// fixed is v with so many places, grouped; undefined is a dash, and what rounds to zero has no sign.
func fixed(v float64, places int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dash
	}
	s := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return grouped(s)
}

// percent is a share as a percentage with one place.
func percent(v float64) string {
	if s := fixed(100*v, 1); s != dash {
		return s + " %"
	}
	return dash
}

// signed is percent with its sign always shown.
func signed(v float64) string {
	s := percent(v)
	if v > 0 && s != dash && s != "0.0 %" {
		return "+" + s
	}
	return s
}

// symbols are the currency signs that need no explanation.
var symbols = map[string]string{"CNY": "¥", "RMB": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}

// magnitude is a factor, its sign, and the places shown before it.
type magnitude struct {
	factor float64
	suffix string
	places int
}

// Magnitudes, largest first.
var (
	magnitudesEnglish = []magnitude{{1e12, "T", 1}, {1e9, "B", 1}, {1e6, "M", 1}, {1e3, "k", 1}}
	magnitudesChinese = []magnitude{{1e12, "万亿", 2}, {1e8, "亿", 2}, {1e4, "万", 1}}
)

// short is a size for people: "12.4M", or "1.24亿" in Chinese.
func (s Style) short(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dash
	}
	m := s.magnitude(v)
	return fixed(v/m.factor, m.places) + m.suffix
}

// magnitude is the one that a size reads in.
func (s Style) magnitude(v float64) magnitude {
	scale := magnitudesEnglish
	if s.Lang == Chinese {
		scale = magnitudesChinese
	}
	const almost = 0.99995 // 999,960 reads 1.0M, not 1,000.0k
	for _, m := range scale {
		if math.Abs(v) >= almost*m.factor {
			return m
		}
	}
	return magnitude{factor: 1}
}

// money is short with the currency's sign, or its code, before it.
func (s Style) money(v float64, currency string) string { return inCurrency(s.short(v), currency) }

// inCurrency puts the currency's sign, or its code, before an amount.
func inCurrency(text, currency string) string {
	if currency == "" || text == dash {
		return text
	}
	sign, known := symbols[strings.ToUpper(currency)]
	if !known {
		sign = printable(currency) + " "
	}
	if rest, negative := strings.CutPrefix(text, "−"); negative {
		return "−" + sign + rest
	}
	return sign + text
}

// interval is [low, high], or "" where undefined.
func (s Style) interval(low, high float64, format func(float64) string) string {
	if math.IsNaN(low) || math.IsNaN(high) {
		return ""
	}
	return "[" + format(low) + ", " + format(high) + "]"
}

// confidence is a level level in words.
func confidence(v float64) string { return strings.TrimSuffix(fixed(100*v, 1), ".0") + " %" }

// bracket is the interval of an estimate, "" where there is none.
func bracket(e markov.Estimate, format func(float64) string) string {
	return Style{}.interval(e.Low, e.High, format)
}

func percentBound(v float64) string { return fixed(100*v, 1) }

func oneplace(v float64) string { return fixed(v, 1) }

func money2(v float64) string { return fixed(v, textMoneyPlaces) }
