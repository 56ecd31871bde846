package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// How a night's file relates to what the Ledger holds: docs/ledger.md, "Late and restated rows".
const (
	RestateNone   = "none"
	RestateOrders = "orders"
	RestateDays   = "days"
)

// StoreOptions is what the writers of a stored Ledger need besides their input.
type StoreOptions struct {
	Threads   int
	Now       time.Time
	Version   string  // of the program
	MaxChange float64 // the most that a closed month may change, as a share; NaN or negative = no gate
	Progress  func(rows int64)
}

// AppendOptions likewise, for one more night.
type AppendOptions struct {
	StoreOptions
	Restate string
	AsOf    string // "" = by the default rule over all rows
	Again   bool   // take files in that were taken in before
}

// Stored is what a writer made.
type Stored struct {
	Content  string // folder of the content, below the Ledger's
	Manifest StoredManifest
	Night    StoredNight
	Notes    []string
}

// StoreLedger reads an export and makes it the content of a folder. What the folder held before is
// replaced, and the months that it had closed are compared. Errors are those of Build, *ConfigError,
// *store.LockedError, and *QualityError of the gate.
func StoreLedger(ctx context.Context, st store.Store, p *Plan, folder string, o StoreOptions) (out *Stored, err error) {
	if p.stored != nil {
		return nil, &ConfigError{"the input is a stored ledger already: name an export, or use mainstay ledger append"}
	}
	if p.Config.Unit == UnitParent {
		return nil, &ConfigError{"unit parent: who belongs to a group depends on the as-of date, so a stored ledger holds customers; leave --unit out here, and give the export to run --unit parent"}
	}
	w, err := beginFolder(folder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	b := &storedBuilder{w: w, st: st, o: o, threads: max(1, o.Threads)}
	if err := b.remember(ctx, folder); err != nil {
		return nil, err
	}
	r, err := readRollUp(ctx, st, p, b.threads, o.Progress)
	if err != nil {
		return nil, err
	}
	if b.manifest, err = newManifest(ctx, st, p); err != nil {
		return nil, err
	}
	if err := b.write(ctx, r.shard, r.aside); err != nil {
		return nil, err
	}
	b.manifest.AsOf, b.manifest.AsOfWhy = p.AsOf.String(), p.AsOfWhy
	b.manifest.CurrencyRule = p.currencyRule()
	last, _ := parseDay(b.manifest.LastDay)
	b.manifest.Rates = p.ratesThrough(last)
	b.night.Restate = RestateNone
	if err := b.inputs(ctx, st, p); err != nil {
		return nil, err
	}
	return b.publish(ctx, nil)
}

// storedBuilder makes the next content of a folder.
type storedBuilder struct {
	w        *folderWriter
	st       store.Store // of the export
	o        StoreOptions
	threads  int
	before   *stored // what the folder held; nil = nothing that can be compared
	manifest StoredManifest
	night    StoredNight
	notes    []string
	held     heldRows
}

// files is where Ledgers are stored.
var files store.Store = store.Dir{}

// remember reads what the folder holds. A damaged Ledger is no reason not to build another.
func (b *storedBuilder) remember(ctx context.Context, folder string) error {
	is, err := IsStored(ctx, files, filepath.ToSlash(folder))
	if !is || err != nil {
		return err
	}
	before, err := readStored(ctx, files, filepath.ToSlash(folder))
	if err == nil {
		b.w.previous = filepath.Base(before.content)
		err = before.verify(ctx, files, b.threads)
	}
	if err != nil {
		b.notes = append(b.notes, fmt.Sprintf("what the folder held cannot be compared: %v", err))
		return context.Cause(ctx)
	}
	b.before = before
	return nil
}

// newManifest is what a plan decides.
func newManifest(ctx context.Context, st store.Store, p *Plan) (m StoredManifest, err error) {
	m = StoredManifest{
		Schema: StoredSchema, Config: p.Config, Roles: p.Roles, Sides: []StoredSide{}, Has: p.has(), TimeFormat: p.Time.Format,
		Scale: p.Scale, UnitsScale: p.UnitsScale, Notes: append([]string{}, p.ruleNotes...),
	}
	for _, s := range p.Sides {
		m.Sides = append(m.Sides, StoredSide{s.Role, s.Column})
	}
	m.Exclude, err = p.exclusionFiles(ctx, st)
	return m, err
}

// heldRows is what all postings and rows set aside of a content come to, whatever their day.
type heldRows struct {
	surveyed
	rows     int64
	money    money.Total
	rounding money.Rounding
}

func newHeldRows() heldRows {
	return heldRows{surveyed: surveyed{days: histogram{rows: make([]int64, daysInLedger)}, currencies: currencyCount{}}}
}

func (h *heldRows) merge(o *heldRows) {
	h.surveyed.merge(&o.surveyed)
	h.rows += o.rows
	h.money.Merge(o.money)
	h.rounding.Merge(o.rounding)
}

func (h *heldRows) add(day Day, currency string, rows int64) {
	h.rows += rows
	if day == noDay {
		h.days.bad += rows
		return
	}
	h.days.rows[day-earliestDay] += rows
	if name := currencyName(currency); name != "" {
		h.currencies[name] = h.currencies[name].merge(currencyUse{rows, day})
	}
}

// visit takes in the postings of a shard. currency is the number of the side that is the currency, −1 = none.
func (h *heldRows) visit(p *postings, currency int) {
	for j, d := range p.Day {
		name := ""
		if currency >= 0 {
			name = string(p.sideTexts[currency].value(p.sides[currency][j]))
		}
		h.add(d, name, int64(p.Lines[j]))
		h.money.Add(p.Sales[j])
		h.money.Add(p.Returns[j])
	}
	for _, r := range p.rounding {
		h.rounding.Merge(r)
	}
}

func (h *heldRows) visitAside(aside asideCounts) {
	for k, n := range aside {
		h.add(k.day, k.currency, n.rows)
		h.money.Merge(n.money)
		h.rounding.Merge(n.rounding)
	}
}

// write writes the two tables and sums up what they hold.
func (b *storedBuilder) write(ctx context.Context, shard func(int) (*postings, error), aside asideCounts) (err error) {
	m := &b.manifest
	currency := -1
	if m.hasCurrency() {
		currency = len(m.Sides)
	}
	workers := make([]heldRows, b.threads)
	for i := range workers {
		workers[i] = newHeldRows()
	}
	m.Shards, err = writePostings(ctx, b.w.staging, postingColumns(m.Has, len(m.Sides), currency >= 0), b.threads, shard,
		func(worker int, p *postings) { workers[worker].visit(p, currency) })
	if err != nil {
		return err
	}
	b.held = workers[0]
	for i := 1; i < len(workers); i++ {
		b.held.merge(&workers[i])
	}
	b.held.visitAside(aside)
	days, _ := b.held.days.days(latestDay)
	if len(days) == 0 {
		return &QualityError{"no row has a usable time: check the time column with mainstay inspect"}
	}
	m.FirstDay, m.LastDay = days[0].String(), days[len(days)-1].String()
	m.Rounding = StoredRounding{b.held.rounding.Rows, b.held.rounding.Sum.Format(roundingScale)}
	m.Currencies = []StoredCurrency{}
	for _, name := range b.held.currencies.sorted() {
		use := b.held.currencies[name]
		m.Currencies = append(m.Currencies, StoredCurrency{name, use.rows, use.first.String()})
	}
	return writeAside(b.w.staging, asideColumns(m.Scale, m.Has.Orders, currency >= 0), aside)
}

// inputs notes the files of the night.
func (b *storedBuilder) inputs(ctx context.Context, st store.Store, p *Plan) error {
	objects := make([]store.Object, len(p.Files))
	for i := range p.Files {
		objects[i] = p.Files[i].Object
	}
	prints, err := FingerprintFiles(ctx, st, objects, b.threads)
	if err != nil {
		return err
	}
	for i, name := range RelativeNames(objects) {
		b.night.Inputs = append(b.night.Inputs, StoredFile{name, prints[i].Size, prints[i].SHA256, p.Files[i].File.Rows})
		b.night.Rows.Read += p.Files[i].File.Rows
	}
	return nil
}

// publish reads the content back as a run would, completes the manifest, compares history, and makes
// the content current. earlier is the nights before this one.
func (b *storedBuilder) publish(ctx context.Context, earlier []StoredNight) (*Stored, error) {
	m, night := &b.manifest, &b.night
	s, err := b.reread(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.plan(ctx, b.st, m.Config, b.o.Now)
	if err != nil {
		return nil, err
	}
	l, err := Build(ctx, files, p, b.threads, nil, nil)
	if err != nil {
		return nil, err
	}
	b.complete(l)
	if night.Money.Read == "" {
		night.Money = StoredAmounts{l.Tally.MoneyRead.Format(l.Scale), money.Total{}.Format(l.Scale)}
	}
	if l.Tally.RowsRead != b.held.rows || l.Tally.MoneyRead != b.held.money {
		return nil, fmt.Errorf("what was written is not what is read back: %d rows and %d: this is a fault of mainstay, please report it", b.held.rows, l.Tally.RowsRead)
	}
	night.AsOf, night.Version, night.Changed = m.AsOf, b.o.Version, []ChangedPeriod{}
	if err := b.compare(ctx, s); err != nil {
		return nil, err
	}
	name, err := b.w.publish(m, append(slices.Clone(earlier), *night))
	if err != nil {
		return nil, err
	}
	return &Stored{Content: name, Manifest: *m, Night: *night, Notes: append(b.notes, p.Notes...)}, nil
}

// reread opens what was staged.
func (b *storedBuilder) reread(ctx context.Context) (*stored, error) {
	m := &b.manifest
	s := &stored{content: filepath.ToSlash(b.w.staging)}
	var objects []store.Object
	for _, name := range []string{asideName, postingsName} {
		found, err := files.List(ctx, s.content+"/"+name)
		if err != nil {
			return nil, err
		}
		objects = append(objects, found...)
	}
	prints, err := FingerprintFiles(ctx, files, objects, b.threads)
	if err != nil {
		return nil, err
	}
	s.manifest = *m
	if err := s.openFiles(ctx, files, objects, b.threads); err != nil {
		return nil, err
	}
	for i, f := range []PlannedFile{s.asideFile, s.postings} {
		m.Files = append(m.Files, StoredFile{filepath.Base(objects[i].Name), prints[i].Size, prints[i].SHA256, f.File.Rows})
	}
	s.manifest = *m
	s.asOf, _ = parseDay(m.AsOf)
	s.first, _ = parseDay(m.FirstDay)
	s.last, _ = parseDay(m.LastDay)
	return s, nil
}

// complete fills in what the Ledger as of the as-of date says.
func (b *storedBuilder) complete(l *Ledger) {
	m, t := &b.manifest, &l.Tally
	m.Customers, m.Digest, m.Periods, m.SetAside = l.Customers(), l.Digest(), ClosedPeriods(l), []SetAsideReport{}
	m.Rows = StoredRows{Read: t.RowsRead, Used: t.RowsUsed, SetAside: t.RowsRead - t.RowsUsed}
	aside := t.MoneyRead
	aside.Sub(t.MoneyUsed)
	m.Money = StoredMoney{t.MoneyRead.Format(l.Scale), t.MoneyUsed.Format(l.Scale), aside.Format(l.Scale), l.Currency}
	for _, r := range t.Reasons {
		m.SetAside = append(m.SetAside, SetAsideReport{r.Reason, r.Kind, r.Rows, r.Money.Format(l.Scale)})
	}
}

// compare looks for history that changed.
func (b *storedBuilder) compare(ctx context.Context, after *stored) error {
	if b.before == nil {
		return nil
	}
	if b.before.manifest.Scale != after.manifest.Scale || b.before.manifest.Money.Currency != b.manifest.Money.Currency {
		b.notes = append(b.notes, "the closed months are not compared: the ledger before had another scale or currency")
		return nil
	}
	changed, through, err := compareClosed(ctx, files, b.before, after, b.threads)
	if err != nil {
		return err
	}
	b.night.Changed, b.night.Compared = changed, through.String()
	if b.o.MaxChange >= 0 {
		return holdChange(changed, b.o.MaxChange)
	}
	return nil
}

// rowCounter adds up rows from any goroutine and reports the sum.
func rowCounter(progress func(int64)) func(n int) {
	var rows atomic.Int64
	return func(n int) {
		if total := rows.Add(int64(n)); progress != nil {
			progress(total)
		}
	}
}

// AppendLedger adds a night's files to the Ledger of a folder. The content is the one that StoreLedger
// makes of all rows that are left. Errors as of StoreLedger; a Ledger that would have to be decided
// anew is a *MappingError.
func AppendLedger(ctx context.Context, st store.Store, folder string, sources []string, cfg Config, o AppendOptions) (out *Stored, err error) {
	if err := oneOf("restate", o.Restate, RestateNone, RestateOrders, RestateDays); err != nil {
		return nil, err
	}
	if is, err := IsStored(ctx, files, filepath.ToSlash(folder)); err != nil {
		return nil, err
	} else if !is {
		return nil, &InputError{File: folder, RowGroup: -1, Row: -1, Err: errors.New("there is no ledger in this folder: make one with mainstay ledger IN --out DIR")}
	}
	w, err := beginFolder(folder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	n := &night{storedBuilder: storedBuilder{w: w, st: st, o: o.StoreOptions, threads: max(1, o.Threads)}, restate: o.Restate}
	if n.before, err = readStored(ctx, files, filepath.ToSlash(folder)); err != nil {
		return nil, err
	}
	w.previous = filepath.Base(n.before.content)
	if err := n.before.verify(ctx, files, n.threads); err != nil {
		return nil, err
	}
	if err := n.decide(ctx, st, sources, cfg, o.AsOf); err != nil {
		return nil, err
	}
	if err := n.refuseTwice(o.Again); err != nil {
		return nil, err
	}
	if err := n.read(ctx, st, o.Progress); err != nil {
		return nil, err
	}
	if err := n.add(ctx); err != nil {
		return nil, err
	}
	if err := n.settle(o.AsOf, o.Now); err != nil {
		return nil, err
	}
	if out, err = n.publish(ctx, n.before.nights); err != nil {
		return nil, err
	}
	return out, nil
}

// night is one more night on its way into a Ledger.
type night struct {
	storedBuilder
	plan    *Plan
	restate string
	shards  [Shards]*postings // of the night
	aside   asideCounts

	mu           sync.Mutex
	replacedRows int64
	replaced     money.Total
	brought      heldRows
}

// decide plans the night's files by the Ledger's rules.
func (n *night) decide(ctx context.Context, st store.Store, sources []string, cfg Config, asOf string) (err error) {
	m := &n.before.manifest
	if err := sameSettings(cfg, m.Config); err != nil {
		return err
	}
	if is, err := StoredConfig(ctx, st, sources); err != nil || is != nil {
		return errors.Join(err, &ConfigError{"a stored ledger cannot be appended to another: name the night's files"})
	}
	set := m.Config
	set.AsOf, set.Exclude, set.Rates.Source = "", cfg.Exclude, cfg.Rates.Source
	if n.plan, _, err = decide(ctx, st, sources, set, n.threads, n.o.Now); err != nil {
		return err
	}
	p := n.plan
	rebuildFor := func(format string, args ...any) error {
		return &MappingError{Role: RoleAmount, Msg: fmt.Sprintf(format, args...) + ": rebuild the ledger from the full export"}
	}
	if p.Scale > m.Scale || p.UnitsScale > m.UnitsScale {
		return rebuildFor("the amounts or units of the new files have more decimal places (%d, %d) than the ledger keeps (%d, %d)", p.Scale, p.UnitsScale, m.Scale, m.UnitsScale)
	}
	for f := range strings.SplitSeq(p.Time.Format, " and ") {
		if !slices.Contains(strings.Split(m.TimeFormat, " and "), f) {
			return rebuildFor("the times of the new files are read as %s, those of the ledger as %s", f, m.TimeFormat)
		}
	}
	excluded, err := p.exclusionFiles(ctx, st)
	if err != nil {
		return err
	}
	if !slices.Equal(excluded, m.Exclude) {
		return &ConfigError{"exclude: the lists are not those that the ledger was made with: give the same with --exclude, or rebuild the ledger from the full export"}
	}
	if p.ratesThrough(n.before.last) != m.Rates {
		return &ConfigError{fmt.Sprintf("rates: up to %s they are not those that the ledger was made with: give them with --rates, or rebuild the ledger from the full export", n.before.last)}
	}
	p.Scale, p.UnitsScale = m.Scale, m.UnitsScale
	for _, c := range m.Currencies {
		if first, _ := parseDay(c.First); first <= n.before.asOf {
			p.Currencies = append(p.Currencies, c.Name) // which rows count is decided as it was
		}
	}
	n.manifest = *m
	n.manifest.Config.AsOf, n.manifest.Config.Exclude, n.manifest.Files = asOf, cfg.Exclude, nil
	n.night.Restate = n.restate
	return n.inputs(ctx, st, p)
}

// refuseTwice is a *QualityError when a file was taken in before and its rows would count twice.
func (n *night) refuseTwice(again bool) error {
	if again || n.restate != RestateNone {
		return nil
	}
	for _, earlier := range n.before.nights {
		for _, f := range earlier.Inputs {
			for _, g := range n.night.Inputs {
				if f.SHA256 == g.SHA256 {
					return &QualityError{fmt.Sprintf("%s is in the ledger already, as %s of the night as of %s: its rows would count twice; nothing was added (--again adds them, --restate orders or days replaces)", g.Name, f.Name, earlier.AsOf)}
				}
			}
		}
	}
	return nil
}

// read rolls the night up, judges it by itself, and totals it.
func (n *night) read(ctx context.Context, st store.Store, progress func(int64)) error {
	r, err := readRollUp(ctx, st, n.plan, n.threads, progress)
	if err != nil {
		return err
	}
	err = inParallel(ctx, n.threads, Shards, func(_ context.Context, _, i int) (err error) {
		n.shards[i], err = r.shard(i)
		return err
	})
	if err != nil {
		return err
	}
	n.aside, n.brought = r.aside, newHeldRows()
	total := newCounts()
	for _, p := range n.shards {
		total.visit(p, latestDay)
		n.brought.visit(p, -1)
	}
	total.addAside(n.aside, latestDay)
	n.brought.visitAside(n.aside)
	return total.gateBad(n.before.manifest.Config.MaxBadRate)
}

// add writes the postings that stay together with those of the night.
func (n *night) add(ctx context.Context) error {
	t, err := n.before.reader(ctx, files, &n.before.postings)
	if err != nil {
		return err
	}
	defer t.close()
	a, err := n.before.reader(ctx, files, &n.before.asideFile)
	if err != nil {
		return err
	}
	defer a.close()
	stays := n.stays()
	merged, err := n.before.readAside(ctx, a)
	if err != nil {
		return err
	}
	maps.DeleteFunc(merged, func(k asideKey, x asideCount) bool {
		if stays(k.day, []byte(k.order)) {
			return false
		}
		n.replace(x.rows, x.money)
		return true
	})
	merged.merge(n.aside)
	return n.write(ctx, func(shard int) (*postings, error) {
		old, err := n.before.readShard(ctx, t, shard, forMerge)
		if err != nil {
			return nil, err
		}
		var rows int64
		var sum money.Total
		p, err := mergePostings(old, n.shards[shard], func(p *postings, j int) bool {
			var order []byte
			if p.order != nil {
				order = p.orders.value(p.order[j])
			}
			if stays(p.Day[j], order) {
				return true
			}
			rows += int64(p.Lines[j])
			sum.Add(p.Sales[j])
			sum.Add(p.Returns[j])
			return false
		})
		n.replace(rows, sum)
		n.shards[shard] = nil
		return p, err
	}, merged)
}

func (n *night) replace(rows int64, sum money.Total) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.replacedRows += rows
	n.replaced.Merge(sum)
}

// stays says which rows of the Ledger the night leaves.
func (n *night) stays() func(day Day, order []byte) bool {
	switch n.restate {
	case RestateDays:
		days := map[Day]bool{}
		for _, p := range n.shards {
			for _, d := range p.Day {
				days[d] = true
			}
		}
		for k := range n.aside {
			days[k.day] = true
		}
		delete(days, noDay)
		return func(day Day, _ []byte) bool { return !days[day] }
	case RestateOrders:
		orders := map[string]bool{}
		for _, p := range n.shards {
			for _, o := range p.order {
				orders[string(p.orders.value(o))] = true
			}
		}
		for k := range n.aside {
			orders[k.order] = true
		}
		delete(orders, "")
		return func(_ Day, order []byte) bool { return !orders[string(order)] }
	}
	return func(Day, []byte) bool { return true }
}

// settle chooses the as-of date over all rows, and holds the sums of all nights to the content.
func (n *night) settle(asOf string, now time.Time) error {
	m := &n.manifest
	day, why, _, err := chooseAsOf(&n.held.days, asOf, now, n.plan.Location)
	if err != nil {
		return err
	}
	m.AsOf, m.AsOfWhy = day.String(), why
	last, _ := parseDay(m.LastDay)
	m.Rates = n.plan.ratesThrough(last)
	n.night.Rows = StoredExchange{n.brought.rows, n.replacedRows}
	n.night.Money = StoredAmounts{n.brought.money.Format(m.Scale), n.replaced.Format(m.Scale)}
	tally, err := n.before.manifest.tally()
	if err != nil {
		return err
	}
	sum := tally.MoneyRead
	sum.Sub(n.replaced)
	sum.Merge(n.brought.money)
	if rows := tally.RowsRead - n.replacedRows + n.brought.rows; rows != n.held.rows || sum != n.held.money {
		return fmt.Errorf("rows or money do not reconcile over the nights: %d rows and %s expected, %d and %s written: this is a fault of mainstay, please report it",
			rows, sum.Format(m.Scale), n.held.rows, n.held.money.Format(m.Scale))
	}
	return nil
}
