package generate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// groupRows is about how many rows a row group of orders has.
const groupRows = 1 << 18

// mostBlock bounds the customers that are drawn at once.
const mostBlock = 1 << 16

// Write writes an export into an empty folder: orders, the tables beside them, and the truth. done hears how far it
// is, 0 to 1. The bytes depend on the parameters alone. Memory grows with threads and not with rows or customers;
// unless rows are ordered by customer, a temporary file in the folder takes 32 bytes a row.
func Write(ctx context.Context, dir string, parameters Parameters, threads int, done func(float64)) (*Truth, error) {
	p, err := newProcess(parameters)
	if err != nil {
		return nil, err
	}
	x := &export{process: p, dir: dir, threads: threads, done: done, accounts: p.Customers + int(p.Prospects*float64(p.Customers))}
	x.block = max(1, min(mostBlock, int(int64(groupRows)*int64(p.Customers)/int64(p.Rows)), p.Customers/p.Files))
	x.blocks = (x.accounts + x.block - 1) / x.block
	if err := x.run(ctx); err != nil {
		return nil, err
	}
	truth := x.truth()
	return truth, errors.Join(truth.write(filepath.Join(dir, "truth.json")), p.writeSeries(filepath.Join(dir, "series.csv")))
}

// export is one export being written.
type export struct {
	*process
	dir      string
	threads  int
	done     func(float64)
	accounts int // customers and prospects
	block    int // customers of a block
	blocks   int
	tally    Tally
	tables   [tables]*file
	orders   []*file
	groups   int // of orders
}

// block is what comes of the customers [i·block, (i+1)·block): a row group of each table, and of the orders when
// these are wanted by customer.
type block struct {
	tables [tables]rowGroup
	orders rowGroup
	tally  Tally
}

func (x *export) run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, x.close()) }()
	if err := x.open(); err != nil {
		return err
	}
	if x.Order == "customer" {
		x.groups = (x.Customers + x.block - 1) / x.block
		return x.customers(ctx, nil, 1)
	}
	x.groups = max((x.Rows+groupRows-1)/groupRows, x.Files)
	s, err := newSpill(x.dir, x.groups)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := x.customers(ctx, s, 0.5); err != nil {
		return err
	}
	return x.buckets(ctx, s)
}

// open creates all files.
func (x *export) open() error {
	k := &keys{ids: x.IDs, seed: x.Seed}
	for t, schema := range tableSchemas(k) {
		f, err := create(filepath.Join(x.dir, tableNames[t]+".parquet"), schema)
		if err != nil {
			return err
		}
		x.tables[t] = f
	}
	name := func(int) string { return "orders.parquet" }
	if x.Files > 1 {
		if err := os.Mkdir(filepath.Join(x.dir, "orders"), 0o755); err != nil {
			return err
		}
		name = func(i int) string { return filepath.Join("orders", fmt.Sprintf("part-%05d.parquet", i+1)) }
	}
	for i := range x.Files {
		f, err := create(filepath.Join(x.dir, name(i)), k.schema(schemaOf[orderRow]()))
		if err != nil {
			return err
		}
		x.orders = append(x.orders, f)
	}
	return nil
}

func (x *export) close() error {
	var errs []error
	for _, f := range append(x.tables[:], x.orders...) {
		if f != nil {
			errs = append(errs, f.close())
		}
	}
	return errors.Join(errs...)
}

// put writes row group i of the orders to the file it belongs to.
func (x *export) put(i int, g *rowGroup) { x.orders[i*x.Files/x.groups].add(g) }

// customers draws all customers and their lines, which go to s, or are written when s is nil.
func (x *export) customers(ctx context.Context, s *spill, weight float64) error {
	worker := func() func(int, *block) error {
		w := &drawing{x: x, desks: newDesks(x.process, codecs[x.Compression]), pages: newPages(x.process, codecs[x.Compression])}
		if s != nil {
			w.scatter = s.scatter()
		}
		return w.draw
	}
	return ordered(ctx, x.blocks, x.threads, worker, func(i int, b *block) error {
		for t := range b.tables {
			x.tables[t].add(&b.tables[t])
		}
		if s == nil && b.orders.rows > 0 {
			x.put(i, &b.orders)
		}
		x.tally.merge(&b.tally)
		x.done(weight * float64(i+1) / float64(x.blocks))
		return nil
	})
}

// drawing is what one worker draws with.
type drawing struct {
	x       *export
	desks   *desks
	pages   *pages
	scatter *scatter // nil = lines are written by customer
	lines   []line
	c       customer
}

// draw makes block i.
func (w *drawing) draw(i int, b *block) error {
	x := w.x
	b.tally = Tally{}
	w.lines = w.lines[:0]
	for n := i * x.block; n < min((i+1)*x.block, x.accounts); n++ {
		if n >= x.Customers {
			w.desks.prospect(uint32(n))
			continue
		}
		s := x.draw(&w.c, n)
		w.lines = x.buy(&w.c, &s, w.lines, &b.tally)
		w.desks.add(&w.c)
		if math.IsInf(w.c.left, 1) {
			b.tally.StayedOn++
		}
		if w.scatter == nil {
			continue
		}
		for j := range w.lines {
			if err := w.scatter.put(x.bucket(&w.lines[j]), &w.lines[j]); err != nil {
				return err
			}
		}
		w.lines = w.lines[:0]
	}
	w.desks.encode(&b.tables)
	if w.scatter != nil {
		return w.scatter.flush()
	}
	w.pages.encode(w.lines, &b.orders)
	return nil
}

// bucket is the row group that a line belongs to.
func (x *export) bucket(l *line) int {
	if x.Order == "shuffled" {
		return int(x.key(l) >> 32 * uint64(x.groups) >> 32)
	}
	return int(uint64(l.at) * uint64(x.groups) / (uint64(x.days) * 86400))
}

// buckets sorts and writes the buckets, one a row group.
func (x *export) buckets(ctx context.Context, s *spill) error {
	worker := func() func(int, *rowGroup) error {
		p := newPages(x.process, codecs[x.Compression])
		var lines []line
		return func(i int, g *rowGroup) (err error) {
			if lines, err = s.read(i, lines); err != nil {
				return err
			}
			p.encode(p.sort(lines), g)
			return nil
		}
	}
	return ordered(ctx, x.groups, x.threads, worker, func(i int, g *rowGroup) error {
		x.put(i, g)
		x.done(0.5 + 0.5*float64(i+1)/float64(x.groups))
		return nil
	})
}
