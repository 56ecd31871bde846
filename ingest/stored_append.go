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

// AppendOptions is what AppendLedger needs besides its input.
type AppendOptions struct {
	StoreOptions
	Restate string
	AsOf    string // "" = by the default rule over all rows
	Again   bool   // take files in that were taken in before
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
	n.plan.Space = n.o.Space
	r, err := readRollUp(ctx, st, n.plan, n.threads, progress)
	if err != nil {
		return err
	}
	defer r.close()
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
