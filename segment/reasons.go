package segment

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"mainstay/ingest"
)

// Codes of reasons: stable, part of the score file ("code: words"). Words end in (+) where the fact
// raises the risk of leaving and in (−) where it lowers it.
const (
	codeSilence     = "silence"      // days since the last purchase day, against the usual gap
	codeFrequency   = "frequency"    // purchase days, in 12 months and in all
	codeValue       = "value"        // trailing-12-month value
	codeChange      = "change"       // trailing-12-month value against the 12 months before
	codeTrend       = "trend"        // last half year against the half year before
	codeTenure      = "tenure"       // time since the first purchase day
	codeReturns     = "returns"      // returns as a share of sales
	codeRhythm      = "rhythm"       // regularity of the gaps
	codeContract    = "contract"     // a contract is in force, or none
	codeAttribute   = "attribute"    // the attributes that the configuration gives to the models
	codeActivity    = "activity"     // visits and other events
	codeComplaint   = "complaint"    // one of late, or none
	codeManager     = "manager"      // a change of the account manager
	codeSeries      = "series"       // outside series: indices, prices
	codeSeason      = "season"       // the time of the year
	codeBook        = "book"         // the rate of all: the model tells nobody apart
	codeState       = "state"        // state of the chain
	codeLapsed      = "lapsed"       // silent for a churn horizon or more
	codeProspect    = "prospect"     // has not bought yet
	codeNeverBought = "never_bought" // rows, but no purchase day
)

const (
	notableChange  = 0.20 // of 12-month value, or of a half year
	notableReturns = 0.10 // of sales
	daysInYear     = 365.25
)

// teller puts facts of customers into words.
type teller struct {
	*study
	typical typical
	levels  []*Attribute // the model attributes
	series  lazily[string]
}

// reason is a fact about a customer, without its words: 4·(place of its code in reasonCodes) + 1, plus 1 where it raises
// the risk, less 1 where it lowers it. 0 is none.
type reason uint8

// reasonCodes are the codes that rows may have: first, in the order that breaks ties between equally strong ones,
// those of features.
var reasonCodes = [...]string{"", codeSilence, codeFrequency, codeValue, codeTrend, codeTenure, codeReturns, codeRhythm, codeContract, codeAttribute,
	codeActivity, codeComplaint, codeManager, codeSeries, codeSeason,
	codeBook, codeChange, codeState, codeLapsed, codeProspect, codeNeverBought}

// featureCodes is how many of them features may have, "" included.
const featureCodes = 15

func reasonOf(code string, raises int) reason {
	return reason(4*slices.Index(reasonCodes[:], code) + 1 + raises)
}

func (r reason) code() string { return reasonCodes[r/4] }

// append appends the reason in words.
func (r reason) append(dst []byte, words func(dst []byte, code string) []byte) []byte {
	if r == 0 {
		return dst
	}
	dst = words(append(append(dst, r.code()...), ": "...), r.code())
	switch r % 4 {
	case 2:
		dst = append(dst, " (+)"...)
	case 0:
		dst = append(dst, " (−)"...)
	}
	return dst
}

// observed are the reasons of a customer scored by the chain or the rule: silence first, for both
// read it, then what else stands out. The chain tells of its state.
func (t *teller) observed(customer int, byState bool) (out [3]reason) {
	profile := t.Profiles.At(customer)
	pr := &profile
	told := out[:0]
	tell := func(code string, raises int) {
		if len(told) < len(out) {
			told = append(told, reasonOf(code, raises))
		}
	}
	if float64(pr.RecencyDays(t.Clock.AsOf)) > usualGap(pr, t.typical.gap) {
		tell(codeSilence, 1)
	} else {
		tell(codeSilence, -1)
	}
	if byState {
		tell(codeState, 0)
	}
	switch c := t.change(pr); {
	case c <= -notableChange:
		tell(codeChange, 1)
	case c >= notableChange:
		tell(codeChange, -1)
	}
	if pr.Frequency == 1 {
		tell(codeTenure, 0)
	}
	if returnsShare(pr) >= notableReturns {
		tell(codeReturns, 0)
	}
	tell(codeFrequency, 0)
	return out
}

