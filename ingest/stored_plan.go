package ingest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// open checks the files of a stored Ledger and makes the Plan that reads it.
func (s *stored) open(ctx context.Context, st store.Store, cfg Config, threads int, now time.Time) (*Plan, error) {
	if err := s.verify(ctx, st, threads); err != nil {
		return nil, err
	}
	return s.plan(ctx, st, cfg, now)
}

// plan is a Plan over the stored Ledger: what it was made with, read as of a day.
func (s *stored) plan(ctx context.Context, st store.Store, cfg Config, now time.Time) (*Plan, error) {
	m := &s.manifest
	set := m.Config
	set.AsOf, set.MaxBadRate, set.ZeroDays = cmp.Or(cfg.AsOf, set.AsOf), cfg.MaxBadRate, cfg.ZeroDays
	if err := sameSettings(cfg, set); err != nil {
		return nil, err
	}
	if err := validateStored(set); err != nil {
		return nil, err
	}
	p := &Plan{
		Config: set, Files: []PlannedFile{s.asideFile, s.postings}, Roles: m.Roles, Customer: set.Columns.Customer,
		Time: TimeReader{Column: set.Columns.Time, Format: m.TimeFormat}, Scale: m.Scale, UnitsScale: m.UnitsScale,
		FirstDay: s.first, LastDay: s.last, Notes: slices.Clone(m.Notes), ruleNotes: m.Notes, stored: s,
	}
	if m.Has.Orders {
		p.Order = set.Columns.Order
	}
	if m.hasCurrency() {
		p.Currency = set.Columns.Currency
	}
	for _, side := range m.Sides {
		p.Sides = append(p.Sides, SideInfo{Role: side.Role, Column: side.Column})
	}
	p.Location, _ = set.location()
	if err := s.sameExclusions(ctx, st, p, cfg.Exclude); err != nil {
		return nil, err
	}
	return p, s.settle(p, cfg.AsOf, now)
}

// settle chooses the as-of date and the currency, as Plan.settle does for an export.
func (s *stored) settle(p *Plan, asOf string, now time.Time) error {
	m := &s.manifest
	p.AsOf, p.AsOfWhy = s.asOf, m.AsOfWhy
	if p.Config.AsOf != "" {
		day, notes, err := setAsOf(p.Config.AsOf, s.first, s.last, yesterday(now, p.Location))
		if err != nil {
			return err
		}
		p.AsOf, p.AsOfWhy, p.Notes = day, "set", append(p.Notes, notes...)
	}
	count := currencyCount{}
	for _, c := range m.Currencies {
		first, _ := parseDay(c.First)
		count[c.Name] = currencyUse{c.Rows, first}
	}
	count.upTo(p.AsOf)
	if m.Rates != "" {
		p.Config.Rates.Source = []string{"already converted"}
		defer func() { p.Config.Rates.Source = nil }()
	}
	if err := settleCurrency(p, &catalog{}, count); err != nil {
		return err
	}
	if rule := p.currencyRule(); rule != m.CurrencyRule {
		return &MappingError{Role: RoleCurrency, Msg: fmt.Sprintf("as of %s other currencies are in use than the stored ledger was made for (%s), so other rows count: rebuild it from the export", p.AsOf, count)}
	}
	return nil
}

// currencyRule is the currency whose rows alone count, "" where all do.
func (p *Plan) currencyRule() string {
	if len(p.Currencies) < 2 || p.Config.converts() {
		return ""
	}
	return currencyName(p.Config.Currency)
}

// sameExclusions reads the exclude lists that are given and holds them to those that the Ledger was
// made with: their keys are not stored, because they may be of persons who are to be forgotten.
func (s *stored) sameExclusions(ctx context.Context, st store.Store, p *Plan, lists []string) error {
	if err := p.readExclusions(ctx, st, lists); err != nil {
		return err
	}
	given, err := p.exclusionFiles(ctx, st)
	if err != nil {
		return err
	}
	p.Beside = nil
	if slices.Equal(given, s.manifest.Exclude) {
		return nil
	}
	if len(given) == 0 {
		names := ""
		for _, f := range s.manifest.Exclude {
			names += " " + f.Name
		}
		return &ConfigError{fmt.Sprintf("the stored ledger was made with exclude lists: give the same with --exclude%s", names)}
	}
	return &ConfigError{"exclude: the lists are not those that the stored ledger was made with: rebuild it from the export, so that nobody stays in it who should not"}
}

