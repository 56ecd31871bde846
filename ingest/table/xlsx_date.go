package table

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// excelEpoch says from when a workbook counts its days (ECMA-376 part 1, §18.17.4): serial 1 is
// 1900-01-01, with a 29 February 1900 that never was, or 0 is 1904-01-01.
type excelEpoch struct{ from1904 bool }

// lastSerial is 9999-12-31.
const lastSerial = 2958465

// date is a serial number as a date, or a date and time to the second.
func (e excelEpoch) date(serial float64) (string, error) {
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC) // so that serials from 61 (1 March 1900) on are right
	if e.from1904 {
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if serial >= 0 && serial < 60 {
		start = start.AddDate(0, 0, 1) // before the day that never was
	}
	if !(serial >= 0 && serial <= lastSerial+1) {
		return "", fmt.Errorf("%g is no date of a workbook: format the cell as a number, or correct it", serial)
	}
	day := math.Floor(serial)
	seconds := int(math.Round((serial - day) * 86400))
	t := start.AddDate(0, 0, int(day)).Add(time.Duration(seconds) * time.Second)
	if seconds%86400 == 0 {
		return t.Format(time.DateOnly), nil
	}
	return t.Format("2006-01-02T15:04:05"), nil
}

// isBuiltInDate reports whether a number format without code of its own shows a date: 14 to 22, and
// what East Asian versions of Excel use (§18.8.30). Times of day (18 to 21, 32 to 35, 45 to 47, 55, 56) are no dates.
func isBuiltInDate(id int) bool {
	return 14 <= id && id <= 17 || id == 22 || 27 <= id && id <= 31 || id == 36 || 50 <= id && id <= 54 || id == 57 || id == 58
}

// isDateFormat reports whether a format code shows a year or a day: y, d or e outside quotes,
// brackets and escapes (of its first section).
func isDateFormat(code string) bool {
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case ';':
			return false
		case '\\', '_', '*':
			i++
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return false
			}
			i += end + 1
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return false
			}
			i += end
		case 'y', 'Y', 'd', 'D':
			return true
		case 'G', 'g': // General, of which e is no era
			if strings.HasPrefix(strings.ToLower(code[i:]), "general") {
				i += len("general") - 1
			}
		}
	}
	return false
}