// fact is what the words of a reason need.
type fact struct {
	member   int
	profile  *Profile // nil for a prospect
	relation relation
	contract standing
	state    string
	trend    float64
}

// append says the fact behind a code with its numbers.
func (t *teller) append(dst []byte, code string, f *fact) []byte {
	pr := f.profile
	switch code {
	case codeSilence:
		return t.appendSilence(dst, pr)
	case codeState:
		return append(dst, f.state...)
	case codeFrequency:
		if f.relation == lapsed {
			return append(appendPlural(dst, int(pr.Frequency), "purchase day", "purchase days"), " in all"...)
		}
		dst = appendPlural(dst, int(pr.Frequency12), "purchase day", "purchase days")
		dst = strconv.AppendInt(append(dst, " in 12 months, "...), int64(pr.Frequency), 10)
		return append(dst, " in all"...)
	case codeValue:
		dst = append(append(append(dst, "12-month "...), t.Basis...), ' ')
		return appendCompact(dst, t.money(Value12(pr, t.Basis)))
	case codeChange:
		return t.appendChange(dst, pr)
	case codeTrend:
		return appendTrend(dst, f.trend)
	case codeTenure:
		dst = append(dst, "customer for "...)
		if pr.LeftTruncated {
			dst = append(dst, "at least "...)
		}
		return appendLong(dst, int(t.Clock.AsOf-pr.First))
	case codeReturns:
		return append(appendPercent(append(dst, "returns "...), returnsShare(pr)), " of sales"...)
	case codeContract:
		return t.appendContract(dst, pr, &f.contract)
	case codeAttribute:
		return t.appendLevels(dst, f.member)
	case codeActivity:
		return t.appendActivity(dst, f.member)
	case codeComplaint:
		return t.appendComplaint(dst, f.member)
	case codeManager:
		return t.appendManager(dst, f.member)
	case codeSeries:
		words, _ := t.series.get(func() (string, error) { return t.outside(), nil }) // of all customers
		return append(dst, words...)
	case codeSeason:
		return append(dst, "the time of the year"...)
	case codeBook:
		return append(dst, "the rate of all customers"...)
	case codeRhythm:
		if math.IsNaN(pr.GapSD) {
			return append(dst, "rhythm not known yet"...)
		}
		dst = strconv.AppendFloat(append(dst, "gaps of "...), pr.GapMean, 'f', 0, 64)
		return append(strconv.AppendFloat(append(dst, " ± "...), pr.GapSD, 'f', 0, 64), " d"...)
	case codeLapsed:
		dst = strconv.AppendInt(append(dst, "silent "...), int64(pr.RecencyDays(t.Clock.AsOf)), 10)
		return strconv.AppendInt(append(dst, " d, counted as lapsed from "...), int64(t.Clock.Horizon), 10)
	case codeProspect:
		return append(dst, "no purchase yet"...)
	case codeNeverBought:
		return append(dst, "rows, but no day with a positive net amount"...)
	}
	return dst
}

// appendContract says whether a contract is in force, and until when, where that is known.
func (t *teller) appendContract(dst []byte, pr *Profile, s *standing) []byte {
	switch {
	case !pr.Contract:
		return append(dst, "no contract is in force"...)
	case s.holds(t.Clock.AsOf, t.Clock.Horizon):
		return append(append(dst, "cannot leave before "...), ingest.Day(s.until).String()...)
	case s.ending:
		return append(append(dst, "the contract ends on "...), ingest.Day(s.until).String()...)
	}
	return append(dst, "a contract is in force"...)
}

