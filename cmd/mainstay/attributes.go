package main

import (
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// extraAttributes are the transaction columns that --by names and that neither a role nor the accounts
// table serves yet: they must be kept by customer × day.
func extraAttributes(by []string, p *ingest.Plan, accounts *table.Accounts) []string {
	var extra []string
	for _, scheme := range by {
		for name := range strings.SplitSeq(scheme, ",") {
			name = strings.TrimSpace(name)
			served := slices.ContainsFunc(p.Sides, func(s ingest.SideInfo) bool { return s.Column == name || s.Role == name }) ||
				accounts != nil && accounts.Attribute(name) != nil
			if !served && !slices.Contains(extra, name) && hasColumn(p, name) {
				extra = append(extra, name)
			}
		}
	}
	return extra
}

func hasColumn(p *ingest.Plan, name string) bool {
	if len(p.Files) == 0 {
		return false
	}
	for _, c := range p.Files[0].File.Columns {
		if c.Name == name {
			return true
		}
	}
	for _, part := range p.Files[0].Object.Partitions {
		if part.Key == name {
			return true
		}
	}
	return false
}
