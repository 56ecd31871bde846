package ingest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"mainstay/ingest/column"
	"mainstay/ingest/spelling"
)

// columnsNamed reads "customer_id text, amount dec2, dt text@" into what a file
// offers; a type after "@" comes from the path.
func columnsNamed(file, list string) fileColumns {
	types := map[string]column.Type{
		"int": {Kind: column.Int, Name: "INT64"}, "float": {Kind: column.Float, Name: "DOUBLE"}, "text": {Kind: column.Text, Name: "STRING"},
		"bool": {Kind: column.Bool, Name: "BOOLEAN"}, "date": {Kind: column.Date, Name: "DATE"}, "ts": {Kind: column.Timestamp, Name: "TIMESTAMP(MICROS)"},
		"dec2": {Kind: column.Decimal, Scale: 2, Name: "DECIMAL(12,2)"}, "dec12": {Kind: column.Decimal, Scale: 12, Name: "DECIMAL(18,12)"},
		"list": {Kind: column.Unsupported, Name: "LIST", Why: "nested columns are not read"}, "path": partitionType,
	}
	f := fileColumns{file: file}
	for _, c := range strings.Split(list, ",") {
		i := strings.LastIndexByte(strings.TrimSpace(c), ' ')
		name, typ := strings.TrimSpace(c)[:i], strings.TrimSpace(c)[i+1:]
		if types[typ].Name == "" {
			panic(typ)
		}
		f.columns = append(f.columns, column.Info{Name: name, Type: types[typ]})
	}
	return f
}

func mappedFrom(m *mapper) string {
	return mapped(&Plan{Roles: m.choices})
}

func TestMappingIsFound(t *testing.T) {
	for _, c := range []struct {
		name, columns string
		given         Mapping
		want          string
	}{
		{name: "generated orders",
			columns: "order_id text, order_date ts, customer_id text, customer_name text, industry text, region text, account_manager text, category text, product_id text, channel text, quantity int, unit_price dec2, unit_cost dec2, amount dec2, status text",
			want:    "customer=customer_id time=order_date amount=amount order=order_id units=quantity price=unit_price cost=quantity*unit_cost(derived) status=status category=category product=product_id channel=channel region=region manager=account_manager name=customer_name industry=industry"},
		{name: "chinese",
			columns: "客户编号 text, 客户名称 text, 订单日期 date, 订单号 text, 产品 text, 数量 int, 单价 dec2, 金额 dec2, 客户经理 text, 区域 text, 行业 text, 渠道 text, 状态 text, 币种 text",
			want:    "customer=客户编号 time=订单日期 amount=金额 order=订单号 units=数量 price=单价 currency=币种 status=状态 product=产品 channel=渠道 region=区域 manager=客户经理 name=客户名称 industry=行业"},
		{name: "chinese, derived", columns: "客户 text, 日期 int, 数量 int, 单价 dec2", want: "customer=客户 time=日期 amount=数量*单价(derived) units=数量 price=单价"},
		{name: "keys before names", columns: "customer text, Customer-ID int, date date, amount dec2", want: "customer=Customer-ID time=date amount=amount"},
		{name: "customer name is not a key, percent is not an amount", columns: "Customer Name text, customer text, date date, amount dec2, discount float, margin float",
			want: "customer=customer time=date amount=amount name=Customer Name"},
		{name: "path is used where the file has none", columns: "customer_id int, amount dec2, date path, year path", want: "customer=customer_id time=date(partition) amount=amount"},
		{name: "the file before the path", columns: "customer_id int, amount dec2, order_date ts, date path, region path", want: "customer=customer_id time=order_date amount=amount region=region(partition)"},
		{name: "derived from quoted names", columns: "customer_id int, date date, Order Qty int, Unit Price float", want: "customer=customer_id time=date amount=`Order Qty`*`Unit Price`(derived) units=Order Qty price=Unit Price"},
		{name: "set by hand", columns: "a text, b int, c float, d float, e text", given: Mapping{Customer: "a", Time: "b", Amount: "c - d*0.5", Region: "e", Order: "none"},
			want: "customer=a(set) time=b(set) amount=c - d*0.5(set) region=e(set)"},
		{name: "a column may have any name", columns: "a text, b int, c*d float, a/b-1 dec2", given: Mapping{Customer: "a", Time: "b", Amount: "c*d", Cost: "a/b-1"},
			want: "customer=a(set) time=b(set) amount=c*d(set) cost=a/b-1(set)"},
		{name: "a column set for one role is not taken for another", columns: "customer_name text, customer_id text, date date, amount dec2", given: Mapping{Customer: "customer_name"},
			want: "customer=customer_name(set) time=date amount=amount"},
		{name: "what is set is not looked for", columns: "customer_id text, date date, ts ts, amount dec2, revenue dec2", given: Mapping{Time: "ts", Amount: "revenue"},
			want: "customer=customer_id time=ts(set) amount=revenue(set)"},
		{name: "an optional column of a wrong type is left out", columns: "customer_id text, date date, amount dec2, quantity date, category list", want: "customer=customer_id time=date amount=amount"},
		{name: "none switches inference off", columns: "customer_id text, date date, amount dec2, quantity int, status text", given: Mapping{Units: "none", Status: "none"}, want: "customer=customer_id time=date amount=amount"},
		{name: "a price that is set is of one unit", columns: "customer_id text, date date, price dec2, list_price dec2, quantity int", given: Mapping{Price: "price"},
			want: "customer=customer_id time=date amount=quantity*price(derived) units=quantity price=price(set)"},
		{name: "units that are computed", columns: "customer_id text, date date, unit_price dec2, boxes int, per_box int", given: Mapping{Units: "boxes*per_box"},
			want: "customer=customer_id time=date amount=boxes*per_box*unit_price(derived) units=boxes*per_box(set) price=unit_price"},
	} {
		m, err := newCatalog([]fileColumns{columnsNamed("f", c.columns)}).resolve(c.given)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := mappedFrom(m); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		// The effective configuration leads to the same columns without inference.
		again, err := newCatalog([]fileColumns{columnsNamed("f", c.columns)}).resolve(m.filled())
		if err != nil {
			t.Errorf("%s, again: %v", c.name, err)
			continue
		}
		for i, r := range again.choices {
			if r.Source != m.choices[i].Source || r.How != "" && r.How != howSet {
				t.Errorf("%s: saved and loaded, %v became %v", c.name, m.choices[i], r)
			}
		}
	}
}

