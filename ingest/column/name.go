package column

import (
	"strings"
	"unicode"
)

// NormalName is a column's name as names are compared, without case, blanks, "_", "-"
// and ".": OrderDate, order_date and "Order Date" are one name.
func NormalName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}
