// Package spelling compares the names of columns, keys, flags and files as people write them.
package spelling

import (
	"strings"
	"unicode"
)

// Normal is a column's name as names are compared, without case, blanks, "_", "-"
// and ".": OrderDate, order_date and "Order Date" are one name.
func Normal(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}
