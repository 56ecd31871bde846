//go:build unix

package main

import (
	"maps"
	"slices"
)

// suites are the cases of one command. The essential ones are those of the goals, within about half an hour.
var suites = map[string][]group{
	"quick": {
		{Sizes: []string{"1M"}, Jobs: []string{"ledger", "sums", "states"}, Variants: []string{"all"}},
		{Sizes: []string{"1M"}, Jobs: []string{jobRun}},
	},
	// What a run costs, against what DuckDB takes to add up the same file by customer: processor seconds are comparable on a busy machine too.
	"run": {
		{Sizes: []string{"1M", "10M"}, Jobs: []string{jobRunBare, jobRunTables}},
	},
	"essential": {
		{Sizes: []string{"100M"}, Jobs: []string{"ledger", "sums", "states"}, Variants: []string{"bits"}},
		{Sizes: []string{"100M"}, IDs: []string{"text"}, Jobs: []string{"ledger", "sums"}},
		{Sizes: []string{"100M"}, Threads: []string{"1"}, Peers: nobody},
		{Sizes: []string{"100M"}, Memory: []string{"1GiB"}, Peers: nobody},
		{Sizes: []string{"10M"}, Jobs: []string{"ledger", "sums", "states"}, Peers: everyPeer},
		{Sizes: []string{"10M"}, Jobs: []string{"weeks"}, Variants: []string{"panel"}},
		{Sizes: []string{"10M"}, Jobs: []string{"ledger-decimal", "ledger-orders"}},
		{Sizes: []string{"10M"}, IDs: []string{"text", "uuid"}, Jobs: []string{"ledger", "sums"}},
		{Sizes: []string{"10M"}, IDs: []string{"text"}, Writers: []string{writerGenerate}},
		{Sizes: []string{"10M"}, Threads: []string{"1"}, Peers: nobody},
		{Sizes: []string{"1M"}, Threads: []string{"1", "2"}, Peers: nobody},
		{Sizes: []string{"10M"}, Jobs: []string{jobRun}},
	},
	// What the issue asks to vary, one thing at a time; and the other ways to ask.
	"full": {
		{Sizes: []string{"10M"}, Jobs: []string{"ledger", "sums", "states", "ledger-orders"}, Peers: everyPeer, Variants: []string{"all"}},
		{Sizes: []string{"10M"}, IDs: allIDs, Writers: allWriters, Jobs: []string{"ledger", "sums"}},
		{Sizes: []string{"10M"}, Compressions: []string{"zstd"}, Orders: allOrders, Dirt: allDirt, Jobs: []string{"ledger", "sums"}},
		{Sizes: []string{"10M"}, Orders: []string{"shuffled"}, IDs: allIDs, Dirt: allDirt},
		{Sizes: []string{"100M"}, IDs: []string{"text"}, Writers: []string{writerGenerate}, Jobs: []string{"ledger", "sums"}},
		{Sizes: []string{"100M"}, IDs: []string{"uuid"}, Jobs: []string{"ledger", "sums"}},
		{Sizes: []string{"100M"}, Jobs: []string{"ledger", "sums"}, Peers: everyPeer, Variants: []string{"all"}},
		{Sizes: []string{"100M"}, Jobs: []string{"ledger-orders"}},
		{Sizes: []string{"100M"}, Jobs: []string{jobRun}, Memory: []string{"2GiB"}},
	},
}

func suiteNames() []string { return slices.Sorted(maps.Keys(suites)) }
