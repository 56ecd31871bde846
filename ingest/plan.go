// Package ingest turns somebody's export into a trustworthy Ledger: sources,
// mapping, typed reading, row rules, rows set aside, exact money, day cells.
package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mainstay/ingest/column"
	"mainstay/ingest/money"
	"mainstay/ingest/spill"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// Plan is what is decided before the first row is used: which files, which column
// serves which role, how time is read, the scale of money, and the as-of date.
// It is complete: Build needs nothing else. No file is held open.
type Plan struct {
	Config     Config // effective, with every found column filled in ("none" where there is none)
	Files      []PlannedFile
	Roles      []RoleChoice // for people: what was chosen and why, in a fixed order
	Customer   string
	Time       TimeReader
	Amount     *money.Expr
	Units      *money.Expr // nil = not mapped, likewise below
	Cost       *money.Expr
	Discount   *money.Expr
	Order      string
	Status     string
	Currency   string   // column
	Currencies []string // the different ones in that column up to the as-of date, the most frequent first
	Sides      []SideInfo
	Exclude    []ExcludeList
	Parents    *Parents        // nil unless the unit of analysis is the buying group
	Accounts   *table.Accounts // as Meet leaves them; nil without
	Beside     []Beside        // what else was read, for the run's identity
	Scale      int
	UnitsScale int
	Location   *time.Location
	AsOf       Day
	AsOfWhy    string // for people: "newest complete day; 2 rows from 2051-02-03 on, after a gap of 36 years, not believed", …
	FirstDay   Day    // earliest and latest day of any row inside the window, whether it can be used or not
	LastDay    Day
	Notes      []string     // warnings for people
	Space      *spill.Space // what Build may take, and where; nil = memory without end

	rates            *rateBook     // nil without a table of rates
	excludedAccounts []bool        // by entry of the exclude lists: whether it met an account
	ruleNotes        []string      // those of Notes that follow from the rules, not from dates or names of files
	stored           *stored       // nil = an export
	window           *window       // nil = every day is looked at
	counted          *dayCount     // until the survey: days that are known already; nil = none
	groups           [][]groupPlan // by file and row group; nil = all are read
}

// PlannedFile is one file with its footer.
type PlannedFile struct {
	Object store.Object
	File   *column.File
}

// RoleChoice says which column (or expression) serves a role and how it was found.
type RoleChoice struct {
	Role   string `json:"role"`
	Source string `json:"source"` // column or expression; "" = none
	How    string `json:"how"`    // set (flag or configuration), name, partition, derived; "" = none
}

// NewPlan lists the sources, reads footers, resolves the mapping and chooses the as-of date. Of the
// time column it reads what the footers leave open (twice where its format has to be found
// first). now decides what "yesterday" is. Errors are *ConfigError, *MappingError,
// *InputError or *column.Error where the cause is known to be one of them.
//
// Sources may be the folder of a stored Ledger; cfg is then that of StoredConfig but for what
// only reading decides.
func NewPlan(ctx context.Context, st store.Store, sources []string, cfg Config, threads int, now time.Time) (*Plan, error) {
	threads = max(threads, 1)
	if s, err := findStored(ctx, st, sources); err != nil {
		return nil, err
	} else if s != nil {
		return s.open(ctx, st, cfg, threads, now)
	}
	p, c, err := decide(ctx, st, sources, cfg, threads, now)
	if err != nil {
		return nil, err
	}
	found, err := p.survey(ctx, st, threads, now)
	if err != nil {
		return nil, err
	}
	return p, p.settle(c, found, now)
}

// decide is NewPlan up to what depends on the days of rows.
func decide(ctx context.Context, st store.Store, sources []string, cfg Config, threads int, now time.Time) (*Plan, *catalog, error) {
	p := &Plan{Config: cfg}
	c, err := p.decide(ctx, st, sources, threads, now)
	return p, c, err
}

func (p *Plan) decide(ctx context.Context, st store.Store, sources []string, threads int, now time.Time) (*catalog, error) {
	cfg := p.Config
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if p.Config.TimeFormat == "" {
		p.Config.TimeFormat = "auto"
	}
	if p.Config.RateColumn == noColumn {
		p.Config.RateColumn = ""
	}
	p.Location, _ = cfg.location()
	if err := p.openFiles(ctx, st, sources, threads); err != nil {
		return nil, err
	}
	named := len(p.Notes)
	offers := make([]fileColumns, len(p.Files))
	for i := range p.Files {
		offers[i] = columnsOf(&p.Files[i])
	}
	m, err := newCatalog(offers).resolve(cfg.Columns)
	if err != nil {
		return nil, err
	}
	if err := p.adopt(m); err != nil {
		return nil, err
	}
	if err := p.readExclusions(ctx, st, cfg.Exclude); err != nil {
		return nil, err
	}
	if err := p.readRates(ctx, st); err != nil {
		return nil, err
	}
	if p.Time, err = resolveTime(ctx, st, p, m.catalog, m.chosen[RoleTime].column, threads, p.lastDay(now)); err != nil {
		return nil, err
	}
	p.window = windowOf(&p.Config, p.Time)
	if slices.Contains(timeFormats, p.Time.Format) { // one format for all files: it need not be found again
		p.Config.TimeFormat = p.Time.Format
	}
	p.ruleNotes = append([]string(nil), p.Notes[named:]...)
	return m.catalog, nil
}

