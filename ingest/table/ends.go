package table

import (
	"fmt"
	"slices"
	"strings"
)

// What the ends of a contracts table are: a file that is written again when a customer has left looks, years later, as if the end had
// been known from the start.
const (
	EndsAuto    = "auto"    // told from the table, see endsOf
	EndsPlanned = "planned" // agreed at the start: known as long as the contract
	EndsNotice  = "notice"  // written when notice is given: known from the notice days before the end on
	EndsActual  = "actual"  // written when the contract has ended: never known before
)

var endsKinds = []string{EndsAuto, EndsPlanned, EndsNotice, EndsActual}

// What auto asks of a table before it takes ends as known ahead of time. A wrong "planned" would tell models of the past what was decided later, and
// promise that customers stay who need not; a wrong "actual" only knows less.
const (
	leastAhead    = 0.8  // planned: so many of the contracts in force have an end that is still to come
	leastRegular  = 0.95 // planned: so many of the contracts with an end have a regular term
	regularDays   = 2    // a term of whole months, give or take so many days
	commonTerm    = 0.1  // or of so many days as this share of the contracts with an end has
	monthDays     = 365.2425 / 12
	leastContrary = 3 // notice: so many ends within the last notice days, and fewer than half as many in the next, contradict it
)

// KnownEnd is the last day of the contract as known on a day on which it is in force, NoDay where it was not known yet. ends is what the
// table's ends are: EndsPlanned, EndsNotice or EndsActual.
func (c *Contract) KnownEnd(ends string, day int32) int32 {
	switch {
	case c.End == NoDay, ends == EndsActual && day < c.End:
		return NoDay
	case ends == EndsNotice && (c.Notice == NoDay || day < c.End-c.Notice) && day < c.End:
		return NoDay
	}
	return c.End
}

// HeldUntil is the last day on which the contract is certain to be in force, as known on a day on which it is: its end, or, where that was not known, the
// end that notice given on the day would have, or the last day to give it. NoDay where nothing is certain: where ends are actual, notice may have been given
// that the table does not tell of.
func (c *Contract) HeldUntil(ends string, day int32) int32 {
	if end := c.KnownEnd(ends, day); end != NoDay || ends == EndsActual {
		return end
	}
	until := int32(NoDay)
	if c.Notice != NoDay {
		until = day + c.Notice
	}
	if c.NoticeBy != NoDay && c.End == NoDay {
		until = max(until, c.NoticeBy)
	}
	if until < day {
		return NoDay
	}
	return until
}

// endsOf tells what the ends of a table are as of a day, and why.
func endsOf(contracts []Contract, asOf int32) (ends, why string) {
	running, ahead, ended := 0, 0, 0
	noticed, past, next := 0, 0, 0 // contracts with a term of notice, those that end within it before the day, and after
	for i := range contracts {
		c := &contracts[i]
		if c.End != NoDay {
			ended++
		}
		if c.Open(asOf) {
			running++
			if c.End > asOf {
				ahead++
			}
		}
		if c.Notice != NoDay {
			noticed++
			switch {
			case c.End == NoDay:
			case c.End > asOf && c.End-c.Notice <= asOf:
				next++
			case c.End <= asOf && c.End > asOf-c.Notice:
				past++
			}
		}
	}
	regular := regularTerms(contracts)
	if running > 0 && float64(ahead) >= leastAhead*float64(running) && float64(regular) >= leastRegular*float64(ended) {
		return EndsPlanned, fmt.Sprintf("of %d contracts in force %d end later, and of %d with an end %d have a regular term", running, ahead, ended, regular)
	}
	if noticed > 0 && (past < leastContrary || 2*next >= past) {
		return EndsNotice, fmt.Sprintf("%d contracts have a term of notice; %d ended within theirs before the day, %d will after it", noticed, past, next)
	}
	return EndsActual, fmt.Sprintf("of %d contracts in force %d end later, and of %d with an end %d have a regular term", running, ahead, ended, regular)
}

// regularTerms counts the contracts whose term looks agreed rather than broken off: whole months, or as many days as others have.
func regularTerms(contracts []Contract) int {
	days, ended := map[int32]int{}, 0
	for i := range contracts {
		if c := &contracts[i]; c.End != NoDay {
			days[c.End-c.Start]++
			ended++
		}
	}
	regular := 0
	for term, n := range days {
		if float64(n) >= commonTerm*float64(ended) && n > 1 || wholeMonths(term) {
			regular += n
		}
	}
	return regular
}

// wholeMonths reports whether a term, from the first day to the last, is one of whole months but for the length of months.
func wholeMonths(term int32) bool {
	months := int32(float64(term+1)/monthDays + 0.5)
	off := float64(term+1) - float64(months)*monthDays
	return months > 0 && off >= -regularDays && off <= regularDays
}

// CheckEnds refuses what is no kind of ends.
func (c *ContractsConfig) CheckEnds() error {
	if c.Ends == "" || slices.Contains(endsKinds, c.Ends) {
		return nil
	}
	return fmt.Errorf("contracts.ends is %q: expected one of %s", c.Ends, strings.Join(endsKinds, ", "))
}
