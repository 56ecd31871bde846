package reports

import "encoding/json"

// ExplainSchema is the version of the JSON of explain.
const ExplainSchema = "mainstay.explain/1"

// explainJSON is an explanation for machines. Exact money and units are decimal strings, estimates are
// numbers in money units, undefined is null; docs/format.md describes the fields.
type explainJSON struct {
	Schema     string          `json:"schema"`
	AsOf       string          `json:"as_of"`
	ByName     bool            `json:"by_name"`
	Score      json.RawMessage `json:"score"` // the row of the score file
	Attributes []namedValue    `json:"attributes"`
	Models     Champions       `json:"models"`
	Stored     *ModelInfo      `json:"model"`     // null where the models were fitted for this answer
	Contracts  []contractInfo  `json:"contracts"` // null: no table given; likewise the next two
	People     []personInfo    `json:"people"`
	Activities *activityInfo   `json:"activities"`
	Rows       explainRows     `json:"rows"`
	History    *explainHistory `json:"history"`
	Since      *explainSince   `json:"since"`
	State      *explainState   `json:"state"`
	Churn      *explainChurn   `json:"churn"`
	Value      *explainValue   `json:"value"`
	Tier       explainTier     `json:"tier"`
}

type namedValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type contractInfo struct {
	Start    string  `json:"start"`
	End      *string `json:"end"`
	NoticeBy *string `json:"notice_by"`
	Value    number  `json:"value"`
	Open     bool    `json:"open"`
}

type personInfo struct {
	Name string  `json:"name"`
	Role string  `json:"role"`
	From *string `json:"from"`
	To   *string `json:"to"`
}

type activityInfo struct {
	All        int           `json:"all"`
	Year       int           `json:"last_12m"`
	Complaints int           `json:"complaints_12m"`
	Latest     []activityRow `json:"latest"`
}

type activityRow struct {
	Day    string `json:"day"`
	Kind   string `json:"kind"`
	Person string `json:"person"`
	Value  number `json:"value"`
}

type explainRows struct {
	Stored    bool             `json:"stored"`
	Read      int64            `json:"read"`
	Used      int64            `json:"used"`
	MoneyRead string           `json:"money_read"`
	MoneyUsed string           `json:"money_used"`
	Reasons   []RejectedReason `json:"reasons"`
	Latest    []explainRow     `json:"latest"`
	SetAside  []explainRow     `json:"set_aside"`
}

type explainRow struct {
	File   string  `json:"file"`
	Row    int64   `json:"row"`
	Day    *string `json:"day"`
	Amount *string `json:"amount"`
	Units  *string `json:"units"`
	Order  string  `json:"order"`
	Reason string  `json:"reason,omitempty"`
	Column string  `json:"column,omitempty"`
	Value  string  `json:"value,omitempty"`
}

type explainHistory struct {
	Days         int64          `json:"days"`
	PurchaseDays int32          `json:"purchase_days"`
	UsualGap     number         `json:"usual_gap_days"`
	BookGap      number         `json:"book_gap_days"`
	Latest       []explainDay   `json:"latest"`
	Months       []explainMonth `json:"months"`
	Year         explainYear    `json:"last_12m"`
	Before       *explainYear   `json:"prior_12m"` // null where the book does not reach back so far
}

type explainDay struct {
	Day      string  `json:"day"`
	Rows     int64   `json:"rows"`
	Sales    string  `json:"sales"`
	Returns  string  `json:"returns"`
	Value    string  `json:"value"`
	Units    *string `json:"units"`
	Purchase bool    `json:"purchase"`
}

type explainMonth struct {
	End          string `json:"end"`
	Revenue      string `json:"revenue"`
	PurchaseDays int    `json:"purchase_days"`
}

type explainYear struct {
	Revenue      string  `json:"revenue"`
	Value        string  `json:"value"`
	Returns      string  `json:"returns"`
	Units        *string `json:"units"`
	PurchaseDays int     `json:"purchase_days"`
}

type explainSince struct {
	AsOf   string          `json:"as_of"`
	Why    string          `json:"why,omitempty"` // why there is no score: young, unknown
	Score  json.RawMessage `json:"score"`
	Models *Champions      `json:"models"`
}

type explainState struct {
	State   string           `json:"state"`
	Periods int              `json:"active_periods"`
	Own     number           `json:"value_per_active_period"`
	Moves   []transitionInfo `json:"moves"`
}

type transitionInfo struct {
	To    string `json:"to"`
	Count int64  `json:"count"`
	P     number `json:"p"`
	Low   number `json:"low"`
	High  number `json:"high"`
}

type explainChurn struct {
	Model     string         `json:"model"`
	Certified bool           `json:"certified"`
	Mean      number         `json:"mean"`
	Before    float64        `json:"before_correction,omitempty"` // the probability, where it was corrected by experience
	Contract  *explainBound  `json:"contract,omitempty"`          // where contracts are given
	Logistic  *explainLinear `json:"logistic,omitempty"`          // of every model with a linear predictor
	Chain     *explainChain  `json:"chain,omitempty"`
	Rule      *explainRule   `json:"rule,omitempty"`
	Latent    *explainLatent `json:"attrition,omitempty"`
}

