package reports

import "mainstay/ingest/table"

// Groups is the membership of buying groups, where they are the unit: one row per account, sorted by the bytes
// of the group's key, then the account's. accounts may be nil.
func Groups(accounts *table.Accounts) *Table {
	type row struct {
		group  string
		member table.Member
	}
	var rows []row
	if accounts != nil {
		for i, members := range accounts.Members {
			for _, m := range members {
				rows = append(rows, row{string(accounts.Keys[i]), m})
			}
		}
	}
	b := newColumns("groups", len(rows))
	b.key("customer_id", "the buying group, as in the score file", func(i int) string { return rows[i].group })
	b.key("account_id", "an account that belongs to it as of the as-of date, its head included", func(i int) string { return string(rows[i].member.Key) })
	b.text("name", "the account's name", func(i int) string { return rows[i].member.Name })
	return &b.t
}
