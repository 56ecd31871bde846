package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"mainstay/ingest"
	"mainstay/ingest/spelling"
	"mainstay/ingest/table"
	"mainstay/reports"
)

// Tables is where the tables beside the transactions are, and which columns serve.
type Tables struct {
	Accounts   tableConfig[table.AccountsConfig]   `yaml:"accounts"`
	Contracts  tableConfig[table.ContractsConfig]  `yaml:"contracts"`
	Activities tableConfig[table.ActivitiesConfig] `yaml:"activities"`
	People     tableConfig[table.PeopleConfig]     `yaml:"people"`
	Series     tableConfig[table.SeriesConfig]     `yaml:"series"`
}

type tableConfig[Columns any] struct {
	Source  []string `yaml:"source"`
	Columns Columns  `yaml:",inline"`
}

// addFlags binds the flags of all tables.
func (c *Tables) addFlags(f *pflag.FlagSet) {
	f.StringSliceVar(&c.Accounts.Source, "accounts", nil, "accounts table (`FILES`): key, name, parent, attributes")
	f.StringVar(&c.Accounts.Columns.Key, "accounts-key", "", "accounts `COLUMN` of the customer key")
	f.StringVar(&c.Accounts.Columns.Name, "accounts-name", "", "accounts `COLUMN` of the name")
	f.StringVar(&c.Accounts.Columns.Parent, "accounts-parent", "", "accounts `COLUMN` of the parent (buying group)")
	f.StringVar(&c.Accounts.Columns.ValidFrom, "accounts-valid-from", "", "accounts `COLUMN` of the day from which a row holds; a key may then have several rows")
	add := func(name, what string, source *[]string, roles []table.Role) {
		f.StringSliceVar(source, name, nil, name+" table (`FILES`): "+what)
		f.Var(rolesFlag{roles}, name+"-columns", "which columns serve, as `ROLE=COLUMN` pairs, joined by commas")
	}
	add("contracts", "customer, start, end (empty = open), notice, value, ended", &c.Contracts.Source, c.Contracts.Columns.Roles())
	f.StringVar(&c.Contracts.Columns.Ends, "contracts-ends", "", "when the ends of contracts were known: `KIND` auto, planned (from the start), notice (when notice was given) or actual (when they came)")
	add("activities", "customer, date, kind, value, person", &c.Activities.Source, c.Activities.Columns.Roles())
	add("people", "customer, person, role, from, to", &c.People.Source, c.People.Columns.Roles())
	add("series", "date, name, value, lag (days until published)", &c.Series.Source, c.Series.Columns.Roles())
}

// readTable reads a table that is an argument.
func (a *app) readTable(ctx context.Context, sources []string, threads int) (*table.Table, error) {
	a.progress.start(a.stderr)
	a.progress.say("reading the table")
	return table.Read(ctx, files, sources, threads)
}

// rolesFlag sets the columns of a table: "start=begin_date,end=none".
type rolesFlag struct{ roles []table.Role }

func (r rolesFlag) Type() string { return "roles" }

func (r rolesFlag) String() string {
	var set []string
	for _, role := range r.roles {
		if *role.Column != "" {
			set = append(set, role.Name+"="+*role.Column)
		}
	}
	return strings.Join(set, ",")
}

func (r rolesFlag) Set(s string) error {
	for pair := range strings.SplitSeq(s, ",") {
		name, column, ok := strings.Cut(pair, "=")
		if !ok {
			return fmt.Errorf("%q names no column: write ROLE=COLUMN, for example %s=COLUMN", pair, r.roles[0].Name)
		}
		var names []string
		found := false
		for _, role := range r.roles {
			names = append(names, role.Name)
			if role.Name == strings.TrimSpace(name) {
				*role.Column, found = strings.TrimSpace(column), true
			}
		}
		if !found {
			hint := ""
			if near := spelling.Nearest(name, names); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			return fmt.Errorf("there is no role %q%s; the roles are %s", name, hint, strings.Join(names, ", "))
		}
	}
	return nil
}

// sources are the tables' files, by their role in the manifest.
func (c *Tables) sources() []reports.Source {
	return []reports.Source{
		{Role: "accounts", Files: c.Accounts.Source},
		{Role: "contracts", Files: c.Contracts.Source},
		{Role: "activities", Files: c.Activities.Source},
		{Role: "people", Files: c.People.Source},
		{Role: "series", Files: c.Series.Source},
	}
}

// found takes the columns that were found.
func (c *Tables) found(in *table.Inputs) {
	if in.Accounts != nil {
		c.Accounts.Columns = in.Accounts.Chosen
	}
	if in.Contracts != nil {
		c.Contracts.Columns = in.Contracts.Chosen
	}
	if in.Activities != nil {
		c.Activities.Columns = in.Activities.Chosen
	}
	if in.People != nil {
		c.People.Columns = in.People.Chosen
	}
	if in.Series != nil {
		c.Series.Columns = in.Series.Chosen
	}
}

// columns are the columns asked for, the part of the configuration that decides a run's bytes.
func (c *Tables) columns() any {
	return struct {
		Accounts   table.AccountsConfig   `json:"accounts"`
		Contracts  table.ContractsConfig  `json:"contracts"`
		Activities table.ActivitiesConfig `json:"activities"`
		People     table.PeopleConfig     `json:"people"`
		Series     table.SeriesConfig     `json:"series"`
	}{c.Accounts.Columns, c.Contracts.Columns, c.Activities.Columns, c.People.Columns, c.Series.Columns}
}

// inputs reads the tables that are configured, as of the plan's day. More bad rows than may be are a
// *ingest.QualityError.
func (a *app) inputs(ctx context.Context, o *inputOptions, p *ingest.Plan) (*table.Inputs, error) {
	in, err := a.readTables(ctx, o, p)
	if err != nil {
		return nil, err
	}
	for _, t := range in.Tallies() {
		if err := ingest.GateTable(t, o.config.Ingest.MaxBadRate); err != nil {
			return nil, err
		}
	}
	return in, nil
}

func (a *app) readTables(ctx context.Context, o *inputOptions, p *ingest.Plan) (in *table.Inputs, err error) {
	c := &o.config
	in = &table.Inputs{}
	if in.Accounts, err = a.accounts(ctx, o, p); err != nil {
		return nil, err
	}
	scope := table.Scope{Customer: p.Customer, AsOf: int32(p.AsOf), Threads: o.threads, Whose: p.Whose()}
	if s := c.Contracts.Source; len(s) > 0 {
		if err := c.Contracts.Columns.CheckEnds(); err != nil {
			return nil, &ingest.ConfigError{Msg: err.Error()}
		}
		a.progress.say("reading contracts")
		if in.Contracts, err = table.ReadContracts(ctx, files, s, c.Contracts.Columns, scope); err != nil {
			return nil, err
		}
	}
	if s := c.Activities.Source; len(s) > 0 {
		a.progress.say("reading activities")
		if in.Activities, err = table.ReadActivities(ctx, files, s, c.Activities.Columns, scope); err != nil {
			return nil, err
		}
	}
	if s := c.People.Source; len(s) > 0 {
		a.progress.say("reading people")
		if in.People, err = table.ReadPeople(ctx, files, s, c.People.Columns, scope); err != nil {
			return nil, err
		}
	}
	if s := c.Series.Source; len(s) > 0 {
		a.progress.say("reading series")
		if in.Series, err = table.ReadSeries(ctx, files, s, c.Series.Columns, scope.AsOf); err != nil {
			return nil, err
		}
	}
	in.CompareLabels(scope.AsOf)
	return in, nil
}
