// Package ingest turns somebody's export into a trustworthy Ledger: sources,
// mapping, typed reading, row rules, rows set aside, exact money, day cells.
package ingest

import (
	"context"
	"time"

	"mainstay/ingest/column"
	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// Plan is what is decided before the first row is used: which files, which column
// serves which role, how time is read, the scale of money, and the as-of date.
// It is complete: Build needs nothing else.
type Plan struct {
	Config     Config // effective, with every found column filled in
	Files      []PlannedFile
	Roles      []RoleChoice // for people: what was chosen and why, in a fixed order
	Customer   string
	Time       TimeReader
	Amount     *money.Expr
	Units      *money.Expr // nil = not mapped, likewise below
	Cost       *money.Expr
	Discount   *money.Expr
	Order      string
	Status     string
	Currency   string // column
	Sides      []SideInfo
	Scale      int
	UnitsScale int
	Location   *time.Location
	AsOf       Day
	AsOfWhy    string   // for people: "newest complete day", "2 later rows after a gap of 4 years ignored", …
	Notes      []string // warnings for people
}

// PlannedFile is one file with its open footer.
type PlannedFile struct {
	Object store.Object
	File   *column.File
}

// RoleChoice says which column (or expression) serves a role and how it was found.
type RoleChoice struct {
	Role   string
	Source string // column or expression; "" = none
	How    string // "flag", "config", "name", "derived", "partition"
}

// TimeReader turns the time column into days in the configured zone.
type TimeReader struct {
	Column string
	Format string // resolved: native, yyyymmdd, epoch-…, iso, or a layout
	// …
}

// NewPlan lists the sources, reads footers, resolves the mapping and reads the
// time column once to choose the as-of date. now decides what "yesterday" is.
func NewPlan(ctx context.Context, st store.Store, sources []string, cfg Config, threads int, now time.Time) (*Plan, error) {
	panic("not yet")
}
