package segment

import (
	"math"
	"slices"
	"sort"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/internal/num"
)

// events are the activities of customers as columns. What is on record begins some day: before a quarter of it nothing is told of anybody, and windows that would reach
// behind the beginning are as long as the record, counts then taken to 12 months.
type events struct {
	rows   customerRows[table.Activity]
	first  ingest.Day        // of the record
	scores bool              // some are scores of a survey
	kinds  map[string][2]int // by name: the kind of an activity without a value, and with one
}

const (
	recordDays    = 90  // of activities, before which too little is known
	longestAgo    = 730 // days: longer ago says nothing new
	complaintDays = 90
)

// noActivities switches activities off (model_activities).
const noActivities = "none"

// newEvents is nil without activities, and where the configuration wants none.
func (b *Book) newEvents() *events {
	t := b.Inputs.Activities
	if t == nil || slices.Contains(b.Config.ModelActivities, noActivities) {
		return nil
	}
	e := &events{first: math.MaxInt32, kinds: map[string][2]int{}}
	e.rows = byCustomer(b.Ledger, func(key []byte) []table.Activity { return b.modelActivities(t.Of(key)) }, b.Threads)
	for _, shard := range e.rows {
		for _, all := range shard.rows {
			e.learn(all)
			e.first = min(e.first, ingest.Day(all[0].Day)) // by day
			e.scores = e.scores || slices.ContainsFunc(all, func(a table.Activity) bool { return e.kind(&a) == aScore })
		}
	}
	return e
}

// learn finds the kinds of activities by their names.
func (e *events) learn(all []table.Activity) {
	for i := range all {
		name := all[i].Kind
		if _, known := e.kinds[name]; !known {
			e.kinds[name] = [2]int{activityKind(&table.Activity{Kind: name, Value: math.NaN()}), activityKind(&table.Activity{Kind: name})}
		}
	}
}

// kind is activityKind.
func (e *events) kind(a *table.Activity) int {
	of := e.kinds[a.Kind]
	if math.IsNaN(a.Value) {
		return of[0]
	}
	return of[1]
}

// modelActivities are those of the kinds that the configuration gives to the models.
func (b *Book) modelActivities(all []table.Activity) []table.Activity {
	kinds := b.Config.ModelActivities
	if len(kinds) == 0 {
		return all
	}
	var wanted []table.Activity
	for _, a := range all {
		if slices.ContainsFunc(kinds, func(k string) bool { return identifier(k) == identifier(a.Kind) }) {
			wanted = append(wanted, a)
		}
	}
	return wanted
}

// checkModelActivities refuses kinds that no activity has, as an *ingest.ConfigError.
func (b *Book) checkModelActivities() error {
	for _, kind := range b.Config.ModelActivities {
		switch {
		case kind == noActivities:
		case b.Inputs.Activities == nil:
			return notGiven("activities")
		default:
			known := b.Inputs.Activities.Kinds()
			if !slices.ContainsFunc(known, func(k string) bool { return identifier(k) == identifier(kind) }) {
				return unknownName("kind of activity", kind, known)
			}
		}
	}
	return nil
}

// Kinds of activities, told from their names: what is known of none is a contact.
const (
	aContact = iota
	aQuote
	aComplaint
	aScore
)

var (
	quoteWords = []string{"quote", "quotation", "tender", "offer", "proposal", "报价", "投标", "招标"}
	scoreWords = []string{"score", "survey", "nps", "csat", "satisfaction", "满意", "评分", "调查"}
)

func activityKind(a *table.Activity) int {
	if a.Complaint() {
		return aComplaint
	}
	kind := strings.ToLower(a.Kind)
	has := func(word string) bool { return strings.Contains(kind, word) }
	switch {
	case slices.ContainsFunc(scoreWords, has) && !math.IsNaN(a.Value):
		return aScore
	case slices.ContainsFunc(quoteWords, has):
		return aQuote
	}
	return aContact
}

func (e *events) features() []feature {
	all := []feature{
		{"no_activity", codeActivity, "1 when no activity is known, while others are"},
		{"log_contact_recency", codeActivity, "ln(1 + days since the last contact, such as a visit), at most 730 and at most the record"},
		{"log_contacts_12m", codeActivity, "ln(1 + contacts in the trailing 12 months)"},
		{"log_quotes_12m", codeActivity, "ln(1 + quotes and tenders in the trailing 12 months)"},
		{"complaint_90d", codeComplaint, "1 when there was a complaint in the last 90 days"},
	}
	if e.scores {
		all = append(all, feature{"survey_known", codeActivity, "1 when a survey score is known"}, feature{"survey_score", codeActivity, "the last survey score; 0 where none is known"})
	}
	return all
}

func (e *events) fill(x []float64, pr *Profile, day ingest.Day) {
	record := int(day-e.first) + 1
	if record < recordDays {
		return
	}
	all := e.rows.of(pr.Shard, pr.Row)
	all = all[:sort.Search(len(all), func(i int) bool { return all[i].Day > int32(day) })]
	x[0] = num.Indicator(len(all) == 0)
	year := MonthsBefore(day, 12)
	whole := max(1, daysInYear/float64(record)) // of a record shorter than a year
	ago := min(longestAgo, record)
	var counts [aScore + 1]float64
	for i := len(all) - 1; i >= 0; i-- {
		a := &all[i]
		kind := e.kind(a)
		since := int(day - ingest.Day(a.Day))
		if ingest.Day(a.Day) > year {
			counts[kind]++
		}
		switch kind {
		case aContact:
			ago = min(ago, since)
		case aComplaint:
			x[4] = max(x[4], num.Indicator(since < complaintDays))
		case aScore:
			if x[5] == 0 {
				x[5], x[6] = 1, a.Value
			}
		}
	}
	x[1] = math.Log1p(float64(ago))
	x[2], x[3] = math.Log1p(whole*counts[aContact]), math.Log1p(whole*counts[aQuote])
}
