package ingest

import "mainstay/ingest/column"

// dayRange is the days from lo to hi.
type dayRange struct{ lo, hi Day }

func (r dayRange) within(o dayRange) bool { return r.lo >= o.lo && r.hi <= o.hi }
func (r dayRange) beside(o dayRange) bool { return r.hi < o.lo || r.lo > o.hi }

// daysBetween is the days of all values from least to most of a column of type t. ok is false where one of
// them, or more, could be no day: of the numbers between 20240131 and 20240201 most are none.
func (r *TimeReader) daysBetween(least, most int64, t column.Type) (days dayRange, ok bool) {
	switch t.Kind {
	case column.Date:
		return validDays(least, most)
	case column.Timestamp:
		unit := perSecond[t.Unit]
		z := r.zone
		if !t.UTC {
			z = nil
		}
		return z.days(floorDiv(least, unit), floorDiv(most, unit))
	case column.Int, column.Decimal:
		return r.integersBetween(least, most)
	}
	return dayRange{}, false
}

func (r *TimeReader) integersBetween(least, most int64) (days dayRange, ok bool) {
	switch r.ints {
	case "yyyymmdd":
		if least/100 != most/100 {
			return dayRange{}, false
		}
		lo, okLo := yyyymmdd(least)
		hi, okHi := yyyymmdd(most)
		return dayRange{lo, hi}, okLo && okHi
	case "epoch-days":
		return validDays(least, most)
	case "epoch-s":
		return r.zone.days(least, most)
	case "epoch-ms":
		return r.zone.days(floorDiv(least, 1e3), floorDiv(most, 1e3))
	case "epoch-us":
		return r.zone.days(floorDiv(least, 1e6), floorDiv(most, 1e6))
	case "epoch-ns":
		return r.zone.days(floorDiv(least, 1e9), floorDiv(most, 1e9))
	}
	return dayRange{}, false
}

func validDays(least, most int64) (days dayRange, ok bool) {
	lo, okLo := validDay(least)
	hi, okHi := validDay(most)
	return dayRange{lo, hi}, okLo && okHi
}

// days is the days, in the zone, of the seconds from one to another. Between two transitions a later second
// is never of an earlier day, so that the ends and the transitions decide.
func (z *zone) days(from, to int64) (days dayRange, ok bool) {
	s := z.span()
	lo, okLo := s.dayOf(from)
	hi, okHi := s.dayOf(to)
	if !okLo || !okHi {
		return dayRange{}, false
	}
	days = dayRange{lo, hi}
	if z == nil {
		return days, true
	}
	for _, second := range z.from[1:] {
		if second <= from || second > to {
			continue
		}
		before, okBefore := s.dayOf(second - 1)
		after, okAfter := s.dayOf(second)
		if !okBefore || !okAfter {
			return dayRange{}, false
		}
		days.lo, days.hi = min(days.lo, after), max(days.hi, before)
	}
	return days, true
}
