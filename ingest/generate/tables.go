package generate

import (
	"github.com/parquet-go/parquet-go/format"
)

// The schemas of the tables beside the orders.
type (
	accountRow struct {
		Customer string  `parquet:"customer_id"`
		Name     string  `parquet:"name"`
		Parent   *string `parquet:"parent,optional"`
		Industry string  `parquet:"industry"`
		Region   string  `parquet:"region"`
		Manager  string  `parquet:"account_manager"`
		Since    *int32  `parquet:"account_since,optional,date"`
		Demand   int64   `parquet:"yearly_demand,decimal(2:14)"`
	}
	contractRow struct {
		ID       int64  `parquet:"contract_id"`
		Customer string `parquet:"customer_id"`
		Start    int32  `parquet:"start,date"`
		End      int32  `parquet:"end,date"`
		Notice   int32  `parquet:"notice_days"`
		Value    int64  `parquet:"value,decimal(2:14)"`
	}
	activityRow struct {
		Customer string `parquet:"customer_id"`
		Date     int32  `parquet:"date,date"`
		Kind     string `parquet:"kind"`
		Value    *int64 `parquet:"value,optional,decimal(2:14)"`
		Person   string `parquet:"person"`
	}
	personRow struct {
		Customer string `parquet:"customer_id"`
		Person   string `parquet:"person"`
		Role     string `parquet:"role"`
		From     int32  `parquet:"from,date"`
		To       *int32 `parquet:"to,optional,date"`
	}
	truthRow struct {
		Customer   string  `parquet:"customer_id"`
		Arrived    *int32  `parquet:"arrived_on,optional,date"`
		Left       *int32  `parquet:"left_on,optional,date"`
		Rate       float64 `parquet:"rate"`
		Shape      int32   `parquet:"shape"`
		Hazard     float64 `parquet:"hazard"`
		OrderValue float64 `parquet:"mean_order_value"`
		Orders     int32   `parquet:"orders"`
		Lines      int32   `parquet:"lines"`
		Contracts  int32   `parquet:"contracts"`
		Complaints int32   `parquet:"complaints"`
		Changes    int32   `parquet:"manager_changes"`
	}
)

// The tables beside the orders, in the order of tableNames.
const (
	accounts = iota
	contracts
	activities
	people
	truths
	tables
)

var tableNames = [tables]string{"accounts", "contracts", "activities", "people", "truth"}

var (
	activityKinds = [3]string{"visit", "quote", "complaint"}
	roles         = [2]string{"account manager", "buyer"}
)

// tableSchemas are the schemas of the tables, with keys as they are spelled.
func tableSchemas(k *keys) (out [tables][]format.SchemaElement) {
	for t, schema := range [tables]func() []format.SchemaElement{
		schemaOf[accountRow], schemaOf[contractRow], schemaOf[activityRow], schemaOf[personRow], schemaOf[truthRow],
	} {
		out[t] = k.schema(schema())
	}
	return out
}

// desks turns the tables of a block into row groups. It belongs to one worker.
type desks struct {
	desk
	keys     keys
	encoders [tables]*encoder
}

func newDesks(p *process, codec format.CompressionCodec) *desks {
	d := &desks{desk: desk{process: p}, keys: keys{ids: p.IDs, seed: p.Seed}}
	for t, schema := range tableSchemas(&d.keys) {
		d.encoders[t] = newEncoder(schema, codec)
	}
	return d
}

// encode makes a row group of each table, and empties them.
func (d *desks) encode(groups *[tables]rowGroup) {
	for t, encode := range [tables]func(*encoder, *rowGroup){d.encodeAccounts, d.encodeContracts, d.encodeActivities, d.encodePeople, d.encodeTruth} {
		encode(d.encoders[t], &groups[t])
	}
	d.reset()
}

// column takes one field of every row.
func column[T, V any](rows []T, field func(r *T) V) []V {
	out := make([]V, len(rows))
	for i := range rows {
		out[i] = field(&rows[i])
	}
	return out
}

// known is 1 where there is a value.
func known[T int32 | int64](values []T) []uint8 {
	return column(values, func(v *T) uint8 {
		if *v == absent {
			return 0
		}
		return 1
	})
}

// words spells the entries of a short dictionary.
func words(list []string) func(dst []byte, i int) []byte {
	return func(dst []byte, i int) []byte { return append(dst, list[i]...) }
}

func (p *process) industryName(dst []byte, i int) []byte { return append(dst, p.industries[i].Name...) }

