package reports

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"mainstay/ingest"
	"mainstay/ingest/store"
)

// Identity is what makes one run another: nothing else may change a byte of its outputs.
type Identity struct {
	AsOf    ingest.Day
	Config  any // the effective configuration; marshals to JSON, the same bytes for the same settings
	Inputs  []Input
	Version string // of the program
}

// Roles of an input.
const (
	RoleTransactions = "transactions"
	RoleAccounts     = "accounts"
)

// Input is one file that a run read.
type Input struct {
	Role       string      `json:"role"`
	Name       string      `json:"name"` // path below the folder that the inputs of the role have in common
	Size       int64       `json:"size"`
	SHA256     string      `json:"sha256"`
	Partitions []Partition `json:"partitions,omitempty"` // Hive partition values, which serve as columns
	Rows       *int64      `json:"rows"`                 // null where nobody counted
}

// Partition is one Hive partition value.
type Partition struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// ID is the SHA-256, in hex, over the canonical JSON of the identity. An input counts by its role, its
// name below the folder of its role (outputs name it), content and partition values, sorted: a folder
// that was moved, or a glob that lists in another order, is the same run.
func (id Identity) ID() (string, error) {
	type input struct {
		Role       string      `json:"role"`
		Name       string      `json:"name"`
		SHA256     string      `json:"sha256"`
		Size       int64       `json:"size"`
		Partitions []Partition `json:"partitions"`
	}
	inputs := make([]input, len(id.Inputs))
	for i, in := range id.Inputs {
		inputs[i] = input{in.Role, in.Name, in.SHA256, in.Size, in.Partitions}
	}
	slices.SortFunc(inputs, func(a, b input) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Name, b.Name), cmp.Compare(a.SHA256, b.SHA256))
	})
	b, err := json.Marshal(struct {
		AsOf    string  `json:"as_of"`
		Config  any     `json:"config"`
		Inputs  []input `json:"inputs"`
		Version string  `json:"version"`
	}{id.AsOf.String(), id.Config, inputs, id.Version})
	if err != nil {
		return "", fmt.Errorf("configuration cannot be hashed: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Source is where a table beside the transactions lies; no files = not given.
type Source struct {
	Role  string
	Files []string
}

// Inputs lists and hashes every file that a run reads: the plan's transactions, and the tables beside
// them. threads files are read at a time. The order is that of the plan, then
// of the store.
func Inputs(ctx context.Context, st store.Store, plan *ingest.Plan, tables []Source, threads int) ([]Input, error) {
	var objects []store.Object
	for _, f := range plan.Files {
		objects = append(objects, f.Object)
	}
	inputs := describe(RoleTransactions, objects)
	for i := range inputs {
		if f := plan.Files[i].File; f != nil {
			inputs[i].Rows = &f.Rows
		}
	}
	var others []store.Object
	for _, b := range plan.Beside {
		others = append(others, b.Objects...)
		inputs = append(inputs, describe(b.Role, b.Objects)...)
	}
	for _, t := range tables {
		var found []store.Object
		for _, source := range t.Files {
			objects, err := st.List(ctx, source, store.TableEndings...)
			if err != nil {
				return nil, err
			}
			found = append(found, objects...)
		}
		others = append(others, found...)
		inputs = append(inputs, describe(t.Role, found)...)
	}
	prints, err := ingest.FingerprintFiles(ctx, st, append(objects, others...), threads)
	if err != nil {
		return nil, err
	}
	for i := range inputs {
		inputs[i].SHA256 = prints[i].SHA256
	}
	return inputs, nil
}

// describe lists objects by their names below the folder they have in common.
func describe(role string, objects []store.Object) []Input {
	inputs := make([]Input, len(objects))
	for i, name := range ingest.RelativeNames(objects) {
		inputs[i] = Input{Role: role, Name: name, Size: objects[i].Size}
		for _, p := range objects[i].Partitions {
			inputs[i].Partitions = append(inputs[i].Partitions, Partition(p))
		}
	}
	return inputs
}
