package main

import (
	"slices"

	"mainstay/ingest"
	"mainstay/ingest/column"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// extraAttributes are the transaction columns among names (of schemes) and that neither a role nor the accounts table
// serves yet: they must be kept by customer × day.
func extraAttributes(names []string, p *ingest.Plan, accounts *table.Accounts) []string {
	var extra []string
	for _, name := range names {
		served := slices.ContainsFunc(p.Sides, func(s ingest.SideInfo) bool { return s.Column == name || s.Role == name }) ||
			accounts != nil && accounts.Attribute(name) != nil
		if !served && !slices.Contains(extra, name) && hasColumn(p, name) {
			extra = append(extra, name)
		}
	}
	return extra
}

// hasColumn reports whether any file of an export has the column, in itself or in its path. The mapping says what is
// wrong where only some have it.
func hasColumn(p *ingest.Plan, name string) bool {
	return !p.Stored() && slices.ContainsFunc(p.Files, func(f ingest.PlannedFile) bool {
		return slices.ContainsFunc(f.File.Columns, func(c column.Info) bool { return c.Name == name }) ||
			slices.ContainsFunc(f.Object.Partitions, func(part store.Partition) bool { return part.Key == name })
	})
}