func TestMappingErrors(t *testing.T) {
	for _, c := range []struct {
		name, columns string
		given         Mapping
		want          []string
	}{
		{"two customers", "customer_id text, account_id text, date date, amount dec2", Mapping{}, []string{"customer_id (STRING)", "account_id (STRING)", "--customer customer_id or --customer account_id"}},
		{"two times", "customer_id text, order_date date, invoice_date date, amount dec2", Mapping{}, []string{"--time order_date or --time invoice_date"}},
		{"two amounts", "customer_id text, date date, sales dec2, Net Revenue dec2", Mapping{}, []string{`"Net Revenue" (DECIMAL(12,2))`, "--amount sales or --amount 'Net Revenue'"}},
		{"two optional", "customer_id text, date date, amount dec2, channel text, Sales-Channel text", Mapping{}, []string{"--channel channel or --channel Sales-Channel, or --channel none"}},
		{"one name twice over", "customer_id text, CustomerID int, date date, amount dec2", Mapping{}, []string{"--customer customer_id or --customer CustomerID"}},
		{"no customer", "who text, date date, amount dec2", Mapping{}, []string{"customer key", "who (STRING), date (DATE), amount (DECIMAL(12,2))", "--customer COLUMN"}},
		{"no amount", "customer_id text, date date, x dec2", Mapping{}, []string{"--amount COLUMN or an expression"}},
		{"bare price", "customer_id text, date date, quantity int, price dec2", Mapping{}, []string{"--amount 'quantity*price' or --amount price"}},
		{"two unit prices", "customer_id text, date date, quantity int, unit_price dec2, price_each dec2", Mapping{}, []string{"--price unit_price or --price price_each"}},
		{"two unit costs", "customer_id text, date date, amount dec2, quantity int, unit_cost dec2, standard_cost dec2", Mapping{}, []string{"--cost 'quantity*unit_cost' or --cost 'quantity*standard_cost', or --cost none"}},
		{"misspelt", "customer_id text, date date, amount dec2", Mapping{Customer: "custmer_id"}, []string{`--customer: there is no column "custmer_id"; did you mean "customer_id"?`, "amount (DECIMAL(12,2))"}},
		{"far off", "customer_id text, date date, amount dec2", Mapping{Time: "when"}, []string{`no column "when"; the columns are`}},
		{"misspelt in an expression", "customer_id text, date date, qty int, price dec2", Mapping{Amount: "qty*prise"}, []string{`--amount: there is no column "prise"; did you mean "price"?`}},
		{"not an expression", "customer_id text, date date, qty int, price dec2", Mapping{Amount: "qty**price"}, []string{"position 5", "expected a column name"}},
		{"no column in it", "customer_id text, date date, qty int, price dec2", Mapping{Amount: "1"}, []string{"names no column"}},
		{"wrong type, set", "customer_id text, date date, amount dec2, flag bool", Mapping{Amount: "flag"}, []string{`f: column "flag" is BOOLEAN; expected a number`}},
		{"wrong type, required", "customer_id text, date dec2, amount dec2", Mapping{}, []string{`f: column "date" is DECIMAL(12,2); expected a date`, "--time"}},
		{"nested", "customer_id list, date date, amount dec2", Mapping{}, []string{`column "customer_id" is LIST, which cannot be read: nested columns are not read`}},
		{"not to be done without", "customer_id text, date date, amount dec2", Mapping{Amount: "none"}, []string{"--amount none", "cannot be done without"}},
		{"twice", "customer_id text, customer_id text, date date, amount dec2", Mapping{}, []string{`several columns are named "customer_id"`}},
		{"no such attribute", "customer_id text, date date, amount dec2, tier text", Mapping{Attributes: []string{"teir"}}, []string{"--attribute", `did you mean "tier"?`}},
		{"upsetting names", "customer_id text, \x1b[31mdate date, amount dec2", Mapping{}, []string{`"\x1b[31mdate" (DATE)`}},
	} {
		_, err := newCatalog([]fileColumns{columnsNamed("f", c.columns)}).resolve(c.given)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error lacks %q: %v", c.name, want, err)
			}
		}
		if m, conf := (*MappingError)(nil), (*ConfigError)(nil); !errors.As(err, &m) && !errors.As(err, &conf) {
			t.Errorf("%s: error is a %T", c.name, err)
		}
	}
}