// appendSilence compares the days since the last purchase day with the usual gap; with fewer than three
// purchase days the gap is mostly the book's, and says so.
func (t *teller) appendSilence(dst []byte, pr *Profile) []byte {
	whose, gap := "usual ", usualGap(pr, t.typical.gap)
	if pr.Frequency < 3 {
		whose, gap = "usual in the book ", t.typical.gap
	}
	dst = strconv.AppendInt(append(dst, "silent "...), int64(pr.RecencyDays(t.Clock.AsOf)), 10)
	return strconv.AppendFloat(append(append(dst, " d, "...), whose...), gap, 'f', 0, 64)
}

// change is trailing-12-month value against the 12 months before, − 1; 0 where there is nothing to
// compare with: no positive value before, or a book younger than two years.
func (t *teller) change(pr *Profile) float64 {
	before := ValuePrior12(pr, t.Basis)
	if before <= 0 || MonthsBefore(t.Clock.AsOf, 24) < t.Clock.First-1 {
		return 0
	}
	return float64(Value12(pr, t.Basis))/float64(before) - 1
}

func (t *teller) appendChange(dst []byte, pr *Profile) []byte {
	dst = append(append(append(dst, "12-month "...), t.Basis...), ' ')
	return appendSigned(dst, t.change(pr))
}

// appendTrend undoes t = (a−b)/(a+b): a/b − 1 = 2t/(1−t).
func appendTrend(dst []byte, t float64) []byte {
	switch {
	case t >= 1:
		return append(dst, "nothing in the half year before the last"...)
	case t <= -1:
		return append(dst, "nothing in the last half year"...)
	}
	return append(appendSigned(append(dst, "last half year "...), 2*t/(1-t)), " on the one before"...)
}

// appendLevels says which model attributes a customer has.
func (t *teller) appendLevels(dst []byte, member int) []byte {
	for k, name := range t.Config.ModelAttributes {
		if k > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(append(append(dst, name...), ' '), cmp.Or(t.levels[k].at(member), "unknown")...)
	}
	return dst
}

// appendSigned appends a change in percent with its sign, "−38 %"; more than tenfold is "×12".
func appendSigned(dst []byte, change float64) []byte {
	percent := math.Round(100 * change)
	switch {
	case percent > 1000:
		return strconv.AppendFloat(append(dst, "×"...), math.Round(1+change), 'f', 0, 64)
	case percent < 0:
		return append(strconv.AppendFloat(append(dst, "−"...), -percent, 'f', 0, 64), " %"...)
	}
	return append(strconv.AppendFloat(append(dst, '+'), math.Abs(percent), 'f', 0, 64), " %"...)
}

// appendPercent appends a share such as "62 %".
func appendPercent(dst []byte, share float64) []byte {
	return append(strconv.AppendFloat(dst, 100*share, 'f', 0, 64), " %"...)
}

// compact is an amount in at most four characters and a unit: 950, 41.2k, 1.6M.
func compact(v float64) string { return string(appendCompact(nil, v)) }

func appendCompact(dst []byte, v float64) []byte {
	if v < 0 {
		dst, v = append(dst, "−"...), -v
	}
	for _, u := range [...]struct {
		size float64
		name byte
	}{{1e12, 'T'}, {1e9, 'G'}, {1e6, 'M'}, {1e3, 'k'}} {
		if v >= u.size {
			places := 1
			if v >= 100*u.size {
				places = 0
			}
			return append(strconv.AppendFloat(dst, v/u.size, 'f', places, 64), u.name)
		}
	}
	return strconv.AppendFloat(dst, v, 'f', 0, 64)
}

// appendLong appends a time span in words.
func appendLong(dst []byte, days int) []byte {
	if days < 2*365 {
		return append(strconv.AppendInt(dst, int64(days), 10), " d"...)
	}
	return append(strconv.AppendFloat(dst, float64(days)/daysInYear, 'f', 1, 64), " years"...)
}

func plural(n int, one, many string) string { return string(appendPlural(nil, n, one, many)) }

func appendPlural(dst []byte, n int, one, many string) []byte {
	dst = append(strconv.AppendInt(dst, int64(n), 10), ' ')
	if n == 1 {
		return append(dst, one...)
	}
	return append(dst, many...)
}
