package ingest

// Civil dates by integer arithmetic: no time zones, no allocation, valid for every Day.
// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013),
// days_from_civil and civil_from_days: years begin in March, so that the leap day is
// the last of its year, and repeat in eras of 400 years.
const (
	daysPerEra   = 146097 // of 400 Gregorian years
	epochFromEra = 719468 // days from 0000-03-01 to 1970-01-01
)

// Date is the day of a date of the proleptic Gregorian calendar; m is 1 to 12.
func Date(y, m, d int) Day {
	if m <= 2 {
		y, m = y-1, m+12
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	return Day(era*daysPerEra + yoe*365 + yoe/4 - yoe/100 + doy - epochFromEra)
}

// Date is the calendar date of d, the inverse of the function Date.
func (d Day) Date() (y, m, day int) {
	z := int(d) + epochFromEra
	era := floorDiv(z, daysPerEra)
	doe := z - era*daysPerEra                              // day of era, 0 to 146096
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365 // year of era, 0 to 399
	doy := doe - (365*yoe + yoe/4 - yoe/100)               // day of the year that begins in March
	mp := (5*doy + 2) / 153                                // March = 0
	y, m, day = yoe+era*400, mp+3, doy-(153*mp+2)/5+1
	if m > 12 {
		y, m = y+1, m-12
	}
	return y, m, day
}

// AddMonths is the same day n months later, the last of the month where the month is
// shorter.
func (d Day) AddMonths(n int) Day {
	y, m, day := d.Date()
	months := y*12 + m - 1 + n
	y = floorDiv(months, 12)
	m = months - y*12 + 1
	return Date(y, m, min(day, monthLength(y, m)))
}

func monthLength(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// floorDiv is ⌊a/b⌋ for b > 0.
func floorDiv[T int | int64](a, b T) T {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
