package ingest

import (
	"fmt"
	"strings"

	"mainstay/ingest/money"
)

// Kind of a row set aside.
const (
	OutOfScope = "out_of_scope" // counted, never stops a run
	Bad        = "bad"          // counted, stops the run beyond Config.MaxBadRate
)

// Reason codes of rows set aside: stable, part of the output format. A row is set
// aside for the first reason that holds, in this order.
const (
	ReasonBadTime          = "bad_time"          // bad: null, unparsable, or outside 1900–2200
	ReasonAfterAsOf        = "after_as_of"       // out of scope
	ReasonNoCustomer       = "no_customer"       // out of scope: null, empty or blank
	ReasonBadCustomer      = "bad_customer"      // bad: not UTF-8, longer than 1 KiB, not finite
	ReasonExcludedCustomer = "excluded_customer" // out of scope
	ReasonExcludedStatus   = "excluded_status"   // out of scope
	ReasonOtherCurrency    = "other_currency"    // out of scope
	ReasonNoCurrency       = "no_currency"       // bad: no currency where several are in use
	ReasonNoRate           = "no_rate"           // bad: no rate to convert with, or only an older one than Config.Rates.MaxAge allows
	ReasonBadAmount        = "bad_amount"        // bad: null, unparsable, not finite, too large
	ReasonBadUnits         = "bad_units"         // bad: unparsable, not finite, too large
	ReasonBadCost          = "bad_cost"          // bad: likewise (a null cost is unknown, not bad)
	ReasonBadDiscount      = "bad_discount"      // bad: likewise
)

// Tally reconciles rows and money: Read = Used + every reason, exactly. Rows of days outside Config.From and
// Config.To are no part of the input: Read + Outside is what the files hold.
type Tally struct {
	RowsRead, RowsUsed   int64
	RowsOutside          int64
	MoneyRead, MoneyUsed money.Total // at Ledger.Scale; rows whose amount cannot be read count as 0
	Reasons              []ReasonTally
	Rounding             money.Rounding
	Excluded             []ExclusionTally // of ReasonExcludedCustomer, by list and reason
}

// ExcludedStatusNote says what excluding by status does to earlier as-of dates: an export
// holds an order's status of today, not what it was then.
const ExcludedStatusNote = "orders excluded by their status today are excluded at every date"

// Notes is what readers of the figures have to know about the rows set aside.
func (t *Tally) Notes() []string {
	for _, r := range t.Reasons {
		if r.Reason == ReasonExcludedStatus && r.Rows > 0 {
			return []string{fmt.Sprintf("%s (%s)", ExcludedStatusNote, plural(r.Rows, "row"))}
		}
	}
	return nil
}

// ExclusionNotes says which entries of the exclude lists meet nobody: a key may be misspelt. Nothing is
// said of persons who are to be forgotten: that they are gone is as it should be.
func (t *Tally) ExclusionNotes() []string {
	var notes []string
	for _, x := range t.Excluded {
		if x.Erased || x.Matched == x.Entries {
			continue
		}
		names, more := strings.Join(x.Unmatched, ", "), ""
		if n := x.Entries - x.Matched - len(x.Unmatched); n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		notes = append(notes, fmt.Sprintf("exclude list %s: no customer has %d of its %s: %s%s; check how keys are written (00042 and 42 differ)",
			x.List, x.Entries-x.Matched, plural(int64(x.Entries), "key"), names, more))
	}
	return notes
}

// ReasonTally counts the rows set aside for one reason.
type ReasonTally struct {
	Reason, Kind string
	Rows         int64
	Money        money.Total
}

// ExclusionTally counts what the entries of an exclude list that have one reason leave out.
type ExclusionTally struct {
	List, Reason string   // the list's file; exclude_customers for the configuration's own keys
	Erased       bool     // to be forgotten: no key is shown anywhere
	Entries      int      // keys and globs
	Matched      int      // of them, those that meet a customer of the export or the accounts
	Unmatched    []string // a few of the others; none where Erased
	Rows         int64
	Money        money.Total
}

// Reject is one row set aside.
type Reject struct {
	File         string // below the folder that all inputs have in common: see RelativeNames
	Row          int64  // 0-based within the file
	Reason, Kind string
	Column       string // the column at fault, "" where none
	Value        string // its value as text, at most 200 bytes, valid UTF-8
	Amount       int64  // at Ledger.Scale; valid when HasAmount
	HasAmount    bool
}

// RejectSink receives the rows set aside in file and row order, in batches whose
// slice is reused after the call returns.
type RejectSink func(batch []Reject) error
