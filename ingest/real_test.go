package ingest

import (
	"context"
	"strings"
	"testing"
	"time"

	"mainstay/ingest/store"
	"mainstay/internal/refdata"
)

// planNow is later than all real data.
var planNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func planReal(t testing.TB, name string, change func(c *Config)) (*Plan, error) {
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	return NewPlan(context.Background(), store.Dir{}, []string{refdata.Shared(t, "data", name)}, cfg, 2, planNow)
}

// mapped lists the roles that something serves: "customer=customer_id(name) …".
func mapped(p *Plan) string {
	var parts []string
	for _, r := range p.Roles {
		if r.How != "" {
			s := r.Role + "=" + r.Source
			if r.How != howName {
				s += "(" + r.How + ")"
			}
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

func TestRealExportsNeedNoFlags(t *testing.T) {
	retail := "customer=CustomerID time=InvoiceDate amount=Quantity*UnitPrice(derived) order=InvoiceNo units=Quantity price=UnitPrice product=StockCode region=Country"
	for _, c := range []struct {
		file, mapping, format, asOf string
		files, scale                int
	}{
		{"cdnow.parquet", "customer=customer_id time=date amount=amount units=quantity", "native", "1998-06-30", 1, 2},
		{"cdnow_integer_dates.parquet", "customer=customer_id time=date amount=dollar_value units=number_of_cds", "yyyymmdd", "1998-06-30", 1, 4},
		{"cdnow_sample.parquet", "customer=customer_id time=ts amount=amount units=quantity", "native", "1998-06-30", 1, 4},
		{"online_retail.parquet", retail, "native", "2011-12-09", 1, 4},
		{"online_retail", retail, "native", "2011-12-09", 13, 4},
		{"adventureworks_orders.parquet", "customer=ResellerKey time=OrderDate amount=SalesAmount order=SalesOrderNumber units=OrderQuantity price=UnitPrice cost=TotalProductCost product=ProductKey region=SalesTerritoryKey manager=EmployeeKey", "native", "2020-05-31", 1, 4},
		{"classicmodels_orders.parquet", "customer=customerNumber time=orderDate amount=quantityOrdered*priceEach(derived) order=orderNumber units=quantityOrdered price=priceEach status=status product=productCode region=country manager=salesRepEmployeeNumber name=customerName", "native", "2005-05-31", 1, 2},
		{"complete_journey.parquet", "customer=household_id time=transaction_timestamp amount=sales_value order=basket_id units=quantity product=product_id channel=store_id", "native", "2017-12-31", 1, 4},
	} {
		p, err := planReal(t, c.file, nil)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if got := mapped(p); got != c.mapping {
			t.Errorf("%s:\n got %s\nwant %s", c.file, got, c.mapping)
		}
		if p.Time.Format != c.format || p.AsOf.String() != c.asOf || len(p.Files) != c.files || p.Scale != c.scale {
			t.Errorf("%s: format %s, as of %s (%s), %d files, scale %d; want %s, %s, %d, %d", c.file, p.Time.Format, p.AsOf, p.AsOfWhy, len(p.Files), p.Scale, c.format, c.asOf, c.files, c.scale)
		}
		if len(p.Notes) > 0 || p.AsOfWhy != "newest complete day" {
			t.Errorf("%s: notes %q, as-of because %q", c.file, p.Notes, p.AsOfWhy)
		}
	}
}

func TestContosoRefusesToAddUpCurrencies(t *testing.T) {
	_, err := planReal(t, "contoso_sales.parquet", nil)
	if err == nil {
		t.Fatal("five currencies were added up")
	}
	for _, want := range []string{"5 currencies", "USD", "--currency USD", "--rate-column exchange_rate", "local-per-base", "base-per-local"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not mention %s: %v", want, err)
		}
	}
	p, err := planReal(t, "contoso_sales.parquet", func(c *Config) { c.Currency = "USD" })
	if err != nil {
		t.Fatal(err)
	}
	if want := "customer=customer_key time=order_date amount=net_revenue order=order_key units=quantity price=net_price currency=currency_code product=product_key channel=store_key"; mapped(p) != want {
		t.Errorf("\n got %s\nwant %s", mapped(p), want)
	}
	t.Log(err)
}
