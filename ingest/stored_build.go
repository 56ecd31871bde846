package ingest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"mainstay/ingest/money"
	"mainstay/ingest/spill"
	"mainstay/ingest/store"
)

// StoreOptions is what the writers of a stored Ledger need besides their input.
type StoreOptions struct {
	Threads   int
	Now       time.Time
	Version   string  // of the program
	MaxChange float64 // the most that a closed month may change, as a share; NaN or negative = no gate
	Progress  func(rows int64)
	Space     *spill.Space // what the work may take, and where; nil = memory without end
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
	defer r.close()
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
	p.Space = b.o.Space
	l, err := Build(ctx, files, p, b.threads, nil, nil)
	if err != nil {
		return nil, err
	}
	b.complete(l)
	if err := l.Err(); err != nil {
		return nil, err
	}
	if night.Money.Read == "" {
		night.Rows.Read = l.Tally.RowsRead // without those outside the window
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
	m.Customers, m.Digest, m.Periods, m.SetAside = l.Customers(), l.Digest(), ClosedPeriods(l, b.threads), []SetAsideReport{}
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
