package latent

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/table"
	"mainstay/markov/attrition"
)

// ContractConfig is what a table of contracts, or of who is left of a cohort, means.
type ContractConfig struct {
	Customer, Start, End string     // columns of contracts
	Survivors, Period    string     // columns of who is left; Survivors "" = contracts
	Cohort               string     // column of cohorts of who is left; "" = one
	By                   string     // column of groups, a fit for each; "" = one
	Every                string     // of contracts: contract, month, quarter, year
	Grace                int        // days until the next contract that are no end
	AsOf                 ingest.Day // of contracts
	Until                int        // fit so many renewals, hold the others against it; 0 = all
	Ahead                int        // renewals beyond those seen
	Rate                 float64    // discount rate: annual effective where Every is a calendar period, else per period
	Level                float64
}

// ContractDefaults are those of mainstay attrition contracts.
var ContractDefaults = ContractConfig{Customer: "customer", Start: "start", End: "end", Period: "period", Every: "contract", Grace: 31, Ahead: 5, Rate: 0.1, Level: 0.95}

// ContractGroup is a group with its fit. Of a refused fit Rows know only what was seen.
type ContractGroup struct {
	Name  string
	Lives attrition.Lives // all of them, those beyond Until too; equal ones are one, weighted
	Ended float64
	Fit   *attrition.Contractual
	New   attrition.Estimate // discounted expected lifetime of somebody new, in periods paid
	Rows  []Renewal          // by renewals due, from 0
}

// Renewal is what is known of those who are to renew for the t-th time.
type Renewal struct {
	T         int
	AtRisk    float64            // seen to be due
	Seen      float64            // share there after t renewals, Kaplan and Meier's; NaN where none was due
	Survival  attrition.Estimate // expected share
	Retention attrition.Estimate // chance that who renewed t − 1 times does again; NaN at 0
	Residual  attrition.Estimate // discounted periods still to be paid by who renewed t times
	Fitted    bool               // the fit knows it
}

// ContractStudy is all groups.
type ContractStudy struct {
	Files  []string
	Config ContractConfig
	Groups []ContractGroup
	Notes  []string
}

// Check finds what is wrong with what is asked.
func (c *ContractConfig) Check() error {
	switch {
	case !slices.Contains([]string{"contract", "month", "quarter", "year"}, c.Every):
		return fmt.Errorf("a period is %q; expected contract, month, quarter or year", c.Every)
	case c.Grace < 0 || c.Grace > 3660 || c.Until < 0 || c.Ahead < 0 || c.Ahead > 1000:
		return fmt.Errorf("grace is %d days, the fit ends after %d renewals, %d are ahead; expected 0 to 3660 days, 0 and more, and 0 to 1000", c.Grace, c.Until, c.Ahead)
	case !(c.Rate > 0 && c.Rate <= 10):
		return fmt.Errorf("the discount rate is %v; expected a number above 0 up to 10, 0.1 for 10 %%", c.Rate)
	case !(c.Level > 0 && c.Level < 1):
		return fmt.Errorf("the level is %v; expected a number between 0 and 1, such as 0.95", c.Level)
	case c.Cohort != "" && c.Survivors == "":
		return fmt.Errorf("cohorts are those of a table of survivors: name its column of survivors too")
	}
	return nil
}

// Annual says whether Rate is that of a year.
func (c *ContractConfig) Annual() bool { return c.Survivors == "" && c.Every != "contract" }

// PeriodRate is the discount rate of a period: of a month (1 + annual)^(1/12) − 1.
func (c *ContractConfig) PeriodRate() float64 {
	if !c.Annual() {
		return c.Rate
	}
	return math.Expm1(math.Log1p(c.Rate) * monthsOf[c.Every] / 12)
}

// Contracts fits the shifted-beta-geometric model to a table. Errors: *table.MappingError for a column that is missing, *column.Error for a cell, *ingest.ConfigError for a
// setting.
func Contracts(t *table.Table, c ContractConfig) (*ContractStudy, error) {
	if err := c.Check(); err != nil {
		return nil, &ingest.ConfigError{Msg: err.Error()}
	}
	s := &ContractStudy{Files: t.Files, Config: c}
	read := s.survivors
	if c.Survivors == "" {
		read = s.contracts
	}
	groups, err := read(t)
	if err != nil {
		return nil, err
	}
	for name, lives := range groups {
		s.Groups = append(s.Groups, ContractGroup{Name: name, Lives: merged(lives)})
	}
	slices.SortFunc(s.Groups, func(a, b ContractGroup) int { return strings.Compare(a.Name, b.Name) })
	for k := range s.Groups {
		if err := s.Groups[k].ask(&c); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// group is the lives of a row's group.
func group(groups map[string]*attrition.Lives, by *table.Column, row int) *attrition.Lives {
	name := "all"
	if by != nil {
		if name = strings.TrimSpace(by.At(row)); name == "" {
			name = unknownLevel
		}
	}
	if groups[name] == nil {
		groups[name] = &attrition.Lives{}
	}
	return groups[name]
}

// merged makes one, weighted, of lives that are equal, in the order of their periods, those that ended first: a fit and the table of renewals then cost what there are different lives, a few hundred of a million.
func merged(all *attrition.Lives) attrition.Lives {
	type kind struct {
		periods float64
		ended   bool
	}
	weight := map[kind]float64{}
	for i, p := range all.Periods {
		weight[kind{p, all.Ended[i]}] += all.Weight[i]
	}
	kinds := slices.SortedFunc(maps.Keys(weight), func(a, b kind) int {
		if o := cmp.Compare(a.periods, b.periods); o != 0 || a.ended == b.ended {
			return o
		}
		if a.ended {
			return -1
		}
		return 1
	})
	var out attrition.Lives
	for _, k := range kinds {
		out.Periods, out.Ended, out.Weight = append(out.Periods, k.periods), append(out.Ended, k.ended), append(out.Weight, weight[k])
	}
	return out
}

// optional is a column, nil for no name.
func optional(t *table.Table, name string) (*table.Column, error) {
	if name == "" {
		return nil, nil
	}
	return t.Column(name)
}
