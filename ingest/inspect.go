package ingest

import (
	"context"
	"errors"
	"path"
	"slices"

	"mainstay/ingest/money"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// Inspection is what can be known about an export without any model. Days are
// YYYY-MM-DD, money is decimal text.
type Inspection struct {
	Ledger     string           `json:"ledger,omitempty"` // content of a stored Ledger, of which columns and amounts are not known
	Files      int              `json:"files"`
	Rows       int64            `json:"rows"`                   // of the files
	Outside    int64            `json:"rows_outside,omitempty"` // of them, outside the window: no part of what follows
	Window     string           `json:"window,omitempty"`
	Columns    []ColumnReport   `json:"columns"`
	Roles      []RoleChoice     `json:"roles"`
	TimeFormat string           `json:"time_format"`
	Zone       string           `json:"zone"`
	FirstDay   string           `json:"first_day"` // of any row inside the window
	LastDay    string           `json:"last_day"`
	AsOf       string           `json:"as_of"`
	AsOfWhy    string           `json:"as_of_why"`
	Currency   string           `json:"currency,omitempty"`
	Rates      []RateReport     `json:"rates,omitempty"` // of a table of rates
	Amount     AmountReport     `json:"amount"`
	Duplicates DuplicateReport  `json:"duplicates"`
	Used       int64            `json:"rows_used"`
	SetAside   []SetAsideReport `json:"set_aside"`
	Excluded   []ExcludedReport `json:"excluded,omitempty"` // of excluded_customer, by list and reason
	Customers  *int             `json:"customers"`          // null where a run would stop before they are known
	Problem    string           `json:"problem,omitempty"`  // why a run would stop
	Notes      []string         `json:"notes,omitempty"`
	Tables     []*table.Tally   `json:"tables,omitempty"` // beside the transactions; the caller's to fill
}

// AmountReport is the range of the amounts that can be read, used or not, before any
// conversion of currencies.
type AmountReport struct {
	Rows       int64  `json:"rows"`
	Negative   int64  `json:"negative"`
	Zero       int64  `json:"zero"`
	Unreadable int64  `json:"unreadable"`
	Min        string `json:"min,omitempty"`
	Max        string `json:"max,omitempty"`
	Total      string `json:"total"`
	Rounded    int64  `json:"rounded"` // rows whose exact amount has more places
}

// SetAsideReport is one reason for which a run would leave rows out.
type SetAsideReport struct {
	Reason string `json:"reason"`
	Kind   string `json:"kind"`
	Rows   int64  `json:"rows"`
	Amount string `json:"amount"`
}

// ExcludedReport is what a list leaves out for one reason. No key is named.
type ExcludedReport struct {
	List    string `json:"list"`
	Reason  string `json:"reason"`
	Entries int    `json:"entries"` // keys and globs
	Matched int    `json:"matched"` // of them, those that meet a customer
	Rows    int64  `json:"rows"`
	Amount  string `json:"amount"`
}

// Inspect reads all columns of all rows, then does what a run would do up to the
// Ledger. Its memory is bounded: per column a fixed sketch, for duplicates a fixed
// number of hashes, and the Ledger.
func Inspect(ctx context.Context, st store.Store, p *Plan, threads int) (*Inspection, error) {
	in := &Inspection{
		Files: len(p.Files), Roles: p.Roles, TimeFormat: p.Time.Format, Zone: p.Location.String(),
		FirstDay: p.FirstDay.String(), LastDay: p.LastDay.String(), AsOf: p.AsOf.String(), AsOfWhy: p.AsOfWhy,
		Window: p.Config.Window(), Notes: p.Notes, Rates: p.rateReports(), SetAside: []SetAsideReport{},
	}
	for _, f := range p.Files {
		in.Rows += f.File.Rows
	}
	if p.stored != nil {
		in.Ledger, in.Files, in.Rows, in.Columns = path.Base(p.stored.content), p.stored.files(), p.stored.manifest.Rows.Read, []ColumnReport{}
		return in, in.rehearse(ctx, st, p, threads)
	}
	if err := in.profile(ctx, st, p, max(threads, 1)); err != nil {
		return nil, err
	}
	in.forget(p)
	return in, in.rehearse(ctx, st, p, threads)
}

// forget takes keys of persons who are to be forgotten out of what is shown of the customer column.
func (in *Inspection) forget(p *Plan) {
	lists := newExclusions(p.Config.ExcludeCustomers, p.Exclude)
	gone := func(s string) bool {
		n := lists.match([]byte(s))
		return n != noEntry && lists.erased(n)
	}
	for i := range in.Columns {
		if c := &in.Columns[i]; c.Name == p.Customer {
			c.Examples = slices.DeleteFunc(c.Examples, gone)
			if gone(c.Min) || gone(c.Max) {
				c.Min, c.Max = "", ""
			}
		}
	}
}

// rehearse builds the Ledger and keeps what was set aside. Data that do not pass
// the gates are a finding here, not a failure.
func (in *Inspection) rehearse(ctx context.Context, st store.Store, p *Plan, threads int) error {
	l, err := Build(ctx, st, p, threads, nil, nil)
	if quality := (*QualityError)(nil); errors.As(err, &quality) && l != nil {
		in.Problem = quality.Msg
	} else if err != nil {
		return err
	}
	return in.note(l, threads)
}

// note keeps what the Ledger says of the rows.
func (in *Inspection) note(l *Ledger, threads int) error {
	in.Used, in.Outside, in.Currency = l.Tally.RowsRead, l.Tally.RowsOutside, l.Currency
	if in.Problem == "" {
		n := l.Customers()
		in.Customers = &n
	}
	for _, x := range l.Tally.Excluded {
		in.Excluded = append(in.Excluded, ExcludedReport{x.List, x.Reason, x.Entries, x.Matched, x.Rows, x.Money.Format(l.Scale)})
	}
	in.Notes = append(slices.Clone(in.Notes), l.Tally.ExclusionNotes()...)
	for _, s := range l.Suspects(l.AsOf, threads) {
		in.Notes = append(in.Notes, s.String())
	}
	for _, r := range l.Tally.Reasons {
		in.Used -= r.Rows
		in.SetAside = append(in.SetAside, SetAsideReport{r.Reason, r.Kind, r.Rows, r.Money.Format(l.Scale)})
	}
	return l.Err()
}

// inspector is what one worker gathers.
type inspector struct {
	columns    []*columnSketch // parallel to profile.keys
	hashes     valueHashes
	amount     amountRange
	duplicates rowHashes
	eval       amountBatch
}

// profile reads every column that can be read.
func (in *Inspection) profile(ctx context.Context, st store.Store, p *Plan, threads int) error {
	layout := newProfileLayout(p)
	workers := make([]inspector, threads)
	for i := range workers {
		workers[i].columns = make([]*columnSketch, len(layout.keys))
		for k := range workers[i].columns {
			workers[i].columns[k] = newColumnSketch(layout.keys[k].Type)
		}
		workers[i].duplicates = newRowHashes(in.Rows)
	}
	err := scanRows(ctx, st, p, func(f int) []string { return layout.names[f] }, threads, func(w int, rows *rowsRead) error {
		x := &workers[w]
		x.duplicates.begin(rows.n)
		for i, v := range rows.vecs {
			k := layout.key[rows.file][i]
			x.columns[k].visit(v, &x.hashes)
			x.duplicates.mix(layout.keys[k].Name, x.hashes.rows)
		}
		x.duplicates.end()
		x.amount.visit(x.eval.of(p, layout, rows))
		return nil
	})
	if err != nil {
		return err
	}
	all := &workers[0]
	for i := 1; i < len(workers); i++ {
		for k, c := range all.columns {
			c.merge(workers[i].columns[k])
		}
		all.amount.merge(&workers[i].amount)
		all.duplicates.merge(&workers[i].duplicates)
	}
	for k, key := range layout.keys {
		in.Columns = append(in.Columns, all.columns[k].report(key))
	}
	in.Columns = append(in.Columns, layout.unreadable...)
	in.Amount = all.amount.report(p.Scale)
	in.Duplicates = all.duplicates.report()
	return nil
}

// profileLayout says which columns of which file are sketched together: those of
// one name and type.
type profileLayout struct {
	keys       []columnKey
	names      [][]string // of each file: the columns to read
	key        [][]int    // likewise: index into keys
	unreadable []ColumnReport
}

func newProfileLayout(p *Plan) *profileLayout {
	l := &profileLayout{names: make([][]string, len(p.Files)), key: make([][]int, len(p.Files))}
	index, lost := map[columnKey]int{}, map[columnKey]int{}
	for f := range p.Files {
		for _, info := range columnsOf(&p.Files[f]).columns {
			id := columnKey{Name: info.Name, Type: info.Type}
			if _, err := p.Files[f].File.Find(info.Name); info.Type != partitionType && err != nil {
				id.Type.Why = "several columns have this name"
			}
			if id.Type.Why != "" {
				k, ok := lost[id]
				if !ok {
					k = len(l.unreadable)
					lost[id] = k
					l.unreadable = append(l.unreadable, ColumnReport{Name: id.Name, Type: id.Type.Name, Problem: id.Type.Why})
				}
				l.unreadable[k].Files++
				continue
			}
			k, ok := index[id]
			if !ok {
				k = len(l.keys)
				index[id] = k
				l.keys = append(l.keys, id)
			}
			l.keys[k].files++
			l.names[f], l.key[f] = append(l.names[f], info.Name), append(l.key[f], k)
		}
	}
	for k := range l.keys {
		l.keys[k].partition = l.keys[k].Type == partitionType
	}
	return l
}

// amountRange sums up the amounts.
type amountRange struct {
	rows, negative, zero, unreadable int64
	min, max                         int64
	total                            money.Total
	rounding                         money.Rounding
}

func (a *amountRange) visit(val []int64, status []money.Status, r money.Rounding) {
	for i, x := range val {
		if status[i] != money.OK {
			a.unreadable++
			continue
		}
		if a.rows == 0 {
			a.min, a.max = x, x
		}
		a.rows++
		a.min, a.max = min(a.min, x), max(a.max, x)
		a.total.Add(x)
		if x < 0 {
			a.negative++
		} else if x == 0 {
			a.zero++
		}
	}
	a.rounding.Merge(r)
}

func (a *amountRange) merge(o *amountRange) {
	if o.rows > 0 {
		if a.rows == 0 {
			a.min, a.max = o.min, o.max
		}
		a.min, a.max = min(a.min, o.min), max(a.max, o.max)
	}
	a.rows += o.rows
	a.negative += o.negative
	a.zero += o.zero
	a.unreadable += o.unreadable
	a.total.Merge(o.total)
	a.rounding.Merge(o.rounding)
}

func (a *amountRange) report(scale int) AmountReport {
	r := AmountReport{Rows: a.rows, Negative: a.negative, Zero: a.zero, Unreadable: a.unreadable, Total: a.total.Format(scale), Rounded: a.rounding.Rows}
	if a.rows > 0 {
		r.Min, r.Max = money.Format(a.min, scale), money.Format(a.max, scale)
	}
	return r
}

// amountBatch evaluates the amount of a batch.
type amountBatch struct {
	val    []int64
	status []money.Status
	args   rowsRead
}

func (a *amountBatch) of(p *Plan, l *profileLayout, rows *rowsRead) ([]int64, []money.Status, money.Rounding) {
	a.args.vecs, a.args.types = a.args.vecs[:0], a.args.types[:0]
	for _, name := range p.Amount.Columns() {
		i := slices.Index(l.names[rows.file], name)
		a.args.vecs, a.args.types = append(a.args.vecs, rows.vecs[i]), append(a.args.types, rows.types[i])
	}
	if len(a.val) < rows.n {
		a.val, a.status = make([]int64, batchRows), make([]money.Status, batchRows)
	}
	var r money.Rounding
	p.Amount.Eval(a.args.vecs, a.args.types, rows.n, p.Scale, a.val, a.status, &r)
	return a.val[:rows.n], a.status[:rows.n], r
}
