package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mainstay/ingest/column"
)

// choices are the flags that take one of a few words.
var choices = map[string][]string{
	"family":         {"gaussian", "binomial"},
	"cohorts":        {"auto", "month", "quarter", "year"},
	"concentration":  {"auto", "month", "quarter", "year"},
	"language":       {"en", "zh"},
	"log-format":     {"auto", "console", "json"},
	"log-level":      {"debug", "info", "warn", "error"},
	"period":         {"auto", "week", "month", "quarter", "year"},
	"rate-direction": {"local-per-base", "base-per-local"},
	"robust":         robustKinds,
	"value-basis":    {"auto", "margin", "revenue"},
	"zero-days":      {"ignore", "count"},
}

// addCompletions lets the shell complete the words of a flag, and the columns of the files named so far where a
// flag takes a COLUMN. Nothing else is completed but the names of files.
func addCompletions(cmd *cobra.Command) {
	add := func(f *pflag.Flag) {
		words, known := choices[f.Name]
		kind, _ := pflag.UnquoteUsage(f)
		var complete cobra.CompletionFunc
		switch {
		case known:
			complete = cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
		case strings.HasPrefix(kind, "COLUMN"):
			source := ""
			if strings.HasPrefix(f.Name, "accounts-") {
				source = "accounts"
			}
			complete = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
				return columnsOf(cmd, args, source), cobra.ShellCompDirectiveNoFileComp
			}
		default:
			return
		}
		// The only error is a second registration for a flag: the first one stands.
		_ = cmd.RegisterFlagCompletionFunc(f.Name, complete)
	}
	cmd.Flags().VisitAll(add)
	cmd.PersistentFlags().VisitAll(add)
}

// columnsOf lists the columns of the first file of the inputs, or of those that the flag source names. What
// cannot be read has no columns: a shell is no place for errors.
func columnsOf(cmd *cobra.Command, inputs []string, source string) (names []string) {
	if source != "" {
		inputs, _ = cmd.Flags().GetStringSlice(source)
	}
	ctx := context.Background() // cobra runs completions without the command's context
	for _, input := range inputs {
		objects, err := files.List(ctx, input)
		if err != nil || len(objects) == 0 {
			continue
		}
		r, err := files.Open(ctx, objects[0].Name)
		if err != nil {
			continue
		}
		if f, err := column.Open(objects[0].Name, r, objects[0].Size); err == nil {
			for _, c := range f.Columns {
				names = append(names, c.Name)
			}
		}
		r.Close()
	}
	slices.Sort(names)
	return slices.Compact(names)
}
