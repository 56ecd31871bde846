package money

import (
	"strconv"
	"strings"
)

// Format is x · 10^-scale as plain decimal text with exactly scale places and no
// grouping: Format(-123450, 2) is "-1234.50". A negative scale counts as 0 places.
func Format(x int64, scale int) string {
	u, sign := uint64(x), ""
	if x < 0 {
		u, sign = -u, "-"
	}
	return sign + point(strconv.FormatUint(u, 10), scale)
}

// point puts the decimal point into a string of digits.
func point(digits string, scale int) string {
	if scale <= 0 {
		return digits
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	cut := len(digits) - scale
	return digits[:cut] + "." + digits[cut:]
}
