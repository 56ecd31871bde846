package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mainstay/reports"
)

// checkFiles says, before any work is done, what is wrong with the files to write ("" = none): their format, their folder, two that are one, one
// that is read, or lies in a folder that is: what is written over is lost.
func checkFiles(read []string, write ...string) error {
	for k, file := range write {
		if file == "" {
			continue
		}
		if err := reports.CheckFile(file); err != nil {
			return err
		}
		for _, other := range write[:k] {
			if other != "" && filepath.Clean(other) == filepath.Clean(file) {
				return usageError{fmt.Errorf("%s is to be written twice: name two files", file)}
			}
		}
		for _, in := range read {
			if reads(in, file) {
				return usageError{fmt.Errorf("%s is read (%s), and would be written over: name another file", file, in)}
			}
		}
	}
	return nil
}

// checkFolder says likewise of a folder in which tables of these names are written, as .parquet and .csv, that none of them is a file that is read.
func checkFolder(read []string, folder string, names []string) error {
	for _, name := range names {
		for _, ext := range []string{".parquet", ".csv"} {
			file := filepath.Join(folder, name+ext)
			for _, in := range read {
				if reads(in, file) {
					return usageError{fmt.Errorf("%s is read (%s), and a table of that name in %s would be written over it: name another folder", file, in, folder)}
				}
			}
		}
	}
	return nil
}

// checkTables says likewise of a file, or a folder for tables of these names.
func checkTables(read []string, out string, names []string) error {
	if out == "" || filepath.Ext(out) != "" {
		return checkFiles(read, out)
	}
	return errors.Join(reports.CheckLocal(out), checkFolder(read, out, names))
}

// reads are all files, folders and globs that the configuration names as inputs.
func (o *inputOptions) reads() []string {
	c := &o.config
	out := slices.Concat(c.Transactions, c.Ingest.Exclude, c.Ingest.Rates.Source)
	for _, s := range c.sources() {
		out = append(out, s.Files...)
	}
	return out
}

// tableFormats are those of a folder's files that are read.
var tableFormats = []string{".parquet", ".csv", ".xlsx"}

// reads reports whether a file that exists is one of an input: a file, a folder or a glob.
func reads(in, file string) bool {
	info, err := os.Stat(file)
	if err != nil {
		return false
	}
	paths, _ := filepath.Glob(in)
	for _, path := range append(paths, in) {
		other, err := os.Stat(path)
		switch {
		case err != nil:
		case os.SameFile(info, other):
			return true
		case other.IsDir() && slices.Contains(tableFormats, strings.ToLower(filepath.Ext(file))) && inside(path, file):
			return true
		}
	}
	return false
}

// inside reports whether a file lies in a folder or one of its folders.
func inside(folder, file string) bool {
	from, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	to, err := filepath.Abs(file)
	if err != nil {
		return false
	}
	rest, err := filepath.Rel(from, to)
	return err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}
