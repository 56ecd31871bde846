package ingest

import (
	"math"
	"sort"
	"time"
)

// The days that a transaction can have. Anything else is a typing error or a
// placeholder such as 0001-01-01 or 9999-12-31.
var (
	earliestDay = Date(1900, 1, 1)
	latestDay   = Date(2200, 12, 31)
)

const secondsPerDay = 86400

// validDate is the day of a date that exists and that a transaction can have.
func validDate(y, m, d int) (Day, bool) {
	if y < 1900 || y > 2200 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, false
	}
	if d > 28 && d > monthLength(y, m) {
		return 0, false
	}
	return Date(y, m, d), true
}

// validDay is a day if a transaction can have it.
func validDay(d int64) (Day, bool) {
	if d < int64(earliestDay) || d > int64(latestDay) {
		return 0, false
	}
	return Day(d), true
}

// zone gives offsets from UTC without a time.Time per row: the transitions between
// earliestDay and latestDay, in order. The nil zone is UTC.
type zone struct {
	from   []int64 // second at which the offset begins; from[0] is the beginning of time
	offset []int64 // seconds east of UTC
}

// newZone reads the transitions of a location: day by day (no zone has two within a
// day), then to the second. time.Time.ZoneBounds would name them, but in Go 1.26 it
// gives an empty interval at the end of leap years in zones with summer time.
func newZone(loc *time.Location) *zone {
	if loc == nil || loc == time.UTC || loc.String() == "UTC" {
		return nil
	}
	offset := func(second int64) int64 {
		_, o := time.Unix(second, 0).In(loc).Zone()
		return int64(o)
	}
	second := int64(earliestDay-2) * secondsPerDay
	z := &zone{from: []int64{math.MinInt64}, offset: []int64{offset(second)}}
	for ; second < int64(latestDay+2)*secondsPerDay; second += secondsPerDay {
		before, after := z.offset[len(z.offset)-1], offset(second+secondsPerDay)
		if before == after {
			continue
		}
		n := sort.Search(secondsPerDay, func(i int) bool { return offset(second+int64(i)) != before })
		z.from, z.offset = append(z.from, second+int64(n)), append(z.offset, after)
	}
	return z
}

// zoneSpan is the interval that the last second looked up lies in. Rows near each
// other in a file are near each other in time, so it is nearly always the right one.
type zoneSpan struct {
	zone             *zone
	from, to, offset int64 // from ≤ second < to
}

// span starts looking up.
func (z *zone) span() zoneSpan { return zoneSpan{zone: z, from: 1} }

// dayOf is the day, in the zone, of a second since 1970-01-01T00:00:00Z.
func (s *zoneSpan) dayOf(second int64) (Day, bool) {
	if s.zone == nil {
		return validDay(floorDiv(second, secondsPerDay))
	}
	if second < s.from || second >= s.to {
		s.move(second)
	}
	if second > math.MaxInt64-secondsPerDay || second < math.MinInt64+secondsPerDay {
		return 0, false
	}
	return validDay(floorDiv(second+s.offset, secondsPerDay))
}

// move finds the interval of a second.
func (s *zoneSpan) move(second int64) {
	z := s.zone
	i := sort.Search(len(z.from), func(i int) bool { return z.from[i] > second }) - 1
	s.from, s.offset, s.to = z.from[i], z.offset[i], math.MaxInt64
	if i+1 < len(z.from) {
		s.to = z.from[i+1]
	}
}
