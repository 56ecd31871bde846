package model

// Equation is a column of coefficients where a fit has several: of a level of the response (multinomial), of a
// quantile, of a penalty.
type Equation struct {
	Name         string // what the column is of: "tau = 0.25"
	Coefficients []Coefficient
}

// Parameter is an estimate beside the coefficients: θ of a negative binomial, the scale of a survival time.
type Parameter struct {
	Name  string // for people and machines, lower case: "theta"
	Value float64
	SE    float64 // NaN where it has none
}

// Section is a part of a result that only some families have (a baseline hazard, a path of penalties): columns of
// equal length, which reports print and write without knowing what they are.
type Section struct {
	Name    string // for machines, lower case with _: "baseline"
	Title   string // for people: "baseline hazard"
	Columns []Values
	Most    int   // rows shown to people, the others only to machines; 0 = all
	Shown   []int // which rows these are, where not the first
}

// Values is one column of a Section: exactly one of Text and Number is set. Undefined is NaN.
type Values struct {
	Name   string // for machines and people: "cumulative_hazard"; people see blanks for _
	Text   []string
	Number []float64
	Kind   Kind   // of Number: how it is printed
	About  string // in a few words, of a prediction; "" of sections
}

// Kind is how a number is printed.
type Kind uint8

// The kinds.
const (
	Significant Kind = iota // to four significant digits
	Whole                   // a count
	Ratio                   // of odds, rates …: like Significant, but near 1 to five places
	Statistic               // of a test: two places
	Probability             // P of a test
	Share                   // between 0 and 1, four places
)

// Rows is the number of rows.
func (s *Section) Rows() int {
	if len(s.Columns) == 0 {
		return 0
	}
	return max(len(s.Columns[0].Text), len(s.Columns[0].Number))
}

// What e^coefficient is called. Result.Ratio is one of these, or "" where it has no meaning.
const (
	OddsRatio   = "odds ratio"
	RateRatio   = "rate ratio"
	MeanRatio   = "mean ratio"
	HazardRatio = "hazard ratio"
	TimeRatio   = "time ratio"
)
