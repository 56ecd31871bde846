package spill

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

var units = map[string]float64{
	"": 1, "b": 1,
	"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
	"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40,
}

// ParseSize reads a number of bytes: 2GiB (1024³), 2GB (1000³), 1.5GiB, 2g (GiB, as containers have it), 2147483648,
// or 50%, a share of total; total ≤ 0 = not known, and a share is an error.
func ParseSize(text string, total int64) (int64, error) {
	s := strings.ToLower(strings.ReplaceAll(text, " ", ""))
	number, unit := s, ""
	if i := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' }); i >= 0 {
		number, unit = s[:i], s[i:]
	}
	x, err := strconv.ParseFloat(number, 64)
	scale, known := units[unit]
	if unit == "%" {
		if total <= 0 {
			return 0, fmt.Errorf("size %q: how much memory this machine has is not known; give a number of bytes, such as 2GiB", text)
		}
		scale, known = float64(total)/100, x <= 100
	}
	if err != nil || !known || x*scale < 1 || x*scale >= math.MaxInt64 {
		return 0, fmt.Errorf("size %q: expected bytes such as 2GiB, 1500MB or 2147483648, or a share such as 50%%", text)
	}
	return int64(x * scale), nil
}

// FormatSize is a number of bytes for people: three digits and a unit of 1024ⁿ.
func FormatSize(n int64) string {
	x, unit := float64(n), "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if math.Abs(x) < 1024 {
			break
		}
		x, unit = x/1024, next
	}
	digits := 0
	if unit != "B" && x < 100 {
		digits = 1
	}
	return strconv.FormatFloat(x, 'f', digits, 64) + " " + unit
}
