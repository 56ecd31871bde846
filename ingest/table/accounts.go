// Package table reads the small inputs beside the transactions as typed tables.
package table

import (
	"context"

	"mainstay/ingest/store"
)

// AccountsConfig names the columns of the accounts table; empty = find by name,
// "none" = do without.
type AccountsConfig struct {
	Key    string `yaml:"key" json:"key"`
	Name   string `yaml:"name" json:"name"`
	Parent string `yaml:"parent" json:"parent"`
}

// Accounts is the accounts table, sorted by key bytes, keys unique.
type Accounts struct {
	Keys       [][]byte
	Name       []string // parallel to Keys; "" = unknown
	Parent     []string
	Attributes []Attribute // every other supported column, in file order
	Chosen     AccountsConfig
}

// Attribute is one column of account attributes. Exactly one of Text and Number is
// set, parallel to Accounts.Keys; "" and NaN are null.
type Attribute struct {
	Name   string
	Text   []string
	Number []float64
}

// Find returns the row of a key, or -1.
func (a *Accounts) Find(key []byte) int { panic("not yet") }

// Attribute returns the attribute of that name (any case), or nil.
func (a *Accounts) Attribute(name string) *Attribute { panic("not yet") }

// ReadAccounts reads all sources. A duplicate key whose rows differ is an error that
// names both rows; null keys are an error with their count. customerColumn is the
// transactions' customer column: an accounts column of the same name is the key.
func ReadAccounts(ctx context.Context, st store.Store, sources []string, cfg AccountsConfig, customerColumn string) (*Accounts, error) {
	panic("not yet")
}