// ratesThrough is a hash of the dated rates up to a day, "" without any: later ones change no row of
// the days up to it.
func (p *Plan) ratesThrough(day Day) string {
	if p.rates == nil {
		return ""
	}
	var b bytes.Buffer
	for _, currency := range slices.Sorted(maps.Keys(p.rates.of)) {
		s := p.rates.of[currency]
		for i := 0; i < len(s.day) && s.day[i] <= day; i++ {
			fmt.Fprintln(&b, currency, s.day[i], s.rate[i].Coef, s.rate[i].Places)
		}
	}
	return hashOf(b.Bytes())
}

// exclusionFiles identifies the exclude lists of a plan.
func (p *Plan) exclusionFiles(ctx context.Context, st store.Store) ([]StoredFile, error) {
	files := []StoredFile{}
	for _, b := range p.Beside {
		if b.Role != RoleExclude {
			continue
		}
		prints, err := FingerprintFiles(ctx, st, b.Objects, 1)
		if err != nil {
			return nil, err
		}
		for i, name := range RelativeNames(b.Objects) {
			files = append(files, StoredFile{Name: name, Size: prints[i].Size, SHA256: prints[i].SHA256, Rows: int64(len(p.Exclude[i].Entries))})
		}
	}
	return files, nil
}

// sameSettings says which setting differs from what the Ledger was made with.
func sameSettings(given, made Config) error {
	given.AsOf = made.AsOf
	key, a, b := firstDifference("", settings(given), settings(made))
	if key == "" {
		return nil
	}
	with := "with " + b
	if b == showSetting(nil) {
		with = "without"
	}
	return &ConfigError{fmt.Sprintf("%s is %s, but the stored ledger was made %s: leave it out, or rebuild the ledger from the export", key, a, with)}
}

// settings is a configuration by its keys.
func settings(c Config) map[string]any {
	b, err := json.Marshal(c)
	out := map[string]any{}
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic(err) // a Config is plain data
	}
	return out
}

// firstDifference is the first key, in order, whose values differ, with both; an empty list is one
// whether it is null or not.
func firstDifference(prefix string, a, b map[string]any) (key, x, y string) {
	keys := maps.Clone(a) // a setting at its default may be left out
	maps.Copy(keys, b)
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if m, ok := a[k].(map[string]any); ok {
			if n, ok := b[k].(map[string]any); ok {
				if key, x, y := firstDifference(prefix+k+".", m, n); key != "" {
					return key, x, y
				}
				continue
			}
		}
		x, y := showSetting(a[k]), showSetting(b[k])
		if x != y {
			return prefix + k, x, y
		}
	}
	return "", "", ""
}

func showSetting(v any) string {
	if v == nil {
		v = []any{}
	}
	b, _ := json.Marshal(v)
	return string(bytes.ToValidUTF8(b, []byte("\uFFFD")))
}

// Stored reports whether the plan reads a stored Ledger, whose Files are its own and whose columns are
// those that it kept.
func (p *Plan) Stored() bool { return p.stored != nil }

// files is how many files of exports the Ledger was made of.
func (s *stored) files() (n int) {
	for _, night := range s.nights {
		n += len(night.Inputs)
	}
	return n
}

// ledger reads the Ledger as of the plan's day.
func (s *stored) ledger(ctx context.Context, st store.Store, p *Plan, threads int, progress func(int64)) (*Ledger, error) {
	m := &s.manifest
	l := &Ledger{
		Scale: m.Scale, UnitsScale: m.UnitsScale, Currency: ledgerCurrency(p), AsOf: p.AsOf, ZeroDays: p.Config.ZeroDays == "count",
		Has: m.Has, Sides: slices.Clone(p.Sides), Space: p.Space,
	}
	total, err := s.readShards(ctx, st, l, threads, progress)
	if err != nil {
		return nil, err
	}
	if err := s.countAside(ctx, st, l, p, total); err != nil {
		return nil, err
	}
	l.Tally, l.First = total.tally(), total.first
	l.Tally.Excluded = newExclusions(p.Config.ExcludeCustomers, p.Exclude).tally(total.excluded, p.excludedAccounts)
	if err := total.gate(p.Config.MaxBadRate); err != nil {
		return &Ledger{Scale: l.Scale, UnitsScale: l.UnitsScale, Currency: l.Currency, AsOf: l.AsOf, Tally: l.Tally}, err
	}
	if err := reconcile(l); err != nil {
		return nil, err
	}
	return l, s.matches(l)
}

