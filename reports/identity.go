package reports

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

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

// ID is the SHA-256, in hex, over the canonical JSON of the identity. An input counts by its role,
// content and partition values, sorted: a file that was moved or renamed, or a glob that lists in
// another order, is the same run.
func (id Identity) ID() (string, error) {
	type input struct {
		Role       string      `json:"role"`
		SHA256     string      `json:"sha256"`
		Size       int64       `json:"size"`
		Partitions []Partition `json:"partitions"`
	}
	inputs := make([]input, len(id.Inputs))
	for i, in := range id.Inputs {
		inputs[i] = input{in.Role, in.SHA256, in.Size, in.Partitions}
	}
	slices.SortFunc(inputs, func(a, b input) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.SHA256, b.SHA256),
			slices.CompareFunc(a.Partitions, b.Partitions, func(p, q Partition) int {
				return cmp.Or(cmp.Compare(p.Key, q.Key), cmp.Compare(p.Value, q.Value))
			}))
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

// Inputs lists and hashes every file that a run reads: the plan's transactions and the sources of the
// accounts table (nil = none). threads files are read at a time. The order is that of the plan, then
// of the store.
func Inputs(ctx context.Context, st store.Store, plan *ingest.Plan, accounts []string, threads int) ([]Input, error) {
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
	for _, source := range accounts {
		found, err := st.List(ctx, source)
		if err != nil {
			return nil, err
		}
		others = append(others, found...)
	}
	inputs = append(inputs, describe(RoleAccounts, others)...)
	return inputs, hashAll(ctx, st, append(objects, others...), inputs, threads)
}

// describe names objects relative to the folder they have in common.
func describe(role string, objects []store.Object) []Input {
	folder := ""
	for i, o := range objects {
		dir := path.Dir(filepath.ToSlash(o.Name))
		if i == 0 {
			folder = dir
		}
		for folder != dir && !strings.HasPrefix(dir, folder+"/") && path.Dir(folder) != folder {
			folder = path.Dir(folder)
		}
	}
	inputs := make([]Input, len(objects))
	for i, o := range objects {
		name := strings.TrimPrefix(filepath.ToSlash(o.Name), folder)
		inputs[i] = Input{Role: role, Name: strings.TrimPrefix(name, "/"), Size: o.Size}
		for _, p := range o.Partitions {
			inputs[i].Partitions = append(inputs[i].Partitions, Partition(p))
		}
	}
	return inputs
}

// hashAll fills SHA256 of every input; the first error in input order wins.
func hashAll(ctx context.Context, st store.Store, objects []store.Object, inputs []Input, threads int) error {
	errs := make([]error, len(objects))
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(threads, 1) {
		wg.Go(func() {
			for i := range next {
				inputs[i].SHA256, errs[i] = hashObject(ctx, st, objects[i])
			}
		})
	}
	for i := range objects {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func hashObject(ctx context.Context, st store.Store, o store.Object) (string, error) {
	r, err := st.Open(ctx, o.Name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := sha256.New()
	n, err := io.Copy(h, cancellable{ctx, io.NewSectionReader(r, 0, o.Size)})
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err == nil && n != o.Size:
		err = fmt.Errorf("%d bytes were listed and %d could be read; is it still being written?", o.Size, n)
	}
	if err != nil {
		return "", &ingest.InputError{File: o.Name, RowGroup: -1, Row: -1, Err: err}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// cancellable stops a copy when ctx ends.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