// lastDay is the latest day that the as-of date can be.
func (p *Plan) lastDay(now time.Time) Day {
	if t, err := time.Parse(time.DateOnly, p.Config.AsOf); err == nil {
		return DayOf(t)
	}
	return yesterday(now, p.Location)
}

// openFiles lists the sources and reads the footers, in the order of names whatever
// the order of sources. A file named by two sources is read once.
func (p *Plan) openFiles(ctx context.Context, st store.Store, sources []string, threads int) error {
	if len(sources) == 0 {
		return &ConfigError{"no transactions: name a file, a folder or a pattern"}
	}
	seen := map[string]bool{}
	var objects []store.Object
	for _, s := range sources {
		list, err := st.List(ctx, s)
		if err != nil {
			return err
		}
		for _, o := range list {
			if seen[o.Name] {
				p.Notes = append(p.Notes, fmt.Sprintf("%s is named twice and read once", o.Name))
				continue
			}
			seen[o.Name] = true
			objects = append(objects, o)
		}
	}
	slices.SortFunc(objects, func(a, b store.Object) int { return cmp.Compare(a.Name, b.Name) })
	objects, err := choosePartitions(objects, p.Config.Partitions)
	if err != nil {
		return err
	}
	files, err := openPlanned(ctx, st, objects, threads)
	if err != nil {
		return err
	}
	p.Files = files
	var rows int64
	for _, f := range files {
		rows += f.File.Rows
	}
	if rows == 0 {
		return &InputError{File: files[0].Object.Name, RowGroup: -1, Row: -1, Err: errors.New("no rows in the input: check that the export ran")}
	}
	if !slices.ContainsFunc(files, func(f PlannedFile) bool { return len(f.File.Columns)+len(f.Object.Partitions) > 0 }) {
		return &InputError{File: files[0].Object.Name, RowGroup: -1, Row: -1, Err: errors.New("rows, but no columns: check what the export selects")}
	}
	return nil
}

// adopt takes over what the mapper resolved.
func (p *Plan) adopt(m *mapper) error {
	p.Roles = m.choices
	p.Notes = append(p.Notes, m.notes...)
	p.Config.Columns = m.filled()
	p.Customer = m.chosen[RoleCustomer].column
	p.Amount = m.chosen[RoleAmount].expr
	p.Units = m.chosen[RoleUnits].expr
	p.Cost = m.chosen[RoleCost].expr
	p.Discount = m.chosen[RoleDiscount].expr
	p.Order = m.chosen[RoleOrder].column
	p.Status = m.chosen[RoleStatus].column
	p.Currency = m.chosen[RoleCurrency].column
	p.Sides = m.sides()
	if name := p.Config.RateColumn; name != "" {
		r := role{name: "rate", flag: "--rate-column", needs: needsNumber}
		if err := m.exists(&r, name); err != nil {
			return err
		}
		p.Roles = append(p.Roles, RoleChoice{Role: "rate", Source: name, How: howSet})
	}
	for _, e := range []struct {
		role  string
		expr  *money.Expr
		scale *int
	}{{RoleAmount, p.Amount, &p.Scale}, {RoleCost, p.Cost, &p.Scale}, {RoleDiscount, p.Discount, &p.Scale}, {RoleUnits, p.Units, &p.UnitsScale}} {
		scale := m.scaleOf(e.expr, p.Config.MoneyPlaces)
		if scale > maxPlaces {
			p.Notes = append(p.Notes, fmt.Sprintf("%s: %s has %d decimal places, of which %d are kept; what further places hold is rounded, and for amounts the rounding is totalled", e.role, e.expr, scale, maxPlaces))
		}
		*e.scale = max(*e.scale, min(scale, maxPlaces))
	}
	return nil
}

// settle chooses the as-of date, and makes sure that amounts up to it are of one currency.
func (p *Plan) settle(c *catalog, all *surveyed, now time.Time) error {
	if first, last := all.days.ends(latestDay); last < first && p.window != nil {
		return &QualityError{fmt.Sprintf("no row lies between %s and %s (%s without a usable time): choose another --from or --to", p.window.days.lo, p.window.days.hi, plural(all.days.bad, "row"))}
	}
	if last := yesterday(now, p.Location); p.window != nil && p.window.days.lo > last {
		return &ConfigError{fmt.Sprintf("from %s is later than yesterday (%s): no day that is over lies in the window; choose an earlier --from", p.Config.From, last)}
	}
	asOf, why, notes, err := chooseAsOf(&all.days, p.Config.AsOf, now, p.Location)
	if err != nil {
		return err
	}
	days, _ := all.days.days(latestDay)
	p.FirstDay, p.LastDay = days[0], days[len(days)-1]
	p.AsOf, p.AsOfWhy, p.Notes = asOf, why, append(p.Notes, notes...)
	all.currencies.upTo(asOf)
	return settleCurrency(p, c, all.currencies)
}
