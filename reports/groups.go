package reports

import (
	"slices"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// Groups is the membership of buying groups, where they are the unit: one row per account, sorted by the bytes
// of the group's key, then the account's.
func Groups(p *ingest.Plan) *Table {
	type row struct {
		group  string
		member table.Member
	}
	var rows []row
	for _, i := range groupRows(p) {
		for _, m := range p.Accounts.Members[i] {
			rows = append(rows, row{string(p.Accounts.Keys[i]), m})
		}
	}
	b := newColumns("groups", len(rows))
	b.key("customer_id", "the buying group, as in the score file", func(i int) string { return rows[i].group })
	b.key("account_id", "an account that belongs to it as of the as-of date, its head included", func(i int) string { return string(rows[i].member.Key) })
	b.text("name", "the account's name", func(i int) string { return rows[i].member.Name })
	return &b.t
}

// groupRows are the rows of the accounts that are buying groups with members on the as-of date: a group whose head
// has several rows, by valid_from, is one group, and one that has dissolved is none.
func groupRows(p *ingest.Plan) []int {
	if p.Accounts == nil || p.Accounts.Members == nil {
		return nil
	}
	return slices.DeleteFunc(p.Accounts.Rows(int32(p.AsOf)), func(i int) bool { return len(p.Accounts.Members[i]) == 0 })
}
