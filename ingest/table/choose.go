package table

import (
	"fmt"
	"slices"
	"strings"

	"mainstay/ingest/spelling"
)

// MappingError says that a column of the accounts table is missing or ambiguous. It
// is to this package what ingest.MappingError is to the transactions (exit code 3).
type MappingError struct {
	Role string // key, name or parent
	Msg  string // ends with what to do
}

func (e *MappingError) Error() string { return e.Msg }

// none in AccountsConfig: the table has no such column.
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

// choose decides which column is the key, the name and the parent.
func choose(columns []string, cfg AccountsConfig, customerColumn string) (AccountsConfig, error) {
	key, err := chooseKey(columns, cfg.Key, customerColumn)
	if err != nil {
		return cfg, err
	}
	others := slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return c == key })
	name, err := chooseOther("name", cfg.Name, columns, others, nameNames)
	if err != nil {
		return cfg, err
	}
	parent, err := chooseOther("parent", cfg.Parent, columns, others, parentNames)
	if err != nil {
		return cfg, err
	}
	for _, pair := range [][2]string{{key, name}, {key, parent}, {name, parent}} {
		if pair[0] == pair[1] && pair[0] != none {
			return cfg, &MappingError{"key", fmt.Sprintf("accounts: column %q cannot serve two purposes: give --accounts-key, --accounts-name and --accounts-parent different columns, or the last two none", pair[0])}
		}
	}
	return AccountsConfig{Key: key, Name: name, Parent: parent}, nil
}

func chooseKey(columns []string, set, customerColumn string) (string, error) {
	if set == none {
		return "", &MappingError{"key", "accounts: the table must have a key: name the column of the customer key with --accounts-key"}
	}
	if set != "" {
		return set, mustHave("key", set, columns)
	}
	if slices.Contains(columns, customerColumn) {
		return customerColumn, nil
	}
	tiers := keyNames
	if customerColumn != "" {
		tiers = append([]string{spelling.Normal(customerColumn)}, keyNames...)
	}
	found, err := find("key", columns, tiers)
	if err == nil && found == "" {
		err = &MappingError{"key", fmt.Sprintf("accounts: no column has the name of the transactions' customer column %q or another usual name of a key; the columns are %s; choose one with --accounts-key", customerColumn, list(columns))}
	}
	return found, err
}

// chooseOther finds an optional column; none when there is none.
func chooseOther(role, set string, columns, others, tiers []string) (string, error) {
	switch set {
	case none:
		return none, nil
	case "":
		found, err := find(role, others, tiers)
		if found == "" {
			found = none
		}
		return found, err
	}
	return set, mustHave(role, set, columns)
}

func mustHave(role, name string, columns []string) error {
	if slices.Contains(columns, name) {
		return nil
	}
	return &MappingError{role, fmt.Sprintf("accounts: --accounts-%s: there is no column %q that can be read; the columns are %s", role, name, list(columns))}
}

// find returns the only column whose name is in the first tier that has any; "" when
// no tier has.
func find(role string, columns, tiers []string) (string, error) {
	for _, tier := range tiers {
		names := strings.Fields(tier)
		var hits []string
		for _, c := range columns {
			if slices.Contains(names, spelling.Normal(c)) {
				hits = append(hits, c)
			}
		}
		switch len(hits) {
		case 0:
			continue
		case 1:
			return hits[0], nil
		}
		return "", &MappingError{role, fmt.Sprintf("accounts: several columns could be the %s: %s; choose one with --accounts-%s%s", role, list(hits), role, orNone(role))}
	}
	return "", nil
}

func orNone(role string) string {
	if role == "key" {
		return ""
	}
	return ", or none"
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