func TestMappingOverSeveralFiles(t *testing.T) {
	a := columnsNamed("a", "customer_id text, date date, amount dec2, note text")
	b := columnsNamed("b", "amount float, customer_id int, date int")
	m, err := newCatalog([]fileColumns{a, b}).resolve(Mapping{})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.scaleOf(m.chosen[RoleAmount].expr, 4); got != 4 {
		t.Errorf("scale is %d, want the larger, 4", got)
	}
	if _, err := newCatalog([]fileColumns{a, b}).resolve(Mapping{Region: "note"}); err == nil || !strings.Contains(err.Error(), `b: no column "note"`) {
		t.Errorf("a column that one file lacks: %v", err)
	}
	c := columnsNamed("c", "customer_id text, date date, amount bool")
	if _, err := newCatalog([]fileColumns{a, c}).resolve(Mapping{}); err == nil || !strings.Contains(err.Error(), `c: column "amount" is BOOLEAN`) {
		t.Errorf("a type that one file has wrong: %v", err)
	}
}

// A name in two tables would let one column serve two roles.
func TestNamesAreOfOneRole(t *testing.T) {
	seen := map[string]string{}
	for _, r := range roles {
		tiers := append([]string{}, r.tiers...)
		if r.name == RoleCost {
			tiers = append(tiers, unitCostNames)
		}
		for i, tier := range tiers {
			for _, name := range strings.Fields(tier) {
				at := fmt.Sprintf("%s, tier %d", r.name, i)
				if spelling.Normal(name) != name {
					t.Errorf("%s (%s) is not normalised", name, at)
				}
				if seen[name] != "" {
					t.Errorf("%s is in %s and in %s", name, seen[name], at)
				}
				seen[name] = at
				if strings.HasSuffix(name, "name") && r.name != RoleName {
					t.Errorf("%s is a name, but of %s", name, at)
				}
			}
		}
	}
}

func TestScaleBeyondNineIsRounded(t *testing.T) {
	m, err := newCatalog([]fileColumns{columnsNamed("f", "customer_id text, date date, amount dec12")}).resolve(Mapping{})
	if err != nil {
		t.Fatal(err)
	}
	p := &Plan{Config: DefaultConfig()}
	if err := p.adopt(m); err != nil || p.Scale != maxPlaces || !strings.Contains(strings.Join(p.Notes, ""), "amount: amount has 12 decimal places, of which 9 are kept") {
		t.Errorf("scale %d, notes %q, error %v", p.Scale, p.Notes, err)
	}
}
