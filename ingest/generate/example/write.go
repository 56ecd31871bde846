package example

import (
	"errors"
	"os"
	"slices"
	"sort"

	"github.com/parquet-go/parquet-go"
)

// orderRow is the export's schema. Times are local (not adjusted to UTC), as ERPs write them.
type orderRow struct {
	OrderID    string  `parquet:"order_id,delta,zstd"`
	OrderDate  *int64  `parquet:"order_date,optional,timestamp(millisecond:local),zstd"`
	CustomerID *string `parquet:"customer_id,optional,dict,zstd"`
	Name       *string `parquet:"customer_name,optional,dict,zstd"`
	Industry   *string `parquet:"industry,optional,dict,zstd"`
	Region     string  `parquet:"region,dict,zstd"`
	Manager    *string `parquet:"account_manager,optional,dict,zstd"`
	Category   string  `parquet:"category,dict,zstd"`
	ProductID  string  `parquet:"product_id,dict,zstd"`
	Channel    string  `parquet:"channel,dict,zstd"`
	Quantity   int32   `parquet:"quantity,dict,zstd"`
	UnitPrice  int64   `parquet:"unit_price,decimal(2:12),dict,zstd"`
	UnitCost   *int64  `parquet:"unit_cost,optional,decimal(2:12),dict,zstd"`
	Amount     *int64  `parquet:"amount,optional,decimal(2:14),zstd"`
	Status     string  `parquet:"status,dict,zstd"`
}

type accountRow struct {
	CustomerID  string  `parquet:"customer_id,zstd"`
	Name        string  `parquet:"name,zstd"`
	Parent      *string `parquet:"parent,optional,zstd"`
	Industry    string  `parquet:"industry,dict,zstd"`
	Region      string  `parquet:"region,dict,zstd"`
	SizeClass   string  `parquet:"size_class,dict,zstd"`
	CreditLimit *int64  `parquet:"credit_limit,optional,decimal(2:12),zstd"`
	Since       *int32  `parquet:"account_since,optional,date,zstd"`
}

// writer fixes what the library would otherwise take from the build, so that bytes do not change.
func writer[T any](f *os.File) *parquet.GenericWriter[T] {
	return parquet.NewGenericWriter[T](f, parquet.CreatedBy("mainstay-testdata", "1", "0"))
}

func writeOrders(path string, rows []soiled) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := writer[orderRow](f)
	for b := range branches {
		for _, s := range rows {
			if branch(s.region) != b {
				continue
			}
			if _, err := w.Write([]orderRow{s.row()}); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil { // one row group per branch
			return err
		}
	}
	return w.Close()
}

func (s *soiled) row() orderRow {
	amount := s.amount()
	r := orderRow{OrderID: s.orderID, Region: s.region, Category: categories[s.product.category], ProductID: s.product.id,
		Channel: s.channel, Quantity: s.quantity, UnitPrice: s.price, UnitCost: &s.cost, Amount: &amount, Status: s.status}
	if s.at != nil {
		ms := s.at.UnixMilli()
		r.OrderDate = &ms
	}
	if s.noAmount {
		r.Amount = nil
	}
	if s.noCost {
		r.UnitCost = nil
	}
	if a := s.account; a != nil {
		r.CustomerID, r.Name, r.Industry, r.Manager = &a.key, &a.name, &a.industry.name, &s.manager
	}
	return r
}

// missing are the positions, by key, of the buying accounts that the accounts table does not know.
var missing = [2]int{50, 200}

func writeAccounts(path string, b *book) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := writer[accountRow](f)
	for i, a := range b.sorted() {
		if slices.Contains(missing[:], i) {
			continue
		}
		if _, err := w.Write([]accountRow{a.row()}); err != nil {
			return err
		}
	}
	return w.Close()
}

func (b *book) sorted() []*account {
	out := append([]*account(nil), b.accounts...)
	sort.Slice(out, func(i, j int) bool { return out[i].key < out[j].key })
	return out
}

func (a *account) row() accountRow {
	r := accountRow{CustomerID: a.key, Name: a.name, Industry: a.industry.name, Region: a.region, SizeClass: "small"}
	switch {
	case a.yearly > 500_000:
		r.SizeClass = "large"
	case a.yearly > 100_000:
		r.SizeClass = "medium"
	}
	if a.parent != "" {
		r.Parent = &a.parent
	}
	if !a.prospect {
		limit := int64(a.yearly/8/1000+1) * 1000 * 100
		since := int32(a.since)
		r.CreditLimit, r.Since = &limit, &since
	}
	return r
}
