package table

// Inputs are the tables beside the transactions; each is nil where it is not given.
type Inputs struct {
	Accounts *Accounts
}
