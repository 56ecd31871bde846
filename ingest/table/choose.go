package table

import (
	"fmt"
	"slices"
	"strings"

	"mainstay/ingest/spelling"
)

// MappingError says that a column of a table is missing or ambiguous. It is to this
// package what ingest.MappingError is to the transactions (exit code 3).
type MappingError struct {
	Role string // key, name, start, …
	Msg  string // ends with what to do
}

func (e *MappingError) Error() string { return e.Msg }

// none for a column of a configuration: the table has no such column.
const none = "none"

// Names by which columns are found: exact after spelling.Normal, in tiers. A later tier is
// looked at only when no column has a name of an earlier one; two columns in one
// tier are an ambiguity.
var (
	keyNames = []string{
		`customerid customerkey customernumber customerno customercode custid custkey custnumber custno custcode
		clientid clientkey clientnumber clientno clientcode accountid accountkey accountnumber accountno accountcode
		householdid householdkey resellerid resellerkey buyerid buyerkey memberid memberno
		客户编号 客户编码 客户代码 客户号 客户id 会员编号 会员号`,
		`id key code number customer account client 编号 编码`,
	}
	nameNames = []string{
		`customername custname clientname accountname companyname resellername householdname buyername membername
		客户名称 客户名 客户姓名 公司名称 企业名称 单位名称`,
		`name company fullname legalname 名称 公司 单位`,
	}
	parentNames = []string{
		`parent parentid parentkey parentcode parentnumber parentaccount parentaccountid parentaccountkey parentcustomer parentcustomerid
		parentcompany 母公司 母公司编号 上级客户 上级客户编号 上级公司`,
		`group groupid groupkey groupname groupcode buyinggroup buyinggroupid holding 集团 集团编号 集团名称 集团客户`,
	}
)

// Role is what a column of a table is for. Column points into the configuration: "" = found by
// name, none = do without; after the choice the column, or none.
type Role struct {
	Name     string
	Column   *string
	required bool
	names    []string // tiers; nil = customer keys
}

// chooser decides which column of a table serves which role.
type chooser struct {
	table    string // accounts, contracts, …
	flag     func(role string) string
	columns  []string
	customer string // the transactions' customer column: the key of a table may have the same name
}

// choose settles every role, in their order: a column that serves one is not found for another.
func (c *chooser) choose(roles []Role) error {
	free := c.columns
	for _, r := range roles {
		if err := c.settle(r, free); err != nil {
			return err
		}
		column := *r.Column
		free = slices.DeleteFunc(slices.Clone(free), func(s string) bool { return s == column })
	}
	for i, r := range roles {
		for _, other := range roles[:i] {
			if *r.Column == *other.Column && *r.Column != none {
				return c.fail(r.Name, fmt.Sprintf("column %q cannot serve two purposes: give %s and %s different columns, or none to one that may be without", *r.Column, c.flag(other.Name), c.flag(r.Name)))
			}
		}
	}
	return nil
}

func (c *chooser) settle(r Role, free []string) error {
	switch *r.Column {
	case none:
		if r.required {
			return c.fail(r.Name, fmt.Sprintf("the table must have a %s: name its column with %s", r.Name, c.flag(r.Name)))
		}
		return nil
	case "":
	default:
		if slices.Contains(c.columns, *r.Column) {
			return nil
		}
		hint := ""
		if near := spelling.Nearest(*r.Column, c.columns); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		return c.fail(r.Name, fmt.Sprintf("%s: there is no column %q that can be read%s; the columns are %s", c.flag(r.Name), *r.Column, hint, list(c.columns)))
	}
	found, err := c.find(r, free)
	switch {
	case err != nil:
		return err
	case found != "":
		*r.Column = found
	case !r.required:
		*r.Column = none
	case r.names == nil:
		return c.fail(r.Name, fmt.Sprintf("no column has the name of the transactions' customer column %q or another usual name of a key; the columns are %s; choose one with %s", c.customer, list(c.columns), c.flag(r.Name)))
	default:
		return c.fail(r.Name, fmt.Sprintf("no column has a usual name of the %s; the columns are %s; choose one with %s", r.Name, list(c.columns), c.flag(r.Name)))
	}
	return nil
}

// find returns the only column whose name is in the first tier that has any; "" when no tier has.
func (c *chooser) find(r Role, free []string) (string, error) {
	tiers := r.names
	if tiers == nil {
		if slices.Contains(free, c.customer) {
			return c.customer, nil
		}
		tiers = keyNames
		if c.customer != "" {
			tiers = append([]string{spelling.Normal(c.customer)}, keyNames...)
		}
	}
	for _, tier := range tiers {
		names := strings.Fields(tier)
		var hits []string
		for _, column := range free {
			if slices.Contains(names, spelling.Normal(column)) {
				hits = append(hits, column)
			}
		}
		switch len(hits) {
		case 0:
			continue
		case 1:
			return hits[0], nil
		}
		orNone := ", or none"
		if r.required {
			orNone = ""
		}
		return "", c.fail(r.Name, fmt.Sprintf("several columns could be the %s: %s; choose one with %s%s", r.Name, list(hits), c.flag(r.Name), orNone))
	}
	return "", nil
}

func (c *chooser) fail(role, msg string) error {
	return &MappingError{role, c.table + ": " + msg}
}

func list(columns []string) string {
	const most = 40
	quoted := make([]string, 0, min(len(columns), most))
	for _, c := range columns[:min(len(columns), most)] {
		quoted = append(quoted, fmt.Sprintf("%q", c))
	}
	if more := len(columns) - most; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}
