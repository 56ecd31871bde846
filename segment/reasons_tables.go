package segment

import (
	"math"
	"strconv"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// activities are a member's up to the as-of date, oldest first.
func (b *Book) activities(m int) []table.Activity {
	if b.Inputs.Activities == nil {
		return nil
	}
	all := b.Inputs.Activities.Of(b.Key(m))
	n := len(all)
	for n > 0 && all[n-1].Day > int32(b.Clock.AsOf) { // the table may know more than an earlier day does
		n--
	}
	return all[:n]
}

// appendActivity says what the columns of activities are made of: the last contact and how many in 12 months, before them quotes and the last score, where there are any.
func (t *teller) appendActivity(dst []byte, m int) []byte {
	all := t.modelActivities(t.activities(m))
	if len(all) == 0 {
		return append(dst, "no activity is known"...)
	}
	year, last, score := int32(MonthsBefore(t.Clock.AsOf, 12)), int32(table.NoDay), math.NaN()
	var counts [aScore + 1]int
	for i := range all {
		a := &all[i]
		kind := activityKind(a)
		if a.Day > year {
			counts[kind]++
		}
		switch kind {
		case aContact:
			last = a.Day
		case aScore:
			score = a.Value
		}
	}
	if !math.IsNaN(score) {
		dst = append(strconv.AppendFloat(append(dst, "survey score "...), score, 'g', 4, 64), ", "...)
	}
	if counts[aQuote] > 0 {
		dst = append(appendPlural(dst, counts[aQuote], "quote", "quotes"), " in 12 months, "...)
	}
	if last == table.NoDay {
		return append(dst, "no contact is known"...)
	}
	dst = append(appendAgo(append(dst, "last contact "...), t.Clock.AsOf, last), ", "...)
	return append(strconv.AppendInt(dst, int64(counts[aContact]), 10), " in 12 months"...)
}

// appendComplaint says when the last complaint was.
func (t *teller) appendComplaint(dst []byte, m int) []byte {
	all := t.modelActivities(t.activities(m))
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Complaint() {
			return appendAgo(append(dst, "last complaint "...), t.Clock.AsOf, all[i].Day)
		}
	}
	return append(dst, "no complaint is known"...)
}

// appendAgo appends "45 d ago".
func appendAgo(dst []byte, asOf ingest.Day, day int32) []byte {
	return append(strconv.AppendInt(dst, int64(asOf)-int64(day), 10), " d ago"...)
}

// appendManager says since when the newest account manager is there.
func (t *teller) appendManager(dst []byte, m int) []byte {
	newest, known := int32(table.NoDay), false
	if people := t.Inputs.People; people != nil {
		all := people.Of(t.Key(m))
		for i := range all {
			if p := &all[i]; managing(p) && p.There(int32(t.Clock.AsOf)) {
				newest, known = max(newest, p.From), true
			}
		}
	}
	switch {
	case !known:
		return append(dst, "no account manager is known"...)
	case newest == table.NoDay:
		return append(dst, "no change of the account manager is known"...)
	}
	return append(strconv.AppendInt(append(dst, "the account manager is there for "...), int64(t.Clock.AsOf)-int64(newest), 10), " d"...)
}

// outside says how outside figures have changed in twelve months, as known on the as-of date.
func (b *Book) outside() string {
	var words []byte
	if b.Inputs.Series != nil {
		for _, name := range b.Inputs.Series.Keys() {
			s := newKnownSeries(b.Inputs.Series, name, b.Clock.AsOf)
			growth, ok := s.growth(b.Clock.AsOf)
			if !ok {
				continue
			}
			if len(words) > 0 {
				words = append(words, ", "...)
			}
			words = append(append(words, name...), ' ')
			if s.Logs {
				words = appendSigned(words, math.Expm1(growth))
			} else {
				words = strconv.AppendFloat(words, growth, 'g', 3, 64)
			}
		}
	}
	if len(words) == 0 {
		return "outside figures"
	}
	return "outside figures in 12 months: " + string(words)
}
