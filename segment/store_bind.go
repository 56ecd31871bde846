package segment

import (
	"fmt"
	"slices"
	"strings"
)

// bound is a stored model that looks at a book: bind checks what the file says, so that nothing it is asked later can fail, and fills in what follows from the book. A column
// that the book does not have is an *IncompatibleError.
type bound interface{ bind(b *study) error }

// bindAll binds what is there, and says of what is not that it is missing.
func bindAll(b *study, models ...any) error {
	for _, m := range models {
		one, ok := m.(bound)
		if !ok {
			return fmt.Errorf("a model is missing, or of a kind that cannot be scored with (%T)", m)
		}
		if err := one.bind(b); err != nil {
			return err
		}
	}
	return nil
}

// bind makes the stored models look at a book.
func (s *Stored) bind(b *study) error {
	for _, of := range []struct {
		target string
		model  any
	}{{targetChurn, s.Churn.Model}, {targetDecline, s.Decline.Model}, {targetValue, s.Value.Model}} {
		if of.model == nil {
			continue
		}
		if err := bindAll(b, of.model); err != nil {
			return fmt.Errorf("%s: %w", of.target, err)
		}
	}
	if s.Chain != nil {
		if err := s.Chain.bind(b); err != nil {
			return err
		}
	}
	s.Returns.study = b
	return nil
}

// checkFeatures holds the reasons of columns to those that are known.
func checkFeatures(all []feature) error {
	if len(all) == 0 || all[0].Name != features[fIntercept].Name {
		return fmt.Errorf("columns must begin with the intercept")
	}
	for _, f := range all {
		if !slices.Contains(reasonCodes[:featureCodes], f.Reason) {
			return fmt.Errorf("column %q speaks for %q, which is no reason", f.Name, f.Reason)
		}
	}
	return nil
}

// bind finds the columns in the panels of a book by their names.
func (c *columns) bind(b *study) error {
	if err := checkFeatures(c.All); err != nil {
		return err
	}
	attributes := b.Config.ModelAttributes
	if len(c.Values) == 0 && c.Fixed != len(c.All) || c.Fixed < 1 || c.Fixed > len(c.All) || len(c.Values) != len(c.Other) || len(c.Values) != len(c.Rare) || len(c.Values) > 0 && len(c.Values) != len(attributes) {
		return fmt.Errorf("regression: %d columns of which %d are fixed, levels of %d attributes of %d", len(c.All), c.Fixed, len(c.Values), len(attributes))
	}
	have := featureNames(b.allFeatures())
	c.from, c.clock = nil, nil
	for k, f := range c.All[:c.Fixed] {
		at := slices.Index(have, f.Name)
		if name, relative := strings.CutSuffix(f.Name, relativeSuffix); at < 0 && relative {
			at = slices.Index(have, name)
			c.clock = append(c.clock, [2]int{k, slices.Index(clocks[:], at)})
			if c.clock[len(c.clock)-1][1] < 0 {
				at = -1
			}
		}
		if at < 0 {
			return incompatible("give the table it comes from (contracts, activities, people, accounts), or fit without --model", "the model needs the column %s (%s), which the data does not have", f.Name, f.Doc)
		}
		c.from = append(c.from, at)
	}
	if c.from[c.Fixed-1] == c.Fixed-1 && slices.IsSorted(c.from) {
		c.from = nil
	}
	inside := func(j, least int) bool { return j >= least && j < len(c.All) }
	for k, of := range c.Values {
		ok := inside(c.Other[k], -1)
		for _, j := range of {
			ok = ok && inside(j, -1)
		}
		if !ok {
			return fmt.Errorf("regression: a level of %s has a column that is not there", attributes[k])
		}
	}
	for _, r := range c.Rates {
		if r == nil || r.Attribute < 0 || r.Attribute >= len(attributes) || !inside(r.Column, c.Fixed) {
			return fmt.Errorf("regression: rates of an attribute, or in a column, that is not there")
		}
	}
	return nil
}
