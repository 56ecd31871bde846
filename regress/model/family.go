package model

import (
	"fmt"
	"slices"
	"strings"

	"mainstay/internal/num"
	"mainstay/regress"
)

// Family names a kind of regression: the distribution of the response, or the method.
type Family string

// family is what is particular to one kind of regression; everything else (rows, weights, clusters, folds) is
// common. Each has its file, family_NAME.go, and its line in the table of families.go.
type family struct {
	name    Family
	about   string               // for --help, a few words: "least squares"
	flags   []string             // of the command's flags, those that some families do not take: see usual
	weights string               // what --weights counts: "precision", "frequency"
	bare    bool                 // the design has no column for the intercept, whatever the formula says (Cox)
	strata  bool                 // takes strata() in the formula
	groups  bool                 // the formula names groups, not columns of a design (km)
	check   func(*Options) error // what is wrong with the options, told before anything is read; nil = nothing can be

	// respond reads the response of the rows of s: into s.y, or what the family keeps in s.response.
	respond func(s *study, r *Result) error
	// fit fits the rows of the frame that are listed, nil = all; d is their design. Folds (rows ≠ nil) need no
	// standard errors.
	fit func(s *study, d *regress.Design, rows []int) (estimated, error)
	// score measures predictions of rows held out, of several folds together.
	score func(s *study, out *Scores, parts []predictions)
}

// estimated is a fit in the family's own terms.
type estimated interface {
	certificate() *num.Certificate
	// describe fills in everything of r that follows from the fit. It is called for certified fits only.
	describe(s *study, r *Result)
	// predict is what score compares with the response, by row of d; offset may be nil. A family may predict
	// several values a row: row i has those from i·w to (i+1)·w.
	predict(d *regress.Design, offset []float64) []float64
}

// deviant is a fit with a deviance by row, of a response from a mean.
type deviant interface {
	unitDeviance(y, mu float64) float64
}

// usual are flags that most families take; flags adds the family's own.
var usual = []string{"weights", "robust", "cluster", "cv", "cv-group", "cv-time", "seed"}

func flags(own ...string) []string { return append(slices.Clone(usual), own...) }

// lookup finds a family by its name.
func lookup(name Family) (*family, error) {
	for _, f := range families {
		if f.name == name {
			return f, nil
		}
	}
	return nil, fmt.Errorf("unknown family %q; expected %s", name, alternatives(Families()))
}

// Families are the names of all.
func Families() []Family {
	var out []Family
	for _, f := range families {
		out = append(out, f.name)
	}
	return out
}

// About is what a family is, in a few words; "" for one that does not exist.
func About(name Family) string {
	if f, err := lookup(name); err == nil {
		return f.about
	}
	return ""
}

// TakenBy lists the families that take a flag of the command; nil when every family does.
func TakenBy(flag string) (out []Family) {
	special := false
	for _, f := range families {
		if slices.Contains(f.flags, flag) {
			special, out = true, append(out, f.name)
		}
	}
	if !special || len(out) == len(families) {
		return nil
	}
	return out
}

// Check is what is wrong with the options, as far as that can be told without data. given are the flags
// that were set.
func (o *Options) Check(given []string) error {
	f, err := lookup(o.Family)
	if err != nil {
		return err
	}
	for _, flag := range given {
		if takers := TakenBy(flag); takers != nil && !slices.Contains(takers, o.Family) {
			return fmt.Errorf("--%s is not for --family %s, only for %s", flag, o.Family, alternatives(takers))
		}
	}
	if o.Penalty != nil {
		if err := o.Penalty.check(o); err != nil {
			return err
		}
	}
	if err := o.checkTimes(); err != nil {
		return err
	}
	if f.check == nil {
		return nil
	}
	return f.check(o)
}

// alternatives is "a, b or c".
func alternatives[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:len(texts)-1], ", ") + " or " + texts[len(texts)-1]
}
