package ingest

// Config is everything that decides how an export becomes a Ledger. The yaml tags
// are the keys of the configuration file; docs/config.md describes each.
type Config struct {
	Unit             string      `yaml:"unit" json:"unit"` // what a customer is: customer (default) or parent (buying group, by the accounts table)
	Columns          Mapping     `yaml:"columns" json:"columns"`
	TimeFormat       string      `yaml:"time_format" json:"time_format"`             // auto, yyyymmdd, epoch-days|s|ms|us|ns, iso, or a strptime layout such as %d/%m/%Y
	Zone             string      `yaml:"zone" json:"zone"`                           // IANA zone in which a day begins; default UTC
	AsOf             string      `yaml:"as_of" json:"as_of"`                         // YYYY-MM-DD; empty = newest complete day
	From             string      `yaml:"from" json:"from,omitempty"`                 // YYYY-MM-DD; rows of earlier days are not looked at
	To               string      `yaml:"to" json:"to,omitempty"`                     // likewise of later days
	Partitions       []string    `yaml:"partitions" json:"-"`                        // key=value of folders whose files are read; the files decide, not how they were chosen
	MoneyPlaces      int         `yaml:"money_places" json:"money_places"`           // places kept of floating and text amounts; default 4
	ZeroDays         string      `yaml:"zero_days" json:"zero_days"`                 // ignore (default) or count
	ExcludeStatus    []string    `yaml:"exclude_status" json:"exclude_status"`       // default: cancelled, canceled, void, voided (any case)
	ExcludeCustomers []string    `yaml:"exclude_customers" json:"exclude_customers"` // keys or globs such as INTERNAL-*
	Exclude          []string    `yaml:"exclude" json:"-"`                           // files of keys or globs; what they hold decides, not where they lie
	Currency         string      `yaml:"currency" json:"currency"`                   // keep only this currency (others are out of scope), or the base of rates
	RateColumn       string      `yaml:"rate_column" json:"rate_column"`
	Rates            RatesConfig `yaml:"rates" json:"rates"`
	RateDirection    string      `yaml:"rate_direction" json:"rate_direction"` // local-per-base or base-per-local; no default
	MaxBadRate       float64     `yaml:"max_bad_rate" json:"max_bad_rate"`     // share of rows that may be bad; default 0.01

	readAll bool // for tests: statistics are not trusted, every row is read
}

// Mapping names the column of each role. Empty = find it by name and type;
// "none" = do without. Amount, Units, Cost and Discount may be expressions.
type Mapping struct {
	Customer   string   `yaml:"customer" json:"customer"`
	Time       string   `yaml:"time" json:"time"`
	Amount     string   `yaml:"amount" json:"amount"`
	Order      string   `yaml:"order" json:"order"`
	Units      string   `yaml:"units" json:"units"`
	Price      string   `yaml:"price" json:"price"` // unit price, used to derive the amount
	Cost       string   `yaml:"cost" json:"cost"`   // cost of the whole line
	Discount   string   `yaml:"discount" json:"discount"`
	Currency   string   `yaml:"currency" json:"currency"`
	Status     string   `yaml:"status" json:"status"`
	Category   string   `yaml:"category" json:"category"`
	Product    string   `yaml:"product" json:"product"`
	Channel    string   `yaml:"channel" json:"channel"`
	Region     string   `yaml:"region" json:"region"`
	Manager    string   `yaml:"manager" json:"manager"`
	LineType   string   `yaml:"line_type" json:"line_type"`
	Name       string   `yaml:"name" json:"name"`             // the customer's name, carried on rows
	Industry   string   `yaml:"industry" json:"industry"`     // likewise
	Attributes []string `yaml:"attributes" json:"attributes"` // further columns kept by customer × day
}

// DefaultConfig is the configuration of a run without flags or file.
func DefaultConfig() Config {
	return Config{
		Unit: UnitCustomer, TimeFormat: "auto", Zone: "UTC", MoneyPlaces: 4, ZeroDays: "ignore",
		ExcludeStatus: []string{"cancelled", "canceled", "void", "voided"}, MaxBadRate: 0.01,
		Rates: RatesConfig{MaxAge: 31},
	}
}