// readShards makes the cells of every shard, and counts what lies beyond them.
func (s *stored) readShards(ctx context.Context, st store.Store, l *Ledger, threads int, progress func(int64)) (*counts, error) {
	workers, tables := make([]counts, max(1, threads)), make([]*tableReader, max(1, threads))
	for i := range workers {
		workers[i] = newCounts()
		t, err := s.reader(ctx, st, &s.postings) // each its own: it announces what it reads next
		if err != nil {
			return nil, err
		}
		defer t.close()
		tables[i] = t
	}
	var used [Shards][]usedText
	read := rowCounter(progress)
	err := inParallel(ctx, len(workers), Shards, func(ctx context.Context, w, shard int) error {
		p, err := s.readShard(ctx, tables[w], shard, forCells)
		if err != nil {
			return err
		}
		workers[w].visit(p, l.AsOf)
		cells, err := p.cells(l.AsOf, l.Has, len(l.Sides))
		if err != nil {
			return err
		}
		used[shard] = usedTexts(p, &cells)
		read(p.len())
		return l.Put(shard, cells)
	})
	if err == nil {
		err = useCodes(ctx, l, &used, len(workers))
	}
	if err != nil {
		return nil, err
	}
	total := newCounts()
	for i := range workers {
		total.merge(&workers[i])
	}
	return &total, nil
}

// visit counts postings: used up to the as-of date, set aside after it.
func (c *counts) visit(p *postings, asOf Day) {
	for j := range p.Day {
		c.visitOne(p, j, asOf)
	}
}

func (c *counts) visitOne(p *postings, j int, asOf Day) (why reason) {
	if d := p.Day[j]; d > asOf {
		why = afterAsOf
	} else {
		c.first = min(c.first, d)
	}
	r := &c.byReason[why]
	r.rows += int64(p.Lines[j])
	c.rows += int64(p.Lines[j])
	for _, x := range [2]int64{p.Sales[j], p.Returns[j]} {
		r.money.Add(x)
		c.money.Add(x)
	}
	return why
}

// countAside adds the rows set aside.
func (s *stored) countAside(ctx context.Context, st store.Store, l *Ledger, p *Plan, c *counts) error {
	t, err := s.reader(ctx, st, &s.asideFile)
	if err != nil {
		return err
	}
	defer t.close()
	aside, err := s.readAside(ctx, t)
	if err != nil {
		return err
	}
	c.addAside(aside, l.AsOf)
	if n := len(newExclusions(p.Config.ExcludeCustomers, p.Exclude).entries); len(c.excluded) > n {
		return t.damaged(-1, "a row is excluded by entry %d of %d", len(c.excluded)-1, n)
	}
	m := &s.manifest.Rounding
	c.rounding.Rows = m.Rows
	c.rounding.Sum, err = money.ParseTotal([]byte(m.Total), roundingScale)
	return err
}

// addAside counts rows set aside, those after the as-of date as such.
func (c *counts) addAside(aside asideCounts, asOf Day) {
	for k, n := range aside {
		why := k.reason
		if k.day > asOf {
			why = afterAsOf
		}
		c.rows += n.rows
		c.money.Merge(n.money)
		c.byReason[why].rows += n.rows
		c.byReason[why].money.Merge(n.money)
		if why == excludedCustomer {
			for len(c.excluded) <= k.entry {
				c.excluded = append(c.excluded, excludedCount{})
			}
			c.excluded[k.entry].rows += n.rows
			c.excluded[k.entry].money.Merge(n.money)
		}
	}
}

// matches holds a Ledger that was read as of the stored date to the manifest. A manifest that is
// being made has no hash yet.
func (s *stored) matches(l *Ledger) error {
	if s.print == "" || l.AsOf != s.asOf {
		return nil
	}
	want, err := s.manifest.tally()
	if err != nil {
		return err
	}
	if t := &l.Tally; t.RowsRead != want.RowsRead || t.RowsUsed != want.RowsUsed || t.MoneyRead != want.MoneyRead || t.MoneyUsed != want.MoneyUsed || l.Customers() != s.manifest.Customers {
		return documentError(s.postings.Object.Name, fmt.Errorf("%d rows are used of %d, and %s of %s, by %d customers, where the manifest has %d of %d, %s of %s, by %d",
			t.RowsUsed, t.RowsRead, t.MoneyUsed.Format(l.Scale), t.MoneyRead.Format(l.Scale), l.Customers(),
			want.RowsUsed, want.RowsRead, want.MoneyUsed.Format(l.Scale), want.MoneyRead.Format(l.Scale), s.manifest.Customers))
	}
	return nil
}
