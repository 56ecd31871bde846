package reports

import (
	"bytes"
	"testing"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// A head with a row for every change is one group, and who joined another group is none any more.
func TestGroupsOfDatedAccounts(t *testing.T) {
	a := table.Member{Key: []byte("A"), Name: "Alpha"}
	p := &ingest.Plan{AsOf: 20_000, Accounts: &table.Accounts{
		Keys: [][]byte{[]byte("A"), []byte("A"), []byte("B")}, From: []int32{table.NoDay, 19_000, 18_000},
		Members: [][]table.Member{{a}, {a}, nil},
	}}
	var got bytes.Buffer
	if err := WriteCSV(&got, Groups(p)); err != nil {
		t.Fatal(err)
	}
	if want := "customer_id,account_id,name\nA,A,Alpha\n"; got.String() != want {
		t.Errorf("got %s", got.String())
	}
}
