package table

// Tally reconciles a table: Rows = Used + the rows of Aside.
type Tally struct {
	Table   string   `json:"table"` // accounts, contracts, activities, people, series
	Rows    int      `json:"rows"`
	Used    int      `json:"used"`
	Aside   []Aside  `json:"set_aside"` // by reason, those with rows
	Columns []Served `json:"columns"`
	First   string   `json:"first,omitempty"` // earliest and latest date of the rows used
	Last    string   `json:"last,omitempty"`
	Groups  []Part   `json:"groups,omitempty"` // kinds of activities, roles of people, series; by name
	Ends    string   `json:"ends,omitempty"`   // of contracts: when their ends were known, see EndsPlanned; and what speaks for it
	EndsWhy string   `json:"ends_why,omitempty"`
	Notes   []string `json:"notes,omitempty"` // for people: columns left out, what was assumed, labels that contradict dates
}

// Part is a part of the rows used.
type Part struct {
	Name  string `json:"name"`
	Rows  int    `json:"rows"`
	First string `json:"first,omitempty"`
	Last  string `json:"last,omitempty"`
	Lag   int    `json:"lag_days,omitempty"` // of a series, the longest
	first int32
	last  int32
}

// Aside counts the rows of a table that are not used for one reason.
type Aside struct {
	Reason string `json:"reason"`
	Rows   int    `json:"rows"`
	Bad    bool   `json:"bad"`   // counts towards max_bad_rate
	First  string `json:"first"` // where the first of them is, and what is wrong
}

// Served says which column serves a role.
type Served struct {
	Role   string `json:"role"`
	Column string `json:"column"`
}

// Reasons for which rows of a table are set aside. Those out of scope are not bad.
const (
	ReasonNoCustomer    = "no_customer"       // out of scope
	ReasonAfterAsOf     = "after_as_of"       // out of scope: not known on the as-of date
	ReasonExcluded      = "excluded_customer" // out of scope
	ReasonRepeated      = "repeated"          // out of scope: the same as an earlier row in every column
	ReasonNoValue       = "no_value"          // out of scope: a date of a series without a value
	ReasonNoDate        = "no_date"
	ReasonBadDate       = "bad_date"
	ReasonEndBeforeFrom = "end_before_start"
	ReasonNoPerson      = "no_person"
	ReasonBadValue      = "bad_value"
	ReasonBadKey        = "bad_key"
	ReasonTwoValues     = "two_values" // one date of a series has two values
)

var outOfScope = []string{ReasonNoCustomer, ReasonAfterAsOf, ReasonExcluded, ReasonRepeated, ReasonNoValue}

// Bad is the number of bad rows.
func (t *Tally) Bad() int {
	n := 0
	for _, a := range t.Aside {
		if a.Bad {
			n += a.Rows
		}
	}
	return n
}