// explainBound is what contracts do to the probability.
type explainBound struct {
	Open      bool    `json:"open"`
	Held      bool    `json:"held"`
	Ending    bool    `json:"ending"`
	Until     *string `json:"until"`
	Without   number  `json:"without"`
	With      number  `json:"with"`
	Lapse     number  `json:"lapse"`
	LapseLow  number  `json:"lapse_low"`
	LapseHigh number  `json:"lapse_high"`
}

type explainLinear struct {
	Scale    string        `json:"link_scale"`
	Baseline number        `json:"baseline"`
	Link     number        `json:"link"`
	Shrink   number        `json:"shrink"`
	Terms    []explainTerm `json:"terms"`
}

type explainTerm struct {
	Name   string `json:"name"`
	Reason string `json:"reason,omitempty"`
	Value  number `json:"value"`
	Mean   number `json:"mean"`
	Coef   number `json:"coefficient"`
	Share  number `json:"share"`
}

type explainChain struct {
	State      string   `json:"state"`
	Departures int64    `json:"departures"`
	Periods    number   `json:"horizon_periods"`
	Silence    []number `json:"silence"`
	SE         number   `json:"se"`
}

type explainRule struct {
	From      int    `json:"from_days"`
	To        int    `json:"to_days"`
	Everybody bool   `json:"everybody,omitempty"` // the rate is that of all, however long they were silent
	Rate      number `json:"rate"`
	N         number `json:"n"`
}

type explainLatent struct {
	Law     string `json:"law"`
	Days    int    `json:"purchase_days"`
	Tenure  int    `json:"tenure_days"`
	Recency int    `json:"recency_days"`
	Alive   number `json:"alive"`
	Low     number `json:"alive_low"`
	High    number `json:"alive_high"`
	Silent  number `json:"silent"`
}

type explainValue struct {
	Model     string           `json:"model"`
	Certified bool             `json:"certified"`
	LabelDays int              `json:"label_days"`
	Label     number           `json:"label"`
	Stayed    number           `json:"without_attrition"`
	Spend     *explainSpend    `json:"chain_spend,omitempty"`
	Life      *explainLife     `json:"survival,omitempty"`
	Hurdle    *explainHurdle   `json:"regression,omitempty"`
	Return    *explainReturn   `json:"returns,omitempty"`
	Band      *explainBand     `json:"band"`
	Residual  *explainResidual `json:"residual"`
}

type explainSpend struct {
	Visits       number `json:"active_periods"`
	VisitsStayed number `json:"active_periods_without_attrition"`
	Periods      int    `json:"periods_seen"`
	Own          number `json:"own"`
	Book         number `json:"book"`
	Z            number `json:"credibility"`
	Worth        number `json:"per_period"`
	ByDay        bool   `json:"by_purchase_day,omitempty"` // periods are purchase days
	Alive        number `json:"alive"`                     // null but of attrition
}

type explainLife struct {
	Days   number        `json:"days_of_life"`
	Year   number        `json:"of_days"`
	Median number        `json:"median_days_of_life"`
	Alive  number        `json:"year_alive"`
	Terms  []explainTerm `json:"terms"`
}

type explainHurdle struct {
	Buys   number         `json:"buys"`
	Back   number         `json:"back"`
	Mean   number         `json:"mean"`
	Terms  []explainTerm  `json:"terms"`
	Labels []explainLabel `json:"labels"`
}

type explainLabel struct {
	Length number `json:"length"`
	Active number `json:"active"`
	Value  number `json:"value"`
}

type explainReturn struct {
	Silence string `json:"silence"`
	Rate    number `json:"rate"`
	Mean    number `json:"mean"`
	Slope   number `json:"slope"`
	Own     number `json:"own"`
	OwnMean number `json:"own_mean"`
	Most    number `json:"most"`
}

type explainBand struct {
	UpTo number `json:"up_to"` // null: no bound
	Low  number `json:"low"`
	High number `json:"high"`
}

type explainResidual struct {
	Multiplier number `json:"multiplier"`
	Survival   number `json:"survival"`
	ByChain    bool   `json:"by_chain"`
	ByCurve    bool   `json:"by_survival_curve"`
	ByLaw      bool   `json:"by_attrition"`
}

type explainTier struct {
	Tier       string            `json:"tier"`
	Reason     string            `json:"reason"`
	ByValue    string            `json:"by_value"`
	Threatened bool              `json:"threatened"`
	Rank       int               `json:"rank"`
	Of         int               `json:"of"`
	Larger     number            `json:"share_of_larger"`
	Steps      []explainStep     `json:"steps"`
	Churn      number            `json:"risk_from_churn"`
	RiskFrom   number            `json:"risk_from_value_at_risk"`
	KeyAccount explainKeyAccount `json:"key_account"`
}

type explainStep struct {
	Tier    string `json:"tier"`
	From    number `json:"from"`
	Missing number `json:"missing"`
}

type explainKeyAccount struct {
	Selected   bool               `json:"selected"`
	Rule       string             `json:"rule"`
	Rank       int                `json:"rank"`
	Of         int                `json:"of"`
	Chosen     int                `json:"chosen"`
	From       *string            `json:"from"`
	Missing    *string            `json:"missing"`
	Conditions []explainCondition `json:"conditions"`
}

type explainCondition struct {
	Condition string `json:"condition"`
	Holds     bool   `json:"holds"`
}
