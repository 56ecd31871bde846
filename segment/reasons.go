package segment

import (
	"fmt"
	"math"
	"sort"
	"strconv"
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
	codeState       = "state"        // state of the chain
	codeLapsed      = "lapsed"       // silent for a churn horizon or more
	codeProspect    = "prospect"     // has not bought yet
	codeNeverBought = "never_bought" // rows, but no purchase day
)

// reasonOrder breaks ties between equally strong reasons.
var reasonOrder = []string{codeSilence, codeFrequency, codeValue, codeTrend, codeTenure, codeReturns, codeRhythm, codeContract, codeAttribute}

const (
	leastContribution = 0.1  // log-odds: a smaller one moves the odds by less than a tenth
	notableChange     = 0.20 // of 12-month value, or of a half year
	notableReturns    = 0.10 // of sales
	daysInYear        = 365.25
)

// teller puts facts of customers into words.
type teller struct {
	*study
	typical typical
}

// fact is one reason: raises is +1 where it raises the risk, −1 where it lowers it, 0 where neither.
type fact struct {
	code, words string
	raises      int
}

func (f fact) String() string {
	switch {
	case f.raises > 0:
		return f.code + ": " + f.words + " (+)"
	case f.raises < 0:
		return f.code + ": " + f.words + " (−)"
	}
	return f.code + ": " + f.words
}

func threeReasons(facts []fact) (out [3]string) {
	for i := 0; i < len(facts) && i < len(out); i++ {
		out[i] = facts[i].String()
	}
	return out
}

// regressed are the reasons of a customer scored by the logistic regression: the features' shares of
// the log-odds, shrink·(x − mean)·β, added up by reason, largest first. The largest is always told.
func (t *teller) regressed(m *logisticModel, p *panel, i int, pr *Profile) []fact {
	share := map[string]float64{}
	for k, x := range m.columns.row(p, i) {
		share[m.columns.all[k].Reason] += m.shrink * (x - m.mean[k]) * m.fit.Coef[k]
	}
	codes := append([]string(nil), reasonOrder...)
	sort.SliceStable(codes, func(a, b int) bool { return math.Abs(share[codes[a]]) > math.Abs(share[codes[b]]) })
	var facts []fact
	for _, code := range codes {
		if v := share[code]; math.Abs(v) >= leastContribution || len(facts) == 0 {
			f := fact{code: code, words: t.words(code, p, i, pr), raises: 1}
			if v < 0 {
				f.raises = -1
			}
			facts = append(facts, f)
		}
	}
	return facts
}

// observed are the reasons of a customer scored by the chain or the rule: silence first, for both
// read it, then what else stands out. state is "" where the chain did not score.
func (t *teller) observed(state string, p *panel, i int, pr *Profile) []fact {
	s, x := &p.Subjects[i], p.row(i)
	silence := fact{code: codeSilence, words: t.words(codeSilence, p, i, pr), raises: -1}
	if float64(s.recency) > usualGap(pr, t.typical.gap) {
		silence.raises = 1
	}
	facts := []fact{silence}
	if state != "" {
		facts = append(facts, fact{code: codeState, words: state})
	}
	if c := t.change(pr); math.Abs(c) >= notableChange {
		f := fact{code: codeChange, words: t.changeWords(pr), raises: -1}
		if c < 0 {
			f.raises = 1
		}
		facts = append(facts, f)
	}
	if pr.Frequency == 1 {
		facts = append(facts, fact{code: codeTenure, words: t.words(codeTenure, p, i, pr)})
	}
	if x[fReturns] >= notableReturns {
		facts = append(facts, fact{code: codeReturns, words: t.words(codeReturns, p, i, pr)})
	}
	return append(facts, fact{code: codeFrequency, words: t.words(codeFrequency, p, i, pr)})
}