func (d *desks) encodeAccounts(e *encoder, g *rowGroup) {
	rows := d.accounts
	e.begin(g, len(rows))
	d.keys.column(e, column(rows, func(r *accountLine) uint32 { return r.number }), nil)
	e.texts(func(dst []byte, i int) []byte {
		r := &rows[i]
		dst = append(append(dst, d.Regions[r.region]...), ' ')
		return appendNumber(append(d.industryName(dst, int(r.industry)), ' '), '#', int(r.number)+1, 1)
	}, nil)
	d.keys.column(e, column(rows, func(r *accountLine) uint32 { return r.parent }),
		column(rows, func(r *accountLine) uint8 { return uint8(min(r.parent, 1)) }))
	e.indices(column(rows, func(r *accountLine) int32 { return r.industry }), len(d.industries), d.industryName, nil)
	e.indices(column(rows, func(r *accountLine) int32 { return r.region }), len(d.Regions), words(d.Regions), nil)
	e.indices(column(rows, func(r *accountLine) int32 { return r.manager }), d.seats.managers, appendManager, nil)
	since := column(rows, func(r *accountLine) int32 { return r.since })
	e.int32s(since, known(since))
	e.int64s(column(rows, func(r *accountLine) int64 { return r.demand }), nil)
}

func (d *desks) encodeContracts(e *encoder, g *rowGroup) {
	rows := d.contracts
	e.begin(g, len(rows))
	e.int64s(column(rows, func(r *contractLine) int64 { return r.id }), nil)
	d.keys.column(e, column(rows, func(r *contractLine) uint32 { return r.number }), nil)
	e.int32s(column(rows, func(r *contractLine) int32 { return r.start }), nil)
	e.int32s(column(rows, func(r *contractLine) int32 { return r.end }), nil)
	e.int32s(column(rows, func(*contractLine) int32 { return noticeDays }), nil)
	e.int64s(column(rows, func(r *contractLine) int64 { return r.value }), nil)
}

func (d *desks) encodeActivities(e *encoder, g *rowGroup) {
	rows := d.activities
	e.begin(g, len(rows))
	d.keys.column(e, column(rows, func(r *activityLine) uint32 { return r.number }), nil)
	e.int32s(column(rows, func(r *activityLine) int32 { return r.date }), nil)
	e.indices(column(rows, func(r *activityLine) int32 { return r.kind }), len(activityKinds), words(activityKinds[:]), nil)
	value := column(rows, func(r *activityLine) int64 { return r.value })
	e.int64s(value, known(value))
	e.indices(column(rows, func(r *activityLine) int32 { return r.manager }), d.seats.managers, appendManager, nil)
}

func (d *desks) encodePeople(e *encoder, g *rowGroup) {
	rows := d.people
	e.begin(g, len(rows))
	d.keys.column(e, column(rows, func(r *personLine) uint32 { return r.number }), nil)
	e.texts(func(dst []byte, i int) []byte {
		if r := &rows[i]; r.manager < 0 {
			return appendNumber(dst, 'B', int(r.number)+1, 4)
		}
		return appendManager(dst, int(rows[i].manager))
	}, nil)
	e.indices(column(rows, func(r *personLine) int32 {
		if r.manager < 0 {
			return 1
		}
		return 0
	}), len(roles), words(roles[:]), nil)
	e.int32s(column(rows, func(r *personLine) int32 { return r.from }), nil)
	to := column(rows, func(r *personLine) int32 { return r.to })
	e.int32s(to, known(to))
}

func (d *desks) encodeTruth(e *encoder, g *rowGroup) {
	rows := d.truth
	e.begin(g, len(rows))
	d.keys.column(e, column(rows, func(r *truthLine) uint32 { return r.number }), nil)
	arrived, left := column(rows, func(r *truthLine) int32 { return r.arrived }), column(rows, func(r *truthLine) int32 { return r.left })
	e.int32s(arrived, known(arrived))
	e.int32s(left, known(left))
	e.float64s(column(rows, func(r *truthLine) float64 { return r.rate }))
	e.int32s(column(rows, func(r *truthLine) int32 { return r.shape }), nil)
	e.float64s(column(rows, func(r *truthLine) float64 { return r.hazard }))
	e.float64s(column(rows, func(r *truthLine) float64 { return r.value }))
	e.int32s(column(rows, func(r *truthLine) int32 { return r.orders }), nil)
	e.int32s(column(rows, func(r *truthLine) int32 { return r.lines }), nil)
	e.int32s(column(rows, func(r *truthLine) int32 { return r.contracts }), nil)
	e.int32s(column(rows, func(r *truthLine) int32 { return r.complaints }), nil)
	e.int32s(column(rows, func(r *truthLine) int32 { return r.changes }), nil)
}
