package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// choices are the flags that take one of a few words.
var choices = map[string][]string{
	"every":          {"contract", "month", "quarter", "year"},
	"family":         familyNames(),
	"gaps":           {gapsDrop, gapsFill},
	"kind":           {kindAuto, kindProbability, kindValue},
	"cohorts":        {"auto", "month", "quarter", "year"},
	"concentration":  {"auto", "month", "quarter", "year"},
	"language":       {"en", "zh"},
	"log-format":     {"auto", "console", "json"},
	"log-level":      {"debug", "info", "warn", "error"},
	"per":            {"day", "week", "month", "year"},
	"period":         {"auto", "week", "month", "quarter", "year"},
	"rate-direction": {"local-per-base", "base-per-local"},
	"refit":          refits,
	"robust":         robustKinds,
	"time-unit":      {"day", "week", "month", "quarter", "year"},
	"value-basis":    {"auto", "margin", "revenue"},
	"zero-days":      {"ignore", "count"},
}

// addCompletions lets the shell complete the words of a flag, and the columns of the files named so far where a
// flag takes a COLUMN. Nothing else is completed but the names of files.
func addCompletions(cmd *cobra.Command) {
	add := func(f *pflag.Flag) {
		words, known := choices[f.Name]
		kind, _ := pflag.UnquoteUsage(f)
		roles, pairs := f.Value.(rolesFlag)
		var complete cobra.CompletionFunc
		switch {
		case pairs:
			complete = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
				return completePair(cmd, args, f, roles, begun), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
			}
		case strings.HasPrefix(kind, "COLUMN"):
			complete = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
				return columnsFor(cmd, args, f), cobra.ShellCompDirectiveNoFileComp
			}
		case known: // behind COLUMN: --period is a column where contracts are counted
			complete = cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
		default:
			return
		}
		// The only error is a second registration for a flag: the first one stands.
		_ = cmd.RegisterFlagCompletionFunc(f.Name, complete)
	}
	cmd.Flags().VisitAll(add)
	cmd.PersistentFlags().VisitAll(add)
}

// completePair completes the last pair of "start=begin_date,end=…": a role, or a column behind one.
func completePair(cmd *cobra.Command, args []string, f *pflag.Flag, roles rolesFlag, begun string) (out []string) {
	pair := begun[strings.LastIndexByte(begun, ',')+1:]
	if role, _, ok := strings.Cut(pair, "="); ok {
		before := begun[:len(begun)-len(pair)] + role + "="
		for _, name := range columnsFor(cmd, args, f) {
			out = append(out, before+name)
		}
		return out
	}
	for _, role := range roles.roles {
		out = append(out, begun[:len(begun)-len(pair)]+role.Name+"=")
	}
	return out
}

// columnsFor lists the columns of the first file that a flag speaks of: of the table whose flag its name begins
// with (--contracts for --contracts-columns), or of the inputs. What cannot be read has no columns: a shell is no
// place for errors.
func columnsFor(cmd *cobra.Command, inputs []string, f *pflag.Flag) (names []string) {
	begins, _, _ := strings.Cut(f.Name, "-")
	if sources, err := cmd.Flags().GetStringSlice(begins); err == nil && begins != f.Name {
		inputs = sources
	}
	ctx := context.Background() // cobra runs completions without the command's context
	for _, input := range inputs {
		if store.IsRemote(input) { // a shell is no place to wait for a network either
			continue
		}
		objects, err := files.List(ctx, input) // Parquet first: all that is read of a folder of transactions
		if err != nil || len(objects) == 0 {
			objects, err = files.List(ctx, input, store.TableEndings...)
		}
		if err != nil || len(objects) == 0 {
			continue
		}
		found, _ := table.Names(ctx, files, objects[0])
		names = append(names, found...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