// words says the fact behind a code with its numbers.
func (t *teller) words(code string, p *panel, i int, pr *Profile) string {
	day, x := t.Clock.AsOf, p.row(i)
	switch code {
	case codeSilence:
		return t.silence(pr)
	case codeFrequency:
		return fmt.Sprintf("%s in 12 months, %d in all", plural(int(pr.Frequency12), "purchase day", "purchase days"), pr.Frequency)
	case codeValue:
		return fmt.Sprintf("12-month %s %s", t.Basis, compact(t.money(Value12(pr, t.Basis))))
	case codeTrend:
		return trendWords(x[fTrend])
	case codeTenure:
		words := "customer for "
		if pr.LeftTruncated {
			words += "at least "
		}
		return words + long(int(day-pr.First))
	case codeReturns:
		return fmt.Sprintf("returns %.0f %% of sales", 100*x[fReturns])
	case codeContract:
		if pr.Contract {
			return "a contract is in force"
		}
		return "no contract is in force"
	case codeAttribute:
		return t.spokenLevels(p, i)
	case codeRhythm:
		if math.IsNaN(pr.GapSD) {
			return "rhythm not known yet"
		}
		return fmt.Sprintf("gaps of %.0f ± %.0f d", pr.GapMean, pr.GapSD)
	}
	return ""
}

// silence compares the days since the last purchase day with the usual gap; with fewer than three
// purchase days the gap is mostly the book's, and says so.
func (t *teller) silence(pr *Profile) string {
	whose := "usual"
	if pr.Frequency < 3 {
		whose = "usual in the book"
	}
	gap := usualGap(pr, t.typical.gap)
	if pr.Frequency < 3 {
		gap = t.typical.gap
	}
	return fmt.Sprintf("silent %d d, %s %.0f", pr.RecencyDays(t.Clock.AsOf), whose, gap)
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

func (t *teller) changeWords(pr *Profile) string {
	return fmt.Sprintf("12-month %s %s", t.Basis, signed(t.change(pr)))
}

// trendWords undoes t = (a−b)/(a+b): a/b − 1 = 2t/(1−t).
func trendWords(t float64) string {
	switch {
	case t >= 1:
		return "nothing in the half year before the last"
	case t <= -1:
		return "nothing in the last half year"
	}
	return "last half year " + signed(2*t/(1-t)) + " on the one before"
}

// lapsed is the reason of the lapsed.
func (t *teller) lapsed(pr *Profile) []fact {
	facts := []fact{{code: codeLapsed, words: fmt.Sprintf("silent %d d, counted as lapsed from %d", pr.RecencyDays(t.Clock.AsOf), t.Clock.Horizon)}}
	return append(facts, fact{code: codeFrequency, words: fmt.Sprintf("%s in all", plural(int(pr.Frequency), "purchase day", "purchase days"))})
}

// signed is a change in percent with its sign, "−38 %"; more than tenfold is "×12".
func signed(change float64) string {
	percent := math.Round(100 * change)
	switch {
	case percent > 1000:
		return "×" + strconv.FormatFloat(math.Round(1+change), 'f', 0, 64)
	case percent < 0:
		return "−" + strconv.FormatFloat(-percent, 'f', 0, 64) + " %"
	}
	return "+" + strconv.FormatFloat(math.Abs(percent), 'f', 0, 64) + " %"
}

// compact is an amount in at most four characters and a unit: 950, 41.2k, 1.6M.
func compact(v float64) string {
	sign := ""
	if v < 0 {
		sign, v = "−", -v
	}
	for _, u := range []struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= u.size {
			places := 1
			if v >= 100*u.size {
				places = 0
			}
			return sign + strconv.FormatFloat(v/u.size, 'f', places, 64) + u.name
		}
	}
	return sign + strconv.FormatFloat(v, 'f', 0, 64)
}

// long is a time span in words.
func long(days int) string {
	if days < 2*365 {
		return fmt.Sprintf("%d d", days)
	}
	return fmt.Sprintf("%.1f years", float64(days)/daysInYear)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
